"""`maniple resume`: going on with a run that was stopped or killed."""

from __future__ import annotations

import asyncio

from cyclopts import App

from maniple.cli.faults import keep_secret
from maniple.cli.inputs import query_words
from maniple.cli.parameters import AsJson, Quiet, RunWord
from maniple.cli.progress import watching
from maniple.cli.sync import again_command, end, stopped

app = App(
    name="resume",
    help_epilogue="""\
What the partner has acknowledged is not sent again; requests that were under
way when the run stopped are repeated with the same batch ids.

Examples:
  maniple resume latest
  maniple resume run_k2vq7d --json""",
)


@app.default
def resume(run: RunWord, /, *, quiet: Quiet = False, json: AsJson = False) -> int:
    """Go on with a run."""
    from maniple.usecases.request import NOWHERE
    from maniple.usecases.setting import SyncTools
    from maniple.usecases.sync import resume_run
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        store = workspace.store
        found = store.find_run(run)
        sync = store.get_sync(found.sync_id)
        connection = store.get_connection(sync.connection_id)
        keep_secret([str(value) for value in store.secret_settings(connection).values()])
        try:
            with watching(quiet=quiet) as watch:
                tools = SyncTools(clock=watch.clock, show=watch.show, learn=keep_secret)
                report = asyncio.run(resume_run(workspace, found.id, tools))
        except KeyboardInterrupt:
            raise stopped(found.id) from None
    source = found.batch_items["source"]
    word = "COHORT" if source["at"] == NOWHERE.reference else str(source["at"])
    words = [word, *query_words(source.get("query"))]
    again = again_command(connection.name, words, sync.cohort_name, sync.cohort_id)
    return end(report, connection.name, again, json=json)

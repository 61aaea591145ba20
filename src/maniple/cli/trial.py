"""What `preview` and `test` have in common: a trial made from the options, and users shown who are left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.cli.faults import keep_secret
from maniple.cli.inputs import find, read_list_id, read_maps, read_settings
from maniple.cli.parameters import TrialOptions
from maniple.cli.screen import Screen
from maniple.cli.table import Column
from maniple.cli.words import plural, utc
from maniple.errors import CohortError

if TYPE_CHECKING:
    from maniple.usecases.preview import Trial
    from maniple.usecases.users import TestUsers

MOST_SKIPPED = 20


def trial_of(path: str, options: TrialOptions, run_id: str | None = None) -> Trial:
    """The trial that the options describe. Raises ManifestError, SettingsError, CohortError and UsageError."""
    from maniple.store.home import Home
    from maniple.usecases.operator import operator_values
    from maniple.usecases.preview import RUN_ID, start_trial
    from maniple.wiring import open_clock

    program = find(path).usable()
    settings = read_settings(options.settings, program)
    operator = operator_values(Home.locate(), program)
    given = {**operator, **settings}
    keep_secret([str(value) for name, value in given.items() if name in program.secret_names])
    mappings = read_maps(options.maps)
    chosen = [name for mapping in program.mappings for name in mapping.properties(mappings)]
    users = _users_of(options.users, chosen)
    return start_trial(
        program,
        settings=settings,
        mappings=mappings,
        users=users,
        cohort=users.cohort(options.cohort_name, options.cohort_id),
        now=utc(open_clock().now()) or "",
        call=options.call,
        list_id=read_list_id(options.list_id),
        run_id=run_id or RUN_ID,
        operator=operator,
    )


def _users_of(path: Path, properties: list[str]) -> TestUsers:
    """The users in a file that a sync would take too. Raises CohortError, also for a property that is no column."""
    from maniple.sources.file import open_cohort
    from maniple.usecases.users import read_users

    file = open_cohort(path)
    absent = [name for name in properties if name not in (*file.columns(), "amplitude_id")]
    if absent:
        raise file.missing(absent[0])
    try:
        return read_users(path)
    except CohortError as error:
        raise file.fault() or error from None


def show_skipped(screen: Screen, skipped: Sequence[tuple[str, str]], *, everything: bool) -> None:
    """The users for whom nothing is sent, and why."""
    if not skipped:
        return
    shown = skipped if everything else skipped[:MOST_SKIPPED]
    screen.line(screen.paint(f"# skipped: {plural(len(skipped), 'user')}", "bold yellow"))
    screen.table([Column("ID"), Column("REASON", cut=True)], [(id_ or "(no id)", reason) for id_, reason in shown])
    if len(shown) < len(skipped):
        screen.line(f"… {len(skipped) - len(shown):,} more; `--full` shows all")
    screen.line()

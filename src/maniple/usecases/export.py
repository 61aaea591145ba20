"""A run as CSV: who was added, removed, skipped, refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from maniple.errors import OperatorError, UsageError
from maniple.store.data.export import export_csv
from maniple.store.data.folder import open_plan
from maniple.usecases.planning import RunFiles
from maniple.usecases.settle import fates_of, verdicts_of
from maniple.wiring import Workspace


def export_run(workspace: Workspace, word: str, out: Path | IO[bytes], *, sync_id: str | None = None) -> int:
    """Write the CSV of a run, of that sync if one is given; the answer is how many rows below the header.

    Raises UsageError when the run planned nothing or `out` is no place for a file, OperatorError when its files are gone.
    """
    if isinstance(out, Path):
        _check_place(out)
    store = workspace.store
    run = store.find_run(word, sync_id)
    if run.phase == "planning":
        raise UsageError(f"run `{run.id}` stopped before it had a plan, so there is nothing to export")
    files = RunFiles(workspace.home.run_dir(run.sync_id, run.id))
    names = open_plan(files.directory).mappings
    return export_csv(
        files.directory,
        fates_of(store.batches(run.id)),
        verdicts_of(store, run.id),
        files.skips,
        out,
        names,
        {name: name for name in names},
    )


def _check_place(out: Path) -> None:
    if out.is_dir():
        raise UsageError(f"`{out}` is a folder", hint=f"name a file in it, such as `{out / 'run.csv'}`")
    if not out.absolute().parent.is_dir():
        raise UsageError(f"there is no folder `{out.parent}` to write `{out.name}` into")
    if not os.access(out.absolute().parent, os.W_OK):
        raise OperatorError(f"`{out}` cannot be written: nobody may write into its folder")

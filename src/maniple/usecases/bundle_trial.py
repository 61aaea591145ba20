"""Trying what was submitted without an account at the partner: its requests for invented users, and a sync with the
simulator in a home of its own that is thrown away."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from maniple.errors import UsageError
from maniple.manifest.cases import Cases
from maniple.manifest.load import read_named, validate
from maniple.review.worlds import Tokens, plain_setting
from maniple.runtime.program import Program
from maniple.runtime.settings import operator_fields, split_settings
from maniple.sources.source import FileSource
from maniple.store.home import HOME_VARIABLE
from maniple.usecases.bundle import Bundle
from maniple.usecases.destinations import Destination
from maniple.usecases.preview import Preview, preview, start_trial
from maniple.usecases.report import RunReport
from maniple.usecases.run import Progress
from maniple.usecases.sample_users import sample_users, users_csv
from maniple.usecases.users import TestUsers

NOW = "2026-11-20T10:00:00Z"
ShowTrial: TypeAlias = Callable[[int, Progress], None]
"""Hears of the run's number and how far it is."""
FEWEST = 3
"""With fewer invented users nobody leaves."""


@dataclass(frozen=True)
class Tried:
    """How a bundle synced: first everybody, then again when some have left."""

    first: RunReport
    second: RunReport

    @property
    def failed(self) -> bool:
        """One of the runs did not succeed, or users were refused."""
        return any(run.status not in ("succeeded", "succeeded_with_skips") or run.rejected for run in self.runs)

    @property
    def runs(self) -> tuple[RunReport, RunReport]:
        """Both, in order."""
        return self.first, self.second


@dataclass(frozen=True)
class MadeUp:
    """A set-up that nobody typed: as the golden cases say, else invented."""

    settings: dict[str, Any]
    mappings: dict[str, str]
    users: TestUsers


def made_up(bundle: Bundle, program: Program, *, users: int, seed: int) -> MadeUp:
    """A set-up for a bundle."""
    cases = _cases(bundle)
    tokens = Tokens()
    settings = {field.name: plain_setting(field, tokens) for field in program.fields if not field.optional}
    settings |= {name: value for name, value in (cases.settings if cases else {}).items() if value is not None}
    known = {name for mapping in program.mappings for name in mapping.sent_names}
    told = cases.mappings if cases else {}
    mappings = {name: _property(value) for name, value in told.items() if name in known}
    made = sample_users(program, seed, mappings=mappings, how_many=max(users, FEWEST))
    for mapping in program.mappings:
        if mapping.name not in mappings and not mapping.many:
            mappings[mapping.name] = mapping.name
    return MadeUp(settings, mappings, made)


def preview_of(bundle: Bundle, destination: Destination, *, users: int, seed: int) -> Preview:
    """The requests for a made-up set-up. Raises ManifestError and SettingsError."""
    program = destination.usable()
    given = made_up(bundle, program, users=users, seed=seed)
    trial = start_trial(
        program,
        settings=given.settings,
        mappings=given.mappings,
        users=given.users,
        cohort=given.users.cohort(),
        now=NOW,
    )
    return preview(trial)


async def sync_with_simulator(
    bundle: Bundle, destination: Destination, *, users: int, seed: int, show: ShowTrial = lambda _, __: None
) -> Tried:
    """Sync an invented cohort twice, some leaving in between; `show` hears how far it is.

    Raises ManifestError, SettingsError, and UsageError when the simulator is not installed or cannot play the manifest."""
    program = destination.usable()
    try:
        from maniple.testing.simulator.app import simulator_app
        from maniple.testing.simulator.serve import running
    except ImportError as cause:
        raise UsageError("the simulator is not installed", hint="pip install 'maniple[simulator]'") from cause
    folder = Path(tempfile.mkdtemp(prefix="maniple-review-"))
    try:
        with running(simulator_app([program])) as port:
            given = made_up(bundle, program, users=users, seed=seed)
            return await _sync_twice(folder, bundle, program, given, f"http://127.0.0.1:{port}", show)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _sync_twice(
    folder: Path, bundle: Bundle, program: Program, given: MadeUp, via: str, show: ShowTrial
) -> Tried:
    from maniple.usecases.connect import connect
    from maniple.usecases.destinations import load_file
    from maniple.usecases.operator import keep_operator_values
    from maniple.usecases.request import SyncRequest
    from maniple.usecases.setting import SyncTools
    from maniple.usecases.sync import sync_cohort
    from maniple.wiring import Workspace

    manifest = folder / program.manifest.slug / bundle.manifest
    manifest.parent.mkdir()
    manifest.write_bytes(bundle.files[bundle.manifest])
    own, operator = split_settings(program, given.settings)
    stays = [operation == "add" for operation in given.users.operations]
    everybody = _all_added(given.users, [True] * len(stays))
    stayed = _all_added(given.users, stays)
    with Workspace.open({HOME_VARIABLE: str(folder / "home")}) as workspace:
        if operator_fields(program):
            keep_operator_values(workspace.home, program, operator)
        connect(
            workspace,
            load_file(manifest),
            name="review",
            settings=own,
            mappings=given.mappings,
            via=via,
            allow_private=True,
        )
        runs = []
        for number, cohort in enumerate((everybody, stayed)):
            file = folder / f"cohort-{number}.csv"
            file.write_text(users_csv(cohort), encoding="utf-8")
            request = SyncRequest("review", FileSource(file), given.users.cohort().name, id_column="user_id")
            runs.append(await sync_cohort(workspace, request, SyncTools(show=partial(show, number + 1))))
    return Tried(runs[0], runs[1])


def _all_added(users: TestUsers, kept: list[bool]) -> TestUsers:
    """Those of the users who are kept, as a cohort's file has them."""
    rows = tuple(row for row, keep in zip(users.rows, kept, strict=True) if keep)
    return TestUsers(rows, tuple("add" for _ in rows), users.columns, told=True)


def _cases(bundle: Bundle) -> Cases | None:
    if bundle.cases is None:
        return None
    document, _ = read_named(bundle.cases, bundle.files[bundle.cases])
    made, _ = validate(document, Cases) if document is not None else (None, [])
    return made if isinstance(made, Cases) else None


def _property(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ",".join(value)

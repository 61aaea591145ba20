"""Trying what was submitted: its requests for invented users, and syncs with the simulator or with a test account of the
partner, in a home of its own that is thrown away."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from maniple.errors import UsageError
from maniple.manifest.cases import Cases
from maniple.manifest.load import read_named, validate
from maniple.review.worlds import Tokens, plain_setting
from maniple.runtime.outcome import Delivered
from maniple.runtime.program import Program
from maniple.runtime.settings import operator_fields, split_settings
from maniple.sources.source import FileSource
from maniple.store.home import HOME_VARIABLE
from maniple.usecases.bundle import Bundle
from maniple.usecases.connect import connect
from maniple.usecases.destinations import Destination, load_file
from maniple.usecases.forget import can_delete_list, delete_list
from maniple.usecases.operator import keep_operator_values
from maniple.usecases.preview import Preview, preview, start_trial
from maniple.usecases.report import RunReport
from maniple.usecases.request import SyncRequest
from maniple.usecases.run import Progress
from maniple.usecases.sample_users import sample_users, users_csv
from maniple.usecases.setting import SyncTools
from maniple.usecases.sync import sync_cohort
from maniple.usecases.users import TestUsers
from maniple.wiring import Workspace

NOW = "2026-11-20T10:00:00Z"
ShowTrial: TypeAlias = Callable[[int, Progress], None]
"""Hears of the run's number and how far it is."""
NAME = "review"
FEWEST = 3
"""With fewer invented users nobody leaves."""


def quiet(_run: int, _progress: Progress) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Account:
    """A test account at the partner. `settings` are those of the form; what `mappings` do not say is as in the golden cases."""

    settings: Mapping[str, Any] = field(repr=False)
    mappings: Mapping[str, str] = field(default_factory=dict)
    via: str | None = None
    allow_private: bool = False


@dataclass(frozen=True)
class Tried:
    """How a bundle synced: first everybody, then again when some have left. `list_deleted`: nothing of it is left at the
    partner; None when no list was to be deleted."""

    first: RunReport
    second: RunReport
    list_deleted: bool | None = None

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
    bundle: Bundle, destination: Destination, *, users: int, seed: int, show: ShowTrial = quiet
) -> Tried:
    """Sync an invented cohort twice, some leaving in between; `show` hears how far it is.

    Raises ManifestError, SettingsError, and UsageError when the simulator is not installed or cannot play the manifest."""
    program = destination.usable()
    try:
        from maniple.testing.simulator.app import simulator_app
        from maniple.testing.simulator.serve import running
    except ImportError as cause:
        raise UsageError("the simulator is not installed", hint="pip install 'maniple[simulator]'") from cause
    given = made_up(bundle, program, users=users, seed=seed)
    with running(simulator_app([program])) as port:
        stand_in = Account(given.settings, given.mappings, f"http://127.0.0.1:{port}", allow_private=True)
        return await _in_a_home_of_its_own(bundle, program, given, stand_in, show, clean_up=False)


async def sync_with_partner(
    bundle: Bundle, destination: Destination, account: Account, *, users: int, seed: int, show: ShowTrial = quiet
) -> Tried:
    """The same with an account at the partner; its list is deleted afterwards if the manifest has a call for that.

    Raises ManifestError, SettingsError and OperatorError.
    """
    program = destination.usable()
    given = made_up(bundle, program, users=users, seed=seed)
    mappings = {**given.mappings, **account.mappings}
    users_of_it = sample_users(program, seed, mappings=mappings, how_many=max(users, FEWEST))
    return await _in_a_home_of_its_own(
        bundle, program, replace(given, mappings=mappings, users=users_of_it), account, show, clean_up=True
    )


async def _in_a_home_of_its_own(
    bundle: Bundle, program: Program, given: MadeUp, account: Account, show: ShowTrial, *, clean_up: bool
) -> Tried:
    folder = Path(tempfile.mkdtemp(prefix="maniple-review-"))
    try:
        manifest = folder / program.manifest.slug / bundle.manifest
        manifest.parent.mkdir()
        manifest.write_bytes(bundle.files[bundle.manifest])
        with Workspace.open({HOME_VARIABLE: str(folder / "home")}) as workspace:
            _connect(workspace, manifest, program, given, account)
            return await _sync_twice(workspace, folder, given.users, show, clean_up=clean_up)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _connect(workspace: Workspace, manifest: Path, program: Program, given: MadeUp, account: Account) -> None:
    own, operator = split_settings(program, account.settings)
    if operator_fields(program):
        keep_operator_values(workspace.home, program, operator)
    connect(
        workspace,
        load_file(manifest),
        name=NAME,
        settings=own,
        mappings=given.mappings,
        via=account.via,
        allow_private=account.allow_private,
    )


async def _sync_twice(
    workspace: Workspace, folder: Path, users: TestUsers, show: ShowTrial, *, clean_up: bool
) -> Tried:
    stays = [operation == "add" for operation in users.operations]
    runs = []
    for number, kept in enumerate(([True] * len(stays), stays)):
        file = folder / f"cohort-{number}.csv"
        file.write_text(users_csv(_all_added(users, kept)), encoding="utf-8")
        request = SyncRequest(NAME, FileSource(file), users.cohort().name, id_column="user_id")
        runs.append(await sync_cohort(workspace, request, SyncTools(show=partial(show, number + 1))))
    [sync] = workspace.store.list_syncs()
    deleted = None
    if clean_up and can_delete_list(workspace, sync):
        deleted = isinstance(await delete_list(workspace, sync), Delivered)
    return Tried(runs[0], runs[1], deleted)


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

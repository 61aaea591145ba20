"""A connection with everything opened that calls over it need, and what is the same for all of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maniple.delivery.driver import Keep, drive
from maniple.delivery.rate import Pace
from maniple.ports import Clock, Sender
from maniple.runtime.outcome import Outcome
from maniple.runtime.program import CallProgram, Cohort, Program, RunContext, run_context
from maniple.runtime.retry import Dice, RetryPolicy
from maniple.runtime.settings import check_mappings
from maniple.store.control.rows import ConnectionRow, SyncRow
from maniple.store.redact import Redactor
from maniple.usecases.connect import connected_program, connection_settings
from maniple.usecases.request import SyncRequest, cohort_id_of
from maniple.usecases.run import ShowProgress
from maniple.usecases.tokens import connection_memory
from maniple.wire import Flow
from maniple.wiring import Workspace, allows_private, open_clock, open_sender

Agree = Callable[[int, int], bool]
"""Asked before a run that removes most members, with how many of how many."""


@dataclass(frozen=True)
class SyncTools:
    """What a sync may be given instead of the real edges: for tests and for embedding."""

    sender: Sender | None = None
    clock: Clock | None = None
    dice: Dice = random.random
    policy: RetryPolicy | None = None
    show: ShowProgress = lambda _: None
    learn: Callable[[Iterable[str]], object] = lambda _: None
    agree: Agree = lambda removes, members: True  # noqa: ARG005  the names say what is asked


REAL = SyncTools()
"""The real edges."""


@dataclass(frozen=True)
class Setting:
    """A connection with everything opened that a run of it needs."""

    connection: ConnectionRow
    program: Program
    settings: Mapping[str, Any]
    redactor: Redactor
    allow_private: bool
    via: str | None

    def sender(self) -> Sender:
        """A sender for its partner."""
        return open_sender(allow_private=self.allow_private, via=self.via)


def open_setting(workspace: Workspace, connection: ConnectionRow, *, via: str | None, allow_private: bool) -> Setting:
    """Open a connection. Raises ManifestError, SettingsError and OperatorError."""
    program = connected_program(connection)
    settings = connection_settings(workspace, connection, program)
    secrets = [str(settings[name]) for name in program.secret_names if settings.get(name)]
    allowed = allow_private or connection.allow_private or allows_private()
    return Setting(connection, program, settings, Redactor(secrets), allowed, via or connection.via)


async def call_partner(
    workspace: Workspace,
    setting: Setting,
    call: CallProgram,
    flow: Flow[Outcome],
    context: RunContext,
    tools: SyncTools,
    keep: Keep | None = None,
) -> Outcome:
    """Make one call of a connection outside of a run. Raises OperatorError (ForbiddenAddress)."""
    clock = tools.clock or open_clock()
    sender = tools.sender or setting.sender()
    learners = (setting.redactor.learn, tools.learn)
    memory = await connection_memory(workspace.home, workspace.store, setting.connection.id, clock, *learners)
    limiter = Pace(setting.program.rates, clock, context.scope).of(call.name, call.rates)
    try:
        return await drive(flow, sender=sender, clock=clock, memory=memory, limiter=limiter, keep=keep)
    finally:
        if tools.sender is None:
            await sender.close()


def membership_of(workspace: Workspace, sync: SyncRow) -> Path | None:
    """The file of the accepted membership, if there is one."""
    return workspace.home.sync_dir(sync.id) / sync.membership_file if sync.membership_file else None


def mappings_of(setting: Setting) -> dict[str, str]:
    return check_mappings(setting.program, setting.connection.mappings, settings=setting.settings)


def context_of(setting: Setting, sync: SyncRow | None, request: SyncRequest, run_id: str, now: str) -> RunContext:
    name = sync.cohort_name if sync else request.cohort_name
    cohort_id = sync.cohort_id if sync else request.cohort_id or cohort_id_of(request.cohort_name)
    cohort = Cohort(name, cohort_id, request.cohort_url)
    context = run_context(
        setting.program,
        settings=setting.settings,
        cohort=cohort,
        run_id=run_id,
        now=now,
        saved=sync.list if sync else None,
        mappings=mappings_of(setting),
    )
    return context if request.property is None else context.with_list({"property_name": request.property})

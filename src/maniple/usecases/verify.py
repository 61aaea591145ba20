"""Asking a partner whether a connection's credentials are good."""

from __future__ import annotations

from maniple.runtime.flow import converse
from maniple.runtime.outcome import Outcome
from maniple.runtime.program import Cohort, run_context
from maniple.runtime.retry import RetryPolicy
from maniple.store.control.rows import ConnectionRow
from maniple.usecases.connect import connected_program
from maniple.usecases.setting import REAL, SyncTools, call_partner, open_setting
from maniple.usecases.words import iso_time
from maniple.wiring import Workspace, open_clock

PATIENCE = RetryPolicy(2)
"""Somebody waits for the answer."""


async def verify_connection(workspace: Workspace, connection: ConnectionRow, tools: SyncTools = REAL) -> Outcome | None:
    """What the manifest's `verify` came to; None when it has none. Raises SettingsError and OperatorError."""
    if "verify" not in connected_program(connection).calls:
        return None
    setting = open_setting(workspace, connection, via=None, allow_private=False)
    call = setting.program.calls["verify"]
    now = iso_time((tools.clock or open_clock()).now())
    cohort = Cohort("verify", "verify")
    context = run_context(setting.program, settings=setting.settings, cohort=cohort, run_id="run_verify", now=now)
    flow = converse(call, context, tools.dice, tools.policy or PATIENCE)
    return await call_partner(workspace, setting, call, flow, context, tools)

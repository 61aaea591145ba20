"""Ending a sync: its history and membership are forgotten, and its list at the partner deleted where that is asked."""

from __future__ import annotations

import shutil

from maniple.errors import UsageError
from maniple.runtime.flow import converse
from maniple.runtime.outcome import Outcome
from maniple.runtime.retry import RetryPolicy
from maniple.store.control.rows import SyncRow
from maniple.store.lock import SyncLock
from maniple.usecases.request import request_of_sync
from maniple.usecases.setting import REAL, SyncTools, call_partner, context_of, open_setting
from maniple.usecases.words import iso_time
from maniple.wiring import Workspace, open_clock

PATIENCE = RetryPolicy(2)
"""Somebody waits for the answer."""


def can_delete_list(workspace: Workspace, sync: SyncRow) -> bool:
    """The destination has a call that deletes lists, and the sync has one."""
    connection = workspace.store.get_connection(sync.connection_id)
    setting = open_setting(workspace, connection, via=None, allow_private=False)
    return "delete_list" in setting.program.calls and bool(sync.list)


async def delete_list(workspace: Workspace, sync: SyncRow, tools: SyncTools = REAL) -> Outcome:
    """Delete the sync's list at the partner. Raises UsageError when nobody can."""
    connection = workspace.store.get_connection(sync.connection_id)
    setting = open_setting(workspace, connection, via=None, allow_private=False)
    call = setting.program.calls.get("delete_list")
    if call is None or not sync.list:
        raise UsageError(
            f"maniple cannot delete the list of `{sync.cohort_name}`",
            hint="the destination has no `delete_list`, or no list was made; leave out `--delete-list`",
        )
    now = iso_time((tools.clock or open_clock()).now())
    context = context_of(setting, sync, request_of_sync(connection, sync), "run_forget", now).with_list(sync.list)
    flow = converse(call, context, tools.dice, tools.policy or PATIENCE)
    return await call_partner(workspace, setting, call, flow, context, tools)


def forget_sync(workspace: Workspace, sync: SyncRow) -> None:
    """Delete the sync, its runs and its files. Raises SyncBusy when it is running; then nothing is deleted."""
    with SyncLock(workspace.home, sync.id):
        workspace.store.delete_sync(sync.id)
        shutil.rmtree(workspace.home.sync_dir(sync.id), ignore_errors=True)

"""Syncing a cohort: the first run creates the list and sends all, later runs send who entered or left."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from maniple.errors import DeliveryError, ManipleError, UsageError
from maniple.runtime.program import RunContext
from maniple.sources.reading import Reading
from maniple.sources.source import Looked, fetched, kept_source, recall_source
from maniple.store.control.rows import ConnectionRow, RunRow, SyncRow
from maniple.store.data.values import Planned
from maniple.store.lock import SyncLock
from maniple.usecases.batching import batch_sizes
from maniple.usecases.estimate import Estimate, estimate_run
from maniple.usecases.keeping import keeping_is_due
from maniple.usecases.planning import RunFiles, plan_run
from maniple.usecases.report import RunReport, report_of
from maniple.usecases.request import SyncRequest, cohort_id_of, known_sync, request_of_sync
from maniple.usecases.run import Progress, Run, RunEdges
from maniple.usecases.setting import (
    REAL,
    Setting,
    SyncTools,
    context_of,
    mappings_of,
    membership_of,
    open_setting,
)
from maniple.usecases.settle import Settlement, drop_old_files, drop_working_files, settle
from maniple.usecases.tokens import connection_memory
from maniple.usecases.words import iso_time
from maniple.wiring import Workspace, open_clock, retry_policy

MOST = 0.5
"""The share of members from which on a removal is asked about: a cohort file that was cut short looks like leavers."""
FEW = 10
"""Fewer members than this are never asked about."""


def estimate_sync(workspace: Workspace, request: SyncRequest) -> Estimate:
    """What a run would send, and how long that takes at least; nothing is sent, nothing is kept."""
    setting = open_setting(
        workspace,
        workspace.store.find_connection(request.connection),
        via=request.via,
        allow_private=request.allow_private,
    )
    looked = request.source.look()
    sync = known_sync(workspace, setting.connection, request)
    if looked is not None:
        looked.id_column(request.id_column or (sync.id_column if sync else None))
    membership = membership_of(workspace, sync) if sync else None
    context = context_of(setting, sync, request, "run_estimate", iso_time(open_clock().now()))
    mappings = mappings_of(setting)
    directory = Path(tempfile.mkdtemp(prefix="estimate-", dir=workspace.home.make(workspace.home.data)))
    try:
        with fetched(request.source, directory, looked=looked) as cohort:
            figures, planned = plan_run(
                setting.program,
                cohort,
                RunFiles(directory),
                id_column=cohort.id_column(request.id_column or (sync.id_column if sync else None)),
                mappings=mappings,
                scope=context.scope,
                membership=membership,
                value_column=request.property,
            )
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return estimate_run(
        setting.program,
        planned,
        figures,
        context.scope,
        creates=setting.program.create is not None and not (sync and sync.list),
    )


async def sync_cohort(workspace: Workspace, request: SyncRequest, tools: SyncTools = REAL) -> RunReport:
    """Run a sync, creating it on first use. A run whose calls fail is a report with status `failed`.

    Raises ManifestError, SettingsError, CohortError, UsageError and OperatorError before anything is sent.
    """
    tools = replace(tools, policy=tools.policy or retry_policy())
    connection = workspace.store.find_connection(request.connection)
    setting = open_setting(workspace, connection, via=request.via, allow_private=request.allow_private)
    looked = request.source.look()
    known = known_sync(workspace, connection, request)
    if looked is not None:
        looked.id_column(request.id_column or (known.id_column if known else None))
    sync = known or workspace.store.get_or_create_sync(
        connection.id,
        cohort_name=request.cohort_name,
        cohort_id=request.cohort_id or cohort_id_of(request.cohort_name),
        id_column=request.id_column,
    )
    with SyncLock(workspace.home, sync.id):
        if request.cohort_id is not None and request.cohort_name != sync.cohort_name:
            sync = workspace.store.update_sync(sync.id, cohort_name=request.cohort_name)
        sync = _close_unfinished(workspace, sync)
        report = await _run(workspace, setting, sync, request, looked, tools)
        if report.reason is not None and report.status == "failed" and _list_is_gone(workspace, report):
            # The list and everybody on it is gone at the partner: begin again with a new one, once.
            sync = workspace.store.forget_list(sync.id)
            report = await _run(workspace, setting, sync, request, looked, tools)
    return report


async def resume_run(workspace: Workspace, word: str, tools: SyncTools = REAL) -> RunReport:
    """Go on with a run that was killed or interrupted. Raises UsageError when it has ended."""
    tools = replace(tools, policy=tools.policy or retry_policy())
    run = workspace.store.find_run(word)
    if run.status not in ("running", "interrupted", "paused"):
        raise UsageError(
            f"run `{run.id}` has ended", hint="`maniple sync` sends what is missing" if run.status == "failed" else None
        )
    sync = workspace.store.get_sync(run.sync_id)
    connection = workspace.store.get_connection(sync.connection_id)
    with SyncLock(workspace.home, sync.id):
        run = workspace.store.resume_run(run.id)
        setting = open_setting(
            workspace,
            connection,
            via=run.batch_items.get("via"),
            allow_private=bool(run.batch_items.get("allow_private")),
        )
        request = _request_of(connection, sync, run)
        return await _carry_out(workspace, setting, sync, run, request, None, tools)


def _request_of(connection: ConnectionRow, sync: SyncRow, run: RunRow) -> SyncRequest:
    kept = run.batch_items
    return SyncRequest(
        connection.name,
        recall_source(kept["source"]),
        sync.cohort_name,
        sync.cohort_id,
        str(kept.get("cohort_url") or ""),
        kept.get("id_column"),
        kept.get("property"),
    )


async def _run(
    workspace: Workspace, setting: Setting, sync: SyncRow, request: SyncRequest, looked: Looked, tools: SyncTools
) -> RunReport:
    kept: dict[str, Any] = {
        "source": kept_source(request.source),
        "cohort_url": request.cohort_url,
        "id_column": request.id_column or sync.id_column,
        "property": request.property,
        "via": request.via,
        "allow_private": request.allow_private,
    }
    run = workspace.store.start_run(sync.id, manifest_version=setting.program.manifest.version, batch_items=kept)
    return await _carry_out(workspace, setting, sync, run, request, looked, tools)


async def carry_out_plan(
    workspace: Workspace, setting: Setting, sync: SyncRow, run: RunRow, tools: SyncTools
) -> RunReport:
    """Carry out a run whose plan is made already. The caller holds the sync's lock."""
    tools = replace(tools, policy=tools.policy or retry_policy())
    request = request_of_sync(setting.connection, sync)
    return await _carry_out(workspace, setting, sync, run, request, None, tools)


async def _carry_out(
    workspace: Workspace,
    setting: Setting,
    sync: SyncRow,
    run: RunRow,
    request: SyncRequest,
    looked: Looked,
    tools: SyncTools,
) -> RunReport:
    clock = tools.clock or open_clock()
    context = context_of(setting, sync, request, run.id, iso_time(run.started_at))
    sender = tools.sender or setting.sender()
    edges = RunEdges(
        workspace.home,
        workspace.store,
        sender,
        clock,
        tools.dice,
        tools.policy or retry_policy(),
        setting.redactor,
        tools.show,
        await connection_memory(
            workspace.home, workspace.store, setting.connection.id, clock, setting.redactor.learn, tools.learn
        ),
    )
    began = clock.monotonic()
    try:
        if run.phase == "planning":
            run = await _plan(workspace, setting, sync, run, request, looked, context, tools)
            _ask_before_removing_most(workspace, sync, run, tools)
        planned = clock.monotonic()
        task = Run(setting.program, sync, run, context, edges)
        run = await _send(workspace, task, run)
        sent = clock.monotonic()
        times = {"seconds": sent - began, "delivering": sent - planned}
        return await asyncio.to_thread(_finish, workspace, task.sync, run, task, times, tools)
    except (asyncio.CancelledError, KeyboardInterrupt):
        workspace.store.interrupt_run(
            run.id, reason="interrupted", message="The run was stopped; `maniple resume` goes on"
        )
        raise
    except ManipleError as error:
        _note_failure(workspace, run, setting.redactor.text(error.message))
        raise
    finally:
        if tools.sender is None:
            await sender.close()


def _ask_before_removing_most(workspace: Workspace, sync: SyncRow, run: RunRow, tools: SyncTools) -> None:
    """Raises UsageError, with the run ended and nothing sent, when whoever is asked says no."""
    removes = int(run.counts.get("removes", 0))
    if sync.members < FEW or removes < sync.members * MOST or tools.agree(removes, sync.members):
        return
    message = f"the run would have removed {removes:,} of {sync.members:,} members; nothing was sent"
    workspace.store.finish_run(run.id, "failed", reason="not confirmed", message=message)
    raise UsageError(message, hint="is the cohort file whole? `--yes` removes them without asking")


async def _plan(
    workspace: Workspace,
    setting: Setting,
    sync: SyncRow,
    run: RunRow,
    request: SyncRequest,
    looked: Looked,
    context: RunContext,
    tools: SyncTools,
) -> RunRow:
    tools.show(Progress("planning"))
    files = RunFiles(workspace.home.make(workspace.home.run_dir(sync.id, run.id)))
    mappings = mappings_of(setting)
    loop = asyncio.get_running_loop()

    def show_rows(rows: int) -> None:
        loop.call_soon_threadsafe(tools.show, Progress("planning", rows))

    reading = Reading(show_rows)

    def fetch_and_plan() -> tuple[dict[str, Any], Planned]:
        with fetched(request.source, files.directory, reading, looked) as cohort:
            return plan_run(
                setting.program,
                cohort,
                files,
                id_column=cohort.id_column(request.id_column or sync.id_column),
                mappings=mappings,
                scope=context.scope,
                membership=membership_of(workspace, sync),
                resend=keeping_is_due(workspace.store, sync, setting.program, run.started_at),
                value_column=request.property,
            )

    try:
        figures, planned = await asyncio.to_thread(fetch_and_plan)
    except asyncio.CancelledError:
        # The thread would be waited for at the end of the process, however long its query takes.
        reading.stop()
        raise
    return workspace.store.set_phase(
        run.id,
        "creating_list",
        counts=figures,
        cohort_rows=figures["cohort_users"],
        cohort_file=files.snapshot.name,
        batch_items={**run.batch_items, **batch_sizes(setting.program, planned)},
    )


async def _send(workspace: Workspace, task: Run, run: RunRow) -> RunRow:
    """Create the list and deliver. A failed creation leaves everything unsent."""
    if run.phase in ("creating_list", "delivering"):
        try:
            await task.create_list()
        except DeliveryError:
            return run
        if run.phase == "creating_list":
            counts = {**run.counts, "other_requests": task.delivery.requests, "other_retries": task.delivery.retries}
            run = workspace.store.set_phase(run.id, "delivering", counts=counts)
            task.run = run
        await task.deliver()
        matched = await task.count_members()
        if matched is not None:
            return workspace.store.set_phase(run.id, "settling", counts={**run.counts, "matched": matched})
    return workspace.store.set_phase(run.id, "settling")


def _finish(
    workspace: Workspace, sync: SyncRow, run: RunRow, task: Run, times: Mapping[str, float], tools: SyncTools
) -> RunReport:
    tools.show(Progress("settling"))
    why = task.delivery.failure
    settlement = settle(workspace.store, workspace.home, sync, run, failed=why is not None)
    redact = task.edges.redactor.text
    figures = _complete(settlement, sync, **times, settled=task.delivery.settled)
    figures["list_id"] = task.context.scope.get("list_id")
    if why is not None:
        figures["action"] = why.action
    if run.phase == "creating_list":
        figures["requests"] += task.delivery.requests
        figures["retries"] += task.delivery.retries
    ended = workspace.store.adopt_membership(
        sync.id,
        run.id,
        file=settlement.file,
        members=settlement.folded.members,
        doubts=settlement.folded.doubts,
        status=settlement.status,
        counts=figures,
        reason=redact(why.reason) if why else None,
        message=redact(why.message) if why else None,
        rule=why.rule if why else None,
    )
    drop_old_files(workspace.home, sync, settlement.file)
    drop_working_files(task.files.directory)
    return replace(report_of(ended), list_created=ended.list_created)


def _complete(
    settlement: Settlement, sync: SyncRow, seconds: float = 0.0, delivering: float = 0.0, settled: int = 0
) -> dict[str, Any]:
    figures = settlement.figures
    return {
        **figures,
        "cohort_name": sync.cohort_name,
        "cohort_id": sync.cohort_id,
        "list_id": sync.list.get("list_id"),
        "seconds": round(seconds, 3),
        "users_per_s": round(settled / delivering, 1) if delivering > 0 and settled else 0.0,
    }


def _note_failure(workspace: Workspace, run: RunRow, message: str) -> None:
    """A run that could not go on for a reason other than the partner's: to be resumed, or begun anew when nothing was sent."""
    current = workspace.store.get_run(run.id)
    if current.status != "running":
        return
    if current.phase == "planning":
        workspace.store.finish_run(run.id, "failed", reason="not started", message=message)
    else:
        workspace.store.interrupt_run(run.id, reason="stopped", message=message)


def _close_unfinished(workspace: Workspace, sync: SyncRow) -> SyncRow:
    """Settle what an earlier run left behind when its process died, so that the next plan starts from the truth."""
    run = workspace.store.unfinished_run(sync.id)
    if run is None:
        return sync
    if run.phase == "planning":
        workspace.store.finish_run(
            run.id, "failed", reason="interrupted", message="The run was stopped before anything was sent"
        )
        drop_working_files(workspace.home.run_dir(sync.id, run.id))
        return sync
    settlement = settle(workspace.store, workspace.home, sync, run, failed=True)
    figures = _complete(settlement, sync)
    workspace.store.adopt_membership(
        sync.id,
        run.id,
        file=settlement.file,
        members=settlement.folded.members,
        doubts=settlement.folded.doubts,
        status=settlement.status,
        counts=figures,
        reason="interrupted",
        message="The run was stopped; the run after it sends what is missing",
    )
    drop_old_files(workspace.home, sync, settlement.file)
    return workspace.store.get_sync(sync.id)


def _list_is_gone(workspace: Workspace, report: RunReport) -> bool:
    run = workspace.store.get_run(report.run_id)
    return run.counts.get("action") == "recreate_list"

"""Comparing a list at the partner with what it accepted: silent drops are found, and sent again."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from maniple.errors import DeliveryError, UsageError
from maniple.runtime.flow import converse
from maniple.runtime.outcome import Delivered, Failed
from maniple.runtime.program import CallProgram, RunContext
from maniple.runtime.readback import counted, list_members
from maniple.sources.source import kept_source
from maniple.store.control.rows import SyncRow
from maniple.store.data.readback import (
    Difference,
    IdentifierFile,
    compare,
    mapped_columns,
    plan_repair,
    write_identifiers,
)
from maniple.store.lock import SyncLock
from maniple.template.operations import ABSENT
from maniple.template.text import text_of
from maniple.usecases.batching import batch_sizes
from maniple.usecases.planning import identity_names
from maniple.usecases.report import RunReport
from maniple.usecases.request import NOWHERE, request_of_sync
from maniple.usecases.setting import (
    REAL,
    Setting,
    SyncTools,
    call_partner,
    context_of,
    membership_of,
    open_setting,
)
from maniple.usecases.sync import carry_out_plan
from maniple.usecases.words import iso_time
from maniple.wiring import Workspace, open_clock, retry_policy


@dataclass(frozen=True)
class Reconciliation:
    """What reading back found. `counted` is what the partner says; `difference` needs a list that can be read."""

    sync: SyncRow
    counted: int | None = None
    difference: Difference | None = None
    repair: RunReport | None = None

    @property
    def agrees(self) -> bool:
        """Everybody who was accepted is there, as far as the partner tells."""
        if self.difference is not None:
            return self.difference.missing == 0 or (self.repair is not None and self.repair.status != "failed")
        return self.counted is None or self.counted >= self.sync.members

    def as_json(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {
            "sync_id": self.sync.id,
            "cohort_name": self.sync.cohort_name,
            "members": self.sync.members,
            "counted": self.counted,
            "agrees": self.agrees,
            **({"difference": asdict(self.difference)} if self.difference is not None else {}),
            **({"repair": self.repair.as_json()} if self.repair is not None else {}),
        }


async def reconcile(
    workspace: Workspace, sync: SyncRow, *, repair: bool = False, tools: SyncTools = REAL
) -> Reconciliation:
    """Read the list back and compare; with `repair`, send again whom the partner lost.

    Raises UsageError when the destination cannot be read back or nothing was synced, DeliveryError when the partner
    does not answer as it should.
    """
    connection = workspace.store.get_connection(sync.connection_id)
    setting = open_setting(workspace, connection, via=None, allow_private=False)
    calls = setting.program.calls
    if "list_members" not in calls and "count_members" not in calls:
        raise UsageError(
            f"{setting.program.manifest.name} cannot be read back",
            hint="its manifest has neither `list_members` nor `count_members`",
        )
    membership = membership_of(workspace, sync)
    if membership is None:
        raise UsageError(f"`{sync.cohort_name}` has not been synced yet", hint="sync it with `maniple sync`")
    with SyncLock(workspace.home, sync.id):
        now = iso_time((tools.clock or open_clock()).now())
        context = context_of(setting, sync, request_of_sync(connection, sync), "run_reconcile", now)
        counted = await _count(workspace, setting, context, tools)
        if "list_members" not in calls:
            return Reconciliation(sync, counted)
        folder = Path(tempfile.mkdtemp(prefix="reconcile-", dir=workspace.home.make(workspace.home.data)))
        try:
            difference = await _compare(workspace, setting, context, membership, folder, tools)
            report = None
            if repair and difference.missing:
                report = await _repair(workspace, setting, sync, membership, folder, difference, tools)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return Reconciliation(workspace.store.get_sync(sync.id), counted, difference, report)


async def _count(workspace: Workspace, setting: Setting, context: RunContext, tools: SyncTools) -> int | None:
    call = setting.program.calls.get("count_members")
    if call is None:
        return None
    flow = converse(call, context, tools.dice, tools.policy or retry_policy())
    outcome = await call_partner(workspace, setting, call, flow, context, tools)
    if isinstance(outcome, Failed):
        raise DeliveryError(setting.redactor.text(outcome.why.message))
    return counted(outcome.saved)


async def _compare(
    workspace: Workspace,
    setting: Setting,
    context: RunContext,
    membership: Path,
    folder: Path,
    tools: SyncTools,
) -> Difference:
    call = setting.program.calls["list_members"]
    held, known = folder / "held.parquet", folder / "known.parquet"
    with IdentifierFile(held) as file:

        def keep(page: int, identifiers: list[str] | None) -> None:  # noqa: ARG001  pages come in order
            file.add(identifiers or ())

        flow = list_members(call, context, tools.dice, tools.policy or retry_policy())
        outcome = await call_partner(workspace, setting, call, flow, context, tools, keep)
    if not isinstance(outcome, Delivered):
        raise DeliveryError(setting.redactor.text(outcome.why.message))
    mapped = mapped_columns(membership, folder)
    _write_known(call, context, membership, mapped, known)
    return compare(membership, known, held, folder)


def _write_known(call: CallProgram, context: RunContext, membership: Path, mapped: tuple[str, ...], out: Path) -> None:
    """Write what the partner should know each accepted member by."""
    match = call.steps[-1].match
    item = match.item if match is not None else None
    read = item.names if item is not None else frozenset[str]()
    columns = sorted(read & {*mapped, "amplitude_id"}) or ["amplitude_id"]

    def identify(rows: dict[str, list[object]], count: int) -> list[str | None]:
        if item is None:
            return [None] * count
        whole: dict[str, list[Any]] = {
            **rows,
            **{name: [None] * count for name in read - set(rows) if name in item.rows},
        }
        rendered = item.render(whole, context.scope, count)
        return [None if value is None or value is ABSENT else text_of(value) for value in rendered]

    write_identifiers(membership, columns, identify, out)


async def _repair(
    workspace: Workspace,
    setting: Setting,
    sync: SyncRow,
    membership: Path,
    folder: Path,
    difference: Difference,
    tools: SyncTools,
) -> RunReport:
    """A run whose plan is whom the partner lost."""
    mapped = mapped_columns(membership, folder)
    identity = tuple(identity_names(setting.program, list(mapped)))
    run = workspace.store.start_run(sync.id, manifest_version=setting.program.manifest.version, batch_items={})
    directory = workspace.home.make(workspace.home.run_dir(sync.id, run.id))
    planned = plan_repair(membership, folder / "missing.parquet", mapped, identity, directory)
    figures = {
        "cohort_users": difference.accepted,
        "unchanged": planned.unchanged,
        "adds": planned.adds,
        "kept": planned.kept,
        "removes": 0,
    }
    run = workspace.store.set_phase(
        run.id,
        "creating_list",
        counts=figures,
        batch_items={"source": kept_source(NOWHERE), **batch_sizes(setting.program, planned)},
    )
    return await carry_out_plan(workspace, setting, sync, run, tools)

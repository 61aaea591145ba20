"""One run, from the cohort file to the membership it leaves: plan, create the list, deliver, settle.

Each step is written down before the next begins, so a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maniple.cohort.resolve import MappingColumn
from maniple.delivery.driver import drive, drive_many
from maniple.delivery.rate import Pace
from maniple.errors import DeliveryError
from maniple.ports import Clock, Memory, Sender
from maniple.runtime.flow import create_list, deliver, recorded
from maniple.runtime.outcome import Classification, Delivered, Failed, Outcome
from maniple.runtime.prepare import Batch, Prepared, prepare
from maniple.runtime.program import CallProgram, Operation, Program, RunContext
from maniple.runtime.retry import Dice, RetryPolicy
from maniple.sources.file import CohortFile
from maniple.store.control.rows import BatchRow, RunRow, SyncRow
from maniple.store.control.store import ControlStore
from maniple.store.data.capture import snapshot
from maniple.store.data.difference import plan_changes
from maniple.store.data.folder import open_plan
from maniple.store.data.planfile import PlanBatch, PlanFile
from maniple.store.data.resolution import resolve
from maniple.store.data.values import Planned
from maniple.store.home import Home
from maniple.store.journal import Journal
from maniple.store.redact import Redactor
from maniple.wire import Flow

CONSECUTIVE_FAILURES = 3
"""Batches that fail one after another with none accepted between them: then the rest is left for the next run."""
OBJECTS_BETWEEN_COLLECTIONS = 100_000
_NOBODY_ELSE_WILL_PASS = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `done` and `total` count users of the phase."""

    phase: str
    done: int = 0
    total: int = 0
    requests: int = 0
    retries: int = 0


ShowProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Rows of a plan that go into one request."""

    operation: Operation
    index: int
    part: int
    start: int
    count: int
    first_row: int
    """Row of the batch at which this part begins."""


@dataclass
class RunFiles:
    """The files of a run."""

    directory: Path

    @property
    def snapshot(self) -> Path:
        return self.directory / "snapshot.parquet"

    @property
    def resolved(self) -> Path:
        return self.directory / "resolved.parquet"

    @property
    def skips(self) -> Path:
        return self.directory / "skips.parquet"

    @property
    def verdicts(self) -> Path:
        return self.directory / "verdicts.parquet"

    def plan(self, operation: Operation) -> Path:
        return self.directory / ("adds.parquet" if operation == "add" else "removes.parquet")


@dataclass
class Delivery:
    """What the delivering of one run has come to so far."""

    requests: int = 0
    retries: int = 0
    done: int = 0
    settled: int = 0
    """Users whom the partner accepted while this process delivered."""
    failures_in_a_row: int = 0
    failure: Classification | None = None
    stop: bool = False

    def take(self, outcome: Outcome, users: int) -> None:
        """Count an outcome, and decide whether to go on."""
        self.requests += outcome.requests
        self.retries += outcome.retries
        self.done += users
        if isinstance(outcome, Delivered):
            self.failures_in_a_row = 0
            self.settled += users - len(outcome.verdicts)
            return
        self.failures_in_a_row += 1
        self.failure = self.failure or outcome.why
        hopeless = outcome.why.status in _NOBODY_ELSE_WILL_PASS or outcome.why.action in ("recreate_list", "pause_sync")
        if hopeless:
            self.failure = outcome.why
        if hopeless or self.failures_in_a_row >= CONSECUTIVE_FAILURES:
            self.stop = True


@dataclass
class RunEdges:
    """The world that a run acts on."""

    home: Home
    store: ControlStore
    sender: Sender
    clock: Clock
    dice: Dice
    policy: RetryPolicy
    redactor: Redactor
    show: ShowProgress = field(default=lambda _: None)
    memory: Memory | None = None


def plan_run(
    program: Program,
    cohort: CohortFile,
    files: RunFiles,
    *,
    id_column: str,
    mappings: Mapping[str, str],
    scope: Mapping[str, Any],
    membership: Path | None,
) -> tuple[dict[str, Any], Planned]:
    """Snapshot, resolve and diff. Answers with the figures of the report so far, and the plan's."""
    columns = mapping_columns(program, cohort, mappings, id_column, scope)
    mapped = [column.property for column in columns]
    carried = carried_properties(program, cohort, id_column, mapped)
    taken = snapshot(cohort, id_column, [*mapped, *carried], files.snapshot)
    resolved = resolve(files.snapshot, columns, carried, files.resolved, files.skips, program.manifest.require)
    names = [column.name for column in columns]
    planned = plan_changes(
        files.resolved, files.skips, membership, names, identity_names(program, names), files.directory
    )
    figures = {
        "cohort_users": taken.rows,
        "duplicates": taken.duplicates,
        "skipped_by_reason": dict(resolved.skips_by_reason),
        "unchanged": planned.unchanged,
        "shared": planned.shared,
        "drifted": planned.drifted,
        "adds": planned.adds,
        "removes": planned.removes,
    }
    return figures, planned


def mapping_columns(
    program: Program, cohort: CohortFile, mappings: Mapping[str, str], id_column: str, scope: Mapping[str, Any]
) -> list[MappingColumn]:
    """The mappings as columns. `amplitude_id` names the id column whatever the file calls it."""
    available = cohort.columns()
    columns: list[MappingColumn] = []
    for mapping in program.mappings:
        chosen = mappings.get(mapping.name)
        if chosen is None:
            continue
        name = id_column if chosen == "amplitude_id" and chosen not in available else chosen
        columns.append(MappingColumn(mapping.name, name, mapping.optional, mapping.converter(scope)))
    return columns


def carried_properties(program: Program, cohort: CohortFile, id_column: str, mapped: list[str]) -> list[str]:
    """The properties that travel with each user, when a call reads `$user`: all that are neither id nor mapped."""
    if not program.carries_user:
        return []
    return [name for name in cohort.columns() if name != id_column and name not in mapped]


def identity_names(program: Program, mapped: list[str]) -> list[str]:
    """The identity columns that are mapped; the member's own id when none is."""
    names = [name for name in program.identity if name in mapped or name == "amplitude_id"]
    return names or ["amplitude_id"]


class Run:
    """Carries one run out. The caller holds the sync's lock."""

    def __init__(self, program: Program, sync: SyncRow, run: RunRow, context: RunContext, edges: RunEdges) -> None:
        self.program = program
        self.sync = sync
        self.run = run
        self.context = context
        self.edges = edges
        self.files = RunFiles(edges.home.make(edges.home.run_dir(sync.id, run.id)))
        self.delivery = Delivery()
        self.pace = Pace(program.rates, edges.clock)

    async def create_list(self) -> None:
        """Create the list unless it is there; what it saves is in the context from then on. Raises DeliveryError."""
        call = self.program.create
        if call is None:
            return
        if not self.sync.list:
            self.edges.show(Progress("creating_list"))
            flow = create_list(call, self.context, self.edges.dice, self.edges.policy)
            limiter = self.pace.of(call.name, call.rates)
            edges = self.edges
            outcome = await drive(flow, sender=edges.sender, clock=edges.clock, memory=edges.memory, limiter=limiter)
            self.delivery.requests += outcome.requests
            self.delivery.retries += outcome.retries
            if isinstance(outcome, Failed):
                self.delivery.failure = outcome.why
                raise DeliveryError(outcome.why.message)
            name = str(self.context.scope["amp_cohort_name"])
            self.sync = await asyncio.to_thread(
                self.edges.store.save_list, self.sync.id, dict(outcome.saved), list_name=name, run_id=self.run.id
            )
        self.context = self.context.with_list(self.sync.list)

    async def deliver(self) -> None:
        """Send removes, then adds: a partner that caps a list's size would refuse the adds otherwise, and a member
        whose identifier changed must end as a member."""
        plans = {operation: PlanFile(self.files.plan(operation)) for operation in ("remove", "add")}
        total = sum(plan.rows for plan in plans.values())
        async with Journal(self.edges.store, self.run.id, self.edges.redactor) as journal:
            with rare_collections():
                for operation in ("remove", "add"):
                    if plans[operation].rows and not self.delivery.stop:
                        await self._deliver_all(operation, plans[operation], journal, total)

    async def _deliver_all(self, operation: Operation, plan: PlanFile, journal: Journal, total: int) -> None:
        call = self.program.call_for(operation)
        size = int(self.run.batch_items[operation])
        settled = await asyncio.to_thread(self._already_delivered, operation)
        earlier = await asyncio.to_thread(self._attempts, operation)

        async def keep(place: Place, outcome: Outcome | None) -> None:
            before = earlier.get((place.index, place.part), (0, 0))
            if outcome is None:
                await journal.sending([_row(place, "sending", requests=before[0], retries=before[1])])
            else:
                # Before the outcome is safe, so that what makes the run stop is known before more is prepared.
                self.delivery.take(outcome, place.count)
                await journal.settled(*_settlement(place, outcome, before))

        landed = drive_many(
            self._flows(call, operation, plan, size, settled),
            parallel=call.parallel,
            sender=self.edges.sender,
            clock=self.edges.clock,
            memory=self.edges.memory,
            limiter=self.pace.of(call.name, call.rates),
            keep=keep,
        )
        async for _ in landed:
            done = Progress("delivering", self.delivery.done, total, self.delivery.requests, self.delivery.retries)
            self.edges.show(done)

    async def _flows(
        self, call: CallProgram, operation: Operation, plan: PlanFile, size: int, settled: frozenset[tuple[int, int]]
    ) -> AsyncIterator[tuple[Place, Callable[[], Flow[Outcome]]]]:
        """The deliveries that are left to do, each rendered just before it is sent."""
        whole = frozenset(index for index, part in settled if part < 0)
        unmapped = {mapping.name for mapping in self.program.mappings} - set(open_plan(self.files.directory).mappings)
        columns = sorted(call.rows - unmapped or {"amplitude_id"})
        with closing(plan.batches(size, columns, skip=whole.__contains__)) as batches:
            while not self.delivery.stop:
                if not batches.at_hand():
                    await asyncio.to_thread(batches.wait)
                # Decoded here and not in a thread: what another core has put into its caches comes slower than it saves.
                batch = next(batches, None)
                if batch is None:
                    return
                count = min(size, plan.rows - batch.start)
                for place, prepared in self._prepare(call, operation, batch, count, call.rows & unmapped):
                    if (place.index, place.part) in settled:
                        self.delivery.done += place.count
                    else:
                        yield place, self._flow(call, place, prepared)
                # The next batch is decoded into the memory of this one.
                del batch

    def _prepare(
        self, call: CallProgram, operation: Operation, batch: PlanBatch, count: int, unmapped: Set[str]
    ) -> Iterator[tuple[Place, Prepared]]:
        columns: dict[str, list[Any]] = {**batch.rows, **{name: [None] * count for name in unmapped}}
        if "user" in columns:
            columns["user"] = [_with_values(carried) for carried in columns["user"]]
        for prepared in prepare(call, self.context, Batch(operation, batch.index, columns, count, batch.text)):
            start = batch.start + prepared.start
            yield Place(operation, batch.index, prepared.part, start, prepared.count, prepared.start), prepared

    def _flow(self, call: CallProgram, place: Place, prepared: Prepared) -> Callable[[], Flow[Outcome]]:
        return lambda: recorded(place, deliver(call, prepared, self.edges.dice, self.edges.policy))

    def _already_delivered(self, operation: Operation) -> frozenset[tuple[int, int]]:
        """Parts that the ledger has as delivered; (index, -1) for batches that are delivered whole."""
        size = int(self.run.batch_items[operation])
        delivered: dict[int, int] = {}
        parts: set[tuple[int, int]] = set()
        rows = PlanFile(self.files.plan(operation)).rows
        for row in self.edges.store.batches(self.run.id, operation):
            if row.state == "delivered":
                parts.add((row.index, row.part))
                delivered[row.index] = delivered.get(row.index, 0) + row.count
        whole = {(index, -1) for index, count in delivered.items() if count >= min(size, rows - index * size)}
        self.delivery.done += sum(delivered[index] for index, _ in whole)
        return frozenset(parts | whole)

    def _attempts(self, operation: Operation) -> dict[tuple[int, int], tuple[int, int]]:
        """Requests and retries that earlier attempts at a part have cost."""
        if not self.run.resumed:
            return {}
        return {
            (row.index, row.part): (row.requests, row.retries)
            for row in self.edges.store.batches(self.run.id, operation)
        }


@contextmanager
def rare_collections() -> Iterator[None]:
    """Python's search for cycles comes seldom inside: rendered users are trees, and it would go through all of them
    again and again, for up to half of the time that rendering takes."""
    thresholds = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _with_values(carried: dict[str, Any]) -> dict[str, Any] | None:
    """The carried properties that have a value; None when there is none, so that `user~: $user` leaves no trace."""
    return {name: value for name, value in carried.items() if value is not None} or None


def _row(place: Place, state: Any, **facts: Any) -> BatchRow:
    return BatchRow(place.operation, place.index, place.part, place.start, place.count, state, **facts)


def _settlement(place: Place, outcome: Outcome, before: tuple[int, int]) -> tuple[BatchRow, list[Any]]:
    """The ledger's row for an outcome, and its verdicts counted from the part's first user."""
    from dataclasses import replace

    verdicts = [replace(verdict, row=verdict.row - place.first_row) for verdict in outcome.verdicts]
    facts: dict[str, Any] = {
        "requests": before[0] + outcome.requests,
        "retries": before[1] + outcome.retries,
        "rejected": sum(verdict.kind == "rejected" for verdict in verdicts),
        "skipped": sum(verdict.kind == "skipped" for verdict in verdicts),
        "http_status": outcome.last.reply.status if outcome.last else None,
    }
    if isinstance(outcome, Delivered):
        return _row(place, "delivered", uncounted=outcome.rejected_uncounted, **facts), verdicts
    why = outcome.why
    state = "in_doubt" if outcome.in_doubt else "failed"
    return _row(place, state, reason=why.reason, message=why.message, rule=why.rule, **facts), verdicts


def operations() -> Iterator[Operation]:
    """Both operations, in the order they are sent."""
    yield "remove"
    yield "add"

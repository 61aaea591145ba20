"""One run, from the cohort file to the membership it leaves: plan, create the list, deliver, settle.

Each step is written down before the next begins, so a run that was killed goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from maniple.delivery.driver import drive, drive_many
from maniple.delivery.memory import TokenMemory
from maniple.delivery.rate import Pace
from maniple.errors import DeliveryError
from maniple.ports import Clock, Memory, Sender
from maniple.runtime.flow import converse, create_list, deliver, recorded
from maniple.runtime.outcome import Classification, Delivered, Failed, Outcome
from maniple.runtime.prepare import Batch, Prepared, prepare, prepare_nobody
from maniple.runtime.program import CallProgram, Operation, Program, RunContext
from maniple.runtime.readback import counted
from maniple.runtime.retry import Dice, RetryPolicy
from maniple.store.control.rows import RunRow, SyncRow
from maniple.store.control.store import ControlStore
from maniple.store.data.folder import open_plan
from maniple.store.data.planfile import PlanBatch, PlanFile
from maniple.store.home import Home
from maniple.store.journal import Journal
from maniple.store.redact import Redactor
from maniple.usecases.batching import too_few
from maniple.usecases.budget import DailyBudget, daily_budget, day_began
from maniple.usecases.places import Earlier, Place, row_of, settlement
from maniple.usecases.planning import RunFiles
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
        self.memory = edges.memory or TokenMemory(edges.clock)
        self.pace = Pace(program.rates, edges.clock, context.scope)

    async def create_list(self) -> None:
        """Create the list unless it is there; what it saves is in the context from then on. Raises DeliveryError."""
        call = self.program.create
        if call is None:
            return
        if not self.sync.list:
            self.edges.show(Progress("creating_list"))
            budget = daily_budget(call.budget, self.context.scope, await asyncio.to_thread(self._lists_today))
            if not budget.take(len(call.steps)):
                self.delivery.failure = budget.why
                raise DeliveryError(budget.why.message)
            if call.first_batch and not PlanFile(self.files.plan("add")).rows:
                return
            outcome = await (self._create_with_users(call) if call.first_batch else self._create(call))
            if isinstance(outcome, Failed):
                self.delivery.failure = outcome.why
                raise DeliveryError(outcome.why.message)
            name = str(self.context.scope["amp_cohort_name"])
            self.sync = await asyncio.to_thread(
                self.edges.store.save_list, self.sync.id, dict(outcome.saved), list_name=name, run_id=self.run.id
            )
        self.context = self.context.with_list(self.sync.list)
        await self._rename_list()

    async def _rename_list(self) -> None:
        """Give the list the cohort's new name. A partner who refuses keeps nobody from being sent."""
        call = self.program.calls.get("rename_list")
        name = str(self.context.scope["amp_cohort_name"])
        if call is None or not self.sync.list or self.sync.list_name in (None, name):
            return
        outcome = await self._talk(call)
        if isinstance(outcome, Failed):
            self.delivery.failure = outcome.why
            return
        self.sync = await asyncio.to_thread(self.edges.store.update_sync, self.sync.id, list_name=name)

    async def count_members(self) -> int | None:
        """How many members the partner says the list has; None when it does not say."""
        call = self.program.calls.get("count_members")
        if call is None or self.delivery.stop:
            return None
        outcome = await self._talk(call)
        return counted(outcome.saved) if isinstance(outcome, Delivered) else None

    async def _talk(self, call: CallProgram) -> Outcome:
        """Make a call that carries no users."""
        outcome = await self._drive(call, converse(call, self.context, self.edges.dice, self.edges.policy))
        self.delivery.requests += outcome.requests
        self.delivery.retries += outcome.retries
        return outcome

    async def _create(self, call: CallProgram) -> Outcome:
        flow = create_list(call, self.context, self.edges.dice, self.edges.policy)
        outcome = await self._drive(call, flow)
        self.delivery.requests += outcome.requests
        self.delivery.retries += outcome.retries
        return outcome

    async def _drive(self, call: CallProgram, flow: Flow[Outcome]) -> Outcome:
        limiter = self.pace.of(call.name, call.rates)
        edges = self.edges
        return await drive(flow, sender=edges.sender, clock=edges.clock, memory=self.memory, limiter=limiter)

    async def _create_with_users(self, call: CallProgram) -> Outcome:
        """Create the list with the first users of the plan in the same request; they are its batch 0, part 0."""
        size = int(self.run.batch_items["add"])
        plan = PlanFile(self.files.plan("add"))
        columns, unmapped = self._columns(call)
        with closing(plan.batches(size, columns)) as batches:
            batch = await asyncio.to_thread(next, batches)
        count = min(size, plan.rows)
        prepared = next(
            prepare(call, self.context, Batch("add", 0, self._filled(batch, count, unmapped), count, batch.text))
        )
        place = Place("add", 0, 0, 0, prepared.count, 0)
        async with Journal(self.edges.store, self.run.id, self.edges.redactor) as journal:
            journal.sending(row_of(place, "sending"))
            outcome = await self._drive(
                call, create_list(call, self.context, self.edges.dice, self.edges.policy, prepared)
            )
            journal.settled(*settlement(place, outcome, (0, 0)))
        return outcome

    def _lists_today(self) -> int:
        """Lists that were created on this connection today."""
        since = day_began(self.edges.clock.now())
        return self.edges.store.lists_created_since(self.sync.connection_id, since)

    async def deliver(self) -> None:
        """Send removes, then adds: a partner that caps a list's size would refuse the adds otherwise, and a member
        whose identifier changed must end as a member. A snapshot is all adds: who is not in it is removed by it."""
        plans = {operation: PlanFile(self.files.plan(operation)) for operation in operations()}
        total = sum(plan.rows for plan in plans.values())
        earlier = await asyncio.to_thread(self._earlier, plans) if self.run.resumed else {}
        async with Journal(self.edges.store, self.run.id, self.edges.redactor) as journal:
            with rare_collections():
                for operation in self._sent():
                    if plans[operation].rows and not self.delivery.stop:
                        await self._deliver_all(
                            operation, plans[operation], journal, total, earlier.get(operation, Earlier())
                        )
            if self.program.is_snapshot and plans["remove"].rows and self.delivery.failure is None:
                await self._replaced(plans, journal)

    def _sent(self) -> tuple[Operation, ...]:
        """The operations that requests are made for, in order."""
        return ("add",) if self.program.is_snapshot else ("remove", "add")

    async def _replaced(self, plans: Mapping[Operation, PlanFile], journal: Journal) -> None:
        """Settle the leavers of a snapshot: everybody else was sent, or there is nobody else and that is told."""
        place = Place("remove", 0, 0, 0, plans["remove"].rows, 0)
        outcome: Outcome = Delivered((), requests=0)
        if not plans["add"].rows:
            outcome = await self._send_nobody(self.program.call_for("remove"))
        self.delivery.take(outcome, place.count)
        journal.settled(*settlement(place, outcome, (0, 0)))

    async def _send_nobody(self, call: CallProgram) -> Outcome:
        if not call.sends_nobody:
            message = "The cohort is empty, and this destination has no way to say so. Empty the list at the partner."
            return Failed(Classification("Nobody to send", message), requests=0)
        prepared = next(prepare_nobody(call, self.context))
        return await self._drive(call, deliver(call, prepared, self.edges.dice, self.edges.policy))

    async def _deliver_all(
        self, operation: Operation, plan: PlanFile, journal: Journal, total: int, earlier: Earlier
    ) -> None:
        call = self.program.call_for(operation)
        why = too_few(call, plan.rows)
        if why is not None:
            self.delivery.failure = self.delivery.failure or why
            return

        def keep(place: Place, outcome: Outcome | None) -> None:
            before = earlier.attempts.get((place.index, place.part), (0, 0))
            if outcome is None:
                journal.sending(row_of(place, "sending", requests=before[0], retries=before[1]))
            else:
                self.delivery.take(outcome, place.count)
                journal.settled(*settlement(place, outcome, before))

        budget = (
            await asyncio.to_thread(self._budget, call, operation) if call.budget is not None else DailyBudget(None)
        )
        landed = drive_many(
            self._flows(call, operation, plan, earlier.delivered, budget),
            parallel=call.parallel,
            sender=self.edges.sender,
            clock=self.edges.clock,
            memory=self.memory,
            limiter=self.pace.of(call.name, call.rates),
            keep=keep,
        )
        async for _ in landed:
            done = Progress("delivering", self.delivery.done, total, self.delivery.requests, self.delivery.retries)
            self.edges.show(done)

    def _flows(
        self,
        call: CallProgram,
        operation: Operation,
        plan: PlanFile,
        settled: frozenset[tuple[int, int]],
        budget: DailyBudget,
    ) -> Iterator[tuple[Place, Callable[[], Flow[Outcome]]]]:
        """The deliveries that are left to do, each rendered just before it is sent."""
        size = int(self.run.batch_items[operation])
        whole = frozenset(index for index, part in settled if part < 0)
        columns, unmapped = self._columns(call)
        with closing(plan.batches(size, columns, skip=whole.__contains__)) as batches:
            while not self.delivery.stop:
                batch = next(batches, None)
                if batch is None:
                    return
                count = min(size, plan.rows - batch.start)
                for place, prepared in self._prepare(call, operation, batch, count, unmapped):
                    if (place.index, place.part) in settled:
                        self.delivery.done += place.count
                    elif budget.take(len(call.steps)):
                        yield place, self._flow(call, place, prepared)
                    else:
                        self.delivery.failure = self.delivery.failure or budget.why
                        self.delivery.stop = True
                        return
                # The next batch is decoded into the memory of this one.
                del batch

    def _prepare(
        self, call: CallProgram, operation: Operation, batch: PlanBatch, count: int, unmapped: Set[str]
    ) -> Iterator[tuple[Place, Prepared]]:
        whole = Batch(operation, batch.index, self._filled(batch, count, unmapped), count, batch.text)
        created = self._sent_with_list() if operation == "add" and batch.index == 0 else 0
        users = whole.rows(created, count) if created else whole
        for prepared in prepare(call, self.context, users, 1 if created else 0) if users.size else ():
            start = batch.start + created + prepared.start
            yield Place(operation, batch.index, prepared.part, start, prepared.count, prepared.start), prepared

    def _columns(self, call: CallProgram) -> tuple[list[str], Set[str]]:
        """The columns of the plan that a call reads, and those that it reads and nobody has mapped."""
        own = {*self.program.sent_names, "property_value"}
        unmapped = own - set(open_plan(self.files.directory).mappings)
        return sorted(call.rows - unmapped or {"amplitude_id"}), call.rows & unmapped - {"property_value"}

    @staticmethod
    def _filled(batch: PlanBatch, count: int, unmapped: Set[str]) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {**batch.rows, **{name: [None] * count for name in unmapped}}
        if "user" in columns:
            columns["user"] = [_with_values(carried) for carried in columns["user"]]
        return columns

    def _sent_with_list(self) -> int:
        """How many users of the plan went out with the creation of the list."""
        create = self.program.create
        if create is None or not create.first_batch:
            return 0
        rows = self.edges.store.batches(self.run.id, "add")
        first = next((row for row in rows if (row.index, row.part, row.state) == (0, 0, "delivered")), None)
        return first.count if first is not None and self.edges.store.get_run(self.run.id).list_created else 0

    def _budget(self, call: CallProgram, operation: Operation) -> DailyBudget:
        """What is left today of the calls that the partner allows."""
        since = day_began(self.edges.clock.now())
        used = self.edges.store.requests_since(self.sync.connection_id, operation, since)
        return daily_budget(call.budget, self.context.scope, used)

    def _flow(self, call: CallProgram, place: Place, prepared: Prepared) -> Callable[[], Flow[Outcome]]:
        return lambda: recorded(place, deliver(call, prepared, self.edges.dice, self.edges.policy))

    def _earlier(self, plans: Mapping[Operation, PlanFile]) -> dict[Operation, Earlier]:
        """What earlier attempts at this run have come to, for each operation."""
        found: dict[Operation, Earlier] = {}
        for operation, plan in plans.items():
            size = int(self.run.batch_items[operation])
            rows = self.edges.store.batches(self.run.id, operation)
            delivered: dict[int, int] = {}
            for row in rows:
                if row.state == "delivered":
                    delivered[row.index] = delivered.get(row.index, 0) + row.count
            whole = {(index, -1) for index, count in delivered.items() if count >= min(size, plan.rows - index * size)}
            self.delivery.done += sum(delivered[index] for index, _ in whole)
            parts = {(row.index, row.part) for row in rows if row.state == "delivered"}
            attempts = {(row.index, row.part): (row.requests, row.retries) for row in rows}
            found[operation] = Earlier(frozenset(parts | whole), attempts)
        return found


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


def operations() -> Iterator[Operation]:
    """Both operations, in the order they are sent."""
    yield "remove"
    yield "add"

"""maniple as a library: a cohort in memory through a program to a partner, with no database and no files.

`plan` compares the cohort with what the partner accepted before; `run` delivers the difference and answers with a
report that holds the new membership. Who embeds maniple keeps that membership and gives it to the next `plan`.
"""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from maniple.cohort.delta import Changes, changes
from maniple.cohort.fold import Fate, fold
from maniple.cohort.identity import Identity, identity_of
from maniple.cohort.member import Membership, Nested, Pair, Value, membership
from maniple.errors import CohortError, SettingsError
from maniple.manifest.model import Manifest
from maniple.ports import Clock, Sender
from maniple.runtime.authorize import shown
from maniple.runtime.compile import compile_program
from maniple.runtime.flow import create_list, deliver
from maniple.runtime.marks import MarkedStep, marked_steps
from maniple.runtime.outcome import Classification, Delivered, Failed, Outcome
from maniple.runtime.prepare import Batch, Prepared, prepare
from maniple.runtime.program import CallProgram, Cohort, Operation, Program, RunContext, run_context
from maniple.runtime.properties import join_properties
from maniple.runtime.resolve import ResolvedUsers, resolve_users
from maniple.runtime.retry import RetryPolicy
from maniple.runtime.settings import check_mappings, check_settings, split_settings
from maniple.template.text import json as json_text
from maniple.usecases.batching import batch_size
from maniple.usecases.destinations import find_destination, load_file, manifest_files
from maniple.usecases.users import read_users
from maniple.wire import Flow, Request

LIST_ID = "list_id_from_create_list"
Users: TypeAlias = Iterable[Mapping[str, Any]]


def load(path: str | Path) -> Manifest:
    """Load and check the manifest at `path`, a file or a destination's folder. Raises ManifestError, which shows carets."""
    return load_file(manifest_files(Path(path))[0]).usable().manifest


def compile(manifest: Manifest) -> Program:
    """Compile what `load` gave, or a Manifest made in code. Raises ManifestError."""
    return compile_program(manifest)


@dataclass(frozen=True)
class Plan:
    """What a run would change at the partner, and everything that is needed to make it."""

    program: Program
    context: RunContext = field(repr=False)
    saved: Mapping[str, Any]
    """What creating the list saved; empty when it is still to be created."""
    accepted: Membership = field(repr=False)
    changes: Changes = field(repr=False)
    identity: Identity = field(repr=False)
    users: Mapping[str, Mapping[str, Any]] = field(repr=False)
    """Carried properties by member id."""
    mappings: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    """Users that cannot be sent: id and reason."""

    @property
    def creates_list(self) -> bool:
        """The run begins with creating the list: there is none yet, and nobody was ever accepted."""
        return self.program.create is not None and not self.saved and not self.accepted.pairs

    def batches(self, operation: Operation) -> Iterable[Batch]:
        """The users of one operation, as columns, batch by batch."""
        pairs = self.changes.adds if operation == "add" else self.changes.removes
        size = batch_size(self.program.call_for(operation), len(pairs))
        for index, start in enumerate(range(0, len(pairs), size)):
            part = pairs[start : start + size]
            yield Batch(operation, index, self._columns(part), len(part))

    def _columns(self, pairs: Sequence[Pair]) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {
            name: [_thawed(pair.sent_as[at]) for pair in pairs] for at, name in enumerate(self.mappings)
        }
        columns["amplitude_id"] = [pair.member_id for pair in pairs]
        columns["user"] = [self.users.get(pair.member_id) for pair in pairs]
        return {**{name: [None] * len(pairs) for name in self.program.sent_names}, **columns}

    def preview(self, limit: int | None = None) -> list[Request]:
        """The first `limit` requests, exactly as a run would send them; a list that is not created yet has a
        placeholder for its id."""
        return list(islice(self._requests(), limit))

    def _requests(self) -> Iterable[Request]:
        context = self.context
        create = self.program.create
        if create is not None and not self.saved:
            if self.creates_list:
                yield from _requests_of(marked_steps(create, context.scope, {}, 0))
            context = context.with_list({"list_id": LIST_ID})
        for operation in ("remove", "add"):
            call = self.program.call_for(operation)
            for batch in self.batches(operation):
                for prepared in prepare(call, context, batch):
                    if prepared.stepped:
                        yield from _requests_of(marked_steps(call, prepared.scope, prepared.columns, prepared.size))
                    elif prepared.request is not None:
                        yield shown(call.first, prepared.request, prepared.scope)


@dataclass(frozen=True)
class Report:
    """What a run did. `accepted` is to be kept, and given to the next `plan`; it knows its list (`saved`)."""

    added: int
    removed: int
    shared: int
    skipped_by_reason: Mapping[str, int]
    rejected: tuple[tuple[str, str], ...]
    """Users whom the partner refused: id and reason."""
    in_doubt: int
    unsent: int
    requests: int
    retries: int
    saved: Mapping[str, Any]
    accepted: Membership = field(repr=False)
    failure: Classification | None = None

    @property
    def ok(self) -> bool:
        """Every call was accepted; users may have been skipped or refused."""
        return self.failure is None


def plan(
    program: Program,
    cohort: Users | str | Path,
    *,
    settings: Mapping[str, Any] | None = None,
    accepted: Membership | Users | None = None,
    saved: Mapping[str, Any] | None = None,
    mappings: Mapping[str, str | Sequence[str]] | None = None,
    cohort_name: str = "Cohort",
    cohort_id: str = "cohort",
    cohort_url: str = "",
    run_id: str | None = None,
    now: datetime | None = None,
) -> Plan:
    """Plan the changes from what was accepted to `cohort`: rows of user properties, or the path of a small file.

    The id of a row is its `amplitude_id`, else its `user_id`. `mappings` name the user property of each mapping (a list
    for one that takes many, `name.target` for what a choice is); what is left out is chosen from the rows. `accepted` is the membership of the run before (`report.accepted`), or
    the rows of the users whom the partner has already; then `saved` is what creating their list saved, such as
    `{"list_id": 7}`. Raises SettingsError and CohortError.
    """
    rows = list(read_users(Path(cohort)).rows) if isinstance(cohort, str | Path) else _rows(cohort)
    before = accepted if isinstance(accepted, Membership) else Membership()
    members = [] if accepted is None or isinstance(accepted, Membership) else _rows(accepted)
    columns = dict.fromkeys(name for row in (*rows, *members) for name in row)
    own, operator = split_settings(program, settings or {})
    checked = check_settings(program, own, operator=operator)
    told = {name: each if isinstance(each, str) else join_properties(each) for name, each in (mappings or {}).items()}
    # Nothing can be chosen where there is no user, and nothing has to be.
    chosen = check_mappings(program, mappings or {}, columns, checked) if columns else told
    saved = dict(before.saved if saved is None else saved)
    context = run_context(
        program,
        settings=checked,
        cohort=Cohort(cohort_name, cohort_id, cohort_url),
        run_id=run_id or f"run_{uuid.uuid4().hex[:10]}",
        now=(now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        saved=saved,
        mappings=chosen,
    )
    resolved = resolve_users(program, chosen, context.scope, rows)
    names = program.sent_names
    wanted = _pairs(resolved, names)
    identity = identity_of(program.identity, names)
    if members:
        before = membership(_pairs(resolve_users(program, chosen, context.scope, members), names))
    if any(len(pair.sent_as) != len(names) for pair in before.pairs):
        raise SettingsError("the accepted membership was made with other mappings than this manifest has")
    if program.is_snapshot:
        # The partner forgets whoever is not sent, so everybody is.
        before = Membership(saved=before.saved)
    difference = changes(before, wanted, {member for member, _ in resolved.skipped}, identity)
    carried = dict(zip(resolved.ids, resolved.columns.get("user", [None] * len(resolved.ids)), strict=True))
    return Plan(program, context, saved, before, difference, identity, carried, names, tuple(resolved.skipped))


def _requests_of(steps: Iterable[MarkedStep]) -> Iterator[Request]:
    return (step.request for step in steps if step.request is not None)


def _rows(users: Users) -> list[dict[str, Any]]:
    rows = list(users)
    if any(not isinstance(row, Mapping) for row in rows):
        raise CohortError(
            "a user is a map of properties", hint='write `{"user_id": "u1"}`, with the properties that are mapped'
        )
    return [dict(row) for row in rows]


def _pairs(resolved: ResolvedUsers, names: Sequence[str]) -> list[Pair]:
    return [
        Pair(member, tuple(_frozen(resolved.columns[name][at]) for name in names))
        for at, member in enumerate(resolved.ids)
    ]


def _frozen(value: Any) -> Value:
    """The value as it can stand in a pair, which must be comparable."""
    frozen: Value = Nested(json_text(value)) if isinstance(value, dict | list) else value
    return frozen


def _thawed(value: Value) -> Any:
    return json.loads(value) if isinstance(value, Nested) else value


async def run(
    plan: Plan,
    *,
    sender: Sender | None = None,
    clock: Clock | None = None,
    retries: int | None = None,
    allow_private: bool = False,
    via: str | None = None,
    dice: Callable[[], float] = random.random,
) -> Report:
    """Deliver a plan. Calls that fail are in the report, never exceptions. `sender` is closed only when it is made here.

    Raises ForbiddenAddress when a request would go to a private address, and SettingsError when a request cannot be
    made from the settings or when there are members and nobody said which list they are in.
    """
    if plan.program.create is not None and plan.program.create.first_batch and not plan.saved:
        raise SettingsError(
            "this destination creates its list together with the first users, which needs a ledger",
            hint='use `maniple sync`, or give `saved={"list_id": ...}` to `plan`',
        )
    if plan.program.create is not None and not plan.saved and not plan.creates_list:
        raise SettingsError(
            "there are members already, and the id of their list is not known",
            hint='give `saved={"list_id": ...}` to `plan`, or no `accepted` to begin with a new list',
        )
    from maniple.wiring import open_clock, open_sender, retry_policy

    own = sender is None
    out = sender or open_sender(allow_private=allow_private, via=via)
    policy = RetryPolicy(retries) if retries is not None else retry_policy()
    delivery = _Delivery(plan, out, clock or open_clock(), policy, dice)
    try:
        return await delivery.run()
    finally:
        if own:
            await out.close()


def run_blocking(plan: Plan, **options: Any) -> Report:
    """`run` for scripts: the same arguments, and it returns when the run has ended."""
    return asyncio.run(run(plan, **options))


class _Delivery:
    """One run of a plan in memory."""

    def __init__(
        self, plan: Plan, sender: Sender, clock: Clock, policy: RetryPolicy, dice: Callable[[], float]
    ) -> None:
        from maniple.delivery.memory import TokenMemory
        from maniple.delivery.rate import Pace

        self.plan = plan
        self.sender = sender
        self.clock = clock
        self.policy = policy
        self.dice = dice
        self.saved = dict(plan.saved)
        self.fates: dict[tuple[Operation, Pair], Fate] = {}
        self.rejected: list[tuple[str, str]] = []
        self.skipped = [reason for _, reason in plan.skipped]
        self.requests = 0
        self.retries = 0
        self.failure: Classification | None = None
        self.pace = Pace(plan.program.rates, clock, plan.context.scope)
        self.memory = TokenMemory(clock)

    async def run(self) -> Report:
        from maniple.delivery.driver import drive

        context = self.plan.context
        create = self.plan.program.create
        if create is not None and not self.saved:
            outcome = await drive(
                create_list(create, context, self.dice, self.policy),
                sender=self.sender,
                clock=self.clock,
                memory=self.memory,
                limiter=self.pace.of(create.name, create.rates),
            )
            self._count(outcome)
            if isinstance(outcome, Delivered):
                self.saved = dict(outcome.saved)
        if self.failure is None:
            context = context.with_list(self.saved)
            await self._send("remove", context)
            await self._send("add", context)
        return self._report()

    async def _send(self, operation: Operation, context: RunContext) -> None:
        from maniple.delivery.driver import drive_many

        call = self.plan.program.call_for(operation)
        landed = drive_many(
            self._flows(call, operation, context),
            parallel=call.parallel,
            sender=self.sender,
            clock=self.clock,
            memory=self.memory,
            limiter=self.pace.of(call.name, call.rates),
        )
        async for (pairs, first), outcome in landed:
            self._settle(operation, pairs, first, outcome)

    def _flows(
        self, call: CallProgram, operation: Operation, context: RunContext
    ) -> Iterator[tuple[tuple[Sequence[Pair], int], Callable[[], Flow[Outcome]]]]:
        pairs = self.plan.changes.adds if operation == "add" else self.plan.changes.removes
        for batch in self.plan.batches(operation):
            for prepared in prepare(call, context, batch):
                first = batch.index * batch_size(call, len(pairs)) + prepared.start
                yield (pairs[first : first + prepared.count], prepared.start), self._flow(call, prepared)

    def _flow(self, call: CallProgram, prepared: Prepared) -> Callable[[], Flow[Outcome]]:
        return lambda: deliver(call, prepared, self.dice, self.policy)

    def _settle(self, operation: Operation, pairs: Sequence[Pair], first: int, outcome: Outcome) -> None:
        self._count(outcome)
        fate: Fate = "delivered" if isinstance(outcome, Delivered) else "in_doubt" if outcome.in_doubt else "unsent"
        for pair in pairs:
            self.fates[operation, pair] = fate
        for verdict in outcome.verdicts:
            pair = pairs[verdict.row - first]
            self.fates[operation, pair] = verdict.kind
            if verdict.kind == "rejected":
                self.rejected.append((pair.member_id, verdict.reason))
            else:
                self.skipped.append(verdict.reason)

    def _count(self, outcome: Outcome) -> None:
        self.requests += outcome.requests
        self.retries += outcome.retries
        if isinstance(outcome, Failed):
            self.failure = self.failure or outcome.why

    def _report(self) -> Report:
        planned = self.plan.changes
        by_fate = [(operation, fate) for (operation, _), fate in self.fates.items()]
        # No pair is both removed and added, so the fates of both operations fold as one map.
        fates = {pair: fate for (_, pair), fate in self.fates.items()}
        unsent = len(planned.adds) + len(planned.removes) - sum(fate != "unsent" for _, fate in by_fate)
        return Report(
            added=by_fate.count(("add", "delivered")),
            removed=by_fate.count(("remove", "delivered")),
            shared=len(planned.shared),
            skipped_by_reason={reason: self.skipped.count(reason) for reason in dict.fromkeys(self.skipped)},
            rejected=tuple(self.rejected),
            in_doubt=sum(fate == "in_doubt" for _, fate in by_fate),
            unsent=unsent,
            requests=self.requests,
            retries=self.retries,
            saved=self.saved,
            accepted=replace(fold(self.plan.accepted, planned, fates, self.plan.identity), saved=self.saved),
            failure=self.failure,
        )


__all__ = ["Plan", "Report", "compile", "find_destination", "load", "plan", "run", "run_blocking"]

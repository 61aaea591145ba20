"""Trying an integration with test users: one call, or all of them from the list's creation to its removal."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from maniple.delivery.driver import drive
from maniple.delivery.memory import TokenMemory
from maniple.delivery.rate import Pace
from maniple.errors import ForbiddenAddress, UsageError
from maniple.ports import Clock, Sender
from maniple.runtime.flow import converse
from maniple.runtime.outcome import Delivered
from maniple.runtime.program import CallProgram, Program
from maniple.runtime.retry import RetryPolicy
from maniple.usecases.preview import RUN_ID, USER_CALLS, Trial, saved_values, start_trial
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.rehearsal_tokens import KeptTokens
from maniple.usecases.trial_calls import TrialCall, try_calls
from maniple.usecases.users import TestUsers, id_of
from maniple.usecases.witness import Exchange, Inputs, TestCall, Witness
from maniple.usecases.words import iso_time
from maniple.wire import SIGN_IN, Reply, Request

PATIENCE = RetryPolicy(1)
"""Somebody waits for the answer."""
UPDATE = "update_users"
CLEAN_UP = "delete_list"


@dataclass(frozen=True)
class Sent:
    """A request goes out."""

    call: str
    step: str
    method: str
    url: str


@dataclass(frozen=True)
class Answered:
    """A reply came."""

    exchange: Exchange


@dataclass(frozen=True)
class Ended:
    """A call is over."""

    call: TestCall


@dataclass(frozen=True)
class Omitted:
    """A call of an end-to-end test that was not made, and why."""

    call: str
    why: str


Event: TypeAlias = Sent | Answered | Ended | Omitted
Tell: TypeAlias = Callable[[Event], None]


class Target:
    """Whom calls are made to: `name` is `partner` or `simulator`. Its tokens last as long as it does, or as `kept` does."""

    def __init__(
        self,
        name: str,
        sender: Sender,
        clock: Clock,
        dice: Callable[[], float] = random.random,
        kept: KeptTokens | None = None,
    ) -> None:
        self.name = name
        self.sender = sender
        self.clock = clock
        self.dice = dice
        self.tokens: dict[str, None] = {}
        before = kept.read() if kept is not None else {}
        self.memory = TokenMemory(clock, kept=before, write=kept.write if kept is not None else None, learn=self._learn)
        self.hear_tokens: Callable[[Iterable[str]], None] = lambda _: None

    def _learn(self, tokens: Iterable[str]) -> None:
        fresh = list(tokens)
        self.tokens.update(dict.fromkeys(fresh))
        self.hear_tokens(fresh)


@dataclass(frozen=True)
class Rehearsal:
    """What came of it: the calls, those left out, the users for whom nothing was sent, and the list's id afterwards."""

    calls: tuple[TestCall, ...]
    omitted: tuple[Omitted, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    list_id: str | int | None = None
    saved: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Some call did not do what it was for."""
        return any(call.result != "delivered" for call in self.calls)


def trial_for(
    program: Program,
    setup: Setup,
    users: TestUsers,
    *,
    now: str,
    call: str | None = None,
    run_id: str = RUN_ID,
    operator: Mapping[str, Any] | None = None,
) -> Trial:
    """The trial that a set-up describes. Raises SettingsError for what is missing or does not fit, and UsageError."""
    return start_trial(
        program,
        settings={**(operator or {}), **setup.settings_for(program, users)},
        mappings=setup.mappings_for(program, users),
        users=users,
        cohort=users.cohort(),
        now=now,
        call=call,
        list_id=setup.list_id,
        run_id=run_id,
        operator=operator,
    )


def calls_of(program: Program) -> tuple[str, ...]:
    """The calls that can be tested, in the order of an end-to-end test; what speaks of the whole list comes last."""
    first = [name for name in ("verify", "create_list", *USER_CALLS, UPDATE) if name in program.calls]
    rest = [name for name in program.calls if name not in first and name != CLEAN_UP]
    return (*first, *rest, *([CLEAN_UP] if CLEAN_UP in program.calls else []))


async def rehearse_call(trial: Trial, target: Target, tell: Tell = lambda _: None) -> Rehearsal:
    """Make the one call `trial.call`. Raises UsageError when it goes to a list and none is known, OperatorError."""
    name = str(trial.call)
    call = trial.program.calls[name]
    stage = _Stage(trial, target, tell)
    create = trial.program.create
    if create is not None and name != create.name and trial.list_id is None and "list_id" in call.names:
        raise UsageError(
            f"`{name}` goes to a list, and none is known", hint="test `create_list` first, or type a list id"
        )
    if name == "create_list" or name in USER_CALLS or name == UPDATE:
        return await stage.deliver(trial)
    saved = saved_values(trial)
    ended = await stage.converse(call, saved)
    gone = name == CLEAN_UP and ended.result == "delivered"
    return Rehearsal((ended,), list_id=None if gone else trial.list_id, saved={} if gone else trial.saved)


async def rehearse_all(trial: Trial, target: Target, tell: Tell = lambda _: None) -> Rehearsal:
    """Create a list, add users, remove users, delete the list again. What cannot be done is told as Omitted.

    A list that was made is deleted also when users could not be added. Raises OperatorError.
    """
    program = trial.program
    trial = replace(trial, call=None, list_id=None if program.create is not None else trial.list_id, saved={})
    stage = _Stage(trial, target, tell)
    done = await stage.deliver(trial)
    omitted = list(_not_made(program, done))
    calls = list(done.calls)
    list_id, saved = done.list_id, done.saved
    clean_up = program.calls.get(CLEAN_UP)
    if program.create is not None and list_id is not None:
        if clean_up is None:
            why = f"the manifest declares no `{CLEAN_UP}`, so the list `{list_id}` stays at the partner"
            omitted.append(Omitted(CLEAN_UP, why))
        else:
            ended = await stage.converse(clean_up, {**saved, "list_id": list_id})
            calls.append(ended)
            list_id, saved = (None, {}) if ended.result == "delivered" else (list_id, saved)
    for one in omitted:
        tell(one)
    return Rehearsal(tuple(calls), tuple(omitted), done.skipped, list_id, saved)


def _not_made(program: Program, done: Rehearsal) -> list[Omitted]:
    """The calls of a sync that no request was made for."""
    made = {(call.call, call.operation) for call in done.calls}
    create = program.create
    if create is not None and any(call.call == create.name and call.result != "delivered" for call in done.calls):
        why = "the list could not be created"
        return [Omitted(program.call_for("add").name, why), Omitted(program.call_for("remove").name, why)]
    missing: list[Omitted] = []
    for operation in ("add",) if program.is_snapshot else ("add", "remove"):
        name = program.call_for(operation).name  # type: ignore[arg-type]
        if (name, operation) not in made:
            missing.append(Omitted(name, f"no test user could be sent with `{operation}`"))
    return missing


class _Stage:
    """One rehearsal under way: sends, writes down and tells."""

    def __init__(self, trial: Trial, target: Target, tell: Tell) -> None:
        program = trial.program
        self.trial = trial
        self.target = target
        self.tell = tell
        secrets = {name: str(trial.settings[name]) for name in program.secret_names if trial.settings.get(name)}
        self.secret_names = sorted(secrets)
        self.witness = Witness(program, trial.context().with_list(saved_values(trial)).scope, secrets)
        self.sender = _Watched(target.sender, self)
        self.under_way: list[Exchange] = []
        """The exchanges of the call that has not ended."""
        self.calling = ""
        self.witness.learn(target.tokens)
        target.hear_tokens = self.witness.learn

    async def deliver(self, trial: Trial) -> Rehearsal:
        """Create the list and deliver users, as far as the trial wants it."""
        calls: list[TestCall] = []
        trial_calls: list[TrialCall] = []
        saved: dict[str, Any] = dict(trial.saved)

        def show(call: TrialCall) -> None:
            trial_calls.append(call)
            calls.append(self._end(call, saved))
            if call.call == "create_list" and isinstance(call.outcome, Delivered):
                saved.update(call.outcome.saved)

        try:
            report = await try_calls(
                trial,
                sender=self.sender,
                clock=self.target.clock,
                policy=PATIENCE,
                show=show,
                dice=self.target.dice,
                memory=self.target.memory,
            )
        except asyncio.CancelledError:
            self._break_off(saved)
            raise
        except ForbiddenAddress as error:
            raise _forbidden(error) from error
        list_id = saved.get("list_id", trial.list_id)
        return Rehearsal(tuple(calls), (), report.skipped, list_id, {k: v for k, v in saved.items() if k != "list_id"})

    async def converse(self, call: CallProgram, saved: Mapping[str, Any]) -> TestCall:
        """Make a call that carries no users."""
        context = self.trial.context().with_list(saved)
        exchanges: list[tuple[Request, Reply]] = []
        try:
            outcome = await drive(
                converse(call, context, self.target.dice, PATIENCE),
                sender=self.sender,
                clock=self.target.clock,
                memory=self.target.memory,
                limiter=Pace(self.trial.program.rates, self.target.clock, context.scope).of(call.name, call.rates),
                observe=lambda request, reply: exchanges.append((request, reply)),
            )
        except asyncio.CancelledError:
            self._break_off(saved)
            raise
        except ForbiddenAddress as error:
            raise _forbidden(error) from error
        return self._end(TrialCall(call.name, tuple(exchanges), outcome, None, ()), saved)

    def _end(self, call: TrialCall, saved: Mapping[str, Any]) -> TestCall:
        at = iso_time(self.target.clock.now())
        ended = self.witness.call(call, at, self.target.name, self._inputs(call, saved))
        self.under_way = []
        self.tell(Ended(ended))
        return ended

    def _break_off(self, saved: Mapping[str, Any]) -> None:
        """Tell of the call that was cancelled: the partner may have acted on its last request."""
        if self.calling:
            inputs = self._inputs(TrialCall(self.calling, (), Delivered(), None, ()), saved)
            at = iso_time(self.target.clock.now())
            exchanges, version = tuple(self.under_way), self.trial.program.manifest.version
            reason = "cancelled before the answer came" if not exchanges else "cancelled"
            self.tell(
                Ended(
                    TestCall(
                        at,
                        self.calling,
                        "",
                        self.target.name,
                        "cancelled",
                        exchanges,
                        self.witness.redacted(inputs),
                        reason,
                        version=version,
                    )
                )
            )

    def _inputs(self, call: TrialCall, saved: Mapping[str, Any]) -> Inputs:
        trial = self.trial
        secret = trial.program.secret_names
        plain = {name: value for name, value in trial.settings.items() if name not in secret and value is not None}
        cohort = {"name": trial.cohort.name, "id": trial.cohort.id, "url": trial.cohort.url}
        known = {} if call.call == "create_list" else {**saved}
        if trial.list_id is not None and call.call != "create_list":
            known.setdefault("list_id", trial.list_id)
        wanted = set(call.users)
        rows = tuple(row for row in trial.users.rows if id_of(row, trial.users.columns) in wanted)
        return Inputs(plain, dict(trial.mappings), cohort, known, rows, tuple(self.secret_names))


class _Watched:
    """A sender that tells of every request before it goes and of every reply when it is there."""

    def __init__(self, sender: Sender, stage: _Stage) -> None:
        self._sender = sender
        self._stage = stage

    async def send(self, request: Request) -> Reply:
        hidden = self._stage.witness.redactor.text
        if request.call != SIGN_IN:
            self._stage.calling = request.call
        self._stage.tell(Sent(request.call, request.step, request.method, hidden(request.url)))
        reply = await self._sender.send(request)
        exchange = self._stage.witness.exchange(request, reply)
        self._stage.under_way.append(exchange)
        self._stage.tell(Answered(exchange))
        return reply

    async def close(self) -> None:
        await self._sender.close()


def _forbidden(error: ForbiddenAddress) -> ForbiddenAddress:
    hint = "run against the simulator, or start again with `MANIPLE_ALLOW_PRIVATE_HOSTS=1`"
    return ForbiddenAddress(error.message, hint=hint)

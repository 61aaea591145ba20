"""What a test call was: plain, without secrets, so that it can be shown, kept and handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, Literal, TypeAlias

from maniple.body.compression import expand, is_compressed
from maniple.runtime.classify import UNREACHED, Accepted, classify
from maniple.runtime.outcome import Failed
from maniple.runtime.program import Program, StepProgram
from maniple.store.redact import Redactor
from maniple.usecases.curl_command import as_curl
from maniple.usecases.trial_calls import TrialCall
from maniple.wire import SIGN_IN, Headers, Reply, Request

LONGEST_BODY = 100_000
"""Characters of a body that are kept."""
MOST_BYTES = 10_000_000
"""Bytes of a compressed body that are looked at."""
NOT_SHOWN = "(a sign-in's credentials are not shown)"
Verdict: TypeAlias = Literal["accepted", "refused", "unanswered", "sign-in"]
Result: TypeAlias = Literal["delivered", "failed", "cancelled"]


@dataclass(frozen=True)
class Reading:
    """How one reply was read. `rule` is the place of the rule that said so, empty for the language's own rules."""

    verdict: Verdict
    words: str
    rule: str = ""
    reason: str = ""
    message: str = ""
    retried: bool = False
    """The call is tried again on such a reply."""


@dataclass(frozen=True)
class Exchange:
    """A request and its reply. `ms` is how long the reply took, `octets` its body's size in bytes."""

    call: str
    step: str
    method: str
    url: str
    headers: Headers
    body: str | None
    status: int
    reply_headers: Headers
    reply_body: str
    ms: float
    octets: int
    failure: str
    reading: Reading
    curl: str
    """The request as a command, its secrets as variables of the shell; empty for a sign-in."""
    cut: bool = False
    """A body was too long to be kept whole."""

    @property
    def tree(self) -> Any:
        """The reply's body as the manifest's paths see it; None when they see nothing."""
        return None if self.cut else Reply(self.status, self.reply_headers, self.reply_body.encode()).tree


@dataclass(frozen=True)
class Inputs:
    """What a call was made from, without secrets. `users` are the rows, `list` what the list's creation saved."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)
    cohort: Mapping[str, str] = field(default_factory=dict)
    list: Mapping[str, Any] = field(default_factory=dict)
    users: tuple[Mapping[str, Any], ...] = ()
    secrets: tuple[str, ...] = ()
    """The names of the secret settings that were given."""


@dataclass(frozen=True)
class TestCall:
    """One test call as it went. `at` is ISO 8601 in UTC, `target` whom it was made to: `partner` or `simulator`."""

    __test__: ClassVar[bool] = False
    at: str
    call: str
    operation: str
    target: str
    result: Result
    exchanges: tuple[Exchange, ...]
    inputs: Inputs
    reason: str = ""
    message: str = ""
    rule: str = ""
    action: str = ""
    in_doubt: bool = False
    list_id: str | int | None = None
    saved: Mapping[str, Any] = field(default_factory=dict)
    users: int = 0
    rejected: tuple[tuple[str, str], ...] = ()
    rejected_uncounted: int = 0
    version: str = ""
    """The manifest's version."""

    def plain(self) -> dict[str, Any]:
        """This call as plain data for JSON."""
        return asdict(self)


def read_test_call(plain: Mapping[str, Any]) -> TestCall:
    """The call that `plain` wrote. Raises KeyError and TypeError for anything else."""
    exchanges = tuple(
        Exchange(
            **{
                **each,
                "headers": _pairs(each["headers"]),
                "reply_headers": _pairs(each["reply_headers"]),
                "reading": Reading(**each["reading"]),
            }
        )
        for each in plain["exchanges"]
    )
    inputs = Inputs(
        **{
            **plain["inputs"],
            "users": tuple(plain["inputs"]["users"]),
            "secrets": tuple(plain["inputs"].get("secrets", ())),
        }
    )
    return TestCall(
        **{**plain, "exchanges": exchanges, "inputs": inputs, "rejected": _pairs(plain.get("rejected", ()))}
    )


def _pairs(listed: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in listed)


@dataclass
class Witness:
    """Writes down what goes out and comes in, without the secrets that `redactor` knows.

    `secrets` are values by name: those of the settings, and the tokens that are learnt on the way.
    """

    program: Program
    scope: Mapping[str, Any] = field(repr=False)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.redactor = Redactor(self.secrets.values())

    def learn(self, tokens: Any) -> None:
        """`tokens` are secrets from now on."""
        for token in tokens:
            if token not in self.secrets.values():
                taken = sum(name.startswith("access_token") for name in self.secrets)
                self.secrets[f"access_token_{taken + 1}" if taken else "access_token"] = token
        self.redactor.learn(self.secrets.values())

    def exchange(self, request: Request, reply: Reply) -> Exchange:
        """A request and its reply, as they may be shown."""
        private = request.call == SIGN_IN
        body, cut = (None, False) if request.body is None else _text_of(request.body)
        answer, answer_cut = _text_of(reply.body)
        hidden = self.redactor.text
        return Exchange(
            call=request.call,
            step=request.step,
            method=request.method,
            url=hidden(request.url),
            headers=_hidden(request.headers, hidden, private=private),
            body=None if body is None else NOT_SHOWN if private else hidden(body),
            status=reply.status,
            reply_headers=_hidden(reply.headers, hidden, private=private),
            reply_body=NOT_SHOWN if private and reply.body else hidden(answer),
            ms=round(reply.elapsed * 1000, 1),
            octets=len(reply.body),
            failure=hidden(reply.failure or ""),
            reading=self._hidden_reading(self.read(request, reply)),
            curl="" if private else hidden(as_curl(request, self.secrets)),
            cut=cut or answer_cut,
        )

    def read(self, request: Request, reply: Reply) -> Reading:
        """How a reply is read, by the functions that read it in syncs."""
        if request.call == SIGN_IN:
            ok = 200 <= reply.status < 300
            return Reading("sign-in", "the sign-in was answered" if ok else "the sign-in was refused", retried=False)
        step = step_of(self.program, request)
        if step is None:
            return Reading("accepted" if 200 <= reply.status < 300 else "refused", "no call of the manifest")
        return reading_of(step, reply, self.scope)

    def _hidden_reading(self, reading: Reading) -> Reading:
        return replace(reading, reason=self.redactor.text(reading.reason), message=self.redactor.text(reading.message))

    def redacted(self, inputs: Inputs) -> Inputs:
        """The inputs without secrets."""
        plain = self.redactor.tree(asdict(inputs))
        return Inputs(**{**plain, "users": tuple(plain["users"]), "secrets": inputs.secrets})

    def call(self, trial_call: TrialCall, at: str, target: str, inputs: Inputs) -> TestCall:
        """A call that has ended."""
        outcome = trial_call.outcome
        failed = outcome if isinstance(outcome, Failed) else None
        hidden = self.redactor
        return TestCall(
            at=at,
            call=trial_call.call,
            operation=trial_call.operation or "",
            target=target,
            result="failed" if failed else "delivered",
            exchanges=tuple(self.exchange(request, reply) for request, reply in trial_call.exchanges),
            inputs=self.redacted(inputs),
            reason=hidden.text(failed.why.reason) if failed else "",
            message=hidden.text(failed.why.message) if failed else "",
            rule=(failed.why.rule or "") if failed else "",
            action=failed.why.action if failed and failed.why.action != "fail" else "",
            in_doubt=failed.in_doubt if failed else False,
            list_id=hidden.tree(trial_call.list_id),
            saved={} if isinstance(outcome, Failed) else hidden.tree(dict(outcome.saved)),
            users=len(trial_call.users),
            rejected=tuple((hidden.text(id_), hidden.text(reason)) for id_, reason in trial_call.rejected),
            rejected_uncounted=0 if isinstance(outcome, Failed) else outcome.rejected_uncounted,
            version=self.program.manifest.version,
        )


def step_of(program: Program, request: Request) -> StepProgram | None:
    """The step that a request is of."""
    call = program.calls.get(request.call)
    steps = [step for step in call.steps if (step.name or "") == request.step] if call else []
    return next((step for step in steps if step.method == request.method), steps[0] if steps else None)


def reading_of(step: StepProgram, reply: Reply, scope: Mapping[str, Any]) -> Reading:
    """How a reply to a step's request is read, and which rule of the manifest says so."""
    read = classify(step.rules, step.success, reply, scope)
    rule = next((one for one in step.rules if one.fits(reply)), None) if reply.status else None
    if isinstance(read, Accepted):
        if rule is not None:
            return Reading("accepted", "counts as success", rule.place)
        words = "a 2xx, and `success` is true" if step.success is not None else "a 2xx, and no rule fits"
        return Reading("accepted", words)
    why = read.why
    if why.reason == UNREACHED:
        return Reading("unanswered", "no answer came", "", why.reason, why.message, read.retry)
    if rule is not None:
        return Reading("refused", why.reason, rule.place, why.reason, why.message, read.retry)
    fell = "a 2xx for which `success` is not true" if 200 <= reply.status < 300 else "no rule of the manifest fits"
    return Reading("refused", fell, "", why.reason, why.message, read.retry)


def place_of(rule: str) -> tuple[str | int, ...]:
    """The place in the document that a rule's place names.

    >>> place_of("add_users.errors[2]")
    ('add_users', 'errors', 2)
    """
    place: list[str | int] = []
    for part in rule.replace("[", ".").replace("]", "").split("."):
        if part:
            place.append(int(part) if part.isdigit() else part)
    return tuple(place)


def _hidden(headers: Headers, hidden: Any, *, private: bool) -> Headers:
    secret = ("authorization", "set-cookie", "cookie", "proxy-authorization")
    return tuple(
        (name, "***" if private and name.lower() in secret else "***" if "cookie" in name.lower() else hidden(value))
        for name, value in headers
    )


def _text_of(body: bytes) -> tuple[str, bool]:
    """A body as text, what is compressed as it was before, and whether it had to be cut."""
    if is_compressed(body):
        body = expand(body, MOST_BYTES) or body
    text = body.decode("utf-8", "replace")
    return (text[:LONGEST_BODY] + "…", True) if len(text) > LONGEST_BODY else (text, False)

"""Credentials for a request that is about to be sent: tokens got, variables filled in, the request signed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from maniple.auth import Credential, Denied
from maniple.auth.denial import REASON, is_transient
from maniple.manifest.fields import HOST_NAME
from maniple.runtime.classify import LONGEST_MESSAGE, Refused, told
from maniple.runtime.credentials import KindProgram
from maniple.runtime.outcome import Classification
from maniple.runtime.program import Scope, StepProgram
from maniple.runtime.request import USER_AGENT, build_request
from maniple.runtime.retry import Dice, RetryPolicy, pause_before, retry_after
from maniple.runtime.url import is_https
from maniple.template.ast import Name
from maniple.wire import SIGN_IN, Flow, Reply, Request, Wait, header_value

T = TypeVar("T")
LONGEST_PAUSE = 300.0
"""Seconds that a sign-in may ask to wait before one try: others wait with it."""


@dataclass(frozen=True, slots=True)
class Authorized:
    """A request as it goes out, with what is to be known when its reply says that its token has expired."""

    request: Request
    step: StepProgram
    program: KindProgram | None = None
    credential: Credential = field(default_factory=Credential, repr=False)

    def is_expired_by(self, reply: Reply) -> bool:
        """The reply says that the token of this request is no good any more, and another one may be got."""
        if self.program is None or not self.credential.values or reply.status == 0:
            return False
        if self.program.ends_with(reply):
            return True
        if not any(rule.action == "refresh_auth" for rule in self.step.rules):
            return False
        fitting = next((rule for rule in self.step.rules if rule.fits(reply)), None)
        return fitting is not None and fitting.action == "refresh_auth"


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """No credentials could be got: how that reads, and the last answer of who was asked for them."""

    reading: Refused
    reply: Reply


Authorization: TypeAlias = Authorized | Unauthorized


def authorized(
    step: StepProgram,
    request: Request,
    scope: Scope,
    dice: Dice,
    policy: RetryPolicy,
    expired: Authorized | None = None,
) -> Flow[Authorization]:
    """The request of a step with the credentials of its auth kind, after the exchanges that the kind needs.

    It is asked for each try: a signature has its moment, and a token may have ended while a try waited. `expired` is
    the try whose token the partner did not take: then another token is got, unless somebody else has got one since.
    """
    program = step.auth.chosen(scope)
    if program is None:
        return Authorized(_filled(step, request, scope, Credential()), step)
    if program.is_still and not step.auth.variables:
        return Authorized(request, step, program)
    given = step.auth.given(program, scope)
    got = yield from patiently(program.kind.obtain(given, expired.credential if expired else None), dice, policy)
    if isinstance(got, Denied):
        return _unauthorized(got)
    misplaced = _no_host(step, got)
    if misplaced is not None:
        return _unauthorized(misplaced)
    filled = _filled(step, request, scope, got)
    if not places_token(step):
        filled = yield from program.kind.sign(filled, given, got)
    return Authorized(filled, step, program, got)


def shown(step: StepProgram, request: Request, scope: Scope) -> Request:
    """A request as a preview shows it, with marks where only sending brings a value."""
    program = step.auth.chosen(scope)
    return request if program is None or places_token(step) else program.kind.show(request)


def places_token(step: StepProgram) -> bool:
    """The call says itself where the token stands."""
    return "access_token" in step.auth.variables and "access_token" in step.names


def patiently(flow: Flow[T], dice: Dice, policy: RetryPolicy) -> Flow[T]:
    """`flow`, its requests tried again as long as that may help."""
    answer: Any = None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result
        if isinstance(effect, Request) and effect.call == SIGN_IN:
            answer = yield from _signed_in(effect, dice, policy)
        else:
            answer = yield effect


def _signed_in(request: Request, dice: Dice, policy: RetryPolicy) -> Flow[Reply]:
    if header_value(request.headers, "User-Agent") is None:
        request = request.with_header("User-Agent", USER_AGENT)
    for tries in range(policy.retries + 1):
        reply: Reply = yield request
        if not is_transient(reply) or tries == policy.retries:
            break
        asked = retry_after(reply)
        # Never "throttled": the calls themselves are not what is too many.
        yield Wait(min(asked, LONGEST_PAUSE) if asked is not None else pause_before(tries, dice()), "retry")
    return reply


def _unauthorized(denied: Denied) -> Unauthorized:
    action = "pause_sync" if denied.hopeless else "fail"
    message = told(denied.message, LONGEST_MESSAGE)
    why = Classification(denied.reason, message, None, denied.reply.status, action)  # type: ignore[arg-type]
    # Without its body, which may hold half of a token.
    bare = Reply(denied.reply.status, failure=denied.reply.failure)
    return Unauthorized(Refused(why, retry=False), bare)


def _filled(step: StepProgram, request: Request, scope: Scope, credential: Credential) -> Request:
    """The request with the values of the credential in the places of their marks."""
    names = step.auth.variables
    if not names or not names & step.names:
        return request
    known = {**scope, **dict.fromkeys(names), **{name: credential.values.get(name) for name in names}}
    if step.body is not None and step.body.names & names:
        return build_request(step, known)
    # The body is as it was rendered; its users are no longer at hand.
    bare = replace(step, body=None)
    anew = build_request(bare, known)
    if build_request(bare, scope).url != request.url:
        # A further page: the partner said where it is.
        anew = replace(anew, url=request.url)
    present = {name.lower() for name, _ in anew.headers}
    about_body = tuple(
        (name, value)
        for name, value in request.headers
        if name.lower().startswith("content-") and name.lower() not in present
    )
    return replace(anew, headers=(*about_body, *anew.headers), body=request.body)


def _no_host(step: StepProgram, credential: Credential) -> Denied | None:
    """Why the call's URL cannot have the host that came with a token: a reply is no place to be sent anywhere from."""
    for position, part in enumerate(step.url.parts):
        if isinstance(part, str) or part[1] != "host" or not isinstance(part[0], Name):
            continue
        name = part[0].name
        if name not in step.auth.variables:
            continue
        value = credential.values.get(name)
        fits = isinstance(value, str) and (is_https(value) if position == 0 else HOST_NAME.fullmatch(value))
        if not fits:
            wanted = "an `https://` URL" if position == 0 else "a host name"
            shown_value = str(value)[:60] if value is not None else "nothing"
            message = f"The partner's sign-in gave `{shown_value}` as `{name}`, which is not {wanted}. The destination's manifest must say in `save` where it is."
            return Denied(REASON, message, Reply(200))
    return None

"""Credentials for a request that is about to be sent: tokens got, variables filled in, the request signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from maniple.auth import AuthKind
from maniple.runtime.classify import Refused
from maniple.runtime.program import Scope, StepProgram
from maniple.runtime.retry import Dice, RetryPolicy
from maniple.wire import Flow, Reply, Request


@dataclass(frozen=True, slots=True)
class Authorized:
    """A request as it goes out, with what is to be known when its reply says that its token has expired."""

    request: Request

    def is_expired_by(self, reply: Reply) -> bool:  # noqa: ARG002  kinds that have tokens use it
        """The reply says that the token of this request is no good any more, and another one may be got."""
        return False


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
    dice: Dice,  # noqa: ARG001  token requests are tried again with it
    policy: RetryPolicy,  # noqa: ARG001
    expired: Authorized | None = None,  # noqa: ARG001
) -> Flow[Authorization]:
    """The request of a step with the credentials of its auth kind, after the exchanges that the kind needs.

    It is asked for each try: a signature has its moment, and a token may have ended while a try waited. `expired` is
    the try whose token the partner did not take: then another token is got, unless somebody else has got one since.
    """
    kind: AuthKind | None = step.auth.kind(scope)
    if kind is None:
        return Authorized(request)
    signed = yield from kind.flow(request, lambda template: step.auth.render(scope, template))
    return Authorized(signed)

"""The simulator as an ASGI app: partners behind one door, told apart by the host and path of each request."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

import httpx

from maniple.errors import UsageError
from maniple.runtime.program import Program
from maniple.testing.simulator.answers import Answer
from maniple.testing.simulator.hostile import Delay, HangUp, Instead, Profile, dice_for, is_refused, profile_named
from maniple.testing.simulator.partner import Addressed, Malice, Partner
from maniple.testing.simulator.shape import Received

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

HANG_UP = "maniple.hang_up"
"""The ASGI extension with which the server lets the app close the connection: a function without arguments."""
CONTROL = "/__"


def simulator_app(programs: Iterable[Program], hostile: str | None = None, seed: int = 0) -> Simulator:
    """An ASGI app that plays the partners of `programs`; `httpx.ASGITransport` and any ASGI server can run it.

    `GET /__state` answers with their lists and members, `POST /__reset` empties them. Raises UsageError for an unknown
    profile, for two manifests with one slug, and for a manifest that cannot be played.
    """
    return Simulator([Partner(program) for program in programs], profile_named(hostile), seed)


class Simulator:
    """Partners behind one ASGI door. `unknown` counts requests that are for none of them."""

    def __init__(self, partners: list[Partner], profile: Profile, seed: int) -> None:
        from maniple.testing.simulator.control import control_app

        self.partners = {partner.slug: partner for partner in partners}
        if len(self.partners) < len(partners):
            slug = next(slug for slug, count in Counter(one.slug for one in partners).items() if count > 1)
            raise UsageError(f"two manifests have the slug `{slug}`, so they cannot be told apart")
        self.profile = profile
        self.unknown: Counter[str] = Counter()
        self._seed = seed
        self._came: Counter[bytes] = Counter()
        self._control = control_app(self)
        refuses = (lambda member: is_refused(seed, profile.refused, member)) if profile.refused else None
        self._malice = Malice(refuses, profile.loses_list_at)

    @property
    def notes(self) -> list[str]:
        """What the profile cannot do to some partner because its manifest does not say how that would look."""
        found: list[str] = []
        for partner in self.partners.values():
            if self.profile.refused and not partner.can_refuse_users:
                found.append(
                    f"`{self.profile.name}` does nothing to {partner.slug}: no answer of its names a refused user"
                )
            if self.profile.loses_list_at is not None and not partner.can_lose_lists:
                found.append(
                    f"`{self.profile.name}` does nothing to {partner.slug}: its manifest has no `recreate_list` rule"
                )
        return found

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._control(scope, receive, send)
            return
        request = await _received(scope, receive)
        answer = await self._meet(request)
        if answer is None:
            await _hang_up(scope)
            return
        body = answer.body
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        headers += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def reset(self) -> None:
        """Empty every partner."""
        self.unknown.clear()
        self._came.clear()
        for partner in self.partners.values():
            partner.reset()

    def shown(self, *, counts: bool = False) -> dict[str, Any]:
        """The partners' states as plain data; with `counts` the number of members in their place."""
        state: dict[str, Any] = {
            "partners": {slug: partner.state.shown(counts=counts) for slug, partner in self.partners.items()}
        }
        return {**state, "unknown": dict(self.unknown)} if self.unknown else state

    async def _meet(self, request: Received) -> Answer | None:
        """The answer to a request; None when the partner hangs up."""
        for one in self.partners.values():
            token = one.sign_in(request)
            if token is not None:
                return token
        partner, candidates = self._addressed(request)
        if partner is None:
            self.unknown[f"{request.method} {request.host}{request.target}"] += 1
            return Answer(404, {"error": "no simulated partner has a call with this method, host and path"})
        partner.state.requests += 1
        before = self._came[request.mark]
        trouble = self.profile.befall(dice_for(self._seed, request.mark), before)
        if trouble is not None:
            self._came[request.mark] += 1
        match trouble:
            case Instead(status, headers):
                partner.state.refused[status] += 1
                return Answer(status, {"error": f"the partner is {self.profile.name}"}, headers)
            case HangUp(done=False):
                return None
            case HangUp():
                partner.forget_answer(request, partner.answer(request, candidates, self._malice))
                return None
            case Delay(seconds):
                await asyncio.sleep(seconds)
        return partner.answer(request, candidates, self._malice)

    def _addressed(self, request: Received) -> tuple[Partner | None, list[Addressed]]:
        """The partner that a request is for; one whose host the end user gives only when it is for no other."""
        for free in (False, True):
            for partner in self.partners.values():
                candidates = partner.addressed(request, free=free)
                if candidates:
                    return partner, candidates
        return None, []


async def _received(scope: Message, receive: Receive) -> Received:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    target = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    if scope["query_string"]:
        target = f"{target}?{scope['query_string'].decode('latin-1')}"
    host = next((value for name, value in headers if name == "host"), "")
    return Received(scope["method"], host, target, headers, b"".join(parts))


async def _hang_up(scope: Message) -> None:
    """Close the connection without an answer; without a server to do that, say so as httpx does."""
    close = scope.get("extensions", {}).get(HANG_UP)
    if close is None:
        raise httpx.RemoteProtocolError("the partner closed the connection without an answer")
    close()

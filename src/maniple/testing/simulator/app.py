"""The simulator as an ASGI app: partners behind one door, told apart by the host and path of each request."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from email.utils import formatdate
from typing import Any, TypeAlias, assert_never

from maniple.errors import UsageError
from maniple.runtime.program import Program
from maniple.testing.simulator.answers import Answer
from maniple.testing.simulator.giving import Door, Message, Receive, Send
from maniple.testing.simulator.hostile import Hostility, Profile, hostility_named
from maniple.testing.simulator.partner import Addressed, Malice, Partner
from maniple.testing.simulator.shape import Received
from maniple.testing.simulator.trouble import (
    Altered,
    Delay,
    Drip,
    Elsewhere,
    HangUp,
    Inside,
    Instead,
    Later,
    Silence,
    Torn,
    Trouble,
    Twice,
)
from maniple.wire import Headers

AsgiApp: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
CONTROL = "/__"


def simulator_app(programs: Iterable[Program], hostile: str | None = None, seed: int = 0) -> Simulator:
    """An ASGI app that plays the partners of `programs`; `httpx.ASGITransport` and any ASGI server can run it.

    `hostile` names profiles, separated by commas. `GET /__state` answers with the partners' lists and members,
    `POST /__reset` empties them. Raises UsageError for an unknown profile, for two manifests with one slug, and for a
    manifest that cannot be played.
    """
    return Simulator([Partner(program) for program in programs], hostility_named(hostile, seed))


class Simulator:
    """Partners behind one ASGI door. `unknown` counts requests that are for none of them."""

    def __init__(self, partners: list[Partner], hostility: Hostility) -> None:
        from maniple.testing.simulator.control import control_app

        self.partners = {partner.slug: partner for partner in partners}
        if len(self.partners) < len(partners):
            slug = next(slug for slug, count in Counter(one.slug for one in partners).items() if count > 1)
            raise UsageError(f"two manifests have the slug `{slug}`, so they cannot be told apart")
        self.hostility = hostility
        self.unknown: Counter[str] = Counter()
        self.left_out: tuple[str, ...] = ()
        """Why destinations that were asked for are not played."""
        self.at_once = 0
        self.most_at_once = 0
        self._came: Counter[tuple[str, bytes]] = Counter()
        self._control = control_app(self)
        profiles = hostility.profiles
        self._malice = Malice(
            hostility.refuses if any(profile.refused for profile in profiles) else None,
            hostility.loses_list_at,
            hostility.drops if any(profile.dropped for profile in profiles) else None,
        )

    @property
    def notes(self) -> list[str]:
        """What a profile cannot do to some partner because its manifest does not say how that would look."""
        return [
            f"`{profile.name}` does nothing to {partner.slug}: {why}"
            for partner in self.partners.values()
            for profile in self.hostility.profiles
            if (why := _idle(profile, partner)) is not None
        ]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._control(scope, receive, send)
            return
        request = await _received(scope, receive)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = await self._meet(request)
            await Door(scope, receive, send).give(self._dated(answer))
        finally:
            self.at_once -= 1

    def reset(self) -> None:
        """Empty every partner."""
        self.unknown.clear()
        self._came.clear()
        self.most_at_once = self.at_once
        for partner in self.partners.values():
            partner.reset()

    def shown(self, *, counts: bool = False) -> dict[str, Any]:
        """The partners' states as plain data; with `counts` the number of members in their place."""
        state: dict[str, Any] = {
            "partners": {slug: partner.state.shown(counts=counts) for slug, partner in self.partners.items()},
            "most_at_once": self.most_at_once,
        }
        return {**state, "unknown": dict(self.unknown)} if self.unknown else state

    async def _meet(self, request: Received) -> Answer:
        """The answer to a request, with the manner in which it is given."""
        for one in self.partners.values():
            token = one.sign_in(request)
            if token is not None:
                return token
        partner, candidates = self._addressed(request)
        if partner is None:
            self.unknown[f"{request.method} {request.host}{request.target}"] += 1
            return Answer(404, {"error": "no simulated partner has a call with this method, host and path"})
        partner.state.requests += 1
        if self._is_expired(partner):
            partner.state.refused[401] += 1
            partner.state.troubles["expiry"] += 1
            return Answer(401, {"error": "the token has expired"})
        seconds, name, trouble = self.hostility.befall(request.mark, self._came)
        if isinstance(trouble, Inside) and partner.fail_inside(candidates) is None:
            trouble = None
        if trouble is not None:
            partner.state.troubles[name] += 1
        if seconds:
            await asyncio.sleep(seconds)
        return self._troubled(partner, request, candidates, trouble)

    def _troubled(self, partner: Partner, request: Received, candidates: list[Addressed], trouble: Trouble) -> Answer:
        """What a partner does and answers under some trouble."""
        match trouble:
            case None | Delay():
                return partner.answer(request, candidates, self._malice)
            case Twice():
                partner.answer(request, candidates, self._malice)
                partner.forget_answer(request, candidates)
                return partner.answer(request, candidates, self._malice)
            case Inside():
                return partner.fail_inside(candidates) or partner.answer(request, candidates, self._malice)
            case Later(wait):
                now = int(self._now())
                after = ("Retry-After", formatdate(now + wait, usegmt=True))
                times = (("Date", formatdate(now, usegmt=True)), after, ("X-RateLimit-Reset", str(now + wait)))
                return self._refusal(partner, 429, times)
            case Elsewhere(location):
                return self._refusal(
                    partner, 307, (("Location", location or f"http://{request.host}{request.target}"),)
                )
            case Instead(status, headers, done):
                if done:
                    self._lost(partner, request, candidates)
                return self._refusal(partner, status, headers)
            case HangUp(done) | Silence(done):
                if done:
                    return replace(self._lost(partner, request, candidates), manner=trouble)
                partner.forget_answer(request, candidates)
                return Answer(500, manner=trouble)
            case Drip(endless=False):
                return replace(partner.answer(request, candidates, self._malice), manner=trouble)
            case Torn() | Altered() | Drip():
                return replace(self._lost(partner, request, candidates), manner=trouble)
            case _:
                assert_never(trouble)

    def _lost(self, partner: Partner, request: Received, candidates: list[Addressed]) -> Answer:
        """The answer to a request that is done, and of which the client will not hear what became."""
        answer = partner.answer(request, candidates, self._malice)
        partner.forget_answer(request, candidates, answer.made)
        return answer

    def _refusal(self, partner: Partner, status: int, headers: Headers = ()) -> Answer:
        partner.state.refused[status] += 1
        return Answer(status, {"error": "the partner is hostile"}, headers)

    def _is_expired(self, partner: Partner) -> bool:
        """The token has served as many requests as it is good for. A request for a token is none of them."""
        after = self.hostility.expires_after
        return after is not None and partner.can_expire and partner.state.serve_token() > after

    def _dated(self, answer: Answer) -> Answer:
        """The answer with the moment by the partner's clock, when that goes wrong: else the server tells it."""
        if self.hostility.skew is None or any(name == "Date" for name, _ in answer.headers):
            return answer
        return replace(answer, headers=(*answer.headers, ("Date", formatdate(self._now(), usegmt=True))))

    def _now(self) -> float:
        """Seconds since the epoch by the partner's clock."""
        return time.time() + (self.hostility.skew or 0)

    def _addressed(self, request: Received) -> tuple[Partner | None, list[Addressed]]:
        """The partner that a request is for; one whose host the end user gives only when it is for no other."""
        for free in (False, True):
            for partner in self.partners.values():
                candidates = partner.addressed(request, free=free)
                if candidates:
                    return partner, candidates
        return None, []


def _idle(profile: Profile, partner: Partner) -> str | None:
    """Why a profile does nothing to a partner, if it does nothing."""
    if profile.refused and not partner.can_refuse_users:
        return "no answer of its names a refused user"
    if profile.loses_list_at is not None and not partner.can_lose_lists:
        return "its manifest has no `recreate_list` rule"
    if profile.expires_after is not None and not partner.can_expire:
        return "its manifest gets no token that can expire"
    if profile.name == "errors-inside" and not partner.can_fail_inside:
        return "its manifest reads no 200 as a failure"
    return None


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

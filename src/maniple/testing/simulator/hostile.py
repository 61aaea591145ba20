"""Profiles of partners who behave badly. What befalls a request depends on the seed, the request and how often it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import TypeAlias

from maniple.diagnostics.suggest import hint_for, listed
from maniple.errors import UsageError
from maniple.testing.simulator.members import Member
from maniple.wire import Headers


@dataclass(frozen=True, slots=True)
class Instead:
    """Answers with this status and does nothing."""

    status: int
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Delay:
    """Takes its time, in seconds, then answers."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HangUp:
    """Closes the connection without an answer, after doing what was asked or before."""

    done: bool


Trouble: TypeAlias = Instead | Delay | HangUp | None
Befall: TypeAlias = Callable[[Random, int], Trouble]
"""What befalls a request that has come `n` times before. Its dice fall the same each time it comes."""


def _nothing(dice: Random, before: int) -> Trouble:  # noqa: ARG001  a partner without moods
    return None


def _throttle(dice: Random, before: int) -> Trouble:
    unlucky, times, pause = dice.random() < 0.05, dice.randint(1, 2), "1" if dice.random() < 0.2 else "0"
    return Instead(429, (("Retry-After", pause),)) if unlucky and before < times else None


def _flaky(dice: Random, before: int) -> Trouble:
    unlucky, times = dice.random() < 0.05, dice.randint(1, 3)
    statuses = [dice.choice((500, 502, 503, 504)) for _ in range(times)]
    return Instead(statuses[before]) if unlucky and before < times else None


def _slow(dice: Random, before: int) -> Trouble:  # noqa: ARG001  always as slow
    return Delay(0.1)


def _lossy(dice: Random, before: int) -> Trouble:
    unlucky, done, times = dice.random() < 0.1, dice.random() < 0.5, dice.randint(1, 2)
    return HangUp(done) if unlucky and before < times else None


def _down(dice: Random, before: int) -> Trouble:  # noqa: ARG001  always down
    return Instead(503)


@dataclass(frozen=True, slots=True)
class Profile:
    """A way to behave badly.

    `befall` acts on whole requests. `refused` is the share of users who are refused when they are added.
    `loses_list_at` is the number of the request about a list before which the list vanishes, once.
    """

    name: str
    summary: str
    befall: Befall = _nothing
    refused: float = 0.0
    loses_list_at: int | None = None


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("none", "behaves well"),
        Profile("throttle", "answers 429 with Retry-After now and then", _throttle),
        Profile("flaky", "answers 5xx in bursts", _flaky),
        Profile("slow", "takes 100 ms for every answer", _slow),
        Profile("lossy", "closes connections without an answer, before or after doing what was asked", _lossy),
        Profile("rejects", "refuses one user in fifty, in the way its manifest reads", refused=0.02),
        Profile("list-gone", "loses the list once, before the second request about it", loses_list_at=2),
        Profile("down", "answers 503 always", _down),
    )
}
"""Every profile, by name."""


def profile_named(name: str | None) -> Profile:
    """The profile with this name; None is `none`. Raises UsageError."""
    found = PROFILES.get(name or "none")
    if found is None:
        known = list(PROFILES)
        raise UsageError(
            f"there is no hostile profile `{name}`",
            hint=hint_for(name or "", known) or f"the profiles are {listed(known, last='and')}",
        )
    return found


def dice_for(seed: int, mark: bytes) -> Random:
    """The dice of one request: the same for the same request."""
    return Random(_number(seed, mark))  # noqa: S311  chance for tests, not for secrets


def is_refused(seed: int, share: float, member: Member) -> bool:
    """This user is among the `share` who are refused: always the same ones for a seed."""
    raw = member.encode("utf-8", "surrogatepass") if isinstance(member, str) else member
    return _number(seed, raw) < share * 2**64


def _number(seed: int, raw: bytes) -> int:
    return int.from_bytes(blake2b(raw, digest_size=8, key=str(seed).encode()).digest(), "big")

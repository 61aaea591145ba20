"""Profiles of partners who behave badly. What befalls a request depends on the seed, the request and how often it came."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from random import Random

from maniple.diagnostics.suggest import hint_for, listed
from maniple.errors import UsageError
from maniple.testing.simulator.members import Member
from maniple.testing.simulator.trouble import (
    Altered,
    Befall,
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

PRIVATE = ("http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]:1/")
"""Addresses inside a network, to which a partner has no business to send anybody."""
SKEWS = (-3 * 86_400, -3_600, 420, 30 * 86_400)
"""Seconds by which a clock may go wrong."""


def _nothing(dice: Random, before: int) -> Trouble:  # noqa: ARG001  a partner without moods
    return None


def _throttle(dice: Random, before: int) -> Trouble:
    unlucky, times, pause = dice.random() < 0.05, dice.randint(1, 2), "1" if dice.random() < 0.2 else "0"
    return Instead(429, (("Retry-After", pause),)) if unlucky and before < times else None


def _throttle_bare(dice: Random, before: int) -> Trouble:
    unlucky, times = dice.random() < 0.05, dice.randint(1, 3)
    return Instead(429) if unlucky and before < times else None


def _flaky(dice: Random, before: int) -> Trouble:
    unlucky, times = dice.random() < 0.05, dice.randint(1, 3)
    statuses = [dice.choice((500, 502, 503, 504)) for _ in range(times)]
    return Instead(statuses[before]) if unlucky and before < times else None


def _slow(dice: Random, before: int) -> Trouble:  # noqa: ARG001  always as slow
    return Delay(0.1)


def _uneven(dice: Random, before: int) -> Trouble:  # noqa: ARG001  a request always takes as long
    return Delay(dice.random() * 0.04)


def _lossy(dice: Random, before: int) -> Trouble:
    unlucky, done, times = dice.random() < 0.1, dice.random() < 0.5, dice.randint(1, 2)
    return HangUp(done) if unlucky and before < times else None


def _hang(dice: Random, before: int) -> Trouble:
    unlucky, done = dice.random() < 0.05, dice.random() < 0.5
    return Silence(done) if unlucky and before < 1 else None


def _reset(dice: Random, before: int) -> Trouble:
    unlucky, times = dice.random() < 0.1, dice.randint(1, 2)
    return Torn() if unlucky and before < times else None


def _drip(dice: Random, before: int) -> Trouble:
    slow, endless = dice.random() < 0.2, dice.random() < 0.2
    return Drip(endless) if slow and before < 1 else None


def _truncated(dice: Random, before: int) -> Trouble:
    return Altered("cut") if dice.random() < 0.1 and before < 1 else None


def _huge(dice: Random, before: int) -> Trouble:
    return Altered("huge") if dice.random() < 0.05 and before < 1 else None


def _garbage(dice: Random, before: int) -> Trouble:
    unlucky, trouble = dice.random() < 0.1, dice.choice((Altered("page"), Altered("bytes"), Altered("empty")))
    return trouble if unlucky and before < 1 else None


def _redirect(dice: Random, before: int) -> Trouble:
    unlucky, location = dice.random() < 0.1, dice.choice((*PRIVATE, None))
    return Elsewhere(location) if unlucky and before < 1 else None


def _errors_inside(dice: Random, before: int) -> Trouble:
    return Inside() if dice.random() < 0.1 and before < 1 else None


def _duplicate(dice: Random, before: int) -> Trouble:
    unlucky, way = dice.random() < 0.1, dice.choice((Twice(), HangUp(done=True), Instead(504, done=True)))
    return way if unlucky and before < 1 else None


def _skew(dice: Random, before: int) -> Trouble:
    unlucky, times, pause = dice.random() < 0.05, dice.randint(1, 2), dice.randint(0, 2)
    return Later(pause) if unlucky and before < times else None


def _down(dice: Random, before: int) -> Trouble:  # noqa: ARG001  always down
    return Instead(503)


@dataclass(frozen=True, slots=True)
class Profile:
    """A way to behave badly.

    `befall` acts on whole requests. `refused` is the share of users who are refused when they are added, `dropped` the
    share of those who are accepted and not kept. `loses_list_at` is the number of the request about a list before which
    the list vanishes, once. `expires_after` is the number of requests that a token is good for. `skewed`: the partner's
    clock goes wrong.
    """

    name: str
    summary: str
    befall: Befall = _nothing
    refused: float = 0.0
    dropped: float = 0.0
    loses_list_at: int | None = None
    expires_after: int | None = None
    skewed: bool = False


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("none", "behaves well"),
        Profile("throttle", "answers 429 with Retry-After now and then", _throttle),
        Profile("throttle-bare", "answers 429 without saying how long to wait", _throttle_bare),
        Profile("flaky", "answers 5xx in bursts", _flaky),
        Profile("slow", "takes 100 ms for every answer", _slow),
        Profile("uneven", "takes up to 40 ms an answer; answers come out of order", _uneven),
        Profile("lossy", "closes connections without an answer, the work done or not", _lossy),
        Profile("hang", "never answers some requests, the work done or not", _hang),
        Profile("reset", "resets connections in the middle of an answer", _reset),
        Profile("drip", "sends some answers drop by drop, a few without end", _drip),
        Profile("truncated", "sends some answers cut short inside their JSON", _truncated),
        Profile("huge", "sends some answers of 11 MB", _huge),
        Profile("garbage", "sends a web page, bytes or nothing in place of some answers", _garbage),
        Profile("redirect", "sends clients to private hosts, or to where they are", _redirect),
        Profile("errors-inside", "answers 200 with an error inside that its manifest reads", _errors_inside),
        Profile("rejects", "refuses one user in fifty, as its manifest reads it", refused=0.02),
        Profile("drops", "accepts one user in fifty and does not keep them", dropped=0.02),
        Profile("duplicate", "does some requests twice, or loses the answer afterwards", _duplicate),
        Profile("list-gone", "loses the list once, before the second request about it", loses_list_at=2),
        Profile("expiry", "refuses a token after 20 requests, until a new sign-in", expires_after=20),
        Profile("skew", "has a clock that goes wrong, and throttles by that clock", _skew, skewed=True),
        Profile("down", "answers 503 always", _down),
    )
}
"""Every profile, by name."""


@dataclass(frozen=True)
class Hostility:
    """Profiles at work together, with the dice of one seed."""

    profiles: tuple[Profile, ...]
    seed: int

    def befall(self, mark: bytes, came: Counter[tuple[str, bytes]]) -> tuple[float, str, Trouble]:
        """What befalls a request: seconds it is delayed, then the first profile's trouble with that profile's name.

        `came` counts how often each profile has befallen each request, and is kept up to date.
        """
        seconds, name, chosen = 0.0, "", None
        for profile in self.profiles:
            trouble = profile.befall(dice_for(self.seed, profile.name, mark), came[profile.name, mark])
            if isinstance(trouble, Delay):
                seconds += trouble.seconds
            elif trouble is not None and chosen is None:
                name, chosen = profile.name, trouble
                came[name, mark] += 1
        return seconds, name, chosen

    def refuses(self, member: Member) -> bool:
        """This user is refused when added."""
        return any(is_chosen(self.seed, profile.refused, member) for profile in self.profiles if profile.refused)

    def drops(self, member: Member) -> bool:
        """This user is accepted when added, and not kept."""
        return any(is_chosen(self.seed, one.dropped, member, "drops") for one in self.profiles if one.dropped)

    @property
    def loses_list_at(self) -> int | None:
        """The number of the request about a list before which the list vanishes."""
        return min((one.loses_list_at for one in self.profiles if one.loses_list_at is not None), default=None)

    @property
    def expires_after(self) -> int | None:
        """The number of requests that a token is good for."""
        return min((one.expires_after for one in self.profiles if one.expires_after is not None), default=None)

    @property
    def skew(self) -> int | None:
        """Seconds by which the partner's clock goes wrong, the same for a seed."""
        skewed = any(profile.skewed for profile in self.profiles)
        return Random(self.seed).choice(SKEWS) if skewed else None  # noqa: S311  chance for tests


def hostility_named(words: str | None, seed: int = 0) -> Hostility:
    """The profiles with these names, separated by commas; None is `none`. Raises UsageError."""
    names = [word.strip() for word in (words or "none").split(",") if word.strip()]
    return Hostility(tuple(_profile_named(name) for name in dict.fromkeys(names)), seed)


def _profile_named(name: str) -> Profile:
    found = PROFILES.get(name)
    if found is None:
        known = list(PROFILES)
        raise UsageError(
            f"there is no hostile profile `{name}`",
            hint=hint_for(name, known) or f"the profiles are {listed(known, last='and')}",
        )
    return found


def dice_for(seed: int, profile: str, mark: bytes) -> Random:
    """The dice that a profile throws for one request: the same for the same request."""
    return Random(_number(seed, profile.encode() + mark))  # noqa: S311  chance for tests, not for secrets


def is_chosen(seed: int, share: float, member: Member, what: str = "") -> bool:
    """This user is among the `share` whom `what` befalls: always the same ones for a seed."""
    raw = member.encode("utf-8", "surrogatepass") if isinstance(member, str) else member
    return _number(seed, what.encode() + raw) < share * 2**64


def _number(seed: int, raw: bytes) -> int:
    return int.from_bytes(blake2b(raw, digest_size=8, key=str(seed).encode()).digest(), "big")

"""What can befall one request at a hostile partner: a closed set of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeAlias

from maniple.wire import Headers


@dataclass(frozen=True, slots=True)
class Instead:
    """Answers with this status; before that it does nothing, or (`done`) what was asked."""

    status: int
    headers: Headers = ()
    done: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Answers 429 and says when to come back by the partner's own clock, `seconds` from now: as an HTTP date in
    `Retry-After` and as seconds since the epoch in `X-RateLimit-Reset`."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Answers 307 and does nothing. `location` is where to go, None the request's own address."""

    location: str | None


@dataclass(frozen=True, slots=True)
class Inside:
    """Does nothing and answers 200 with an error inside, in a form that the manifest reads."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Takes its time, in seconds, then answers."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Twice:
    """Does what was asked two times and answers once."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Closes the connection without an answer, after doing what was asked or before."""

    done: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """Never answers, after doing what was asked or before, and waits for the client to go."""

    done: bool


@dataclass(frozen=True, slots=True)
class Torn:
    """Does what was asked, sends one half of the answer and resets the connection."""


@dataclass(frozen=True, slots=True)
class Drip:
    """Does what was asked and answers drop by drop: to an end, or (`endless`) until the client goes."""

    endless: bool


@dataclass(frozen=True, slots=True)
class Altered:
    """Does what was asked; the answer is whole as HTTP, and its body is cut short, of 11 MB, or something else."""

    how: Literal["cut", "huge", "page", "bytes", "empty"]


Trouble: TypeAlias = (
    Instead | Later | Elsewhere | Inside | Delay | Twice | HangUp | Silence | Torn | Drip | Altered | None
)
Manner: TypeAlias = HangUp | Silence | Torn | Drip | Altered | None
"""How an answer is given; None is as it should be."""
Befall: TypeAlias = Callable[[Random, int], Trouble]
"""What befalls a request that a profile has befallen `n` times before. Its dice fall the same each time it comes."""

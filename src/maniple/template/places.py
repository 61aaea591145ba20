"""Places in a template's strings: variables used there, and what is wrong there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from maniple.source.text import Path

Carries = Callable[[str, str], bool]
"""Does variable `name` carry key `key`, so that `$name.key` is a hole rather than a hole and text?"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong inside one string, at characters `start:end` of it."""

    code: str
    message: str
    start: int
    end: int
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A variable used at characters `start:end` of the string at `path`. `name` is canonical, `written` as typed.

    `carried` is the key of what it carries, where that is what is used: `host` of `$region.host`.
    """

    name: str
    written: str
    path: Path
    start: int
    end: int
    key: bool = False
    carried: str | None = None

"""Who is in a cohort, and as what the partner knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

Value: TypeAlias = str | int | float | bool | None
"""One identifier as it was sent; None where an optional mapping has no value."""

MEMBER_ID: Final = "amplitude_id"
"""The variable that holds a member's own id, whatever the column of the cohort file is called."""

MISSING_ID: Final = "missing id"
UNRESOLVED_MAPPING: Final = "unresolved mapping"
INVALID_FORMAT: Final = "invalid format"

SkipReason: TypeAlias = Literal["missing id", "unresolved mapping", "invalid format"]


class Nested(str):
    """A map or list as JSON text with its keys in order, so that pairs that hold it can be compared."""

    __slots__ = ()


class Unfit(Enum):
    """The type of `INVALID`, apart from every value a property can have."""

    INVALID = "invalid format"


INVALID: Final = Unfit.INVALID
"""What a mapping's conversion answers for a value that does not fit the mapping's format."""


@dataclass(frozen=True, slots=True)
class Member:
    """One user of a cohort with the properties the cohort file gives; `id` is None when the file gives none."""

    id: str | None
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """One member and what it is sent as: the value of every mapping, in the order the mappings are declared."""

    member_id: str
    sent_as: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Skip:
    """A member that cannot be sent, why, and the mapping at fault ("" when it is the id)."""

    member_id: str | None
    reason: SkipReason
    mapping: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """The pairs the partner accepted. `doubted`: the last request about the pair got no answer.

    A pair is in one of the two sets, never in both. `saved` is what creating their list saved, where whoever made the
    membership knows it; two memberships of the same pairs are equal.
    """

    settled: frozenset[Pair] = frozenset()
    doubted: frozenset[Pair] = frozenset()
    saved: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def pairs(self) -> frozenset[Pair]:
        """Every pair the partner holds or may hold."""
        return self.settled | self.doubted


def membership(pairs: Iterable[Pair]) -> Membership:
    """A membership of `pairs`, none of them doubted."""
    return Membership(settled=frozenset(pairs))

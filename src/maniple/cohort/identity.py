"""Which pairs are one person at the partner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from maniple.cohort.member import MEMBER_ID, Pair, Value
from maniple.errors import Bug

Identifier: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """The columns a partner's remove call names a person by.

    `positions` point into `Pair.sent_as`; None stands for the member's own id.
    """

    positions: tuple[int | None, ...]

    def of(self, pair: Pair) -> Identifier | None:
        """What the partner knows `pair` by, or None when the pair has no value for any of the columns.

        Pairs without any value are never taken for one person.
        """
        values = tuple(pair.member_id if at is None else pair.sent_as[at] for at in self.positions)
        return None if all(value is None for value in values) else values

    def held_by(self, pairs: Iterable[Pair]) -> set[Identifier]:
        """Every identifier at least one of `pairs` holds."""
        return {identifier for pair in pairs if (identifier := self.of(pair)) is not None}


def identity_of(columns: Sequence[str], mappings: Sequence[str]) -> Identity:
    """The identity made of `columns`, which are names out of `mappings` or `amplitude_id`.

    Raises Bug for no column at all and for a column that is neither.
    """
    if not columns:
        raise Bug("the identity of a partner's remove call has no column")
    unknown = [name for name in columns if name != MEMBER_ID and name not in mappings]
    if unknown:
        raise Bug(f"`{unknown[0]}` is no mapping, so it cannot identify a user")
    return Identity(tuple(None if name == MEMBER_ID else mappings.index(name) for name in columns))

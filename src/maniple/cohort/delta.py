"""What has to be told to the partner: the cohort as it is against what the partner accepted."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from maniple.cohort.identity import Identifier, Identity
from maniple.cohort.member import Membership, Pair, Value


@dataclass(frozen=True, slots=True)
class Changes:
    """Removes, which are all sent first; adds; and leavers that need no request.

    `removes` and `shared` are ordered by member id, then by what was sent; `adds` keep the order of the cohort.
    A `shared` pair leaves without a request, because its identifier belongs to a pair that stays or is wanted, or
    because another leaver's remove carries it.
    """

    removes: tuple[Pair, ...] = ()
    adds: tuple[Pair, ...] = ()
    shared: tuple[Pair, ...] = ()


def changes(accepted: Membership, wanted: Iterable[Pair], skipped: Set[str], identity: Identity) -> Changes:
    """The changes that lead from `accepted` to `wanted`.

    `wanted` holds one pair a member; `skipped` are the ids of members of the cohort that cannot be sent now: what was
    accepted of them stays. A doubted pair that is still wanted is an add again.
    """
    cohort = tuple(wanted)
    adds = tuple(pair for pair in cohort if pair not in accepted.settled)
    staying = {pair for pair in accepted.pairs if pair.member_id in skipped}
    leaving = accepted.pairs - set(cohort) - staying
    held = identity.held_by(cohort) | identity.held_by(staying)
    removes: list[Pair] = []
    shared: list[Pair] = []
    carried: set[Identifier] = set()
    for pair in sorted(leaving, key=pair_order):
        identifier = identity.of(pair)
        if identifier is not None and (identifier in held or identifier in carried):
            shared.append(pair)
            continue
        removes.append(pair)
        if identifier is not None:
            carried.add(identifier)
    return Changes(tuple(removes), adds, tuple(shared))


def drifted_members(accepted: Membership, wanted: Iterable[Pair]) -> set[str]:
    """The ids of wanted members the partner also holds under other values: their mapping or property changed."""
    now = {pair.member_id: pair for pair in wanted}
    return {pair.member_id for pair in accepted.pairs if now.get(pair.member_id, pair) != pair}


def pair_order(pair: Pair) -> tuple[str, tuple[tuple[bool, Value], ...]]:
    """The sort key of a pair: by member id, then by each value, no value first."""
    return pair.member_id, tuple((value is not None, value) for value in pair.sent_as)

"""The membership after a run: what was accepted before, changed by what became of each change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, assert_never

from maniple.cohort.delta import Changes
from maniple.cohort.identity import Identity
from maniple.cohort.member import Membership, Pair

Fate: TypeAlias = Literal["delivered", "in_doubt", "unsent", "rejected", "skipped"]
"""What became of one change.

delivered  the partner accepted it
in_doubt   it was sent, and no answer says whether it was done
unsent     it was not sent, or the partner refused the whole call
rejected   the partner refused this user
skipped    nothing could be sent for this user
"""


def fold(accepted: Membership, changed: Changes, fates: Mapping[Pair, Fate], identity: Identity) -> Membership:
    """The membership after a run whose `changed` pairs met `fates`; a pair without a fate is unsent.

    A rejection is the partner's word that it does not hold this user as sent: a rejected add does not enter (a doubted
    pair leaves), and a rejected remove leaves. A shared leaver goes once its identifier is held by another pair of the
    new membership, or is one that a remove carried: then that remove answers for it. Otherwise it stays and is looked
    at again in the next run.
    """
    settled, doubted = set(accepted.settled), set(accepted.doubted)
    for pair in changed.removes:
        _settle(pair, fates.get(pair, "unsent"), "remove", settled, doubted)
    for pair in changed.adds:
        _settle(pair, fates.get(pair, "unsent"), "add", settled, doubted)
    shared = set(changed.shared)
    held = identity.held_by((settled | doubted) - shared) | identity.held_by(changed.removes)
    gone = {pair for pair in shared if identity.of(pair) in held}
    return Membership(frozenset(settled - gone), frozenset(doubted - gone))


def _settle(
    pair: Pair, fate: Fate, operation: Literal["add", "remove"], settled: set[Pair], doubted: set[Pair]
) -> None:
    match fate:
        case "unsent" | "skipped":
            return
        case "in_doubt":
            settled.discard(pair)
            doubted.add(pair)
        case "delivered" if operation == "add":
            doubted.discard(pair)
            settled.add(pair)
        case "delivered" | "rejected":
            settled.discard(pair)
            doubted.discard(pair)
        case _:
            assert_never(fate)

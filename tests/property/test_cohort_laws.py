"""The laws of the cohort, for any input: they hold the plain Python reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain
from random import Random
from typing import Literal, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from maniple.cohort.batch import batches
from maniple.cohort.delta import Changes, changes, drifted_members
from maniple.cohort.fold import Fate, fold
from maniple.cohort.identity import Identifier, Identity
from maniple.cohort.member import Membership, Pair, membership

MEMBER_IDS = ("1", "2", "3", "é", "")
SENT_AS = st.tuples(st.sampled_from(("a", "b", "c", None)), st.sampled_from(("x", "y", None)))
IDENTITIES = st.sampled_from((Identity((0,)), Identity((1,)), Identity((0, 1)), Identity((None,)), Identity((None, 0))))
COHORTS = st.dictionaries(st.sampled_from(MEMBER_IDS), SENT_AS).map(
    lambda found: tuple(Pair(member, sent_as) for member, sent_as in found.items())
)
PAIRS = st.builds(Pair, st.sampled_from(MEMBER_IDS), SENT_AS)
MEMBERSHIPS = st.dictionaries(PAIRS, st.booleans(), max_size=8).map(
    lambda found: Membership(
        frozenset(pair for pair, doubt in found.items() if not doubt),
        frozenset(pair for pair, doubt in found.items() if doubt),
    )
)
SKIPPED = st.frozensets(st.sampled_from(MEMBER_IDS), max_size=2)


def delivered(changed: Changes) -> dict[Pair, Fate]:
    return dict.fromkeys((*changed.removes, *changed.adds), "delivered")


def wanted_without(cohort: Iterable[Pair], skipped: frozenset[str]) -> tuple[Pair, ...]:
    return tuple(pair for pair in cohort if pair.member_id not in skipped)


@given(MEMBERSHIPS, COHORTS, IDENTITIES)
def test_delivered_changes_lead_to_the_cohort(accepted: Membership, cohort: tuple[Pair, ...], who: Identity) -> None:
    changed = changes(accepted, cohort, frozenset(), who)

    assert membership(cohort) == fold(accepted, changed, delivered(changed), who)


@given(COHORTS, IDENTITIES)
def test_the_same_cohort_again_changes_nothing(cohort: tuple[Pair, ...], who: Identity) -> None:
    assert Changes() == changes(membership(cohort), cohort, frozenset(), who)


@given(MEMBERSHIPS, COHORTS, SKIPPED, IDENTITIES, st.randoms(use_true_random=False))
def test_the_order_of_the_cohort_does_not_matter(
    accepted: Membership, cohort: tuple[Pair, ...], skipped: frozenset[str], who: Identity, dice: Random
) -> None:
    wanted = wanted_without(cohort, skipped)
    shuffled = list(wanted)
    dice.shuffle(shuffled)

    straight, mixed = changes(accepted, wanted, skipped, who), changes(accepted, shuffled, skipped, who)
    assert (straight.removes, straight.shared) == (mixed.removes, mixed.shared)
    assert set(straight.adds) == set(mixed.adds)


@given(MEMBERSHIPS, COHORTS, SKIPPED, IDENTITIES)
def test_every_pair_is_in_one_place(
    accepted: Membership, cohort: tuple[Pair, ...], skipped: frozenset[str], who: Identity
) -> None:
    wanted = wanted_without(cohort, skipped)
    changed = changes(accepted, wanted, skipped, who)
    unchanged = accepted.settled & set(wanted)
    staying = {pair for pair in accepted.pairs if pair.member_id in skipped}

    placed = [*changed.removes, *changed.adds, *changed.shared, *unchanged, *staying]
    assert len(placed) == len(set(placed))
    assert accepted.pairs | set(wanted) == set(placed)


@given(MEMBERSHIPS, COHORTS, SKIPPED, IDENTITIES)
def test_no_one_who_stays_or_is_wanted_is_removed(
    accepted: Membership, cohort: tuple[Pair, ...], skipped: frozenset[str], who: Identity
) -> None:
    wanted = wanted_without(cohort, skipped)
    removed = [who.of(pair) for pair in changes(accepted, wanted, skipped, who).removes]
    known = [identifier for identifier in removed if identifier is not None]
    staying = {pair for pair in accepted.pairs if pair.member_id in skipped}

    assert len(known) == len(set(known))
    assert not set(known) & who.held_by((*wanted, *staying))


@given(MEMBERSHIPS, COHORTS)
def test_a_drifted_member_has_another_value_than_the_partner_knows(
    accepted: Membership, cohort: tuple[Pair, ...]
) -> None:
    wanted = {pair.member_id: pair for pair in cohort}
    expected = {pair.member_id for pair in accepted.pairs if pair.member_id in wanted} - {
        member
        for member, pair in wanted.items()
        if {held for held in accepted.pairs if held.member_id == member} <= {pair}
    }

    assert expected == drifted_members(accepted, cohort)


@given(st.integers(0, 500), st.integers(1, 60))
def test_the_batches_one_after_another_are_the_plan(count: int, size: int) -> None:
    cuts = batches(count, size)

    assert list(range(count)) == list(chain.from_iterable(cuts))
    assert all(0 < len(cut) <= size for cut in cuts)


Drawn: TypeAlias = Literal["delivered", "answer lost", "request lost", "unsent", "rejected", "skipped"]
DRAWN: st.SearchStrategy[Drawn] = st.sampled_from(
    ("delivered", "delivered", "answer lost", "request lost", "unsent", "rejected", "skipped")
)


@dataclass
class Partner:
    """A partner that is a set of identifiers. What it is asked for meets a fate drawn beforehand."""

    who: Identity
    held: set[Identifier | Pair] = field(default_factory=set)

    def key(self, pair: Pair) -> Identifier | Pair:
        return self.who.of(pair) or pair

    def remove(self, pair: Pair, drawn: Drawn) -> Fate:
        key = self.key(pair)
        # It refuses to remove only whom it does not know.
        return self._answer("unsent" if drawn == "rejected" and key in self.held else drawn, self.held.discard, key)

    def add(self, pair: Pair, drawn: Drawn, accepted: Membership) -> Fate:
        key = self.key(pair)
        # It may refuse other values for someone it holds, but not what it may have taken as it is.
        taken = key in self.held and pair in accepted.pairs
        return self._answer("unsent" if drawn == "rejected" and taken else drawn, self.held.add, key)

    @staticmethod
    def _answer(drawn: Drawn, act: Callable[[Identifier | Pair], None], key: Identifier | Pair) -> Fate:
        match drawn:
            case "delivered" | "answer lost":
                act(key)
                return "delivered" if drawn == "delivered" else "in_doubt"
            case "request lost":
                return "in_doubt"
            case _:
                return drawn


@given(IDENTITIES, st.lists(st.tuples(COHORTS, SKIPPED), min_size=1, max_size=6), st.data())
def test_whatever_goes_wrong_the_partner_holds_what_the_membership_says(
    who: Identity, runs: list[tuple[tuple[Pair, ...], frozenset[str]]], data: st.DataObject
) -> None:
    partner, accepted = Partner(who), Membership()
    for cohort, skipped in runs:
        changed = changes(accepted, wanted_without(cohort, skipped), skipped, who)
        fates = {pair: partner.remove(pair, data.draw(DRAWN)) for pair in changed.removes}
        fates |= {pair: partner.add(pair, data.draw(DRAWN), accepted) for pair in changed.adds}
        accepted = fold(accepted, changed, fates, who)

        assert {partner.key(pair) for pair in accepted.settled} <= partner.held
        assert partner.held <= {partner.key(pair) for pair in accepted.pairs}


@given(IDENTITIES, st.lists(st.tuples(COHORTS, SKIPPED), min_size=1, max_size=4), COHORTS, st.data())
def test_one_good_run_puts_everything_right(
    who: Identity,
    runs: list[tuple[tuple[Pair, ...], frozenset[str]]],
    last: tuple[Pair, ...],
    data: st.DataObject,
) -> None:
    partner, accepted = Partner(who), Membership()
    for cohort, skipped in runs:
        changed = changes(accepted, wanted_without(cohort, skipped), skipped, who)
        fates = {pair: partner.remove(pair, data.draw(DRAWN)) for pair in changed.removes}
        fates |= {pair: partner.add(pair, data.draw(DRAWN), accepted) for pair in changed.adds}
        accepted = fold(accepted, changed, fates, who)
    changed = changes(accepted, last, frozenset(), who)
    for pair in changed.removes:
        partner.remove(pair, "delivered")
    for pair in changed.adds:
        partner.add(pair, "delivered", accepted)

    assert {partner.key(pair) for pair in last} == partner.held
    assert membership(last) == fold(accepted, changed, delivered(changed), who)

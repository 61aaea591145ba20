from __future__ import annotations

import pytest

from maniple.cohort.delta import Changes, changes
from maniple.cohort.fold import Fate, fold
from maniple.cohort.identity import identity_of
from maniple.cohort.member import Membership, Pair, membership

EMAIL = identity_of(["email"], ["email", "plan"])
ANN = Pair("ann", ("ann@a.test", "pro"))
BOB = Pair("bob", ("bob@b.test", "pro"))
ANN_TOO = Pair("zoe", ("ann@a.test", "pro"))
ANN_FREE = Pair("ann", ("ann@a.test", "free"))


def doubted(*pairs: Pair) -> Membership:
    return Membership(doubted=frozenset(pairs))


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        ("delivered", membership([ANN])),
        ("in_doubt", doubted(ANN)),
        ("unsent", membership([])),
        ("rejected", membership([])),
        ("skipped", membership([])),
    ],
)
def test_a_new_add_enters_when_the_partner_took_it_or_may_have(fate: Fate, expected: Membership) -> None:
    assert expected == fold(membership([]), Changes(adds=(ANN,)), {ANN: fate}, EMAIL)


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        ("delivered", membership([ANN])),
        ("in_doubt", doubted(ANN)),
        ("unsent", doubted(ANN)),
        ("rejected", membership([])),
        ("skipped", doubted(ANN)),
    ],
)
def test_a_doubted_add_stays_in_doubt_until_the_partner_answers(fate: Fate, expected: Membership) -> None:
    assert expected == fold(doubted(ANN), Changes(adds=(ANN,)), {ANN: fate}, EMAIL)


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        ("delivered", membership([])),
        ("in_doubt", doubted(ANN)),
        ("unsent", membership([ANN])),
        ("rejected", membership([])),
        ("skipped", membership([ANN])),
    ],
)
def test_a_remove_leaves_when_the_partner_does_not_hold_it_any_more(fate: Fate, expected: Membership) -> None:
    assert expected == fold(membership([ANN]), Changes(removes=(ANN,)), {ANN: fate}, EMAIL)


def test_a_change_without_a_fate_is_unsent() -> None:
    assert membership([BOB]) == fold(membership([BOB]), Changes(removes=(BOB,), adds=(ANN,)), {}, EMAIL)


@pytest.mark.parametrize("fate", ["delivered", "in_doubt", "unsent", "rejected", "skipped"])
def test_a_leaver_whose_identifier_another_remove_carries_goes_whatever_becomes_of_that(fate: Fate) -> None:
    changed = changes(membership([ANN, ANN_TOO]), [], frozenset(), EMAIL)

    assert ANN_TOO not in fold(membership([ANN, ANN_TOO]), changed, {ANN: fate}, EMAIL).pairs


def test_a_leaver_whose_identifier_another_member_keeps_goes() -> None:
    changed = changes(membership([ANN, ANN_TOO]), [ANN], frozenset(), EMAIL)

    assert membership([ANN]) == fold(membership([ANN, ANN_TOO]), changed, {}, EMAIL)


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        ("delivered", membership([ANN_FREE])),
        ("in_doubt", doubted(ANN_FREE)),
        ("unsent", membership([ANN])),
        ("rejected", membership([ANN])),
    ],
)
def test_a_leaver_whose_identifier_is_only_about_to_be_added_goes_once_it_is(fate: Fate, expected: Membership) -> None:
    changed = changes(membership([ANN]), [ANN_FREE], frozenset(), EMAIL)

    assert expected == fold(membership([ANN]), changed, {ANN_FREE: fate}, EMAIL)


def test_a_leaver_stays_when_the_doubted_pair_that_shared_its_identifier_is_refused() -> None:
    accepted = Membership(settled=frozenset({ANN_TOO}), doubted=frozenset({ANN}))
    changed = changes(accepted, [ANN], frozenset(), EMAIL)

    assert membership([ANN_TOO]) == fold(accepted, changed, {ANN: "rejected"}, EMAIL)

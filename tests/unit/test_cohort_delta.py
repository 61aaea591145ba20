from __future__ import annotations

import pytest

from maniple.cohort.batch import batches
from maniple.cohort.delta import Changes, changes, drifted_members
from maniple.cohort.identity import identity_of
from maniple.cohort.member import Membership, Pair, membership
from maniple.errors import Bug

EMAIL = identity_of(["email"], ["email", "plan"])
NOBODY: frozenset[str] = frozenset()


def ann(email: str | None = "ann@a.test", plan: str | None = "pro") -> Pair:
    return Pair("ann", (email, plan))


def bob(email: str | None = "bob@b.test", plan: str | None = "pro") -> Pair:
    return Pair("bob", (email, plan))


def test_a_new_member_is_added() -> None:
    assert Changes(adds=(bob(),)) == changes(membership([ann()]), [ann(), bob()], NOBODY, EMAIL)


def test_a_member_who_left_is_removed() -> None:
    assert Changes(removes=(bob(),)) == changes(membership([ann(), bob()]), [ann()], NOBODY, EMAIL)


def test_a_member_who_lost_the_property_stays_accepted() -> None:
    assert Changes() == changes(membership([ann(), bob()]), [ann()], frozenset({"bob"}), EMAIL)


def test_a_member_with_another_identifier_is_removed_and_added() -> None:
    drifted = ann("ann@new.test")

    assert Changes(removes=(ann(),), adds=(drifted,)) == changes(membership([ann()]), [drifted], NOBODY, EMAIL)
    assert {"ann"} == drifted_members(membership([ann()]), [drifted])


def test_a_member_with_another_property_but_the_same_identifier_is_only_added() -> None:
    drifted = ann(plan="free")

    assert Changes(adds=(drifted,), shared=(ann(),)) == changes(membership([ann()]), [drifted], NOBODY, EMAIL)


def test_an_identifier_of_two_is_not_removed_while_one_of_them_is_wanted() -> None:
    together = bob("ann@a.test")

    assert Changes(shared=(together,)) == changes(membership([ann(), together]), [ann()], NOBODY, EMAIL)


def test_an_identifier_of_two_is_not_removed_while_one_of_them_is_only_skipped() -> None:
    together = bob("ann@a.test")

    assert Changes(shared=(together,)) == changes(membership([ann(), together]), [], frozenset({"ann"}), EMAIL)


def test_two_leavers_with_one_identifier_need_one_remove() -> None:
    together = bob("ann@a.test")

    assert Changes(removes=(ann(),), shared=(together,)) == changes(membership([together, ann()]), [], NOBODY, EMAIL)


def test_the_remove_is_carried_by_the_smallest_pair_and_no_value_is_smallest() -> None:
    first, second = ann(plan=None), ann(plan="free")

    assert Changes(removes=(first,), shared=(second,)) == changes(membership([second, first]), [], NOBODY, EMAIL)


def test_leavers_without_an_identifier_are_not_one_person() -> None:
    assert Changes(removes=(ann(None), bob(None))) == changes(membership([bob(None), ann(None)]), [], NOBODY, EMAIL)


def test_a_doubted_pair_that_is_wanted_is_sent_again() -> None:
    assert Changes(adds=(ann(),)) == changes(Membership(doubted=frozenset({ann()})), [ann()], NOBODY, EMAIL)


def test_a_doubted_pair_that_left_is_removed() -> None:
    assert Changes(removes=(ann(),)) == changes(Membership(doubted=frozenset({ann()})), [], NOBODY, EMAIL)


def test_an_identity_may_be_the_member_id() -> None:
    by_id = identity_of(["amplitude_id"], ["email", "plan"])
    drifted = ann("ann@new.test")

    assert Changes(adds=(drifted,), shared=(ann(),)) == changes(membership([ann()]), [drifted], NOBODY, by_id)


def test_an_identity_needs_a_column() -> None:
    with pytest.raises(Bug, match="the identity of a partner's remove call has no column"):
        identity_of([], ["email"])


def test_an_identity_is_made_of_mappings() -> None:
    with pytest.raises(Bug, match="`phone` is no mapping"):
        identity_of(["phone"], ["email"])


def test_only_the_last_batch_is_shorter() -> None:
    assert [range(0, 4), range(4, 8), range(8, 9)] == batches(9, 4)


def test_no_users_need_no_batch() -> None:
    assert [] == batches(0, 4)


def test_a_batch_holds_at_least_one_user() -> None:
    with pytest.raises(Bug, match="a batch of 0 users cannot be cut"):
        batches(9, 0)

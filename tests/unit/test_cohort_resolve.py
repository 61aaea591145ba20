from __future__ import annotations

from typing import Any

import pytest

from maniple.cohort.member import INVALID, Member, Pair, Skip
from maniple.cohort.resolve import MappingColumn, resolve
from maniple.errors import Bug

EMAIL = MappingColumn("email", "mail")
PHONE = MappingColumn("phone", "phone", optional=True)


def only_digits(values: list[Any]) -> list[Any]:
    return [value if str(value).isdigit() else INVALID for value in values]


def user(**properties: Any) -> Member:
    return Member("7", properties)


def test_a_value_without_conversion_keeps_its_type() -> None:
    assert Pair("7", (42,)) == resolve(user(mail=42), [EMAIL])


def test_a_conversion_decides_what_is_sent() -> None:
    lower = MappingColumn("email", "mail", convert=lambda values: [value.lower() for value in values])

    assert Pair("7", ("a@b.test",)) == resolve(user(mail="A@B.test"), [lower])


def test_a_conversion_never_sees_a_missing_value() -> None:
    optional = MappingColumn("email", "mail", optional=True, convert=lambda values: [v.lower() for v in values])

    assert Pair("7", (None,)) == resolve(user(mail=""), [optional])


@pytest.mark.parametrize("missing", [{}, {"mail": None}, {"mail": ""}])
def test_a_required_mapping_without_value_skips_the_member(missing: dict[str, Any]) -> None:
    assert Skip("7", "unresolved mapping", "email") == resolve(user(**missing), [EMAIL])


def test_an_empty_answer_of_a_conversion_is_no_value() -> None:
    blank = MappingColumn("email", "mail", convert=lambda values: ["" for _ in values])

    assert Skip("7", "unresolved mapping", "email") == resolve(user(mail=" "), [blank])


def test_a_value_that_does_not_fit_skips_the_member() -> None:
    phone = MappingColumn("phone", "phone", convert=only_digits)

    assert Skip("7", "invalid format", "phone") == resolve(user(phone="x"), [phone])


def test_an_optional_value_that_does_not_fit_is_left_out() -> None:
    phone = MappingColumn("phone", "phone", optional=True, convert=only_digits)

    assert Pair("7", ("a@b.test", None)) == resolve(user(mail="a@b.test", phone="x"), [EMAIL, phone])


def test_one_of_a_required_group_suffices() -> None:
    email = MappingColumn("email", "mail", optional=True)

    assert Pair("7", (None, "123")) == resolve(user(phone="123"), [email, PHONE], [["email", "phone"]])


def test_none_of_a_required_group_skips_the_member() -> None:
    email = MappingColumn("email", "mail", optional=True)

    assert Skip("7", "unresolved mapping", "email, phone") == resolve(user(), [email, PHONE], [["email", "phone"]])


def test_the_invalid_one_of_a_required_group_is_named() -> None:
    email = MappingColumn("email", "mail", optional=True)
    phone = MappingColumn("phone", "phone", optional=True, convert=only_digits)

    assert Skip("7", "invalid format", "phone") == resolve(user(phone="x"), [email, phone], [["email", "phone"]])


@pytest.mark.parametrize("missing", [None, ""])
def test_a_member_without_id_is_skipped(missing: str | None) -> None:
    assert Skip(None, "missing id") == resolve(Member(missing, {"mail": "a@b.test"}), [EMAIL])


def test_a_conversion_must_answer_for_every_value() -> None:
    forgetful = MappingColumn("email", "mail", convert=lambda values: values[1:])

    with pytest.raises(Bug, match="the conversion of `email` answered 0 values for one"):
        resolve(user(mail="a"), [forgetful])


def test_an_id_that_is_also_mapped_and_empty_is_an_unresolved_mapping() -> None:
    mapped = MappingColumn("user_key", "user_id")

    assert Skip(None, "unresolved mapping", "user_key") == resolve(Member(None, {"user_id": None}), [mapped])

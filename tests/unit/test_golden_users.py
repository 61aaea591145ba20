"""In-memory users become the columns of a batch as a sync would make them."""

from __future__ import annotations

from typing import Any

from maniple.runtime.resolve import ResolvedUsers, id_property_of, resolve_users
from support.manifests import context, program

EMAIL: dict[str, Any] = {
    "name": "email",
    "label": "E-mail",
    "format": "email",
    "normalize": "{{ value | trim | lower }}",
}
PHONE: dict[str, Any] = {"name": "phone", "label": "Phone", "optional": True}


def resolved(
    users: list[dict[str, Any]], mappings: dict[str, str], *declared: dict[str, Any], **more: Any
) -> ResolvedUsers:
    # An item of every mapping, so that none is declared for nothing.
    item = {f"{mapping['name']}~": f"${mapping['name']}" for mapping in declared}
    of = program(mappings=list(declared), add_users__item=item, remove_users__item=item, **more)
    return resolve_users(of, mappings, context(of).scope, users)


def test_users_are_columns_of_their_id_every_mapping_and_what_they_carry() -> None:
    users = [{"user_id": "u1", "mail": " Ann@X.test ", "plan": "pro"}, {"user_id": "u2", "mail": "bob@x.test"}]
    found = resolved(users, {"email": "mail"}, EMAIL, PHONE)
    assert found.columns == {
        "amplitude_id": ["u1", "u2"],
        "email": ["ann@x.test", "bob@x.test"],
        "phone": [None, None],
        "user": [{"plan": "pro"}, None],
    }
    assert (found.ids, found.skipped) == (["u1", "u2"], [])


def test_a_user_without_a_required_value_or_with_one_of_another_form_is_skipped_with_its_reason() -> None:
    users = [{"user_id": "u1"}, {"user_id": "u2", "email": ""}, {"user_id": "u3", "email": "nobody"}]
    found = resolved(users, {"email": "email"}, EMAIL)
    assert found.skipped == [("u1", "unresolved mapping"), ("u2", "unresolved mapping"), ("u3", "invalid format")]
    assert (found.ids, found.columns["email"]) == ([], [])


def test_an_optional_value_of_another_form_counts_as_none() -> None:
    users = [{"user_id": "u1", "email": "nobody"}]
    assert resolved(users, {"email": "email"}, {**EMAIL, "optional": True}).columns["email"] == [None]


def test_a_user_needs_one_value_of_each_group_that_is_required() -> None:
    users = [{"user_id": "u1", "phone": "+15551234567"}, {"user_id": "u2"}, {"user_id": "u3", "email": "nobody"}]
    email = {**EMAIL, "optional": True}
    mappings = {"email": "email", "phone": "phone"}
    found = resolved(users, mappings, email, PHONE, require=[["email", "phone"]])
    assert found.ids == ["u1"]
    assert found.skipped == [("u2", "unresolved mapping"), ("u3", "invalid format")]


def test_a_group_of_mappings_nobody_chose_skips_everybody() -> None:
    found = resolved([{"user_id": "u1"}], {}, {**EMAIL, "optional": True}, PHONE, require=[["email", "phone"]])
    assert found.skipped == [("u1", "unresolved mapping")]


def test_the_id_is_amplitude_id_else_user_id_else_the_first_property() -> None:
    assert id_property_of([{"user_id": "u", "amplitude_id": "a"}]) == "amplitude_id"
    assert id_property_of([{"email": "e", "user_id": "u"}]) == "user_id"
    assert id_property_of([{"email": "e", "plan": "p"}]) == "email"
    assert id_property_of([]) == ""


def test_an_id_is_text_and_the_mapped_value_keeps_its_type() -> None:
    found = resolved([{"user_id": 42}], {"phone": "user_id"}, PHONE)
    assert (found.ids, found.columns["phone"], found.columns["user"]) == (["42"], [42], [None])


def test_a_mapping_to_amplitude_id_is_the_id_whatever_its_property_is_called() -> None:
    assert resolved([{"user_id": "u1"}], {"phone": "amplitude_id"}, PHONE).columns["phone"] == ["u1"]


def test_of_users_with_one_id_the_first_counts_and_a_user_without_id_is_skipped() -> None:
    users = [{"user_id": "u1", "phone": "1"}, {"user_id": "u1", "phone": "2"}, {"user_id": None, "phone": "3"}]
    found = resolved(users, {"phone": "phone"}, PHONE)
    assert (found.ids, found.columns["phone"], found.skipped) == (["u1"], ["1"], [("", "missing id")])


def test_what_has_no_value_is_not_carried() -> None:
    users = [{"user_id": "u1", "phone": "1", "a": None, "b": "", "c": 0, "d": False}]
    assert resolved(users, {"phone": "phone"}, PHONE).columns["user"] == [{"c": 0, "d": False}]

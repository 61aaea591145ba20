"""`one_of` on a mapping: the end user says which of the partner's identifiers a property is."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
import pytest

import maniple
from maniple.errors import SettingsError
from maniple.runtime.program import Program
from maniple.runtime.settings import check_mappings
from maniple.wire import Reply
from support.manifests import SETTINGS, program
from support.scripted_sender import ScriptedSender

GUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
IDENTIFIER: dict[str, Any] = {
    "name": "ident",
    "label": "Identifier",
    "one_of": [
        {"target": "TDID", "label": "Trading id", "format": "uuid", "normalize": "{{ value | lower }}"},
        {"target": "UID2"},
        {"target": "HASH", "hash": "sha256", "format": "email"},
    ],
}
KEYED = {"$ident.target": "$ident"}


def choosing(item: Any = KEYED, mapping: dict[str, Any] = IDENTIFIER, **changes: Any) -> Program:
    both = {f"{call}__item": item for call in ("add_users", "remove_users")}
    return program(mappings=[mapping], **{**both, **changes})


def users(*values: str, name: str = "col") -> list[dict[str, Any]]:
    return [{"user_id": f"u{place}", name: value} for place, value in enumerate(values)]


def sent(of: Program, rows: list[dict[str, Any]], **mappings: str) -> list[Any]:
    given = {name.replace("_target", ".target"): value for name, value in mappings.items()}
    plan = maniple.plan(of, rows, settings=SETTINGS, mappings=given)
    return [orjson.loads(request.body or b"") for request in plan.preview()][1:]


def test_the_chosen_target_is_a_variable() -> None:
    assert sent(choosing(), users("x"), ident="col", ident_target="UID2") == [{"users": [{"UID2": "x"}]}]


def test_a_value_is_normalized_and_checked_by_the_rules_of_the_choice() -> None:
    rows = users(GUID.upper(), "no guid")

    assert sent(choosing(), rows, ident="col", ident_target="TDID") == [{"users": [{"TDID": GUID}]}]


def test_a_value_is_hashed_when_the_choice_says_so() -> None:
    digest = hashlib.sha256(b"a@x.test").hexdigest()

    assert sent(choosing(), users("a@x.test"), ident="col", ident_target="HASH") == [{"users": [{"HASH": digest}]}]


@pytest.mark.parametrize(("property_name", "target"), [("uid2", "UID2"), ("col", "TDID"), ("UID2", "UID2")])
def test_without_a_target_it_is_the_one_named_like_the_property_else_the_first(property_name: str, target: str) -> None:
    assert check_mappings(choosing(), {"ident": property_name}) == {"ident": property_name, "ident.target": target}


@pytest.mark.parametrize("said", ["TDID", "tdid", "trading id"])
def test_a_target_may_be_said_in_any_case_or_by_its_label(said: str) -> None:
    assert check_mappings(choosing(), {"ident": "uid2", "ident.target": said})["ident.target"] == "TDID"


def test_an_unknown_target_gets_the_likely_one() -> None:
    with pytest.raises(SettingsError) as caught:
        check_mappings(choosing(), {"ident": "col", "ident.target": "UID"})
    assert caught.value.message == "`ident.target` is `UID`, and can be `TDID`, `UID2` or `HASH`"
    assert caught.value.hint == "did you mean `UID2`?"


def test_an_unknown_target_like_none_gets_the_first() -> None:
    with pytest.raises(SettingsError) as caught:
        check_mappings(choosing(), {"ident": "col", "ident.target": "something"})
    assert caught.value.hint == "add `--map ident.target=TDID`"


def test_a_target_of_a_mapping_that_is_no_choice_says_nothing() -> None:
    with pytest.raises(SettingsError, match="`user_key` is not a choice of targets"):
        check_mappings(program(), {"user_key": "user_id", "user_key.target": "X"})


def test_a_target_without_a_property_is_refused() -> None:
    of = choosing(item={"id": "$amplitude_id", "$ident.target~": "$ident"}, mapping={**IDENTIFIER, "optional": True})

    with pytest.raises(SettingsError, match="no user property is mapped to it"):
        check_mappings(of, {"ident.target": "UID2"})


def test_the_column_named_like_a_target_is_chosen_when_nobody_chose() -> None:
    assert check_mappings(choosing(), {}, ["email", "Uid2"]) == {"ident": "Uid2", "ident.target": "UID2"}


def test_positional_rows_have_the_chosen_target_in_their_head() -> None:
    table = {"json": {"schema": "$targets", "data": "$items"}, "item": "$values"}
    of = program(
        mappings=[IDENTIFIER],
        **{f"{call}__{key}": value for call in ("add_users", "remove_users") for key, value in table.items()},
    )

    assert sent(of, users("x"), ident="col", ident_target="UID2") == [{"schema": ["UID2"], "data": [["x"]]}]


def test_the_target_may_stand_outside_the_items_and_where_the_list_is_created() -> None:
    of = choosing(
        item="$ident",
        create_list__json={"name": "$amp_cohort_name", "type": "$ident.target"},
        add_users__json={"type": "$ident.target", "ids": "$items"},
    )
    plan = maniple.plan(of, users("x"), settings=SETTINGS, mappings={"ident": "col", "ident.target": "UID2"})

    bodies = [orjson.loads(request.body or b"") for request in plan.preview()]
    assert [body["type"] for body in bodies] == ["UID2", "UID2"]


def changed_target(of: Program, before: str, after: str, *values: str) -> tuple[Any, list[tuple[str, Any]]]:
    """The plan after the target was changed, and the bodies of what is sent then."""
    first = maniple.plan(of, users(*values), settings=SETTINGS, mappings={"ident": "col", "ident.target": before})
    report = maniple.run_blocking(first, sender=ScriptedSender(Reply(200, body=b'{"id": 7}'), Reply(200)))
    second = maniple.plan(
        of,
        users(*values),
        settings=SETTINGS,
        mappings={"ident": "col", "ident.target": after},
        accepted=report.accepted,
    )
    return second, [(request.call, orjson.loads(request.body or b"")) for request in second.preview()]


def test_another_target_removes_the_member_as_it_was_sent_and_adds_it_anew() -> None:
    _, requests = changed_target(choosing(), "UID2", "HASH", "a@x.test")

    digest = hashlib.sha256(b"a@x.test").hexdigest()
    assert requests == [
        ("remove_users", {"users": [{"UID2": "a@x.test"}]}),
        ("add_users", {"users": [{"HASH": digest}]}),
    ]


def test_another_target_with_the_same_value_is_another_member() -> None:
    _, requests = changed_target(choosing(), "TDID", "UID2", GUID)

    assert requests == [
        ("remove_users", {"users": [{"TDID": GUID}]}),
        ("add_users", {"users": [{"UID2": GUID}]}),
    ]


def test_a_target_outside_the_items_is_that_of_the_users_who_leave() -> None:
    typed = {"type": "$ident.target", "all": "$targets", "users": "$items"}
    of = choosing(item="$ident", add_users__json=typed, remove_users__json=typed)

    _, requests = changed_target(of, "TDID", "UID2", GUID)
    assert requests == [
        ("remove_users", {"type": "TDID", "all": ["TDID"], "users": [GUID]}),
        ("add_users", {"type": "UID2", "all": ["UID2"], "users": [GUID]}),
    ]


def test_a_remove_call_that_cannot_tell_targets_apart_is_not_made_for_the_same_value() -> None:
    plan, requests = changed_target(choosing(remove_users__item="$ident"), "TDID", "UID2", GUID)

    assert requests == [("add_users", {"users": [{"UID2": GUID}]})]
    assert len(plan.changes.shared) == 1


def test_the_target_belongs_to_the_identity_where_the_remove_call_reads_it() -> None:
    assert choosing().identity == ("ident", "ident.target")
    assert choosing(remove_users__item="$ident").identity == ("ident",)


def test_a_user_without_a_value_is_nobody_by_any_target() -> None:
    item = {"email~": "$email", "$ident.target~": "$ident"}
    of = program(
        mappings=[{**IDENTIFIER, "optional": True}, {"name": "email", "label": "E-mail", "optional": True}],
        require=[["ident", "email"]],
        add_users__item=item,
        remove_users__item=item,
    )
    rows = [{"user_id": "u1", "uid2": "x"}, {"user_id": "u2", "mail": "a@x.test"}, {"user_id": "u3"}]
    plan = maniple.plan(of, rows, settings=SETTINGS, mappings={"ident": "uid2", "email": "mail"})

    (body,) = [orjson.loads(request.body or b"") for request in plan.preview()][1:]
    assert body == {"users": [{"UID2": "x"}, {"email": "a@x.test"}]}
    assert [pair.sent_as for pair in plan.changes.adds] == [("x", "UID2", None), (None, None, "a@x.test")]
    assert plan.skipped == (("u3", "unresolved mapping"),)


def test_members_leave_a_cohort_that_has_become_empty_by_the_target_they_came_by() -> None:
    given: dict[str, Any] = {"settings": SETTINGS, "mappings": {"ident": "col", "ident.target": "UID2"}}
    first = maniple.plan(choosing(), users("x"), **given)
    report = maniple.run_blocking(first, sender=ScriptedSender(Reply(200, body=b'{"id": 7}'), Reply(200)))

    (request,) = maniple.plan(choosing(), [], accepted=report.accepted, settings=SETTINGS).preview()
    assert (request.call, orjson.loads(request.body or b"")) == ("remove_users", {"users": [{"UID2": "x"}]})

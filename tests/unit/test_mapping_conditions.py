"""`when` on a mapping: it is there only for connections whose settings say so."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import maniple
from maniple.errors import SettingsError
from maniple.runtime.program import Program
from maniple.runtime.settings import asked_mappings, check_mappings, check_settings
from support.manifests import program

KIND = {
    "name": "kind",
    "type": "select",
    "label": "Known by",
    "default": "email",
    "options": [{"label": "E-mail", "value": "email"}, {"label": "Phone", "value": "phone"}],
}
EMAIL = {"name": "email", "label": "E-mail", "when": "kind == 'email'"}
PHONE = {"name": "phone", "label": "Phone", "when": "kind == 'phone'"}


def either(*mappings: dict[str, Any], **changes: Any) -> Program:
    item = {f"{mapping['name']}~": f"${mapping['name']}" for mapping in mappings}
    call = {"method": "POST", "url": "https://api.acme.test/$kind", "json": {"users": "$items"}, "item": item}
    return program(
        auth={"kind": "none"},
        fields=[KIND],
        mappings=list(mappings),
        create_list=None,
        add_users=call,
        remove_users=call,
        **changes,
    )


def settings(of: Program, kind: str) -> dict[str, Any]:
    return check_settings(of, {"kind": kind})


@pytest.mark.parametrize(("kind", "asked"), [("email", ["email"]), ("phone", ["phone"])])
def test_a_mapping_is_asked_for_when_its_condition_is_true(kind: str, asked: list[str]) -> None:
    of = either(EMAIL, PHONE)

    assert [mapping.name for mapping in asked_mappings(of, settings(of, kind))] == asked


def test_a_required_mapping_that_is_not_asked_for_is_not_missed() -> None:
    of = either(EMAIL, PHONE)

    assert check_mappings(of, {"email": "mail"}, settings=settings(of, "email")) == {"email": "mail"}


def test_a_required_mapping_that_is_asked_for_is_missed() -> None:
    of = either(EMAIL, PHONE)

    with pytest.raises(SettingsError, match=r"`phone` \(Phone\) is not mapped"):
        check_mappings(of, {"email": "mail"}, settings=settings(of, "phone"))


def test_what_is_mapped_though_nobody_asks_is_as_if_it_were_not() -> None:
    of = either(EMAIL, PHONE)
    plan = maniple.plan(
        of,
        [{"user_id": "u1", "mail": "a@x.test", "tel": "+15551234567"}],
        settings={"kind": "email"},
        mappings={"email": "mail", "phone": "tel"},
    )

    assert [orjson.loads(request.body or b"") for request in plan.preview()] == [{"users": [{"email": "a@x.test"}]}]


def test_a_condition_may_read_what_an_option_carries() -> None:
    options = [{"label": "US", "value": "us", "by": "email"}, {"label": "EU", "value": "eu", "by": "phone"}]
    region = {"name": "kind", "type": "select", "label": "Region", "default": "us", "options": options}
    of = either({**EMAIL, "when": "kind.by == 'email'"}, {**PHONE, "when": "{{ kind.by == 'phone' }}"})
    of = program(**{**of.manifest.model_dump(exclude_unset=True, by_alias=True), "fields": [region]})

    assert [mapping.name for mapping in asked_mappings(of, settings(of, "eu"))] == ["phone"]


def test_a_group_of_which_nothing_is_asked_for_is_not_needed() -> None:
    group = [{**EMAIL, "optional": True}, {**PHONE, "when": "kind == 'email'", "optional": True}]
    of = either({"name": "crm_id", "label": "CRM id"}, *group, require=[["email", "phone"]])
    plan = maniple.plan(of, [{"user_id": "u1", "crm_id": "c1"}], settings={"kind": "phone"})

    assert [orjson.loads(request.body or b"") for request in plan.preview()] == [{"users": [{"crm_id": "c1"}]}]


def test_one_mapping_of_a_group_must_have_a_property() -> None:
    group = [{"name": name, "label": name, "optional": True} for name in ("email", "phone")]
    of = either(*group, require=[["email", "phone"]])

    with pytest.raises(SettingsError) as caught:
        check_mappings(of, {}, settings=settings(of, "email"))
    assert "none of `email` and `phone` is mapped to a user property" in caught.value.message
    assert caught.value.hint == "add `--map email=PROPERTY`"

"""The JSON Schemas that editors complete and underline by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from maniple.auth import Auth
from maniple.manifest.model import CALL_NAMES
from maniple.manifest.schema import cases_schema, manifest_schema

MANIFEST = manifest_schema()
CASES = cases_schema()
VALID: dict[str, Any] = {
    "manifest": 1,
    "slug": "acme",
    "version": "1.0.0",
    "name": "Acme",
    "category": "messaging",
    "summary": "Lists.",
    "kind": "list",
}
CALL = {"method": "POST", "url": "https://api.acme.test"}


def errors(**keys: Any) -> list[str]:
    """The JSON paths at which the manifest with these keys is refused."""
    return [error.json_path for error in Draft202012Validator(MANIFEST).iter_errors({**VALID, **keys})]


def refusals(**keys: Any) -> list[object]:
    """The values that are refused in the manifest with these keys."""
    return [error.instance for error in Draft202012Validator(MANIFEST).iter_errors({**VALID, **keys})]


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema that describes an object with keys of its own."""
    if isinstance(schema, dict):
        if "properties" in schema and "type" in schema:
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)


@pytest.mark.parametrize("schema", [MANIFEST, CASES], ids=["manifest", "cases"])
def test_a_schema_is_valid_and_says_what_it_is(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith("https://maniple.dev/schemas/")
    assert schema["description"]


def test_the_two_schemas_have_the_addresses_of_their_files() -> None:
    assert MANIFEST["$id"] == "https://maniple.dev/schemas/manifest.v1.json"
    assert CASES["$id"] == "https://maniple.dev/schemas/cases.v1.json"


@pytest.mark.parametrize("schema", [MANIFEST, CASES], ids=["manifest", "cases"])
def test_every_object_is_closed_and_described_and_without_a_title(schema: dict[str, Any]) -> None:
    open_to_others = [each for each in objects(schema) if each.get("additionalProperties") is not False]
    assert open_to_others == ([] if schema is CASES else [MANIFEST["$defs"]["Option"]])
    assert all(each["description"] for each in objects(schema))
    assert ["title" in each for each in objects(schema)].count(True) == 1


def test_a_key_without_a_value_is_refused() -> None:
    assert errors(limits=None) == ["$.limits"]


def test_an_option_may_carry_plain_values_only() -> None:
    field = {"name": "region", "type": "select", "label": "Region"}
    assert errors(fields=[{**field, "options": [{"label": "EU", "value": "eu", "host": "eu.acme.test"}]}]) == []
    assert errors(fields=[{**field, "options": [{"label": "EU", "value": "eu", "host": []}]}]) == [
        "$.fields[0].options[0].host"
    ]


def test_each_auth_kind_is_one_branch_told_by_its_kind() -> None:
    branches = [MANIFEST["$defs"][each["$ref"].rpartition("/")[2]] for each in MANIFEST["$defs"]["Auth"]["oneOf"]]
    kinds = [kind.model_fields["kind"].annotation.__args__[0] for kind in get_args(get_args(Auth)[0])]
    assert [branch["properties"]["kind"]["const"] for branch in branches] == kinds
    assert all("kind" in branch["required"] for branch in branches)
    assert all(branch["properties"]["kind"]["description"] == branch["description"] for branch in branches)


@pytest.mark.parametrize(
    "auth", [{"kind": "bearer"}, [{"kind": "bearer", "when": "a"}, {"kind": "none"}]], ids=["one", "list"]
)
def test_auth_is_one_kind_or_a_list_of_them(auth: Any) -> None:
    assert errors(auth=auth) == []
    assert errors(add_users={**CALL, "auth": auth}) == []


@pytest.mark.parametrize("name", CALL_NAMES)
def test_every_call_needs_a_method_and_a_url(name: str) -> None:
    assert errors(**{name: {"method": "POST"}}) == [f"$.{name}"]
    assert errors(**{name: CALL}) == []


def test_of_two_bodies_the_second_is_refused() -> None:
    assert refusals(add_users={**CALL, "json": {}, "form": {"a": "b"}}) == [{"a": "b"}]


def test_with_steps_a_url_is_refused() -> None:
    assert errors(add_users={"steps": [CALL]}) == []
    assert refusals(add_users={"steps": [CALL], "url": "https://b.test"}) == ["https://b.test"]


@pytest.mark.parametrize("rate", ["90/s", "100/20s", "1/2s", "5000/min", "150/day", "300/min per operator", "$n/s"])
def test_a_rate_that_can_be_read_is_accepted(rate: str) -> None:
    assert errors(limits={"rate": rate}) == []


@pytest.mark.parametrize("rate", ["90", "90 per second", "0/s", "90/week"])
def test_a_rate_that_cannot_be_read_is_refused(rate: str) -> None:
    assert errors(limits={"rate": [rate]}) == ["$.limits.rate"]


@pytest.mark.parametrize("owner", ["", *MANIFEST["$defs"]])
def test_every_example_is_accepted_where_it_stands(owner: str) -> None:
    definition = MANIFEST["$defs"][owner] if owner else MANIFEST
    refused = [
        (key, example)
        for key, schema in definition.get("properties", {}).items()
        for example in schema.get("examples", ())
        if not Draft202012Validator({**schema, "$defs": MANIFEST["$defs"]}).is_valid(example)
    ]
    assert refused == []

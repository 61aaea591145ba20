"""Trials find the values that change a request, and let those alone that only stand in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from maniple.body.json import JsonFormat
from maniple.body.text import TextFormat
from maniple.manifest.load import load_manifest
from maniple.review.trials import Trials, try_values
from maniple.runtime.compile import compile_program
from maniple.runtime.program import Program
from maniple.source.text import Document
from support.manifests import BASE

ONE = {"method": "POST", "batch": {"items": 1}, "item": None}
USERS = {"email": "$user_key", "on": True}
BODIES: dict[str, dict[str, Any]] = {
    "json": {"json": {"users": "$items"}, "item": {"id": "$user_key", "at": ["$amp_cohort_name", "c-$list_id"]}},
    "keys": {"json": {"users": "$items"}, "item": {"$user_key": "$amplitude_id", "more": "$user"}},
    "array": {"json": "$items", "item": USERS, "gzip": True},
    "form": {"form": {"id": "$items", "name": "$amp_cohort_name"}},
    "ndjson": {"ndjson": ["$items"], "item": USERS},
    "csv": {"csv": {"columns": {"email": "$user_key", "id": "$amplitude_id"}}, "item": None},
    "multipart": {
        "multipart": [
            {"name": "list", "value": "$list_id"},
            {"name": "file", "filename": "u.csv", "csv": {"columns": {"email": "$user_key", "n": "$amplitude_id"}}},
        ],
        "item": None,
    },
    "xml tree": {"xml": {"users": {"@list": "$list_id", "user": "$items"}}, "item": {"@id": "$user_key", "n": 1}},
    "xml text": {"xml": '<u l="$list_id"><i>$items</i><n>$amp_cohort_name</n></u>', "item": "$user_key"},
    "text": {"text": "$list_id: $amp_cohort_name", "batch": {"items": 1}, "item": None, "query": {"u": "$user_key"}},
}


def loaded(**changes: Any) -> tuple[Program, Document]:
    tree = json.loads(json.dumps(BASE))
    for name, value in changes.items():
        owner, _, key = name.partition("__")
        if key:
            tree[owner].pop(key, None) if value is None else tree[owner].update({key: value})
        else:
            tree[owner] = value
    found = load_manifest("acme.json", json.dumps(tree).encode())
    assert found.manifest is not None, found.diagnostics
    assert found.document is not None
    return compile_program(found.manifest), found.document


def adding(**call: Any) -> tuple[Program, Document]:
    whole = {**BASE["add_users"], **call}
    if any(name in call for name in ("form", "ndjson", "csv", "multipart", "xml", "text")):
        whole.pop("json")
    return loaded(add_users={name: value for name, value in whole.items() if value is not None})


def messages(of: tuple[Program, Document]) -> list[str]:
    return [found.message for found in try_values(*of).findings]


def sabotaged(**parts: Any) -> tuple[Program, Document]:
    """The base program with parts of its step that adds users replaced: what a fault of the compiler would do."""
    program, document = loaded(add_users={**BASE["add_users"], "url": "https://a.test/l/$list_id/add"})
    call = program.calls["add_users"]
    step = replace(call.first, **parts)
    return replace(program, calls={**program.calls, "add_users": replace(call, steps=(step,))}), document


@pytest.mark.parametrize("name", BODIES)
def test_no_value_changes_a_body_of_any_format(name: str) -> None:
    trials = try_values(*adding(**BODIES[name]))

    assert [found.message for found in trials.findings] == []
    assert trials.made > 100


def test_a_quote_that_ends_a_text_inside_a_query_is_found_at_its_place() -> None:
    of = adding(**ONE, url="https://a.test/x", json=None, query={"filter": "equals(id,'$user_key')"})

    (found,) = try_values(*of).findings

    assert found.code == "MAN701"
    assert found.message == "a `'` in the value ends the text that it stands in when `$user_key` is `'`"
    assert found.path == ("add_users", "query", "filter")
    assert found.hint == "write `{{ user_key | json }}` without quotes around it"


def test_a_separator_inside_a_joined_value_is_found() -> None:
    assert messages(adding(join=",", json={"ids": "$items"})) == [
        'a `,` in the value makes two values of it when `$user_key` is `"}],"x":[{"y":"`'
    ]


def test_a_value_that_breaks_out_of_json_text_is_found() -> None:
    of = adding(**ONE, json=None, form={"payload": '{"id": "$user_key"}', "l": "$list_id"})

    assert any("breaks out of it when `$user_key` is" in message for message in messages(of))


def test_a_value_that_adds_segments_to_a_path_is_found() -> None:
    program, _ = sabotaged()
    url = program.calls["add_users"].first.url
    raw = replace(url, parts=tuple(part if isinstance(part, str) else (part[0], "raw") for part in url.parts))

    found = messages(sabotaged(url=raw))

    assert "the path gets another number of segments when `$list_id` is `</x>&amp;<y z='1'>`" in found


def test_a_value_that_leaves_its_body_is_found() -> None:
    body = sabotaged()[0].calls["add_users"].first.body
    assert body is not None

    found = messages(sabotaged(body=replace(body, format=Careless())))

    assert any(message.startswith('the body can no longer be read when `$user_key` is `"`') for message in found)


class Careless(JsonFormat):
    """Writes JSON by hand."""

    def encode(self, tree: Any) -> Any:
        users = ",".join(f'"{user}"' for user in tree["users"])
        return TextFormat().encode(f'{{"users":[{users}]}}')


def test_a_word_for_nothing_is_found() -> None:
    mappings = [BASE["mappings"][0], {"name": "phone", "label": "Phone", "optional": True}]
    item = {"id": "$user_key", "phone": "{{ phone | default('null') }}"}

    assert messages(loaded(mappings=mappings, add_users__item=item)) == [
        "`null` is sent where there is no value when `$phone` is not given"
    ]


def test_every_choice_of_a_field_is_tried() -> None:
    options = [{"label": "A", "value": "a", "mark": "-"}, {"label": "B", "value": "b", "mark": "'"}]
    fields = [{"name": "kind", "type": "select", "label": "Kind", "default": "a", "options": options}]
    query = {"of": "$kind.mark$amp_cohort_id$kind.mark"}

    assert messages(loaded(fields=fields, add_users__query=query)) == [
        "a `'` in the value ends the text that it stands in when `$amp_cohort_id` is `'`"
    ]


def test_one_seed_makes_the_same_trials() -> None:
    def counted(trials: Trials) -> tuple[int, int]:
        return trials.made, trials.refused

    assert counted(try_values(*loaded(), seed=3)) == counted(try_values(*loaded(), seed=3))


def test_steps_are_tried_with_whatever_a_reply_may_have_said() -> None:
    find = {
        "method": "GET",
        "url": "https://a.test/find",
        "query": {"id": "$user_key"},
        "match": {"rows": "data", "by": "value", "at": "id", "item": "$user_key", "save": {"key": "key"}},
    }
    drop = {"method": "DELETE", "url": "https://a.test/l/$list_id/$key", "query": {"why": '"$key"'}}

    found = messages(loaded(remove_users={"batch": {"items": 1}, "steps": [find, drop]}))

    assert found == ['a `"` in the value ends the text that it stands in when `$key` is `"`']


@pytest.mark.parametrize("rule", [{"normalize": "{{ value | truncate(1) }}"}, {"normalize": "{{ value | letters }}"}])
@pytest.mark.parametrize("hashed", [{}, {"hash": "sha256"}])
def test_a_mapping_whose_rule_makes_plain_values_alike_has_nothing_to_find(
    rule: dict[str, str], hashed: dict[str, str]
) -> None:
    mappings = [{**BASE["mappings"][0], **rule, **hashed}]

    assert messages(loaded(mappings=mappings)) == []

"""Findings about keys and values: what their author meant is said with what to type."""

from __future__ import annotations

import pytest
from changed_base import add_users, found_in, underlined

FIELD = "fields:\n  - {name: api_key, type: %s, label: API Key, help: x}\n"
MAPPING = "mappings:\n  - {name: email, label: E-mail, format: %s}\n"
REJECTS = ("json: {a: $items}", "item: $email", "rejects: {rows: errors, by: position}")


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (FIELD % "password", "did you mean `secret`?"),
        (FIELD % "text", "did you mean `string`?"),
        (MAPPING % "phone", "did you mean `e164`?"),
        ("kind: audience\n", "did you mean `list`?"),
        ("auth: {kind: api-key, name: X-Key, value: $api_key}\n", "did you mean `header`?"),
        (add_users("body: {emails: $items}", "item: $email"), "did you mean `json`?"),
        (add_users(*REJECTS), "did you mean `index`?"),
    ],
)
def test_the_words_of_other_tools_are_understood(change: str, hint: str) -> None:
    (found,) = found_in(change)
    assert found.hint == hint


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("auth: bearer\n", "write `auth: {kind: bearer}`"),
        ("limits: 30/s\n", "write `limits: {rate: 30/s}`"),
        ("maintainer: Acme\n", "write `maintainer: {name: Acme}`"),
        (add_users("json: {a: $items}", "item: $email", "batch: 500"), "write `batch: {items: 500}`"),
        (
            "create_list:\n  method: POST\n  url: https://api.acme.test/v2/lists\n  list_id: list.id\n",
            "write `list_id: {response: list.id}`",
        ),
        ("auth: somehow\n", None),
    ],
)
def test_a_lone_value_gets_the_map_it_was_meant_as(change: str, hint: str | None) -> None:
    (found,) = found_in(change)
    assert (found.code, found.hint) == ("MAN401", hint)


@pytest.mark.parametrize(
    ("change", "place", "hint"),
    [
        ("update_users:\nmethod: POST\n", "method", "`method` belongs to `update_users`: indent it further"),
        ("mapping: []\n", "mapping", "did you mean `mappings`?"),
        (
            add_users("json: {a: $items}", "item: $email", "mappings: []"),
            "mappings",
            "`mappings` belongs to the manifest itself: indent it less",
        ),
        (
            add_users("json: {a: $items}", "item: $email", "rejects: {rows: e, by: index, timeout: 5s}"),
            "timeout",
            "`timeout` belongs to `add_users`: indent it less",
        ),
    ],
)
def test_a_key_at_the_wrong_depth_is_told_where_it_belongs(change: str, place: str, hint: str) -> None:
    (found,) = (each for each in found_in(change) if each.code == "MAN402")
    assert (underlined(found), found.hint) == (place, hint)


def test_a_list_id_that_slipped_out_of_create_list_is_told_so() -> None:
    call = "create_list:\n  method: POST\n  url: https://api.acme.test/v2/lists\n"
    (found,) = found_in(call + "list_id: {response: id}\n")
    assert (found.code, underlined(found), found.hint) == (
        "MAN401",
        "list_id",
        "`list_id` belongs to `create_list`: indent it further",
    )


@pytest.mark.parametrize(("slug", "better"), [("post_bird", "post-bird"), ("PostBird", "postbird"), ("a.b ", "a-b")])
def test_a_slug_of_the_wrong_form_is_mended(slug: str, better: str) -> None:
    (found,) = found_in(f"slug: '{slug}'\n")
    assert (found.code, found.hint) == ("MAN401", f"write `{better}`")


def test_a_missing_word_comes_with_its_choice_and_what_each_means() -> None:
    (found,) = found_in("name: Acme\n", remove=("kind",))
    assert (found.code, found.hint) == ("MAN403", "add `kind:` with `list`, `property` or `snapshot`")
    assert found.notes == (
        "`kind`: `list`: a list with members. `property`: a property on each user. `snapshot`: the whole cohort each run",
    )

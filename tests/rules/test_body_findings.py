"""Findings about bodies and what is written beside them."""

from __future__ import annotations

import pytest
from changed_base import add_users, found_in, summaries, underlined

ITEM = "item: $email"
CSV = "csv: {columns: {mail: $email}}"
FILE = "multipart: [{name: f, filename: f.csv, csv: {columns: {mail: $email}}}]"
CUSTOM = "auth: {kind: custom, json: {key: $api_key}}\n"


def xml(*lines: str) -> str:
    return add_users("xml: |\n" + "\n".join(f"    {line}" for line in lines), ITEM)


@pytest.mark.parametrize(
    "written",
    [
        ("form: {mails: $items, list: $list_id}", ITEM),
        ("ndjson: {mail: $email}",),
        ("ndjson: [{a: 1}, $items]", ITEM),
        (CSV, "gzip: true"),
        (FILE,),
        ("text: $items", ITEM, "join: ','"),
        ("xml: {us: {u: $items}}", ITEM),
        ("xml: <us><u>$items</u></us>", ITEM),
        ("xml: {'s:us': {'@xmlns:s': 'https://a.test', 's:u': $items}}", ITEM),
    ],
)
def test_every_body_can_be_used(written: tuple[str, ...]) -> None:
    assert summaries(add_users(*written)) == []


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        (
            ("<us>", "  <u>$items</us>", "</us>"),
            "<u>$items</us>",
            "this closes another element than the one that is open",
        ),
        (("<us>$items",), "<us>$items", "the XML ends before every element is closed"),
        (("<us><u>$items</u></us>", "<us/>"), "<us/>", "something stands after the outermost element"),
        (
            ("<us><u>$items</u>&nbsp;</us>",),
            None,
            "this entity is not one of XML's five: `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&apos;`",
        ),
        (
            ("<!DOCTYPE us>", "<us><u>$items</u></us>"),
            "<!DOCTYPE us>",
            "a document type (`<!DOCTYPE`) cannot stand in a body",
        ),
        (("<us><?php x ?><u>$items</u></us>",), None, "a processing instruction (`<?`) cannot stand in a body"),
        (
            ("<us><$list_id/><u>$items</u></us>",),
            None,
            "this is not XML; a hole can stand in the text of an element and in the value of an attribute",
        ),
        (("<us><s:u>$items</s:u></us>",), None, "a prefix is used that no `xmlns:` declares"),
        (("<us>$items</us>",), None, "the outermost element would be repeated for each of `$items`"),
    ],
)
def test_xml_text_that_is_none_says_where_and_why(lines: tuple[str, ...], place: str | None, message: str) -> None:
    (found,) = found_in(xml(*lines))
    assert (found.code, found.message) == ("MAN109", message)
    assert place is None or underlined(found) == place


def test_items_beside_text_are_no_text() -> None:
    (found,) = found_in(xml("<us><u>to $items</u></us>"))
    assert (found.code, underlined(found)) == ("MAN210", "$items")


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ("{us: 1, them: $items}", "an XML body has one outermost element"),
        ("[us, $items]", "an XML body has one outermost element"),
        ("{us: $items}", "the outermost element would be repeated"),
        ("{us: {1u: $items}}", "`1u` cannot be the name of an element or attribute"),
        ("{us: {$list_id: $items}}", "the name of an element or attribute cannot come from a value"),
        ("{us: {u: $items, '@a': {b: 1}}}", "`@a` is an attribute, and can hold no elements"),
        ("{us: {'x:u': $items}}", "a prefix is used that nothing declares"),
    ],
)
def test_a_tree_that_cannot_be_xml_says_why(tree: str, message: str) -> None:
    found = found_in(add_users(f"xml: {tree}", ITEM))
    assert [(each.code, each.message) for each in found] == [("MAN109", message)]


def test_a_body_that_could_grow_without_end_is_checked_at_once() -> None:
    grown = "{{ list_id" + " | replace('x', 'xxxxxxxxxx')" * 6 + " }}"
    elements = "".join(f', e{number}: "{grown}"' for number in range(300))
    assert summaries(add_users(f"xml: {{us: {{u: $items{elements}}}}}", ITEM)) == []


def test_an_item_with_a_name_that_is_none_is_found() -> None:
    found = found_in(add_users("xml: {us: {u: $items}}", "item: {e mail: $email}"))
    assert [(each.code, each.message) for each in found] == [
        ("MAN109", "`e mail` cannot be the name of an element or attribute")
    ]


@pytest.mark.parametrize(
    ("body", "where"), [(CSV, "csv.columns"), (FILE, "multipart.csv.columns"), ("ndjson: {mail: $email}", "ndjson")]
)
def test_an_item_beside_rows_is_said_twice(body: str, where: str) -> None:
    found = found_in(add_users(body, ITEM))
    assert ("MAN406", f"`{where}` says what is sent of each user, and `item` says it too") in {
        (each.code, each.message) for each in found
    }


def test_only_one_part_has_rows() -> None:
    part = "{name: f, csv: {columns: {mail: $email}}}"
    found = found_in(add_users(f"multipart: [{part}, {part}]"))
    assert [(each.code, underlined(each)) for each in found] == [("MAN406", "csv")]


@pytest.mark.parametrize(
    ("part", "code"), [("{name: a, value: x, text: y}", "MAN406"), ("{name: a, filename: b}", "MAN403")]
)
def test_a_part_has_one_content(part: str, code: str) -> None:
    assert [each.code for each in found_in(add_users(f"multipart: [{part}]", ITEM))] == [code]


def test_a_multipart_body_says_its_own_type() -> None:
    (found,) = found_in(add_users(FILE, "headers: {content-type: multipart/form-data}"))
    assert (found.code, underlined(found)) == ("MAN303", "content-type")


@pytest.mark.parametrize(
    "body", [(CSV,), ("text: $items", ITEM, "join: ','"), ("json: $items", ITEM), ("json: '[$items]'", ITEM)]
)
def test_credentials_for_the_body_need_members_in_it(body: tuple[str, ...]) -> None:
    found = found_in(CUSTOM + add_users(*body))
    assert [each.code for each in found] == ["MAN406"]


def test_there_is_nothing_to_compress_without_a_body() -> None:
    change = add_users("batch: {items: 1}", "gzip: true").replace("/add", "/$email")
    assert [(each.code, underlined(each)) for each in found_in(change)] == [("MAN403", "gzip")]


@pytest.mark.parametrize("delimiter", ['"""', '"ab"', '""', '"\\n"'])
def test_a_delimiter_is_one_character_that_no_cell_needs(delimiter: str) -> None:
    found = found_in(add_users(f"csv: {{columns: {{mail: $email}}, delimiter: {delimiter}}}"))
    assert found
    assert {each.severity for each in found} == {"error"}


def test_a_column_is_named_by_the_call_and_not_by_a_user() -> None:
    found = found_in(add_users("csv: {columns: {$email: $email}}"))
    assert [each.code for each in found] == ["MAN203"]

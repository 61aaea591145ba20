"""YAML 1.2 core to plain data, with places."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.source.text import Document, Path, Source
from maniple.source.yaml import read_yaml


def _read(text: str) -> Document:
    document, findings = read_yaml(Source("m.yaml", text))
    assert document is not None, findings
    return document


def _refused(text: str) -> list[tuple[str, str, str]]:
    source = Source("m.yaml", text)
    document, findings = read_yaml(source)
    assert document is None
    return [
        (found.code, found.message, text[found.span.start : found.span.end])
        for found in findings
        if found.span is not None
    ]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("2024-07-15", "2024-07-15"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0", 0),
        ("-12", -12),
        ("+12", 12),
        ("012", 12),
        ("0o17", 15),
        ("0xfF", 255),
        ("0b11", "0b11"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1.5E-2", -0.015),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("-", [None]),
        ("+", "+"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("|-\n  12", "12"),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("$list_id", "$list_id"),
    ],
)
def test_a_plain_word_means_what_the_core_schema_says(word: str, expected: Any) -> None:
    read = _read(f"k:\n  {word}\n").data["k"]
    assert repr(expected) == repr(read)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (".inf", "`.inf` is not a number that can be sent"),
        ("-.Inf", "`-.Inf` is not a number that can be sent"),
        (".nan", "`.nan` is not a number that can be sent"),
        ("1e999", "`1e999` is too large for a number"),
        ("1" * 31, "this whole number has 31 digits; 30 is the most"),
        ("0x" + "f" * 31, "this whole number has 31 digits; 30 is the most"),
        ("0." + "1" * 99, "this number has 101 characters; 100 is the most"),
    ],
)
def test_a_number_nobody_can_send_is_refused(word: str, message: str) -> None:
    assert [("MAN108", message, word)] == _refused(f"k: {word}")


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        (("a",), True, "a"),
        (("a",), False, "'1'"),
        (("é",), True, "é"),
        (("é", "😀"), True, '"😀"'),
        (("é", "😀"), False, "b c"),
        (("list", 1), False, "{x: 2}"),
        (("list", 1, "x"), False, "2"),
        (("list",), False, "- 1\n- {x: 2}"),
        (("empty",), False, ""),
        (("flow",), False, "[1, [2]]"),
        (("map",), False, "x: 1\n  y: 2"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_the_place_of_a_key_or_value_is_its_text(path: Path, key: bool, expected: str, newline: str, bom: str) -> None:
    text = """a: '1'  # é
é:
  "😀": b c
list:
- 1
- {x: 2}
# comment
empty:
flow: [1, [2]]
map:
  x: 1
  y: 2
# comment
last: 1
"""
    text = bom + text.replace("\n", newline)
    span = _read(text).span(path, key=key)
    assert expected.replace("\n", newline) == text[span.start : span.end]


def test_an_empty_file_is_a_document_without_data() -> None:
    assert _read("# only a comment\n").data is None


def test_a_key_given_twice_is_refused_with_the_line_of_the_first() -> None:
    _, findings = read_yaml(Source("m.yaml", "a: 1\nb: 2\na: 3\n"))
    assert [(found.code, found.position, found.notes) for found in findings] == [
        ("MAN102", (3, 1), ("the first `a` is in line 1",))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200: x", [("MAN107", "the key `200` is a number, not text", "200")]),
        ("true: x", [("MAN107", "the key `true` is true or false, not text", "true")]),
        ("~: x", [("MAN107", "the key `~` is null, not text", "~")]),
        ("?\n: x", [("MAN107", "a key is missing here", "")]),
        ("? [a]\n: x", [("MAN107", "a key must be text, not a map or a list", "[")]),
        ("on: x\n'200': y", None),
        ("a: &n 1\nb: *n", [
            ("MAN103", "anchors (`&n`) are not part of the language", "&n 1"),
            ("MAN103", "aliases (`*n`) are not part of the language", "*n"),
        ]),
        ("<<: {a: 1}", [("MAN103", "merge keys (`<<`) are not part of the language", "<<")]),
        ("a: !!str 1", [("MAN103", "tags (`!!str`) are not part of the language", "!!str 1")]),
        ("a: !mine {}", [("MAN103", "tags (`!mine`) are not part of the language", "!mine {")]),
        ("a: 1\n---\nb: 2", [("MAN103", "a second document starts here", "---")]),
        ("a: 1\n...\nb: 2", [("MAN103", "text goes on after `...`, the end of the document", "b: 2")]),
        ("%YAML 1.2\n---\na: 1", [("MAN103", "YAML directives are not part of the language", "%YAML 1.2")]),
        ("---\na: 1\n...\n# end\n", None),
        ("'<<': 1", None),
    ],
)  # fmt: skip
def test_what_yaml_can_say_and_a_manifest_may_not(text: str, expected: list[tuple[str, str, str]] | None) -> None:
    if expected is None:
        assert _read(text).data is not None
    else:
        assert expected == _refused(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a" * 1_000_001, "the file has 1,000,001 characters; 1,000,000 characters are the most"),
        ("[" * 900_000, "maps and lists are nested more than 64 deep"),
        ("{a: " * 65, "maps and lists are nested more than 64 deep"),
        ("- " * 65, "maps and lists are nested more than 64 deep"),
        ("a:\n" + "- x\n" * 50_000, "the file has more than 50,000 keys and values"),
        ("a: '" + "x" * 200_001 + "'", "this text has 200,001 characters; 200,000 are the most"),
    ],
)
def test_a_file_above_a_limit_is_refused(text: str, message: str) -> None:
    assert ("MAN104", message) == _refused(text)[0][:2]


@pytest.mark.parametrize("text", ["[" * 64 + "]" * 64, "a: '" + "x" * 200_000 + "'", "a:\n" + "- x\n" * 49_997])
def test_a_file_just_below_a_limit_is_read(text: str) -> None:
    assert _read(text).data


def test_nested_unquoted_expressions_end_at_the_depth_limit() -> None:
    assert _refused("{{ " * 300_000)[0][0] == "MAN101"


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\x9b", "\u2028", "\ud800", "\uffff"])
def test_an_invisible_character_is_refused_at_its_place(char: str) -> None:
    message = f"the character U+{ord(char):04X} cannot stand in a manifest"
    assert [("MAN106", message, char)] == _refused(f"é: 'x{char}'")


def test_an_invisible_character_may_be_written_as_an_escape() -> None:
    assert _read(r'a: "\x01\u2028\0"').data == {"a": "\x01\u2028\x00"}


def test_reading_stops_after_fifty_findings() -> None:
    assert len(_refused("a: 1\n" * 1000)) == 50

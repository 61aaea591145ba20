"""From bytes to a document."""

from __future__ import annotations

import pytest

from maniple.source.characters import read_bytes
from maniple.source.read import read_document
from maniple.source.text import Source


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("m.json", '{"a": "on"}', {"a": "on"}),
        ("M.JSON", '{"a": 1}', {"a": 1}),
        ("m.yaml", "{a: 1}", {"a": 1}),
        ("m.yml", "a: 1", {"a": 1}),
        ("-", '\ufeff\n {"a": 1}', {"a": 1}),
        ("-", "a: 1", {"a": 1}),
        ("-", "[a]", ["a"]),
    ],
)
def test_the_name_or_the_first_character_says_how_to_read(name: str, text: str, expected: object) -> None:
    document, _ = read_document(Source(name, text))
    assert document is not None
    assert document.data == expected


def test_text_under_an_unknown_name_that_begins_with_a_brace_is_json() -> None:
    document, findings = read_document(Source("-", "{a: 1}"))
    assert document is None
    assert findings[0].message == "the key `a` has no quotes"


def test_utf8_is_read_without_its_byte_order_mark() -> None:
    source, findings = read_bytes("m.yaml", "\ufeffé: 😀".encode())
    assert source is not None
    assert (source.name, source.text, findings) == ("m.yaml", "é: 😀", [])


def test_a_byte_that_is_not_utf8_is_shown_at_its_place() -> None:
    source, findings = read_bytes("m.yaml", b"a: 1\n\xc3\xa9: \xe9t\xe9\n")
    assert source is None
    assert (findings[0].code, findings[0].message, findings[0].position) == (
        "MAN106",
        "byte `0xe9` is not UTF-8",
        (2, 4),
    )


def test_utf16_is_named() -> None:
    source, findings = read_bytes("m.yaml", "a: 1".encode("utf-16"))
    assert source is None
    assert (findings[0].code, findings[0].message) == ("MAN106", "the file is UTF-16, not UTF-8")


def test_too_many_bytes_are_refused_before_they_are_decoded() -> None:
    source, findings = read_bytes("m.yaml", b"\xff" * 5_000_000)
    assert source is None
    assert findings[0].code == "MAN104"

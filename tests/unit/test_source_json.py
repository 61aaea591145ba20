"""Manifests written as JSON."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.source.json import read_json
from maniple.source.text import Source


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_keys_and_values_have_their_places(bom: str) -> None:
    text = bom + '{"é😀": [1, {"b": "c"}],\r\n "d": null}'
    document, findings = read_json(Source("m.json", text))
    assert document is not None, findings
    assert document.data == {"é😀": [1, {"b": "c"}], "d": None}
    span = document.span(("é😀", 1, "b"))
    assert text[span.start : span.end] == '"c"'
    assert document.source.position(document.span(("d",), key=True).start) == (2, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": $b}', [("MAN101", "`$b` has no quotes", (1, 7))]),
        ('{"a": {{ b }}}', [("MAN101", "`{` stands where a key must", (1, 8))]),
        ('{\n"a": 1,\n"a": 2}', [("MAN102", "the key `a` stands here twice", (3, 1))]),
        ("{200: 1}", [("MAN107", "the key `200` has no quotes", (1, 2))]),
        ('{"a": NaN}', [("MAN108", "`NaN` is not a JSON number", (1, 7))]),
        ('{"a": "\x01"}', [("MAN106", "the character U+0001 cannot stand in a manifest", (1, 8))]),
        ("[" * 900_000, [("MAN104", "maps and lists are nested more than 64 deep", (1, 65))]),
        ("", [("MAN101", "the text is empty", (1, 1))]),
        ("manifest: 1", [
            ("MAN101", "`manifest` has no quotes", (1, 1)),
            ("MAN101", "text goes on after the end of the JSON value", (1, 9)),
        ]),
    ],
)  # fmt: skip
def test_what_is_not_json_is_explained_at_its_place(text: str, expected: list[Any]) -> None:
    document, findings = read_json(Source("m.json", text))
    assert document is None
    assert expected == [(found.code, found.message, found.position) for found in findings]


def test_a_key_given_twice_names_the_line_of_the_first() -> None:
    _, findings = read_json(Source("m.json", '{\n"a": 1,\n"a": 2}'))
    assert findings[0].notes == ("the first is in line 2",)

"""JSON text with bare holes, as partners paste it from a payload editor."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.source.hole_json import HoleJson, read_hole_json
from maniple.source.locate import locate
from maniple.source.text import Span


def _read(text: str) -> HoleJson:
    read, faults = read_hole_json(text)
    assert read is not None, faults
    return read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"userIds": $items}', {"userIds": "$items"}),
        ('{"userIds": "$items"}', {"userIds": "$items"}),
        ("$items", "$items"),
        ("[$email~, $region.host, $a.b.c~]", ["$email~", "$region.host", "$a.b.c~"]),
        ("{$target: 1, $name~: 2}", {"$target": 1, "$name~": 2}),
        ('{"email~": $email}', {"email~": "$email"}),
        ("{{ items | length }}", "{{ items | length }}"),
        ('{"a":{{ b }}}', {"a": "{{ b }}"}),
        ("{{{ key }}: {{ value }}}", {"{{ key }}": "{{ value }}"}),
        ("{{{ key }}~: 1}", {"{{ key }}~": 1}),
        ('[{{ a | default("}}") }}]', ['{{ a | default("}}") }}']),
        ("[{{ a\n  | lower }}]", ["{{ a\n  | lower }}"]),
        (
            '{"text": "a $b {{ c }}", "n": -1.5e2, "t": true, "x": null}',
            {"text": "a $b {{ c }}", "n": -150.0, "t": True, "x": None},
        ),
        (r'"\u00e9\ud83d\ude00\n\/"', "é😀\n/"),
        (" [ ] ", []),
        ("{}", {}),
    ],
)
def test_a_bare_hole_is_the_text_of_itself(text: str, expected: Any) -> None:
    assert repr(expected) == repr(_read(text).value)


@pytest.mark.parametrize(
    ("text", "message", "place", "hint"),
    [
        ('{"a": 1,}', "a comma before `}` is too much", ",", "delete the comma"),
        ("[1, 2,\n]", "a comma before `]` is too much", ",", "delete the comma"),
        ("[1 $b]", "a comma is missing before this", "$", "put a `,` after the value before it"),
        ('{"a": 1 "b": 2}', "a comma is missing before this", '"', "put a `,` after the value before it"),
        ("[1, , 2]", "a value is missing before this comma", ",", "delete the comma"),
        ('{"a" 1}', "a `:` is missing after the key `a`", "1", "write `:` and the value"),
        ('{"a":}', "`}` stands where a value must", "}", None),
        ("{'a': 1}", "JSON text has double quotes", "'a'", 'write `"a"`'),
        ("['it', 1]", "JSON text has double quotes", "'it'", 'write `"it"`'),
        ("{a: 1}", "the key `a` has no quotes", "a", 'write `"a"`'),
        ("[yes]", "`yes` has no quotes", "yes", 'write `"yes"`'),
        ("[True]", "`True` is not JSON", "True", "write `true`"),
        ("[None]", "`None` is not JSON", "None", "write `null`"),
        ("[01]", "`01` is not a JSON number", "01", 'write a number, or `"01"` if it is text'),
        ('{"a": [1}', "`}` closes what `[` opened", "}", "write `]`"),
        ('{"a": [1', "`[` is opened and never closed", "[", "close it with `]`"),
        ('{"a": "b', "this quote is never closed", '"', 'close it with `"`'),
        ('{"a": "b\n"}', "this quote is not closed in its line", '"', 'close it with `"`, or write `\\n`'),
        ('["\\d"]', "`\\d` is not an escape of JSON", "\\d", "write `\\\\` for a backslash"),
        ('["a\tb"]', "a tab or control character stands in a text", "\t", "write `\\u0009`"),
        ("[1] 2", "text goes on after the end of the JSON value", "2", None),
        ("// a\n1", "JSON has no comments", "//", "delete the comment"),
        ("[$a/b]", "`$a/b` is more than a hole and has no quotes", "$a/b", 'write `"$a/b"`'),
        ("[$$]", "`$$` is more than a hole and has no quotes", "$$", 'write `"$$"`'),
        ("[{{ a }}~]", "`{{ a }}~` is more than a hole and has no quotes", "{{ a }}~", 'write `"{{ a }}~"`'),
        ("[${a}]", "`${` is not a hole", "${", "write `$name` or `{{ expression }}`"),
        ("[{{ a }]", "`{{` is opened and never closed", "{{", "close it with `}}`"),
        ("", "the text is empty", "", None),
    ],
)
def test_a_fault_says_what_is_wrong_where_and_what_to_type(
    text: str, message: str, place: str, hint: str | None
) -> None:
    read, faults = read_hole_json(text)
    assert read is None
    assert [(message, place, hint, "MAN105")] == [
        (fault.message, text[fault.start : fault.end], fault.hint, fault.code) for fault in faults
    ]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("[$user-id]", "MAN208", "$user-id"),
        ('{"a": 1, "a": 2}', "MAN102", '"a"'),
        ("[NaN]", "MAN108", "NaN"),
        ("[-Infinity]", "MAN108", "-Infinity"),
        ("[1e999]", "MAN108", "1e999"),
        ("[" + "1" * 31 + "]", "MAN108", "1" * 31),
        ('["\\ud800"]', "MAN106", '"\\ud800"'),
        ("[" * 65, "MAN104", "["),
        ("[" + "1," * 50_000 + "1]", "MAN104", "1"),
        ('"' + "x" * 200_001 + '"', "MAN104", '"' + "x" * 200_001 + '"'),
    ],
)
def test_a_narrower_code_names_faults_that_are_not_about_syntax(text: str, code: str, place: str) -> None:
    read, faults = read_hole_json(text)
    assert read is None
    assert (code, place) == (faults[0].code, text[faults[0].start : faults[0].end])


def test_several_faults_are_found_in_one_go() -> None:
    _, faults = read_hole_json("{a: True, 'b': $c-d,}")
    assert [fault.start for fault in faults] == [1, 4, 10, 15, 19]


def test_the_places_of_keys_and_values_are_offsets_in_the_text() -> None:
    text = '{"a": [$b, "c"], $d: {{ e }}}'
    read = _read(text)
    assert {path: text[start:end] for path, (start, end) in read.keys.items()} == {("a",): '"a"', ("$d",): "$d"}
    assert {path: text[start:end] for path, (start, end) in read.values.items()} == {
        (): text,
        ("a",): '[$b, "c"]',
        ("a", 0): "$b",
        ("a", 1): '"c"',
        ("$d",): "{{ e }}",
    }


def test_a_character_of_a_quoted_text_is_located_in_the_json_text() -> None:
    text = r'["a\u00e9\"$b", {{ c }}]'
    read = _read(text)
    start, end = read.values[(0,)]
    place = locate(text, Span(start, end), 3, 5)
    assert text[place.start : place.end] == "$b"
    start, end = read.values[(1,)]
    place = locate(text, Span(start, end), 3, 4)
    assert text[place.start : place.end] == "c"

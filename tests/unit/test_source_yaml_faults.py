"""What is not YAML is explained in the author's words."""

from __future__ import annotations

import pytest

from maniple.source.text import Source
from maniple.source.yaml import read_yaml

QUOTE_IT = "put quotes around the whole text"
INDENT_IT = "indent it as its neighbours are: keys of one map start in one column"


@pytest.mark.parametrize(
    ("text", "message", "place", "hint"),
    [
        ("a:\n\tb: 1", "a tab cannot indent", "\t", "use spaces"),
        ("a: {{ b }}", "`{{` without quotes opens a YAML map", "{{ b }}", "write `'{{ b }}'`"),
        ("a: {{ b }} c # d", "`{{` without quotes opens a YAML map", "{{ b }} c", "write `'{{ b }} c'`"),
        ("a: {x: {{ b }}}", "`{{` without quotes opens a YAML map", "{{ b }}", "write `'{{ b }}'`"),
        ("a: [x, {{ b }}]", "`{{` without quotes opens a YAML map", "{{ b }}", "write `'{{ b }}'`"),
        ("a: {{ b | default('c') }}", "`{{` without quotes opens a YAML map", "{{ b | default('c') }}", QUOTE_IT),
        ("a: b: c", "a `:` followed by a space cannot stand inside a text without quotes", ":", QUOTE_IT),
        ("- a: see: b", "a `:` followed by a space cannot stand inside a text without quotes", ":", QUOTE_IT),
        ("a: @b", "a text cannot begin with `@` without quotes", "@", QUOTE_IT),
        ("a: `b`", "a text cannot begin with a backtick without quotes", "`", QUOTE_IT),
        ("a: %b", "a text cannot begin with `%` without quotes", "%", QUOTE_IT),
        ("a: *.png", "a text cannot begin with `*` without quotes", "*", QUOTE_IT),
        ("a: 'b\nc: d\n", "a quote is opened and never closed", "'", "close it with `'`"),
        ('a: "b\nc: d\n', "a quote is opened and never closed", '"', 'close it with `"`'),
        ("a: [b, c\n", "`[` is opened and never closed", "[", "close it with `]`"),
        ("a: {b: c\n\n", "`{` is opened and never closed", "{", "close it with `}`"),
        ("a: 1\n]", "`]` closes nothing", "]", "delete it, or open it where the value starts"),
        ("a: }", "`}` stands where a value must", "}", f"delete it, or {QUOTE_IT}"),
        ("a: {b: 1, , c: 2}", "`,` stands where a value must", ",", f"delete it, or {QUOTE_IT}"),
        (": a", "a key is missing before this `:`", ":", "write `key: value`"),
        ("a:b\nc: d", "the key `c` cannot stand here", "c", "put a space after the `:` in line 1"),
        ("a\nc: d", "the key `c` cannot stand here", "c", "write line 1 as `key: value`, or indent this line as it is"),
        ("a: 1\n  c: d", "the key `c` cannot stand here", "c", INDENT_IT),
        ("a:\n  b: 1\n c: d", "this line does not fit the lines around it", "c", INDENT_IT),
        (" a: 1\nb: 2", "this line does not fit the lines around it", "b", INDENT_IT),
        ("- a\nb: c", "this stands where the next item of a list must", "b", "begin it with `- `, or indent it as before"),
        ("- a\n-b\n- c: d", "a `:` is missing after this key", "-", "write `- ` with a space for an item of a list"),
        ("a: - b", "a list cannot start here", "-", "start the list in the next line, indented"),
        ("a: 'it's'", "text goes on after a closing quote", "s",
         "put quotes around the whole text; inside single quotes write `''` for a quote"),
        ('a: "\\d+"', "`\\d` is not an escape that YAML knows", "\\d",
         "write `\\\\` for a backslash, or use single quotes, where a backslash is only that"),
        ("a: > b", "after `|` or `>` the line must end", "b",
         "start the text in the next line, indented; if `|` or `>` is part of the text, put quotes around it"),
    ],
)  # fmt: skip
def test_a_fault_says_what_is_wrong_where_and_what_to_type(text: str, message: str, place: str, hint: str) -> None:
    document, findings = read_yaml(Source("m.yaml", text))
    assert document is None
    assert len(findings) == 1
    found = findings[0]
    assert found.span is not None
    assert ("MAN101", message, place, hint) == (
        found.code,
        found.message,
        text[found.span.start : found.span.end],
        found.hint,
    )


def test_every_unquoted_expression_is_named_in_one_go() -> None:
    _, findings = read_yaml(Source("m.yaml", "a: {{ b }}\nc: {{ d }}\n"))
    assert [found.position[0] for found in findings] == [1, 2]


def test_a_missing_bracket_names_the_line_of_the_opening_one() -> None:
    _, findings = read_yaml(Source("m.yaml", "a: 1\nb: [c,\n  d\ne: f\n"))
    assert findings[0].notes == ("the `[` is opened in line 2",)


def test_the_caret_counts_characters_not_bytes() -> None:
    _, findings = read_yaml(Source("m.yaml", "é😀: @x"))
    assert findings[0].position == (1, 5)


@pytest.mark.parametrize("text", ["a: $b", "url: http://x.test/$b", "a: $b.c", "a: 'x: y'", "a: x #y", "a: b{{ c }}"])
def test_templates_that_need_no_quotes_are_read(text: str) -> None:
    document, findings = read_yaml(Source("m.yaml", text))
    assert document is not None, findings

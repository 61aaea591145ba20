"""Every character of a decoded scalar is found again in the source text."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from maniple.source.locate import follow, locate
from maniple.source.text import Source, Span
from maniple.source.yaml import read_yaml

LETTERS = st.sampled_from("ab: #-'\"\\{}[],&*!|>%@`$~é😀\t\u00a0")
TEXTS = st.text(st.one_of(LETTERS, st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))), max_size=30)
LINES = st.lists(st.text(st.sampled_from("ab $é😀#-\t"), max_size=8), max_size=8).map("\n".join)


def _value_and_trace(text: str, key: str = "k") -> tuple[str, str]:
    document, findings = read_yaml(Source("t.yaml", text))
    assert document is not None, findings
    return document.data[key], follow(text, document.span((key,))).value


def _emitted(value: str, style: str | None, width: int) -> str:
    return yaml.dump(
        {"k": value, "z": "end"},
        Dumper=yaml.CDumper,
        default_style=style,
        width=width,
        allow_unicode=True,
        sort_keys=False,
    )


@given(TEXTS | LINES, st.sampled_from(["'", '"', "|", ">", None]), st.sampled_from([10, 1000]), st.booleans())
def test_what_is_decoded_with_places_is_what_yaml_decodes(text: str, style: str | None, width: int, crlf: bool) -> None:
    source = _emitted(text, style, width).replace("\n", "\r\n" if crlf else "\n")
    value, traced = _value_and_trace(source)
    assert value == traced


@given(LINES, st.sampled_from(["|", "|-", "|+", ">", ">-", ">+", "|2", ">2-", "|+2"]), st.integers(2, 4))
@example("  a\n b", "|2", 2)
def test_block_texts_of_every_header_are_followed(lines: str, header: str, indent: int) -> None:
    if "2" in header:
        indent = 2
    body = "\n".join(" " * indent + line if line else "" for line in lines.split("\n"))
    for source in (
        f"k: {header}\n{body}\nz: 1\n",
        f"o:\n  - k: {header}\n{_indented(body, 4)}\n",
        f"k: {header}\n{body}",
    ):
        document, _findings = read_yaml(Source("t.yaml", source))
        if document is None:  # the lines are not a block text, as a first line with more blanks than the next
            continue
        path = ("o", 0, "k") if source.startswith("o") else ("k",)
        value = document.data["o"][0]["k"] if source.startswith("o") else document.data["k"]
        assert value == follow(source, document.span(path)).value


def _indented(body: str, by: int) -> str:
    return "\n".join(" " * by + line if line else line for line in body.split("\n"))


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=20), st.booleans())
def test_json_texts_are_followed_with_every_escape(value: str, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert value == follow(text, Span(0, len(text))).value


@given(TEXTS.filter(bool), st.data(), st.sampled_from(["'", '"', "|"]))
def test_a_character_written_as_itself_is_found_at_itself(value: str, data: st.DataObject, style: str) -> None:
    source = _emitted(value, style, 1000)
    document, _ = read_yaml(Source("t.yaml", source))
    assert document is not None
    position = data.draw(st.integers(0, len(value) - 1))
    place = locate(source, document.span(("k",)), position, position + 1)
    found = source[place.start : place.end]
    assert found == value[position] or found == value[position] * 2 or found.startswith("\\")


@given(TEXTS | LINES, st.integers(-5, 50), st.integers(-5, 50))
def test_no_place_falls_outside_the_scalar(value: str, start: int, end: int) -> None:
    source = _emitted(value, None, 10)
    document, _ = read_yaml(Source("t.yaml", source))
    assert document is not None
    span = document.span(("k",))
    place = locate(document.source.text, span, start, end)
    assert span.start <= place.start <= place.end <= span.end


@pytest.mark.parametrize(
    ("source", "start", "end", "expected"),
    [
        ("k: http://$lst/x", 7, 11, "$lst"),
        ("k: 'it''s $lst'", 5, 9, "$lst"),
        ('k: "tab\\t$lst"', 4, 8, "$lst"),
        ("k: |\n  {\n    a: $lst\n  }\n", 7, 11, "$lst"),
        ("k: >-\n  one\n  two $lst\n", 8, 12, "$lst"),
        ("k: one\n  two $lst", 8, 12, "$lst"),
        ("- |2\n    a $lst\n", 4, 8, "$lst"),
    ],
)
def test_a_hole_inside_a_text_of_each_style_is_found(source: str, start: int, end: int, expected: str) -> None:
    document, _ = read_yaml(Source("t.yaml", source))
    assert document is not None
    path = (0,) if isinstance(document.data, list) else ("k",)
    place = document.span_within(path, start, end)
    assert expected == source[place.start : place.end]

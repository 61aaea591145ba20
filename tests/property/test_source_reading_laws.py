"""Laws of reading: nothing raises, JSON comes back as written, places point at what stands there."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from maniple.diagnostics.render import render_github, render_json, render_text
from maniple.source.hole_json import read_hole_json
from maniple.source.json import read_json
from maniple.source.read import read_document
from maniple.source.text import Document, Source
from maniple.source.yaml import read_yaml

PRINTABLE = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufffe\uffff")
TEXTS = st.text(PRINTABLE, max_size=8)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)
SYNTAX = st.text(st.sampled_from("abk: -\n\t#'\"{}[],&*!|>%@`$~<\\u0\r1.\ufeff😀"), max_size=40)


@given(SYNTAX | st.text(max_size=30), st.sampled_from(["m.yaml", "m.json", "m"]))
def test_any_text_is_read_or_explained(text: str, name: str) -> None:
    document, findings = read_document(Source(name, text))
    assert (document is None) == bool(findings)
    for finding in findings:
        assert finding.span is not None
        assert 0 <= finding.span.start <= finding.span.end <= len(text)
        assert render_text(finding)
        assert render_json(finding)["line"] >= 1
        assert render_github(finding).startswith("::error ")


@given(SYNTAX)
def test_any_text_is_json_with_holes_or_explained(text: str) -> None:
    read, faults = read_hole_json(text)
    assert (read is None) == bool(faults)
    assert all(0 <= fault.start <= fault.end <= len(text) for fault in faults)


@given(DATA, st.sampled_from([None, 2]), st.booleans())
def test_json_comes_back_as_it_was_written(data: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    document, findings = read_json(Source("m.json", text))
    assert document is not None, findings
    assert repr(data) == repr(document.data)
    read, faults = read_hole_json(text)
    assert read is not None, faults
    assert repr(data) == repr(read.value)


@given(DATA, st.booleans())
def test_every_json_place_holds_what_was_read_there(data: Any, bom: bool) -> None:
    text = ("\ufeff" if bom else "") + json.dumps(data, ensure_ascii=False)
    document, _ = read_json(Source("m.json", text))
    assert document is not None
    for path, span in document.values.items():
        assert repr(json.loads(text[span.start : span.end])) == repr(_at(document, path))
    for path, span in document.keys.items():
        assert json.loads(text[span.start : span.end]) == path[-1]


@given(
    st.dictionaries(TEXTS, DATA, max_size=4),
    st.sampled_from([None, "'", '"']),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_quoted_yaml_texts_come_back_and_places_point_at_them(
    data: dict[str, Any], style: str | None, flow: bool, crlf: bool, bom: bool
) -> None:
    data = {key: str(value) for key, value in data.items()}
    text = yaml.dump(data, Dumper=yaml.CDumper, default_style=style or "'", default_flow_style=flow, allow_unicode=True)
    text = ("\ufeff" if bom else "") + text.replace("\n", "\r\n" if crlf else "\n")
    document, findings = read_yaml(Source("m.yaml", text))
    assert document is not None, findings
    assert data == document.data
    for table in (document.keys, document.values):
        for path, span in table.items():
            if path:
                assert text[span.start] in "'\"?"
                assert text[span.end - 1] in "'\""


def _at(document: Document, path: tuple[Any, ...]) -> Any:
    value = document.data
    for step in path:
        value = value[step]
    return value

"""What is seen of a text while it is typed is what the reader sees of it; and no text stops completion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maniple.source.json import read_json
from maniple.source.text import Path as Place
from maniple.source.text import Source
from maniple.source.yaml import read_yaml
from maniple.usecases.completion import completions, explain
from maniple.usecases.completion.outline import outline_of
from maniple.usecases.completion.payload import formatted, payload_text, read_payload
from maniple.usecases.draft import Draft
from maniple.usecases.scaffolding.yaml_text import block

INTEGRATIONS = Path(__file__).parents[2] / "integrations"
MANIFESTS = sorted(INTEGRATIONS.glob("*/manifest.yaml"))
TEXTS = {path: path.read_text("utf-8") for path in MANIFESTS}
WORDS = st.sampled_from(["a", "b c", "$items", "{{ x | lower }}", "12", "true", "", "it's", "x: y", "- z", "# no", "é"])
KEYS = st.sampled_from(["a", "b", "c~", "$case", "key two", "$x"])
TREES = st.recursive(
    st.one_of(WORDS, st.integers(0, 99), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=10,
)
MAPS = st.dictionaries(KEYS, TREES, min_size=1, max_size=4)


def leaves(value: Any, path: Place = ()) -> Iterator[tuple[Place, str]]:
    """The texts of a tree with their places; words and numbers as they are written."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from leaves(below, (*path, position))
    else:
        yield path, " ".join((str(value).lower() if isinstance(value, bool) else str(value)).split())


def seen(text: str) -> dict[Place, str]:
    return {one.path: " ".join(one.text.split()) for one in outline_of(text, 0).scalars}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_of_a_manifest_everything_is_seen(path: Path) -> None:
    document, _ = read_yaml(Source("m.yaml", TEXTS[path]))
    assert document is not None
    found = seen(TEXTS[path])
    escaped = {place for place, text in found.items() if "\\" in text}
    expected = {place: text for place, text in leaves(document.data) if place not in escaped}
    assert expected == {place: text for place, text in found.items() if place in expected}


@given(MAPS)
def test_of_a_written_tree_everything_is_seen(tree: dict[str, Any]) -> None:
    text = "\n".join(block(tree)) + "\n"
    assert dict(leaves(tree)) == {place: one for place, one in seen(text).items() if place in dict(leaves(tree))}


@given(TREES)
def test_of_json_everything_is_seen(tree: Any) -> None:
    text = payload_text({"root": tree}, "yaml")
    document, _ = read_yaml(Source("x.yaml", text))
    assert document is not None
    json = payload_text(document.data, "json").replace("$items", '"$items"').replace("$x", '"$x"')
    if read_json(Source("x.json", json))[0] is None:
        return
    assert dict(leaves(document.data)).items() <= {**seen(json)}.items()


@settings(max_examples=150)
@given(st.sampled_from(MANIFESTS), st.data())
def test_no_text_stops_completion(path: Path, data: st.DataObject) -> None:
    text = TEXTS[path]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 200)))
    typed = data.draw(st.sampled_from(["", "$", "{{ a | ", "{", "[", '"', "'", "  ", "\n- ", ": ", "|\n", "$x.", "#"]))
    draft = Draft(path, text[:start] + typed + text[end:])
    offset = start + len(typed)
    for offer in completions(draft, offset):
        assert 0 <= offer.replace_from <= offset
    explain(draft, offset)


@given(st.text(alphabet="a$:{}[]'\"|>-# \n\t~.,\\é", max_size=60), st.data())
def test_no_characters_stop_completion(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    for name in ("manifest.yaml", "manifest.json"):
        draft = Draft(Path(name), text)
        assert all(0 <= offer.replace_from <= offset for offer in completions(draft, offset))
        explain(draft, offset)


@given(TREES)
def test_laying_out_a_body_keeps_its_value(tree: Any) -> None:
    for form in ("yaml", "json"):
        payload = read_payload(payload_text({"body": tree}, form), form)
        again = read_payload(formatted(payload), form)
        assert payload.document is not None
        assert again.document is not None
        assert payload.document.data == again.document.data

"""A change of a document says what is wanted, keeps the comments around it, and leaves canonical text canonical."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from maniple.manifest.order import canonical_order
from maniple.source import change
from maniple.source.edit import reorder
from maniple.source.read import read_document
from maniple.source.text import Document, Path, Source
from maniple.source.yaml_write import Style
from support.yaml_texts import KEYS, TREES, comments, written

ORDER = ["d", "c", "b", "a"]
MANIFESTS = sorted((File(__file__).parents[2] / "integrations").glob("*/manifest.yaml"))


def _order(path: Path) -> Sequence[str] | None:
    return None if path == ("z",) else ORDER


STYLE = Style(_order)
NASTY = [
    "yes",
    "~",
    "1",
    "0x1f",
    "1e5",
    "a: b",
    "a #b",
    "- a",
    "x: ",
    "'",
    '"',
    "\\",
    "{a}",
    "é\u2028",
    "a\tb",
    " a ",
    "a\nb",
]
NASTY += [
    "\n",
    "a\n\n",
    " a\nb",
    "a\r\nb",
    "\x07",
    "..",
    "---",
    "$items",
    "{{ a | b }}",
    "[1]",
    "!x",
    "&x",
    "*x",
    "",
    "null",
]
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=12), st.text("ab \n#:-'\"{}[],$|>%@`\t", max_size=12))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False), TEXTS
).filter(lambda value: not (isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value)))
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS, "x y", "", "1"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    match value:
        case dict():
            for key, each in value.items():
                yield from _paths(each, (*path, key))
        case list():
            for index, each in enumerate(value):
                yield from _paths(each, (*path, index))


def _read(text: str, name: str = "m.yaml") -> Document:
    document, findings = read_document(Source(name, text))
    assert document is not None, (text, findings)
    return document


WHATS = ("put", "add", "remove", "insert", "move", "rename")


def _draw_change(
    document: Document, data: st.DataObject, style: Style, whats: Sequence[str] = WHATS
) -> tuple[str, Any, str, Path]:
    """One change: the new text, the data that it must say, what was done, and where."""
    paths = list(_paths(document.data))
    what = data.draw(st.sampled_from(whats))
    if what == "put":
        path = data.draw(st.sampled_from(paths))
        value = data.draw(VALUES)
        return change.put(document, path, value, style), change.put_in(document.data, path, value), what, path
    if what == "add":
        path = (
            *data.draw(st.sampled_from(paths)),
            *data.draw(st.lists(st.sampled_from([*KEYS, "n"]), min_size=1, max_size=2)),
        )
        value = data.draw(VALUES)
        return change.put(document, path, value, style), change.put_in(document.data, path, value), what, path
    if what == "remove":
        assume(len(paths) > 1)
        path = data.draw(st.sampled_from(paths[1:]))
        return change.remove(document, path, style), change.removed_from(document.data, path), what, path
    if what == "rename":
        keyed = [path for path in paths if path and isinstance(path[-1], str)]
        path = data.draw(st.sampled_from(keyed))
        owner = change.value_at(document.data, path[:-1])
        name = data.draw(st.sampled_from([key for key in [*KEYS, "other: x", "1"] if key not in owner]))
        wanted = change.put_in(
            document.data, path[:-1], {name if key == path[-1] else key: owner[key] for key in owner}
        )
        return change.rename(document, path, name, style), wanted, what, path
    lists = [path for path in paths if isinstance(items := change.value_at(document.data, path), list) and items]
    assume(lists)
    path = data.draw(st.sampled_from(lists))
    items = change.value_at(document.data, path)
    index = data.draw(st.integers(0, len(items) - 1))
    if what == "insert":
        value = data.draw(VALUES)
        wanted = change.put_in(document.data, path, [*items[:index], value, *items[index:]])
        return change.insert(document, path, index, value, style), wanted, what, path
    to = data.draw(st.integers(0, len(items) - 1))
    moved = [item for place, item in enumerate(items) if place != index]
    moved.insert(to, items[index])
    return change.move(document, path, index, to, style), change.put_in(document.data, path, moved), what, path


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.dictionaries(st.sampled_from(KEYS), TREES, min_size=1, max_size=5), st.data(), st.booleans())
def test_a_change_says_what_is_wanted_and_leaves_canonical_text_canonical(
    tree: dict[str, Any], data: st.DataObject, crlf: bool
) -> None:
    text = written(tree, data)
    document = _read(text.replace("\n", "\r\n") if crlf else text)
    if data.draw(st.booleans()):
        document = _read(reorder(document, _order))
    canonical = reorder(document, _order) == document.source.text
    result, wanted, _, _ = _draw_change(document, data, STYLE)
    again = _read(result)
    assert change.same(wanted, again.data), (document.source.text, result)
    if canonical:
        assert result == reorder(again, _order), document.source.text


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.dictionaries(st.sampled_from(KEYS), TREES, min_size=1, max_size=5), st.data())
def test_what_is_added_or_moved_costs_no_comment(tree: dict[str, Any], data: st.DataObject) -> None:
    document = _read(written(tree, data))
    # A `|+` text takes blank lines below it for its own: what follows one may have to be written anew.
    assume("|+" not in document.source.text)
    result, _, what, path = _draw_change(document, data, STYLE, ("add", "insert", "move", "rename"))
    owner = change.value_at(document.data, path[:-1])
    new_key = what == "add" and isinstance(owner, dict) and path[-1] not in owner
    assume(what != "add" or new_key)
    assert comments(document.source.text) == comments(result), (document.source.text, result)


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.parent.name)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_changes_of_a_manifest_say_what_is_wanted_in_canonical_form(file: File, data: st.DataObject) -> None:
    document = _read(file.read_text(encoding="utf-8"))
    result, wanted, _, _ = _draw_change(document, data, Style(canonical_order))
    again = _read(result)
    assert change.same(wanted, again.data)
    assert result == reorder(again, canonical_order)


@given(VALUES, st.data())
def test_changes_of_json_are_written_as_json_in_canonical_form(value: Any, data: st.DataObject) -> None:
    document = _read(change.write_json({"a": value, "z": [1, {"b": 2}]}, _order), "m.json")
    result, wanted, _, _ = _draw_change(document, data, STYLE)
    again = _read(result, "m.json")
    assert change.same(wanted, again.data)
    assert result == reorder(again, _order)

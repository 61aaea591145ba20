"""Changes of a document at one place, which keep its comments, the order of its keys and the way it is written.

What a change writes stands in canonical form if the document did. A text whose lines cannot be changed in place
(two keys in one line, a value without a text of its own) has the map or list around them written anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from maniple.source.edit import closed, reorder, write_json
from maniple.source.read import is_json, read_document
from maniple.source.splice import Splice
from maniple.source.text import Document, Path, Source
from maniple.source.yaml_write import WIDTH, Style

_MOST_STEPS = 60
"""Differences that are changed one by one; a value with more of them is written anew."""


def put(document: Document, path: Path, value: Any, style: Style) -> str:
    """The text with `value` at `path`. A map that is missing on the way is made; a list takes its length as an index.

    A map or list that takes the place of another is changed only where they differ, so that its comments stay.
    """
    wanted = put_in(document.data, path, value)
    return _changed(document, path, wanted, style, lambda splice: _put(splice, path, wanted))


def remove(document: Document, path: Path, style: Style) -> str:
    """The text without the key or item at `path`, which must be there, and without its comment."""
    return _changed(document, path, removed_from(document.data, path), style, lambda splice: splice.remove(path))


def insert(document: Document, owner: Path, index: int, value: Any, style: Style) -> str:
    """The text with a further item at `index` of the list at `owner`, which is made when it is not there."""
    items = value_at(document.data, owner)
    if not isinstance(items, list) or not items:
        return put(document, owner, [value], style)
    index = max(0, min(index, len(items)))
    wanted = put_in(document.data, owner, [*items[:index], value, *items[index:]])
    return _changed(document, (*owner, index), wanted, style, lambda splice: splice.insert(owner, index, value))


def move(document: Document, owner: Path, index: int, to: int, style: Style) -> str:
    """The text with item `index` of the list at `owner` moved, comments and all, so that it becomes item `to`."""
    items = list(value_at(document.data, owner))
    to = max(0, min(to, len(items) - 1))
    items.insert(to, items.pop(index))
    wanted = put_in(document.data, owner, items)
    return _changed(document, (*owner, index), wanted, style, lambda splice: splice.move(owner, index, to))


def rename(document: Document, path: Path, name: str, style: Style) -> str:
    """The text with the key at `path` called `name`. Its map must not have that key."""
    owner = value_at(document.data, path[:-1])
    wanted = put_in(document.data, path[:-1], {name if key == path[-1] else key: owner[key] for key in owner})
    text = _changed(document, path, wanted, style, lambda splice: splice.rename(path, name))
    if style.order_for(path[:-1]) is None or reorder(document, style.order_for) != document.source.text:
        return text
    again = read_once(Source(document.source.name, text))
    return text if again is None else reorder(again, style.order_for)


def value_at(data: Any, path: Path, default: Any = None) -> Any:
    """The value at `path` of plain data, or `default`."""
    for step in path:
        match data, step:
            case dict(), str() if step in data:
                data = data[step]
            case list(), int() if 0 <= step < len(data):
                data = data[step]
            case _:
                return default
    return data


def put_in(data: Any, path: Path, value: Any) -> Any:
    """Plain data with `value` at `path`; nothing that is given changes."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(data) if isinstance(data, list) else []
        if step < len(items):
            return [*items[:step], put_in(items[step], rest, value), *items[step + 1 :]]
        return [*items, put_in(None, rest, value)]
    held = data if isinstance(data, dict) else {}
    return {**held, step: put_in(held.get(step), rest, value)}


def removed_from(data: Any, path: Path) -> Any:
    """Plain data without what is at `path`."""
    owner, step = value_at(data, path[:-1]), path[-1]
    if isinstance(owner, list):
        return put_in(data, path[:-1], [item for index, item in enumerate(owner) if index != step])
    return put_in(data, path[:-1], {key: each for key, each in owner.items() if key != step})


def same(left: Any, right: Any) -> bool:
    """Whether two values are written alike: `1` is neither `1.0` nor `true`."""
    return left is right or json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _changed(document: Document, path: Path, wanted: Any, style: Style, change: Callable[[Splice], str | None]) -> str:
    """The text that `change` makes when it says what is wanted; else the values around `path` are written anew."""
    if same(document.data, wanted):
        return document.source.text
    if is_json(document.source):
        return write_json(wanted, style.order_for)
    splice = Splice(closed(document), style)
    text = change(splice)
    while not _says(document, text, wanted):
        if not path:
            return text or document.source.text
        path = path[:-1]
        known = value_at(document.data, path, _NOTHING) is not _NOTHING
        text = splice.replace(path, value_at(wanted, path)) if known else None
    assert text is not None
    return _opened(document, text, wanted, path, style)


def _opened(before: Document, text: str, wanted: Any, path: Path, style: Style) -> str:
    """The text with the map or list in flow style around `path` written over lines when the change made it too long
    for one. One that was too long before is as its author wants it."""
    again = read_once(Source(before.source.name, text))
    if again is None:
        return text
    splice = Splice(again, style)
    for depth in range(1, len(path) + 1):
        outer = path[:depth]
        value = value_at(again.data, outer)
        if not value or not isinstance(value, dict | list) or splice.is_block(outer):
            continue
        fits = _columns(again, outer) <= WIDTH or _columns(before, outer) > WIDTH
        if fits or not splice.is_block(path[: depth - 1]):
            return text
        candidate = splice.replace(outer, value, opened=True)
        return candidate if candidate is not None and _says(before, candidate, wanted) else text
    return text


def _columns(document: Document, path: Path) -> int:
    """How long the line is in which the value at `path` ends, up to its end; 0 for one that goes over lines."""
    span = document.values.get(path)
    if span is None:
        return 0
    text = document.source.text
    return 0 if "\n" in text[span.start : span.end] else span.end - (text.rfind("\n", 0, span.end) + 1)


_NOTHING = object()


def _says(document: Document, text: str | None, wanted: Any) -> bool:
    if text is None:
        return False
    again = read_once(Source(document.source.name, text))
    return again is not None and same(again.data, wanted)


@lru_cache(maxsize=8)
def read_once(source: Source) -> Document | None:
    """The document in a source, None when it cannot be read. What was read last is remembered: an edit reads its own
    outcome, and whoever made the edit reads it next."""
    return read_document(source)[0]


def _put(splice: Splice, path: Path, wanted: Any) -> str | None:
    """The text with the value that `wanted` has at `path`."""
    data = splice.document.data
    depth = len(path)
    while value_at(data, path[:depth], _NOTHING) is _NOTHING:
        depth -= 1
    if depth == len(path):
        return _turned(splice, path, value_at(wanted, path))
    first = path[: depth + 1]
    owner, value = value_at(data, path[:depth]), value_at(wanted, first)
    match owner, first[-1]:
        case dict(), str():
            return splice.add_key(first, value)
        case list(), int():
            return splice.insert(first[:-1], len(owner), value)
        case _:
            return splice.replace(path[:depth], value_at(wanted, path[:depth]))


def _turned(splice: Splice, path: Path, value: Any) -> str | None:
    """The text with `value` at `path`, changed only where it differs from what stands there."""
    if not isinstance(value, dict | list):
        return splice.replace(path, value)
    for _ in range(_MOST_STEPS):
        old = value_at(splice.document.data, path)
        if same(old, value) and _alike(old, value, path, splice.style):
            return splice.text
        text = _step(splice, path, old, value)
        if text is None:
            break
        again = read_once(Source(splice.document.source.name, text))
        if again is None:
            break
        splice = Splice(again, splice.style)
    return splice.replace(path, value)


def _alike(old: Any, value: Any, path: Path, style: Style) -> bool:
    """Whether the keys of maps without an order of their own come in the order that is wanted."""
    match old, value:
        case dict(), dict():
            if style.order_for(path) is None and list(old) != list(value):
                return False
            return all(_alike(old[key], value[key], (*path, key), style) for key in value)
        case list(), list():
            return all(
                _alike(left, right, (*path, index), style)
                for index, (left, right) in enumerate(zip(old, value, strict=True))
            )
        case _:
            return True


def _step(splice: Splice, path: Path, old: Any, value: Any) -> str | None:
    """The text with the first difference between `old` and `value` gone, or with all of the value written anew."""
    text = None
    match old, value:
        case dict(), dict() if old and value:
            text = _step_in_map(splice, path, old, value)
        case list(), list() if old and value:
            text = _step_in_list(splice, path, old, value)
    return splice.replace(path, value) if text is None else text


def _step_in_map(splice: Splice, path: Path, old: dict[str, Any], value: dict[str, Any]) -> str | None:
    kept = [key for key in old if key in value]
    if not kept:
        return None
    for key in old:
        if key not in value:
            return splice.remove((*path, key))
    for key in kept:
        if not same(old[key], value[key]):
            return _step(splice, (*path, key), old[key], value[key])
    missing = next((key for key in value if key not in old), None)
    return None if missing is None else splice.add_key((*path, missing), value[missing])


def _step_in_list(splice: Splice, path: Path, old: list[Any], value: list[Any]) -> str | None:
    before, after = ([json.dumps(each, sort_keys=True) for each in items] for items in (old, value))
    for change, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if change == "delete" or (change == "replace" and end - start > new_end - new_start):
            return splice.remove((*path, start))
        if change == "insert":
            return splice.insert(path, start, value[new_start])
        if change == "replace":
            return _step(splice, (*path, start), old[start], value[new_start])
    return None

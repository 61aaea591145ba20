"""Template trees read backwards: from a rendered value to the values of its holes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias, assert_never

from maniple.template.ast import Array, Case, Const, Entry, Expression, Node, Object, Text, Value, holes
from maniple.template.text import text_of
from maniple.testing.differences import same
from maniple.testing.simulator.written import written

Captures: TypeAlias = dict[str, Any]
"""Values of holes by the expression as it is written (`email`, `email | lower`)."""


Hole: TypeAlias = tuple[str]
"""A hole by the name it is captured under; a tuple, to be told from text. Expressions themselves are no keys: among
them `1` and `true` are equal."""


class FromText(str):
    """A captured value that was part of a text, so that its type is not known."""

    __slots__ = ()


def unify(node: Node, value: Any, found: Mapping[str, Any] | None = None) -> Captures | None:
    """The values of the holes with which `node` renders to `value`; None when there are none.

    Constants must be equal, types included, and equal holes must have equal values, also those in `found`. A hole
    inside text gives text; between two neighbouring holes the first takes as little as it can. An optional part that
    is not there says that its hole is null when it has one hole, and nothing when it has several.
    """
    captures = match(node, value, dict(found or {}))
    return plain(captures) if captures is not None else None


def plain(captures: Captures) -> Captures:
    """The captures as plain data."""
    return {key: str(value) if isinstance(value, FromText) else value for key, value in captures.items()}


def match(node: Node, value: Any, found: Captures) -> Captures | None:
    """`found` and what `node` captures of `value`; `found` itself is never changed."""
    match node:
        case Const(constant):
            return found if same(value, constant) else None
        case Value(expression):
            return capture(found, expression, value)
        case Text(parts):
            return match_text(parts, value, found) if isinstance(value, str) else None
        case Array(elements):
            return _match_elements(elements, value, found) if isinstance(value, list) else None
        case Object(entries):
            return _match_entries(entries, value, found) if isinstance(value, dict) else None
        case Case():
            return _match_case(node, value, found)
        case _:
            assert_never(node)


def capture(found: Captures, expression: Expression, value: Any) -> Captures | None:
    """`found` with the value of one hole; None when the hole has another value already."""
    key = written(expression)
    if key not in found:
        return {**found, key: value}
    known = found[key]
    if isinstance(value, FromText):
        return found if text_of(known) == value else None
    if isinstance(known, FromText):
        return {**found, key: value} if text_of(value) == known else None
    return found if same(known, value) else None


def match_text(parts: tuple[str | Expression, ...], text: str, found: Captures) -> Captures | None:
    """The holes of a text. Those that are found already stand in it as they are."""
    spelled: tuple[str | Hole, ...] = tuple(part if isinstance(part, str) else (written(part),) for part in parts)
    known = any(not isinstance(part, str) and part[0] in found for part in spelled)
    pattern, keys = _pattern(spelled, found) if known else _compiled(spelled)
    matched = pattern.fullmatch(text)
    if matched is None:
        return None
    return {**found, **dict(zip(keys, map(FromText, matched.groups()), strict=True))}


@lru_cache(maxsize=4096)
def _compiled(spelled: tuple[str | Hole, ...]) -> tuple[re.Pattern[str], tuple[str, ...]]:
    return _pattern(spelled, {})


def _pattern(spelled: tuple[str | Hole, ...], known: Captures) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """The text as a regular expression, and the hole of each of its groups."""
    groups: dict[str, int] = {}
    pattern = ""
    for part in spelled:
        if isinstance(part, str):
            pattern += re.escape(part)
        elif part[0] in known:
            pattern += re.escape(text_of(known[part[0]]))
        elif part[0] in groups:
            pattern += f"(?:\\{groups[part[0]]})"
        else:
            groups[part[0]] = len(groups) + 1
            pattern += "(.*?)"
    return re.compile(pattern, re.DOTALL), tuple(groups)


def _match_elements(elements: tuple[Node, ...], values: list[Any], found: Captures) -> Captures | None:
    if not elements:
        return found if not values else None
    first, rest = elements[0], elements[1:]
    if values:
        taken = match(first, values[0], found)
        whole = _match_elements(rest, values[1:], taken) if taken is not None else None
        if whole is not None:
            return whole
    if not may_be_absent(first):
        return None
    left_out = _absent(first, found)
    return _match_elements(rest, values, left_out) if left_out is not None else None


def _match_entries(entries: tuple[Entry, ...], tree: dict[str, Any], found: Captures) -> Captures | None:
    left = dict(tree)
    open_entries: list[Entry] = []
    for entry in entries:
        if not isinstance(entry.key, Const):
            open_entries.append(entry)
            continue
        name = text_of(entry.key.value)
        captures = match(entry.value, left.pop(name), found) if name in left else _absent_entry(entry, found)
        if captures is None:
            return None
        found = captures
    return _match_open(open_entries, left, found)


def _match_open(entries: list[Entry], left: dict[str, Any], found: Captures) -> Captures | None:
    """Entries whose keys have holes, against the keys that no other entry has taken."""
    if not entries:
        return found if not left else None
    first, rest = entries[0], entries[1:]
    for name, value in left.items():
        captures = match(first.key, name, found)
        captures = match(first.value, value, captures) if captures is not None else None
        if captures is None:
            continue
        whole = _match_open(rest, {key: other for key, other in left.items() if key != name}, captures)
        if whole is not None:
            return whole
    captures = _absent_entry(first, found)
    return _match_open(rest, left, captures) if captures is not None else None


def _match_case(node: Case, value: Any, found: Captures) -> Captures | None:
    for name, branch in node.branches:
        chosen = capture(found, node.selector, FromText(name))
        captures = match(branch, value, chosen) if chosen is not None else None
        if captures is not None:
            return captures
    return match(node.otherwise, value, found) if node.otherwise is not None else None


def _absent_entry(entry: Entry, found: Captures) -> Captures | None:
    if entry.optional or may_be_absent(entry.value):
        return _absent(entry.value, found)
    return None


def _absent(node: Node, found: Captures) -> Captures | None:
    """What a part tells by not being there: its only hole is null, unless a selector chose nothing."""
    below = list(holes(node))
    return capture(found, below[0], None) if len(below) == 1 and not _has_case(node) else found


def _has_case(node: Node) -> bool:
    match node:
        case Case():
            return True
        case Array(elements):
            return any(map(_has_case, elements))
        case Object(entries):
            return any(_has_case(entry.value) for entry in entries)
        case _:
            return False


def may_be_absent(node: Node) -> bool:
    """The part can be left out for want of values below it."""
    match node:
        case Const() | Text():
            return False
        case Value():
            return node.optional
        case Array(elements):
            return bool(elements) and all(map(may_be_absent, elements))
        case Object(entries):
            return bool(entries) and all(entry.optional or may_be_absent(entry.value) for entry in entries)
        case Case(_, branches, otherwise):
            return otherwise is None or any(map(may_be_absent, (*(branch for _, branch in branches), otherwise)))
        case _:
            assert_never(node)

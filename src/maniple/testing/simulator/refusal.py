"""Refusing some users inside a success, in the form that a manifest's `rejects` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from maniple.runtime.program import CallProgram
from maniple.runtime.rejects import RejectsProgram, read_rejects
from maniple.runtime.search import search
from maniple.template.ast import Const, Text, Value, holes
from maniple.template.compile import ScalarTemplate
from maniple.testing.simulator.build import NoSuchAnswer, Path, put, satisfied
from maniple.testing.simulator.match import Captures
from maniple.testing.simulator.written import written
from maniple.wire import Reply

REASON = "REFUSED"
MESSAGE = "RefusedUser by the simulator"


@dataclass(frozen=True, slots=True)
class RefusedUser:
    """One refused user: its position among the items, and what the manifest compares identifiers with."""

    position: int
    identifier: Any


def can_refuse(call: CallProgram, body: Any) -> bool:
    """The simulator can name refused users to the reader of this call's answers; tried with three users."""
    if call.first.rejects is None:
        return False
    identifiers = [f"probe-{position}" for position in range(3)]
    refused = [RefusedUser(position, identifiers[position]) for position in (0, 2)]
    try:
        tree = refuse(call.first.rejects, body, refused, 3)
    except NoSuchAnswer:
        return False
    columns = {name: identifiers for name in (call.first.rejects.item.names if call.first.rejects.item else ())}
    read = read_rejects(call.first.rejects, Reply(200, body=json.dumps(tree).encode()), columns, {}, 3)
    return [verdict.row for verdict in read.verdicts] in ([0, 2], []) and (
        len(read.verdicts) + read.uncounted == len(refused)
    )


def identifier_of(rejects: RejectsProgram, user: Captures) -> Any:
    """What the manifest compares a refused user's identifier with, from the captures of its item."""
    if rejects.item is None:
        return None
    node = rejects.item.node
    if isinstance(node, Value) and written(node.expression) in user:
        return user[written(node.expression)]
    assert isinstance(node, Const | Value | Text)
    if all(written(hole) in user for hole in holes(node)):
        return ScalarTemplate(node).render(user)
    return None


def refuse(rejects: RejectsProgram, body: Any, refused: Sequence[RefusedUser], size: int) -> Any:
    """`body` with the refused users of a request of `size` items. Raises NoSuchAnswer."""
    tree = body
    if rejects.rows is not None:
        tree = put(tree, rejects.rows.parsed, _rows(rejects, refused, size))
    if rejects.count is not None:
        tree = put(tree, rejects.count.parsed, len(refused))
    return tree


def _rows(rejects: RejectsProgram, refused: Sequence[RefusedUser], size: int) -> Any:
    names = [_address(rejects, one) for one in refused]
    if _reads_entries(rejects):
        return _entries(rejects, names)
    if rejects.by == "index" and rejects.at is None:
        return _positional(rejects, refused, size)
    return [_row(rejects, name) for name in names]


def _address(rejects: RejectsProgram, refused: RefusedUser) -> Any:
    match rejects.by:
        case "value":
            return refused.identifier
        case "pointer":
            return _pointer(rejects.pattern.pattern, refused.position + rejects.base)
    return refused.position + rejects.base


def _pointer(pattern: str, number: int) -> str:
    """A text that the pattern finds the number in: the pattern itself with its group filled in."""
    start = pattern.index("(?P<index>")
    depth, end = 0, start
    for end in range(start, len(pattern)):
        depth += {"(": 1, ")": -1}.get(pattern[end], 0)
        if depth == 0:
            break
    text = f"{pattern[:start]}{number}{pattern[end + 1 :]}"
    return text.removeprefix("^").removesuffix("$").replace("\\", "")


def _row(rejects: RejectsProgram, name: Any) -> Any:
    row: Any = None
    for path in (rejects.reason, rejects.message):
        if path is not None:
            row = put(row, path.parsed, REASON if path is rejects.reason else MESSAGE)
    row = name if rejects.at is None else put(row, rejects.at.parsed, name)
    return satisfied(row, rejects.where)


def _positional(rejects: RejectsProgram, refused: Sequence[RefusedUser], size: int) -> list[Any]:
    """A row an item; only for a refused one is `where` true."""
    if rejects.where is None:
        raise NoSuchAnswer("the simulator cannot build rows that name users by nothing but their own position")
    places = {one.position for one in refused}
    row: Any = {}
    for path in (rejects.reason, rejects.message):
        if path is not None:
            row = put(row, path.parsed, REASON if path is rejects.reason else MESSAGE)
    bad = satisfied(row, rejects.where)
    return [bad if position in places else {} for position in range(size)]


def _reads_entries(rejects: RejectsProgram) -> bool:
    """The rows are an object's entries: a path of a row begins with `key` or `value`."""
    paths = (rejects.at, rejects.reason, rejects.message)
    return any(path is not None and _first_key(path.parsed) in ("key", "value") for path in paths)


def _first_key(path: Path) -> str:
    while path["children"]:
        path = path["children"][0]
    return str(path.get("value", ""))


def _entries(rejects: RejectsProgram, names: list[Any]) -> dict[str, Any]:
    at = rejects.at.parsed if rejects.at is not None else None
    if at is not None and _first_key(at) == "key":
        return {str(name): _value(rejects, None) for name in names}
    if at is None or _first_key(at) != "value":
        raise NoSuchAnswer("the simulator cannot build an object of refused users whose entries do not name them")
    if at["type"] == "projection":
        value = put({}, at, names)["value"]
        return {_key(rejects, value): value}
    entries: dict[str, Any] = {}
    for place, name in enumerate(names):
        value = put({}, at, name)["value"]
        entries[_key(rejects, value, str(place))] = value
    return entries


def _value(rejects: RejectsProgram, value: Any) -> Any:
    """The value of an entry whose key names the user."""
    row: Any = {"value": value}
    for path in (rejects.reason, rejects.message):
        if path is not None and _first_key(path.parsed) == "value":
            row = put(row, path.parsed, REASON if path is rejects.reason else MESSAGE)
    return satisfied(row, rejects.where)["value"] if rejects.where is not None else row["value"]


def _key(rejects: RejectsProgram, value: Any, number: str = "") -> str:
    """A key for an entry for which `where` is true."""
    tried = [f"{REASON}{number}"]
    for literal in _literals(rejects.where.parsed) if rejects.where is not None else ():
        tried += [f"refused{number}{literal}", f"{literal}{number}", literal]
    for key in tried:
        if rejects.where is None or search(rejects.where, {"key": key, "value": value}):
            return key
    raise NoSuchAnswer("the simulator cannot build a key for which `where` is true")


def _literals(path: Path) -> Iterator[str]:
    if path["type"] == "literal" and isinstance(path["value"], str):
        yield path["value"]
    for child in path["children"]:
        if isinstance(child, dict):
            yield from _literals(child)

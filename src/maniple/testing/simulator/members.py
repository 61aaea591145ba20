"""Members of lists: what a partner knows them by, read out of the items of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from maniple.template.ast import Const, Node, Object, Value
from maniple.testing.differences import same
from maniple.testing.simulator.match import Captures, match, plain
from maniple.testing.simulator.written import written

Member: TypeAlias = str | bytes
"""A member's identifier: text as it is, anything else (a number, several identifiers) as JSON bytes."""

ReadItems: TypeAlias = Callable[[list[Any]], list[Member] | None]
"""The members that the items of a request stand for; None when an item has another shape."""

_MISSING = object()


def member_of(captures: Mapping[str, Any], keys: Sequence[str]) -> Member:
    """The member with these identifiers."""
    if len(keys) == 1:
        return as_member(captures.get(keys[0]))
    return orjson.dumps({key: captures.get(key) for key in keys}, default=str)


def as_member(value: Any) -> Member:
    """A member known by one value."""
    return str(value) if isinstance(value, str) else orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


def shown(member: Member) -> Any:
    """The member as plain data."""
    return member if isinstance(member, str) else orjson.loads(member)


def shown_in_order(members: Iterable[Member]) -> list[Any]:
    """The members as plain data, ordered by how they are written."""
    texts = sorted(member for member in members if isinstance(member, str))
    others = sorted(member for member in members if not isinstance(member, str))
    return [*texts, *map(shown, others)]


def read_items(node: Node, keys: Sequence[str]) -> ReadItems:
    """A reader of items that `node` renders, for members known by `keys`. Built once, run for every user."""
    if isinstance(node, Value) and list(keys) == [written(node.expression)]:
        return read_plain_items
    if isinstance(node, Object) and len(keys) == 1:
        flat = _flat_reader(node, keys[0])
        if flat is not None:
            return flat
    return lambda items: _read_any(node, keys, items)


def read_plain_items(items: list[Any]) -> list[Member]:
    """Items that are the identifiers themselves."""
    return items if set(map(type, items)) <= {str} else [as_member(item) for item in items]


def _read_any(node: Node, keys: Sequence[str], items: list[Any]) -> list[Member] | None:
    members: list[Member] = []
    for item in items:
        captures = match(node, item, {})
        if captures is None:
            return None
        members.append(member_of(plain(captures), keys))
    return members


def _flat_reader(node: Object, wanted: str) -> ReadItems | None:
    """A reader for objects with fixed keys whose values are constants and single holes, each hole once."""
    constants: list[tuple[str, Any]] = []
    holes: dict[str, str] = {}
    optional: set[str] = set()
    for entry in node.entries:
        if not isinstance(entry.key, Const) or not isinstance(entry.value, Const | Value):
            return None
        name = str(entry.key.value)
        if isinstance(entry.value, Const):
            constants.append((name, entry.value.value))
            continue
        hole = written(entry.value.expression)
        if hole in holes:
            return None
        holes[hole] = name
        if entry.optional:
            optional.add(name)
    if wanted not in holes or holes[wanted] in optional:
        return None
    required = [name for name in holes.values() if name not in optional]
    return _flat_function(holes[wanted], constants, required, optional)


def _flat_function(wanted: str, constants: list[tuple[str, Any]], required: list[str], optional: set[str]) -> ReadItems:
    least = len(constants) + len(required)

    def read(items: list[Any]) -> list[Member] | None:
        members: list[Member] = []
        for item in items:
            if type(item) is not dict or wanted not in item:
                return None
            for name, constant in constants:
                value = item.get(name, _MISSING)
                if value is not constant and not same(value, constant):
                    return None
            for name in required:
                if name not in item:
                    return None
            extra = len(item) - least
            if extra and extra != sum(name in item for name in optional):
                return None
            value = item[wanted]
            members.append(value if type(value) is str else as_member(value))
        return members

    return read


def users_of(node: Node, items: list[Any], constants: Captures) -> list[Captures]:
    """The captures of each item, with those of the whole request."""
    return [{**constants, **plain(match(node, item, {}) or {})} for item in items]

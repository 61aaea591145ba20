"""Which list a request is about, and what the partner shows it as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maniple.runtime.program import CallProgram, Program
from maniple.runtime.search import search
from maniple.template.ast import Const, Node, Object, Text, Value, holes, names
from maniple.template.text import text_of
from maniple.testing.simulator.match import Captures
from maniple.testing.simulator.shape import CallShape
from maniple.testing.simulator.written import written


def makes_id(call: CallProgram) -> bool:
    """The partner chooses the id of a list that this call makes."""
    if call.list_id is None:
        return any(saved.name == "list_id" for saved in call.first.save)
    return call.list_id.source in ("response", "header")


def owns_lists(program: Program) -> bool:
    """Only lists that `create_list` made are there, and every change says which it is about."""
    create = program.create
    if create is None or not (makes_id(create) or (create.list_id and create.list_id.source == "request")):
        return False
    return all("list_id" in _shared_names(program.call_for(operation)) for operation in ("add", "remove"))


def _shared_names(call: CallProgram) -> frozenset[str]:
    return call.first.url.names | (call.first.body.names if call.first.body else frozenset())


def told_id(call: CallProgram, tree: Any, captures: Captures) -> Any:
    """The id of a new list when the request itself says it."""
    program = call.list_id
    if program is not None and program.source == "request":
        return search(program.expression, tree)
    if program is not None and program.template is not None and program.template.names <= set(captures):
        return program.template.render(captures)
    return None


def list_key(program: Program, shape: CallShape, captures: Captures) -> str:
    """What a list is known by: its id, else the cohort's property, its id or its name."""
    if captures.get("list_id") is not None:
        return text_of(captures["list_id"])
    if program.manifest.kind == "property" and shape.body is not None:
        key = next(_shared_keys(shape.body, shape.user_keys), None)
        if key is not None:
            return _text_from(key, captures)
    told = captures.get("amp_cohort_id") or captures.get("amp_cohort_name")
    return text_of(told) if told is not None else program.manifest.slug


def list_name(call: CallProgram | None, captures: Captures) -> str | None:
    """The list's name: the text with the cohort's name in the request that makes it, else the cohort's name."""
    leaf = next(_naming(call.first.body.node), None) if call is not None and call.first.body is not None else None
    if leaf is not None:
        return _text_from(leaf, captures)
    name = captures.get("amp_cohort_name")
    return None if name is None else text_of(name)


def _shared_keys(node: Node, user_keys: frozenset[str]) -> Iterator[Value | Text]:
    """The keys with holes that are the same for all users, in reading order."""
    if not isinstance(node, Object):
        return
    for entry in node.entries:
        if isinstance(entry.key, Value | Text) and user_keys.isdisjoint(map(written, holes(entry.key))):
            yield entry.key
        yield from _shared_keys(entry.value, user_keys)


def _naming(node: Node) -> Iterator[Value | Text]:
    if isinstance(node, Object):
        for entry in node.entries:
            yield from _naming(entry.value)
    elif isinstance(node, Value | Text) and "amp_cohort_name" in names(node):
        yield node


def _text_from(node: Const | Value | Text, captures: Captures) -> str:
    """A text with its holes filled from captures."""
    match node:
        case Const(value):
            return text_of(value)
        case Value(expression):
            return text_of(captures.get(written(expression)))
        case Text(parts):
            return "".join(part if isinstance(part, str) else text_of(captures.get(written(part))) for part in parts)

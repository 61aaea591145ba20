"""Paths into replies: the JMESPath of a node that somebody points at, and replies in which a manifest's paths find
something."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathError

from maniple.errors import UsageError
from maniple.runtime.program import CallProgram, StepProgram
from maniple.runtime.search import search
from maniple.testing.simulator.build import accepting_body, put

Node: TypeAlias = tuple[str | int, ...]
"""The way from a reply's root to a value: keys and list positions."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INDEX_WORDS = ("index", "position", "row", "line", "idx")


def path_of(tree: Any, node: Node) -> str:
    """The JMESPath expression that finds the value at `node` of a reply. Raises UsageError when there is none.

    >>> path_of({"data": {"list-ids": [{"id": 7}]}}, ("data", "list-ids", 0, "id"))
    'data."list-ids"[0].id'
    """
    value_at(tree, node)
    text = ""
    for key in node:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += ("." if text else "") + (key if _PLAIN.fullmatch(key) else _in_quotes(key))
    return text or "@"


def value_at(tree: Any, node: Node) -> Any:
    """The value at a node. Raises UsageError when there is none."""
    for key in node:
        match tree, key:
            case dict(), str() if key in tree:
                tree = tree[key]
            case list(), int() if 0 <= key < len(tree):
                tree = tree[key]
            case _:
                raise UsageError("the reply has no such place")
    return tree


def finds(path: str, tree: Any, value: Any) -> bool:
    """The path finds this value in a reply, when it is read as syncs read it."""
    try:
        found = search(jmespath.compile(path), tree)
    except JMESPathError:
        return False
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)


def list_id_at(tree: Any, node: Node) -> dict[str, str]:
    """What to write under `list_id` so that the id is the value at `node`. Raises UsageError for what cannot be an id."""
    value = value_at(tree, node)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UsageError("a list id is text or a whole number", hint="choose the value itself, not what holds it")
    return {"response": path_of(tree, node)}


def rejects_at(tree: Any, node: Node, item: str | None) -> dict[str, Any]:
    """What to write under `rejects` so that the value at `node` names a refused user.

    `node` is a list of refused rows, a member of one, or something in a member. Positions are recognized by their key
    (`index`, `row`); everything else is compared with `item`, the template of a user's identifier. Raises UsageError.
    """
    value = value_at(tree, node)
    place = max((at for at, key in enumerate(node) if isinstance(key, int)), default=None)
    if place is None:
        if not isinstance(value, list | dict):
            raise UsageError(
                "no list of refused users holds this value",
                hint="choose a list, or the identifier inside of one of its rows",
            )
        rows, below = path_of(tree, node), ""
        sample = value[0] if isinstance(value, list) and value else None
        if isinstance(value, dict):
            raise UsageError("this is no list of refused users", hint="choose a list in it, or a row of one")
    else:
        rows = path_of(tree, node[:place])
        sample = value_at(tree, node[: place + 1])
        inside = node[place + 1 :]
        below = path_of(sample, inside) if inside else ""
    chosen: dict[str, Any] = {"rows": rows}
    last = str(node[-1]).lower() if node and isinstance(node[-1], str) else ""
    if below and isinstance(value, int) and not isinstance(value, bool) and any(word in last for word in _INDEX_WORDS):
        return chosen | {"by": "index", "at": below}
    if isinstance(sample, dict) and not below:
        below, by_index = _identifier_of(sample)
        if by_index:
            return chosen | {"by": "index", "at": below}
    chosen |= {"by": "value"} | ({"at": below} if below else {"at": "@"})
    chosen["item"] = item or "$amplitude_id"
    return chosen


def _identifier_of(row: Mapping[str, Any]) -> tuple[str, bool]:
    """The member of a row that most likely says who it is, and whether that is a position."""
    for key, value in row.items():
        if isinstance(value, int) and any(word in key.lower() for word in _INDEX_WORDS):
            return path_of(row, (key,)), True
    for key, value in row.items():
        if isinstance(value, str | int) and any(
            word in key.lower() for word in ("id", "email", "user", "value", "item")
        ):
            return path_of(row, (key,)), False
    return (path_of(row, (next(iter(row)),)) if row else "@"), False


@dataclass(frozen=True)
class ExpectedReply:
    """A reply that a call's paths are made for. `marked` are the nodes that they find, with what each is."""

    tree: Any
    marked: tuple[tuple[Node, str], ...]
    note: str = ""


def expected_reply(call: CallProgram) -> ExpectedReply:
    """An example of the reply that a call of the manifest waits for, as far as one can be made from its paths."""
    step = _answering(call)
    try:
        tree = accepting_body(call) if step is call.first else {}
    except UsageError:
        tree = {}
    marked: list[tuple[Node, str]] = []
    program = call.list_id
    if program is not None and program.source == "response" and program.expression is not None:
        tree = _with(tree, program.expression.parsed, "$list_id")
        marked += [(node, "list id") for node in _nodes_with(tree, "$list_id")]
    for saved in step.save:
        if saved.expression is not None:
            tree = _with(tree, saved.expression.parsed, f"${saved.name}")
            marked += [(node, f"saved as ${saved.name}") for node in _nodes_with(tree, f"${saved.name}")]
    if step.rejects is not None and step.rejects.rows is not None:
        tree = _with(tree, step.rejects.rows.parsed, [_refused_row(step)])
        marked += [(node, "a refused user") for node in _nodes_with(tree, REFUSED)]
        marked += [(node, "why") for node in _nodes_with(tree, WHY)]
    if step.rejects is not None and step.rejects.count is not None:
        tree = _with(tree, step.rejects.count.parsed, "$refused_users")
        marked += [(node, "how many were refused") for node in _nodes_with(tree, "$refused_users")]
    note = f"in the header `{program.written}`" if program is not None and program.source == "header" else ""
    if program is not None and program.source == "request":
        note = f"the list id is `{program.written}` of the request"
    return ExpectedReply(tree, tuple(marked), note)


REFUSED = "$refused_user"
WHY = "$reason"


def _answering(call: CallProgram) -> StepProgram:
    """The step whose reply says most: the last that names the refused, else the last."""
    return next((step for step in reversed(call.steps) if step.rejects is not None), call.steps[-1])


def _refused_row(step: StepProgram) -> Any:
    rejects = step.rejects
    assert rejects is not None
    row: Any = {}
    if rejects.at is not None:
        row = _with(row, rejects.at.parsed, REFUSED)
    elif rejects.by == "value":
        row = REFUSED
    for path in (rejects.reason, rejects.message):
        if path is not None and isinstance(row, dict):
            row = _with(row, path.parsed, WHY)
    return row


def _with(tree: Any, path: dict[str, Any], value: Any) -> Any:
    """`tree` with a value where a path looks; as it is when no reply can be made for such a path."""
    try:
        return put(tree, path, value)
    except (UsageError, TypeError, KeyError, IndexError):
        return tree


def _nodes_with(tree: Any, mark: str, at: Node = ()) -> Iterator[Node]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _nodes_with(value, mark, (*at, key))
    elif isinstance(tree, list):
        for place, value in enumerate(tree):
            yield from _nodes_with(value, mark, (*at, place))
    elif tree == mark:
        yield at


def nodes_found(path: str, tree: Any) -> tuple[Node, ...]:
    """The nodes of a reply that a path leads to; empty when there is none, or the path makes something new of them.

    >>> nodes_found("users[].id", {"users": [{"id": 1}, {"name": "b"}, {"id": 3}]})
    (('users', 0, 'id'), ('users', 2, 'id'))
    """
    try:
        parsed = jmespath.compile(path).parsed
    except JMESPathError:
        return ()
    return tuple(node for node in _walk(parsed, tree, ()) if value_at(tree, node) is not None)


def _walk(path: Mapping[str, Any], tree: Any, at: Node) -> Iterator[Node]:
    """The nodes that a parsed path leads to from the one at `at`."""
    here = value_at(tree, at)
    children = path["children"]
    match path["type"]:
        case "identity" | "current":
            yield at
        case "field" if isinstance(here, dict) and path["value"] in here:
            yield (*at, path["value"])
        case "index" if isinstance(here, list) and -len(here) <= path["value"] < len(here):
            yield (*at, path["value"] % len(here))
        case "subexpression" | "index_expression" | "pipe":
            yield from _steps(children, tree, at)
        case "projection":
            for node in _walk(children[0], tree, at):
                value = value_at(tree, node)
                for place in range(len(value) if isinstance(value, list) else 0):
                    yield from _walk(children[1], tree, (*node, place))
        case "value_projection":
            for node in _walk(children[0], tree, at):
                value = value_at(tree, node)
                for key in value if isinstance(value, dict) else ():
                    yield from _walk(children[1], tree, (*node, key))
        case "flatten":
            yield from _walk(children[0], tree, at)
        case "or_expression":
            first = list(_walk(children[0], tree, at))
            yield from first or _walk(children[1], tree, at)


def _steps(steps: Sequence[Mapping[str, Any]], tree: Any, at: Node) -> Iterator[Node]:
    if not steps:
        yield at
        return
    for node in _walk(steps[0], tree, at):
        yield from _steps(steps[1:], tree, node)


def _in_quotes(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)

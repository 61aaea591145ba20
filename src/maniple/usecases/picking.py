"""Writing a path into the manifest by pointing at a value of a real reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maniple.errors import UsageError
from maniple.runtime.program import CallProgram, Program
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft
from maniple.usecases.reply_paths import Node, list_id_at, nodes_found, path_of, rejects_at
from maniple.usecases.witness import Exchange

CREATE = "create_list"
OWN_KEYS = ("rows", "by", "at", "item", "base", "pattern", "count")
"""What `rejects` says about who is refused; its other keys stay when another place is chosen."""


@dataclass(frozen=True)
class Picked:
    """What is to be written where, and what that says in words."""

    place: Place
    value: Any
    words: str


def pick(draft: Draft, program: Program, exchange: Exchange, tree: Any, node: Node) -> Picked:
    """What to write for the value at `node` of a call's reply: the list id of a creation, else the refused users.

    Raises UsageError when the value cannot be that.
    """
    call = program.calls.get(exchange.call)
    if call is None:
        raise UsageError(f"the manifest has no call `{exchange.call}` any more")
    step = _step_place(draft, exchange)
    if exchange.call == CREATE:
        path = list_id_at(tree, node)
        if step:
            return Picked((CREATE, *step, "save", "list_id"), path["response"], f"the list id is `{path['response']}`")
        return Picked((CREATE, "list_id"), path, f"the list id is `{path['response']}`")
    place = (exchange.call, *step, "rejects")
    chosen = rejects_at(tree, node, _item_of(draft, program, call))
    there = draft.value(place) or {}
    kept = {key: value for key, value in there.items() if key not in OWN_KEYS} if isinstance(there, dict) else {}
    words = f"refused users are the rows of `{chosen['rows']}`"
    return Picked(place, {**chosen, **kept}, words)


def found_nodes(draft: Draft, exchange: Exchange, tree: Any) -> dict[Node, str]:
    """What the manifest's paths find in a reply now: the list id, or the refused users."""
    step = _step_place(draft, exchange)
    found: dict[Node, str] = {}
    if exchange.call == CREATE:
        path = draft.value((CREATE, "list_id", "response")) or draft.value((CREATE, *step, "save", "list_id"))
        if isinstance(path, str):
            found |= dict.fromkeys(nodes_found(path, tree), "list id")
    for place in ((exchange.call, *step, "rejects"), ("rejects",)):
        rejects = draft.value(place)
        if not isinstance(rejects, dict):
            continue
        for row in _rows(rejects, tree):
            found[row] = "refused user"
        break
    return found


def _rows(rejects: dict[str, Any], tree: Any) -> list[Node]:
    path, at = rejects.get("rows"), rejects.get("at")
    if not isinstance(path, str):
        return []
    rows = [row for listed in nodes_found(path, tree) for row in _members(tree, listed)]
    if not isinstance(at, str):
        return rows
    return [node for row in rows for node in nodes_found(f"{path_of(tree, row)} | {at}", tree)] or rows


def _members(tree: Any, node: Node) -> list[Node]:
    value: Any = tree
    for key in node:
        value = value[key]
    if isinstance(value, list):
        return [(*node, place) for place in range(len(value))]
    return [(*node, key) for key in value] if isinstance(value, dict) else [node]


def _step_place(draft: Draft, exchange: Exchange) -> Place:
    """Where the step of an exchange stands below its call; empty for a call without steps."""
    steps = draft.value((exchange.call, "steps"))
    if not isinstance(steps, list):
        return ()
    for position, step in enumerate(steps):
        if (
            isinstance(step, dict)
            and (step.get("name") or "") == exchange.step
            and step.get("method") == exchange.method
        ):
            return ("steps", position)
    return ("steps", len(steps) - 1)


def _item_of(draft: Draft, program: Program, call: CallProgram) -> str | None:
    """The template of what a user is to the partner in this call."""
    item = draft.value((call.name, "item")) or draft.value(("item",))
    if isinstance(item, str):
        return item
    return next((f"${mapping.name}" for mapping in program.mappings if mapping.name in call.rows), None)

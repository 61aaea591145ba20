"""Answers made from a manifest: bodies in which its paths find what they look for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maniple.errors import UsageError
from maniple.runtime.classify import RuleProgram
from maniple.runtime.program import CallProgram
from maniple.runtime.search import search

Path = dict[str, Any]
"""A parsed JMESPath expression."""


class NoSuchAnswer(UsageError):
    """A path of the manifest is not one that an answer can be built for."""


def put(tree: Any, path: Path, value: Any) -> Any:
    """`tree` with `value` where `path` looks; neither is changed.

    Keys, positions, `a || b` (the first) and `list[]` can be built for. Raises NoSuchAnswer for anything else.
    """
    children = path["children"]
    match path["type"]:
        case "identity" | "current":
            return value
        case "field":
            return {**(tree if isinstance(tree, dict) else {}), path["value"]: value}
        case "index":
            return _put_at(tree, path["value"], value)
        case "subexpression" | "index_expression" | "pipe":
            return _put_below(tree, children, value)
        case "or_expression" | "flatten":
            return put(tree, children[0], value)
        case "projection":
            elements = value if isinstance(value, list) else [value]
            return put(tree, children[0], [put(None, children[1], element) for element in elements])
    raise NoSuchAnswer(f"the simulator cannot build an answer for a path with `{path['type']}`")


def _put_at(tree: Any, position: int, value: Any) -> list[Any]:
    elements = list(tree) if isinstance(tree, list) else []
    at = max(0, position)
    elements += [None] * (at + 1 - len(elements))
    elements[at] = value
    return elements


def _put_below(tree: Any, steps: list[Path], value: Any) -> Any:
    first, *rest = steps
    return put(tree, first, _put_below(get(tree, first), rest, value)) if rest else put(tree, first, value)


def get(tree: Any, path: Path) -> Any:
    """What one step of a path finds; null when it is not there."""
    match path["type"]:
        case "field":
            return tree.get(path["value"]) if isinstance(tree, dict) else None
        case "index":
            return tree[path["value"]] if isinstance(tree, list) and 0 <= path["value"] < len(tree) else None
        case "subexpression" | "index_expression" | "pipe":
            for step in path["children"]:
                tree = get(tree, step)
            return tree
        case "identity" | "current":
            return tree
    return None


def satisfy(tree: Any, condition: Path) -> Any:
    """`tree` changed so that `condition` should be true, as far as that can be built; try it before relying on it."""
    children = condition["children"]
    match condition["type"]:
        case "field" | "subexpression" | "index_expression":
            return put(tree, condition, True)
        case "and_expression":
            return satisfy(satisfy(tree, children[0]), children[1])
        case "or_expression":
            return satisfy(tree, children[0])
        case "comparator":
            return _satisfy_comparison(tree, condition)
    return tree


def _satisfy_comparison(tree: Any, comparison: Path) -> Any:
    left, right = comparison["children"]
    if left["type"] == "literal":
        left, right = right, left
    if right["type"] != "literal":
        return tree
    literal = right["value"]
    if left["type"] == "function_expression" and left["value"] == "length" and isinstance(literal, int):
        left, literal = left["children"][0], [None] * min(literal, 1_000)
    match comparison["value"]:
        case "eq" | "gte" | "lte":
            return put(tree, left, literal)
        case "gt":
            return put(tree, left, literal + 1 if isinstance(literal, int | float) else literal)
        case "lt":
            return put(tree, left, literal - 1 if isinstance(literal, int | float) else literal)
    return put(tree, left, "other" if isinstance(literal, str) else None)


def satisfied(tree: Any, condition: Any) -> Any:
    """`tree` made to satisfy a compiled JMESPath condition (None: as it is). Raises NoSuchAnswer."""
    if condition is None or search(condition, tree):
        return tree
    try:
        changed = satisfy(tree, condition.parsed)
    except NoSuchAnswer:
        changed = tree
    if not search(condition, changed):
        raise NoSuchAnswer(f"the simulator cannot build an answer for which `{condition.expression}` is true")
    return changed


def accepting_body(call: CallProgram) -> Any:
    """A body for which the call's `success` is true. Raises NoSuchAnswer."""
    return satisfied({}, call.first.success)


def failing_bodies(condition: Any) -> Iterator[Any]:
    """Bodies for which a compiled `success` is false, if there is one that can be built."""
    if condition is None:
        return
    for tree in ({}, {"error": "refused"}, _falsify(accepted := satisfied({}, condition), condition.parsed), accepted):
        if not search(condition, tree):
            yield tree


def _falsify(tree: Any, condition: Path) -> Any:
    """`tree` changed so that `condition` should be false, as far as that can be built."""
    children = condition["children"]
    match condition["type"]:
        case "not_expression":
            return satisfy(tree, children[0])
        case "and_expression":
            return _falsify(tree, children[0])
        case "or_expression":
            return _falsify(_falsify(tree, children[0]), children[1])
        case "comparator" if condition["value"] == "ne":
            return _satisfy_comparison(tree, {**condition, "value": "eq"})
        case "comparator":
            return _satisfy_comparison(tree, {**condition, "value": "ne"})
        case _:
            return tree


def refusing_answer(rule: RuleProgram) -> tuple[int, Any]:
    """A status and a body that an error rule fits. Raises NoSuchAnswer."""
    status = min(rule.statuses, default=0) or (min(rule.classes, default=4) * 100)
    tree = rule.body if rule.has_body else {}
    return status, satisfied(tree, rule.where)

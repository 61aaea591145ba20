"""About how much text a template makes: an upper bound, but for values of users and settings that are very long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from maniple.template.ast import (
    Array,
    Case,
    Const,
    Expression,
    Node,
    Object,
    Text,
    Value,
    expression_names,
    filter_names,
    holes,
)
from maniple.template.text import text_of

MAX_CONSTANTS = 1_000_000
"""What all `define` constants together may weigh, once they are put into each other."""
_WEIGHT_OF_A_VALUE = 100
_WEIGHT_OF_GROWTH = 100_000
_GROWING = frozenset({"base64", "join", "json", "path", "replace", "split"})


def weight_of(parts: Iterable[str | Expression], constants: Mapping[str, int]) -> int:
    """About how many characters the text made of `parts` has at most; `constants` are the weights of constants."""
    weight = 0
    for part in parts:
        if isinstance(part, str):
            weight += len(part) + 1
        else:
            weight += sum(constants.get(name, _WEIGHT_OF_A_VALUE) + 1 for name in expression_names(part))
            weight += _WEIGHT_OF_GROWTH * any(name in _GROWING for name in filter_names(part))
    return weight


def weight_of_node(node: Node) -> int:
    """The same for a tree; of a `$case` every branch counts."""
    match node:
        case Const(value):
            return len(text_of(value)) + 1
        case Value(expression):
            return weight_of([expression], {})
        case Text(parts):
            return weight_of(parts, {})
        case Array(elements):
            return 1 + sum(map(weight_of_node, elements))
        case Object(entries):
            return 1 + sum(weight_of_node(entry.key) + weight_of_node(entry.value) for entry in entries)
        case Case(_, branches, otherwise):
            rest = weight_of_node(otherwise) if otherwise is not None else 0
            return rest + sum(weight_of_node(branch) for _, branch in branches)
        case _:
            assert_never(node)


def count_of(name: str, node: Node) -> int:
    """How often a tree reads variable `name`."""
    return sum(used == name for hole in holes(node) for used in expression_names(hole))

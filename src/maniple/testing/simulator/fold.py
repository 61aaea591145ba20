"""Holes whose value is known beforehand become constants: an add and a remove that share one call then differ."""

from __future__ import annotations

from typing import assert_never

from maniple.template.ast import (
    Array,
    Case,
    Const,
    Entry,
    Expression,
    Node,
    Object,
    Text,
    Value,
    expression_names,
    holes,
)
from maniple.template.compile import PlacedText, ScalarTemplate, Scope
from maniple.template.text import text_of


def fold(node: Node, known: Scope) -> Node:
    """`node` with every hole that reads only `known` variables replaced by its value."""
    match node:
        case Const():
            return node
        case Value(expression, optional):
            value = _value(expression, known) if _is_known(expression, known) else None
            folds = value is not None or (_is_known(expression, known) and not optional)
            return Const(value) if folds else node
        case Text(parts):
            return _joined([_folded_part(part, known) for part in parts])
        case Array(elements):
            return Array(tuple(fold(element, known) for element in elements))
        case Object(entries):
            return Object(tuple(_folded_entry(entry, known) for entry in entries))
        case Case(selector, branches, otherwise):
            if _is_known(selector, known):
                chosen = text_of(_value(selector, known))
                branch = next((branch for name, branch in branches if name == chosen), otherwise)
                return fold(branch, known) if branch is not None else node
            folded = tuple((name, fold(branch, known)) for name, branch in branches)
            return Case(selector, folded, fold(otherwise, known) if otherwise is not None else None)
        case _:
            assert_never(node)


def fold_placed(text: PlacedText, known: Scope) -> PlacedText:
    """The same for a URL: known holes become text as they are encoded at their place."""
    return PlacedText(
        tuple(
            PlacedText((part,)).render(known) if not isinstance(part, str) and _is_known(part[0], known) else part
            for part in text.parts
        )
    )


def _is_known(expression: Expression, known: Scope) -> bool:
    return all(name in known for name in expression_names(expression))


def _value(expression: Expression, known: Scope) -> object:
    return ScalarTemplate(Value(expression)).render(known)


def _folded_part(part: str | Expression, known: Scope) -> str | Expression:
    return part if isinstance(part, str) or not _is_known(part, known) else text_of(_value(part, known))


def _joined(parts: list[str | Expression]) -> Const | Text:
    together: list[str | Expression] = []
    for part in parts:
        if isinstance(part, str) and together and isinstance(together[-1], str):
            together[-1] += part
        else:
            together.append(part)
    if all(isinstance(part, str) for part in together):
        return Const("".join(part for part in together if isinstance(part, str)))
    return Text(tuple(together))


def _folded_entry(entry: Entry, known: Scope) -> Entry:
    key = fold(entry.key, known)
    assert isinstance(key, Const | Value | Text)
    # A known null takes the whole entry away: only the entry as it is written says so.
    leaves_out = entry.optional and any(
        _is_known(hole, known) and _value(hole, known) is None for hole in holes(entry.value)
    )
    return Entry(key, entry.value if leaves_out else fold(entry.value, known), entry.optional)

"""A plain interpreter of template trees, the oracle that compiled templates are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maniple.template import operations
from maniple.template.ast import (
    Array,
    Binary,
    Case,
    Compare,
    Const,
    Either,
    Expression,
    Filter,
    Join,
    Literal_,
    Logic,
    Member,
    Name,
    Negative,
    Node,
    Not,
    Object,
    Text,
    Value,
)
from maniple.template.filters import FILTERS
from maniple.template.operations import ABSENT
from maniple.template.text import text_of


def interpret(node: Node, scope: Mapping[str, Any]) -> Any:
    """What the tree is for `scope`."""
    match node:
        case Const(value):
            return value
        case Value(expression, optional):
            value = evaluate(expression, scope)
            return ABSENT if optional and value is None else value
        case Text(parts):
            return "".join(part if isinstance(part, str) else text_of(evaluate(part, scope)) for part in parts)
        case Array(elements):
            values = [interpret(element, scope) for element in elements]
            kept = [value for value in values if value is not ABSENT]
            return ABSENT if not kept and values else kept
        case Object(entries):
            found: dict[str, Any] = {}
            dropped = False
            for entry in entries:
                if entry.optional and is_missing(entry.value, scope):
                    dropped = True
                    continue
                value = interpret(entry.value, scope)
                if value is ABSENT:
                    dropped = True
                    continue
                found[text_of(interpret(entry.key, scope))] = value
            return ABSENT if dropped and not found else found
        case Case(selector, branches, otherwise):
            chosen = text_of(evaluate(selector, scope))
            for name, branch in branches:
                if name == chosen:
                    return interpret(branch, scope)
            return ABSENT if otherwise is None else interpret(otherwise, scope)


def is_missing(node: Node, scope: Mapping[str, Any]) -> bool:
    """Whether a hole below has no value; of a case only the branch that is chosen counts."""
    match node:
        case Const():
            return False
        case Value(expression):
            return evaluate(expression, scope) is None
        case Text(parts):
            return any(evaluate(part, scope) is None for part in parts if not isinstance(part, str))
        case Array(elements):
            return any(is_missing(element, scope) for element in elements)
        case Object(entries):
            return any(is_missing(entry.value, scope) for entry in entries)
        case Case(selector, branches, otherwise):
            chosen = text_of(evaluate(selector, scope))
            branch = dict(reversed(branches)).get(chosen, otherwise)
            return branch is None or is_missing(branch, scope)


def evaluate(expression: Expression, scope: Mapping[str, Any]) -> Any:
    """What the expression is for `scope`."""
    match expression:
        case Name(name):
            return scope.get(name)
        case Literal_(value):
            return value
        case Member(value, key):
            return operations.member(evaluate(value, scope), evaluate(key, scope))
        case Filter(value, name, arguments):
            found = evaluate(value, scope)
            given = [evaluate(argument, scope) for argument in arguments]
            if name == "default":
                return given[0] if found is None else found
            return None if found is None else FILTERS[name].apply(found, *given)
        case Join(parts):
            return "".join(text_of(evaluate(part, scope)) for part in parts)
        case Binary(op, left, right):
            return operations.arithmetic(op, evaluate(left, scope), evaluate(right, scope))
        case Negative(value):
            return operations.negative(evaluate(value, scope))
        case Compare(op, left, right):
            return operations.compare(op, evaluate(left, scope), evaluate(right, scope))
        case Not(value):
            return not evaluate(value, scope)
        case Logic(op, left, right):
            first = evaluate(left, scope)
            if op == "and":
                return first and evaluate(right, scope)
            return first or evaluate(right, scope)
        case Either(condition, yes, no):
            return evaluate(yes, scope) if evaluate(condition, scope) else evaluate(no, scope)

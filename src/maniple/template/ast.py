"""The tree of a template: what a manifest's strings and bodies become, once.

Leaves are constants, expressions (`Value`) and texts with holes (`Text`); containers are `Array`, `Object` and
`Case`. Expressions are a closed set of nodes; nothing in them can loop, call or reach outside plain data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

BinaryOp: TypeAlias = Literal["+", "-", "*", "/", "//", "%"]
CompareOp: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in"]


@dataclass(frozen=True, slots=True)
class Name:
    """A variable; `region.host` is one name when `region` is a choice that carries `host`."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal_:
    """A constant inside an expression."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Member:
    """`value.key` or `value[index]` on plain data; null when it is not there."""

    value: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Filter:
    """`value | name(arguments)`."""

    value: Expression
    name: str
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """`left ~ right`: texts put together, null as empty text."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic on numbers; null when an operand is no number."""

    op: BinaryOp
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negative:
    """`-value` on a number."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison; an order between unlike kinds is false."""

    op: CompareOp
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not:
    value: Expression


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` / `or`, answering with the deciding operand as Jinja does."""

    op: Literal["and", "or"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Either:
    """`yes if condition else no`; without `else` it is null."""

    condition: Expression
    yes: Expression
    no: Expression


Expression: TypeAlias = Name | Literal_ | Member | Filter | Join | Binary | Negative | Compare | Not | Logic | Either


@dataclass(frozen=True, slots=True)
class Const:
    """Plain data without holes."""

    value: Any


@dataclass(frozen=True, slots=True)
class Value:
    """A leaf that is only a hole: it keeps its type. `optional` is the mark `~` on an array element."""

    expression: Expression
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Text with holes; null inside it is empty text."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Array:
    elements: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and value of an object; `optional` is the mark `~` on the key."""

    key: Const | Value | Text
    value: Node
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """`{$case: selector, a: ..., b: ..., else: ...}`: the branch whose key is the selector's text."""

    selector: Expression
    branches: tuple[tuple[str, Node], ...]
    otherwise: Node | None = None


Node: TypeAlias = Const | Value | Text | Array | Object | Case


def operands(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is made of, in reading order."""
    match expression:
        case Name() | Literal_():
            return ()
        case Member(value, key):
            return (value, key)
        case Filter(value, _, arguments):
            return (value, *arguments)
        case Join(parts):
            return parts
        case Binary(_, left, right) | Compare(_, left, right) | Logic(_, left, right):
            return (left, right)
        case Negative(value) | Not(value):
            return (value,)
        case Either(condition, yes, no):
            return (condition, yes, no)


def below(expression: Expression) -> Iterator[Expression]:
    """An expression and all that it is made of, in reading order."""
    yield expression
    for part in operands(expression):
        yield from below(part)


def expression_names(expression: Expression) -> Iterator[str]:
    """The variables an expression reads, with repeats."""
    return (part.name for part in below(expression) if isinstance(part, Name))


def shown_names(expression: Expression) -> Iterator[str]:
    """The variables whose values can be read out of what an expression gives, with repeats.

    Not out of a keyed hash, and not out of a condition.
    """
    match expression:
        case Name(name):
            yield name
        case Filter(_, "hmac_sha1" | "hmac_sha256", _) | Compare() | Not():
            return
        case Either(_, yes, no):
            yield from (*shown_names(yes), *shown_names(no))
        case _:
            for part in operands(expression):
                yield from shown_names(part)


def filter_names(expression: Expression) -> Iterator[str]:
    """The filters of an expression, with repeats."""
    return (part.name for part in below(expression) if isinstance(part, Filter))


def holes(node: Node) -> Iterator[Expression]:
    """Every hole of a tree, in reading order, keys included."""
    match node:
        case Const():
            return
        case Value(expression):
            yield expression
        case Text(parts):
            yield from (part for part in parts if not isinstance(part, str))
        case Array(elements):
            for element in elements:
                yield from holes(element)
        case Object(entries):
            for entry in entries:
                yield from holes(entry.key)
                yield from holes(entry.value)
        case Case(selector, branches, otherwise):
            yield selector
            for _, branch in branches:
                yield from holes(branch)
            if otherwise is not None:
                yield from holes(otherwise)


def names(node: Node) -> frozenset[str]:
    """The variables a tree reads."""
    return frozenset(name for hole in holes(node) for name in expression_names(hole))

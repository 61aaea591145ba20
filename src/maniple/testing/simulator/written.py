"""Expressions as text: the names under which the simulator keeps what it reads out of requests."""

from __future__ import annotations

import json
from typing import assert_never

from maniple.template.ast import (
    Binary,
    Compare,
    Either,
    Expression,
    Filter,
    Join,
    Literal_,
    Logic,
    Member,
    Name,
    Negative,
    Not,
)


def written(expression: Expression) -> str:
    """The expression as an author writes it, fully bracketed; a variable is its bare name.

    >>> written(Name("email")), written(Filter(Name("email"), "lower")), written(Filter(Name("a"), "default", (Literal_(1),)))
    ('email', 'email | lower', 'a | default(1)')
    """
    match expression:
        case Name(name):
            return name
        case Literal_(value):
            return json.dumps(value, ensure_ascii=False)
        case Member(value, key):
            return f"{_inner(value)}[{written(key)}]"
        case Filter(value, name, arguments):
            given = f"({', '.join(map(written, arguments))})" if arguments else ""
            return f"{_inner(value)} | {name}{given}"
        case Join(parts):
            return " ~ ".join(map(_inner, parts))
        case Binary(op, left, right) | Compare(op, left, right) | Logic(op, left, right):
            return f"{_inner(left)} {op} {_inner(right)}"
        case Negative(value):
            return f"-{_inner(value)}"
        case Not(value):
            return f"not {_inner(value)}"
        case Either(condition, yes, no):
            return f"{_inner(yes)} if {_inner(condition)} else {_inner(no)}"
        case _:
            assert_never(expression)


def _inner(expression: Expression) -> str:
    """The expression inside another one: bracketed unless it is one word or a chain of filters."""
    plain = isinstance(expression, Name | Literal_ | Member | Filter)
    return written(expression) if plain else f"({written(expression)})"

"""Writing a template tree as a Python syntax tree: displays, conditional expressions and calls from a closed set."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from maniple.template.ast import (
    Array,
    Binary,
    Case,
    Compare,
    Const,
    Either,
    Entry,
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
    expression_names,
)
from maniple.template.filters import FILTERS

Position = Literal["path", "query", "host", "raw"]
"""Where a hole stands in a URL or a header, which decides how it is encoded."""

DIGESTS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "md5": hashlib.md5, "sha512": hashlib.sha512}
"""Hash filters that a text goes through without a function call of ours."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """Python for a part of a template. `text`: it is always a `str`. `absent`: it may be ABSENT."""

    code: ast.expr
    text: bool = False
    absent: bool = False


def load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(load(name), list(arguments), [])


def _method(value: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(value, name, ast.Load()), list(arguments), [])


def _is_none(value: ast.expr) -> ast.expr:
    return ast.Compare(value, [ast.Is()], [ast.Constant(None)])


class Emitter:
    """Writes one template's Python. `rows` are the variables that differ from user to user."""

    def __init__(self, rows: frozenset[str], *, all_text: bool) -> None:
        self.rows = rows
        self.all_text = all_text
        self.row_names: dict[str, str] = {}
        self.constant_names: dict[str, str] = {}
        self.kept: dict[str, Any] = {}
        self.bound: dict[int, str] = {}
        self.temporaries = 0

    def node(self, node: Node) -> Emitted:
        match node:
            case Const(value):
                return Emitted(self._constant(value), text=isinstance(value, str))
            case Value(expression, optional):
                return self._optional(node) if optional else self.expression(expression)
            case Text(parts):
                return self._text(parts)
            case Array(elements):
                return self._array([self.node(element) for element in elements])
            case Object(entries):
                return self._object(entries)
            case Case():
                return self._case(node)
            case _:
                assert_never(node)

    def _constant(self, value: Any) -> ast.expr:
        if value is None or isinstance(value, str | bool | int | float):
            return ast.Constant(value)
        name = f"constant_{len(self.kept)}"
        self.kept[name] = value
        return load(name)

    def _array(self, elements: Sequence[Emitted]) -> Emitted:
        codes = [element.code for element in elements]
        if any(element.absent for element in elements):
            return Emitted(call("build_array", ast.Tuple(codes, ast.Load())), absent=True)
        return Emitted(ast.List(codes, ast.Load()))

    def _object(self, entries: Sequence[Entry]) -> Emitted:
        keys = [self._key(entry.key) for entry in entries]
        values = [self._optional(entry.value) if entry.optional else self.node(entry.value) for entry in entries]
        if not any(value.absent for value in values):
            return Emitted(ast.Dict(list(keys), [value.code for value in values]))
        arguments = ast.Tuple(keys, ast.Load()), ast.Tuple([value.code for value in values], ast.Load())
        return Emitted(call("build_object", *arguments), absent=True)

    def _key(self, key: Const | Value | Text) -> ast.expr:
        emitted = self.node(key)
        return emitted.code if emitted.text else call("text_of", emitted.code)

    def _optional(self, node: Node) -> Emitted:
        """`node`, or ABSENT when a hole below it is null; of a `Case` only the branch that is chosen counts."""
        bound: list[int] = []
        tests = self._missing(node, bound)
        inner = self.node(Value(node.expression) if isinstance(node, Value) else node)
        for hole_id in bound:
            del self.bound[hole_id]
        if not tests:
            return inner
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
        return Emitted(ast.IfExp(test, load("ABSENT"), inner.code), absent=True)

    def _missing(self, node: Node, bound: list[int] | None) -> list[ast.expr]:
        """Tests of which one is true when a hole below `node` is null.

        With `bound` each hole is computed once: the test keeps it for the value, and its id is added to the list.
        """
        match node:
            case Const():
                return []
            case Value(expression):
                return self._hole_missing(expression, bound)
            case Text(parts):
                return [test for part in parts if not isinstance(part, str) for test in self._hole_missing(part, bound)]
            case Array(elements):
                return [test for element in elements for test in self._missing(element, bound)]
            case Object(entries):
                return [test for entry in entries for test in self._missing(entry.value, bound)]
            case Case(selector, branches, otherwise):
                # What is computed for a branch is not there for the others, so nothing is kept.
                codes = [self._any(self._missing(branch, None)) for _, branch in branches]
                codes.append(self._any(self._missing(otherwise, None)) if otherwise is not None else ast.Constant(True))
                return [self._chosen(selector, [name for name, _ in branches], codes)]

    @staticmethod
    def _any(tests: list[ast.expr]) -> ast.expr:
        return ast.BoolOp(ast.Or(), tests) if len(tests) > 1 else tests[0] if tests else ast.Constant(False)

    def _hole_missing(self, hole: Expression, bound: list[int] | None) -> list[ast.expr]:
        emitted = self.expression(hole)
        # A hole that an optional part further out has tested is known to have a value here.
        if emitted.text or id(hole) in self.bound:
            return []
        if bound is None:
            return [_is_none(emitted.code)]
        temporary = self._temporary()
        self.bound[id(hole)] = temporary
        bound.append(id(hole))
        return [_is_none(ast.NamedExpr(ast.Name(temporary, ast.Store()), emitted.code))]

    def _case(self, case: Case) -> Emitted:
        otherwise = self.node(case.otherwise) if case.otherwise is not None else Emitted(load("ABSENT"), absent=True)
        emitted = [*(self.node(branch) for _, branch in case.branches), otherwise]
        code = self._chosen(case.selector, [name for name, _ in case.branches], [one.code for one in emitted])
        return Emitted(code, absent=any(one.absent for one in emitted))

    def _chosen(self, selector: Expression, branches: Sequence[str], codes: Sequence[ast.expr]) -> ast.expr:
        """The code of the branch that the selector's text names; the last code when it names none.

        The branch is looked up by its number, so that many branches nest no deeper than the logarithm of them.
        """
        numbers = self._constant({name: number for number, name in enumerate(branches)})
        text = call("text_of", self.expression(selector).code)
        number = self._temporary()
        found = _method(numbers, "get", text, ast.Constant(len(branches)))
        subject: ast.expr = ast.NamedExpr(ast.Name(number, ast.Store()), found)

        def halved(first: int, end: int, subject: ast.expr) -> ast.expr:
            if end - first == 1:
                return codes[first]
            middle = (first + end) // 2
            test = ast.Compare(subject, [ast.Lt()], [ast.Constant(middle)])
            return ast.IfExp(test, halved(first, middle, load(number)), halved(middle, end, load(number)))

        return halved(0, len(codes), subject)

    def _text(self, parts: Sequence[str | Expression]) -> Emitted:
        values: list[ast.expr] = []
        for part in parts:
            if isinstance(part, str):
                values.append(ast.Constant(part))
                continue
            emitted = self.expression(part)
            piece = emitted.code if emitted.text else call("text_of", emitted.code)
            values.append(ast.FormattedValue(piece, -1, None))
        return Emitted(ast.JoinedStr(values), text=True)

    def placed(self, parts: Sequence[str | tuple[Expression, Position]]) -> ast.expr:
        """A URL or header text: every hole goes through the encoder of its position."""
        values: list[ast.expr] = []
        for part in parts:
            if isinstance(part, str):
                values.append(ast.Constant(part))
                continue
            expression, position = part
            name = next(expression_names(expression), "value")
            piece = call(f"in_{position}", self.expression(expression).code, ast.Constant(name))
            values.append(ast.FormattedValue(piece, -1, None))
        return ast.JoinedStr(values)

    def expression(self, expression: Expression) -> Emitted:
        if id(expression) in self.bound:
            return Emitted(load(self.bound[id(expression)]))
        match expression:
            case Name(name):
                return self._name(name)
            case Literal_(value):
                return Emitted(ast.Constant(value), text=isinstance(value, str))
            case Member(value, key):
                return Emitted(call("member", self.expression(value).code, self.expression(key).code))
            case Filter():
                return self._filter(expression)
            case Join(parts):
                return self._text(parts)
            case Binary(op, left, right):
                return Emitted(
                    call("arithmetic", ast.Constant(op), self.expression(left).code, self.expression(right).code)
                )
            case Negative(value):
                return Emitted(call("negative", self.expression(value).code))
            case Compare(op, left, right):
                return Emitted(
                    call("compare", ast.Constant(op), self.expression(left).code, self.expression(right).code)
                )
            case Not(value):
                return Emitted(ast.UnaryOp(ast.Not(), self.expression(value).code))
            case Logic(op, left, right):
                word = ast.And() if op == "and" else ast.Or()
                return Emitted(ast.BoolOp(word, [self.expression(left).code, self.expression(right).code]))
            case Either(condition, yes, no):
                a, b = self.expression(yes), self.expression(no)
                return Emitted(ast.IfExp(self.expression(condition).code, a.code, b.code), text=a.text and b.text)
            case _:
                assert_never(expression)

    def _name(self, name: str) -> Emitted:
        if name in self.rows:
            return Emitted(load(self.row_names.setdefault(name, f"row_{len(self.row_names)}")), text=self.all_text)
        return Emitted(load(self.constant_names.setdefault(name, f"given_{len(self.constant_names)}")))

    def _filter(self, filter_: Filter) -> Emitted:
        spec = FILTERS[filter_.name]
        value = self.expression(filter_.value)
        arguments = [self.expression(argument).code for argument in filter_.arguments]
        if filter_.name == "default":
            return self._default(value, filter_.arguments[0])
        if value.text:
            return Emitted(self._apply(filter_.name, spec.method, value.code, arguments), text=spec.gives_text)
        temporary = self._temporary()
        test = _is_none(ast.NamedExpr(ast.Name(temporary, ast.Store()), value.code))
        applied = call(f"filter_{filter_.name}", load(temporary), *arguments)
        return Emitted(ast.IfExp(test, ast.Constant(None), applied))

    def _default(self, value: Emitted, other: Expression) -> Emitted:
        if value.text:
            return value
        temporary = self._temporary()
        test = _is_none(ast.NamedExpr(ast.Name(temporary, ast.Store()), value.code))
        return Emitted(ast.IfExp(test, self.expression(other).code, load(temporary)))

    @staticmethod
    def _apply(name: str, method: str | None, value: ast.expr, arguments: list[ast.expr]) -> ast.expr:
        if method is not None:
            return _method(value, method)
        if name in DIGESTS:
            octets = _method(value, "encode", ast.Constant("utf-8"), ast.Constant("replace"))
            return _method(call(f"digest_{name}", octets), "hexdigest")
        return call(f"filter_{name}", value, *arguments)

    def _temporary(self) -> str:
        self.temporaries += 1
        return f"temporary_{self.temporaries}"

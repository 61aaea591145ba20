"""Templates compiled once: to a function of a scope, or of columns.

The compiler builds a Python syntax tree from a closed set of shapes (never source text): literals, list and dict
displays, conditional expressions, and calls of the functions in `template/operations.py` and `template/filters.py`.
What the author wrote enters only as constants. So a batch of users costs what a hand-written comprehension costs.

Every template has two compiled forms over columns: one for columns that hold only text (the usual case, without
null checks), one for any values. A property test holds both against a plain interpreter.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType
from typing import Any, Literal, assert_never

from maniple.template import operations
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
    names,
)
from maniple.template.filters import FILTERS
from maniple.template.operations import ABSENT
from maniple.template.text import text_of

Position = Literal["path", "query", "host", "header", "raw"]
Scope = Mapping[str, Any]
Columns = Mapping[str, list[Any]]

_DIGESTS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "md5": hashlib.md5, "sha512": hashlib.sha512}
_GLOBALS: dict[str, Any] = {
    "__builtins__": {},
    "ABSENT": ABSENT,
    "text_of": text_of,
    "build_object": operations.build_object,
    "build_array": operations.build_array,
    "member": operations.member,
    "arithmetic": operations.arithmetic,
    "negative": operations.negative,
    "compare": operations.compare,
    "in_path": operations.in_path,
    "in_query": operations.in_query,
    "in_host": operations.in_host,
    "in_header": operations.in_header,
    "in_raw": operations.in_raw,
    "zip": zip,
    "range": range,
    **{f"filter_{name}": spec.apply for name, spec in FILTERS.items()},
    **{f"digest_{name}": digest for name, digest in _DIGESTS.items()},
}


@dataclass(frozen=True, slots=True)
class _Emitted:
    """Python for a part of a template. `text`: it is always a `str`. `absent`: it may be ABSENT."""

    code: ast.expr
    text: bool = False
    absent: bool = False


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(_load(name), list(arguments), [])


def _method(value: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(value, name, ast.Load()), list(arguments), [])


def _is_none(value: ast.expr) -> ast.expr:
    return ast.Compare(value, [ast.Is()], [ast.Constant(None)])


class _Emitter:
    """Writes one template's Python. `rows` are the variables that differ from user to user."""

    def __init__(self, rows: frozenset[str], *, all_text: bool) -> None:
        self.rows = rows
        self.all_text = all_text
        self.row_names: dict[str, str] = {}
        self.constant_names: dict[str, str] = {}
        self.kept: dict[str, Any] = {}
        self.bound: dict[int, str] = {}
        self.temporaries = 0

    def node(self, node: Node) -> _Emitted:
        match node:
            case Const(value):
                return _Emitted(self._constant(value), text=isinstance(value, str))
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
        return _load(name)

    def _array(self, elements: Sequence[_Emitted]) -> _Emitted:
        codes = [element.code for element in elements]
        if any(element.absent for element in elements):
            return _Emitted(_call("build_array", ast.Tuple(codes, ast.Load())), absent=True)
        return _Emitted(ast.List(codes, ast.Load()))

    def _object(self, entries: Sequence[Entry]) -> _Emitted:
        keys = [self._key(entry.key) for entry in entries]
        values = [self._optional(entry.value) if entry.optional else self.node(entry.value) for entry in entries]
        if not any(value.absent for value in values):
            return _Emitted(ast.Dict(list(keys), [value.code for value in values]))
        arguments = ast.Tuple(keys, ast.Load()), ast.Tuple([value.code for value in values], ast.Load())
        return _Emitted(_call("build_object", *arguments), absent=True)

    def _key(self, key: Const | Value | Text) -> ast.expr:
        emitted = self.node(key)
        return emitted.code if emitted.text else _call("text_of", emitted.code)

    def _optional(self, node: Node) -> _Emitted:
        """`node`, or ABSENT when a hole below it is null; of a `Case` only the branch that is chosen counts."""
        bound: list[int] = []
        tests = self._missing(node, bound)
        inner = self.node(Value(node.expression) if isinstance(node, Value) else node)
        for hole_id in bound:
            del self.bound[hole_id]
        if not tests:
            return inner
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
        return _Emitted(ast.IfExp(test, _load("ABSENT"), inner.code), absent=True)

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
                code: ast.expr = (
                    self._any(self._missing(otherwise, None)) if otherwise is not None else ast.Constant(True)
                )
                for name, branch in reversed(branches):
                    chosen = ast.Compare(
                        _call("text_of", self.expression(selector).code), [ast.Eq()], [ast.Constant(name)]
                    )
                    code = ast.IfExp(chosen, self._any(self._missing(branch, None)), code)
                return [code]

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

    def _case(self, case: Case) -> _Emitted:
        selector = self._temporary()
        otherwise = self.node(case.otherwise) if case.otherwise is not None else _Emitted(_load("ABSENT"), absent=True)
        code, absent = otherwise.code, otherwise.absent
        chosen = _call("text_of", self.expression(case.selector).code)
        for position, (name, branch) in reversed(list(enumerate(case.branches))):
            emitted = self.node(branch)
            absent = absent or emitted.absent
            subject = ast.NamedExpr(ast.Name(selector, ast.Store()), chosen) if position == 0 else _load(selector)
            code = ast.IfExp(ast.Compare(subject, [ast.Eq()], [ast.Constant(name)]), emitted.code, code)
        return _Emitted(code, absent=absent)

    def _text(self, parts: Sequence[str | Expression]) -> _Emitted:
        values: list[ast.expr] = []
        for part in parts:
            if isinstance(part, str):
                values.append(ast.Constant(part))
                continue
            emitted = self.expression(part)
            piece = emitted.code if emitted.text else _call("text_of", emitted.code)
            values.append(ast.FormattedValue(piece, -1, None))
        return _Emitted(ast.JoinedStr(values), text=True)

    def placed(self, parts: Sequence[str | tuple[Expression, Position]]) -> ast.expr:
        """A URL or header text: every hole goes through the encoder of its position."""
        values: list[ast.expr] = []
        for part in parts:
            if isinstance(part, str):
                values.append(ast.Constant(part))
                continue
            expression, position = part
            name = next(expression_names(expression), "value")
            piece = _call(f"in_{position}", self.expression(expression).code, ast.Constant(name))
            values.append(ast.FormattedValue(piece, -1, None))
        return ast.JoinedStr(values)

    def expression(self, expression: Expression) -> _Emitted:
        if id(expression) in self.bound:
            return _Emitted(_load(self.bound[id(expression)]))
        match expression:
            case Name(name):
                return self._name(name)
            case Literal_(value):
                return _Emitted(ast.Constant(value), text=isinstance(value, str))
            case Member(value, key):
                return _Emitted(_call("member", self.expression(value).code, self.expression(key).code))
            case Filter():
                return self._filter(expression)
            case Join(parts):
                return self._text(parts)
            case Binary(op, left, right):
                return _Emitted(
                    _call("arithmetic", ast.Constant(op), self.expression(left).code, self.expression(right).code)
                )
            case Negative(value):
                return _Emitted(_call("negative", self.expression(value).code))
            case Compare(op, left, right):
                return _Emitted(
                    _call("compare", ast.Constant(op), self.expression(left).code, self.expression(right).code)
                )
            case Not(value):
                return _Emitted(ast.UnaryOp(ast.Not(), self.expression(value).code))
            case Logic(op, left, right):
                word = ast.And() if op == "and" else ast.Or()
                return _Emitted(ast.BoolOp(word, [self.expression(left).code, self.expression(right).code]))
            case Either(condition, yes, no):
                a, b = self.expression(yes), self.expression(no)
                return _Emitted(ast.IfExp(self.expression(condition).code, a.code, b.code), text=a.text and b.text)
            case _:
                assert_never(expression)

    def _name(self, name: str) -> _Emitted:
        if name in self.rows:
            return _Emitted(_load(self.row_names.setdefault(name, f"row_{len(self.row_names)}")), text=self.all_text)
        return _Emitted(_load(self.constant_names.setdefault(name, f"given_{len(self.constant_names)}")))

    def _filter(self, filter_: Filter) -> _Emitted:
        spec = FILTERS[filter_.name]
        value = self.expression(filter_.value)
        arguments = [self.expression(argument).code for argument in filter_.arguments]
        if filter_.name == "default":
            return self._default(value, filter_.arguments[0])
        if value.text:
            return _Emitted(self._apply(filter_.name, spec.method, value.code, arguments), text=spec.gives_text)
        temporary = self._temporary()
        test = _is_none(ast.NamedExpr(ast.Name(temporary, ast.Store()), value.code))
        applied = _call(f"filter_{filter_.name}", _load(temporary), *arguments)
        return _Emitted(ast.IfExp(test, ast.Constant(None), applied))

    def _default(self, value: _Emitted, other: Expression) -> _Emitted:
        if value.text:
            return value
        temporary = self._temporary()
        test = _is_none(ast.NamedExpr(ast.Name(temporary, ast.Store()), value.code))
        return _Emitted(ast.IfExp(test, self.expression(other).code, _load(temporary)))

    @staticmethod
    def _apply(name: str, method: str | None, value: ast.expr, arguments: list[ast.expr]) -> ast.expr:
        if method is not None:
            return _method(value, method)
        if name in _DIGESTS:
            return _method(_call(f"digest_{name}", _method(value, "encode")), "hexdigest")
        return _call(f"filter_{name}", value, *arguments)

    def _temporary(self) -> str:
        self.temporaries += 1
        return f"temporary_{self.temporaries}"


def _function(emitter: _Emitter, body: ast.expr) -> Callable[..., Any]:
    """A function whose arguments are the columns (in order of first use), then the constants."""
    columns = list(emitter.row_names.values())
    if emitter.rows:
        body = _comprehension(columns, body)
    parameters = [f"column_{name}" for name in columns] + (["size"] if emitter.rows else [])
    arguments = ast.arguments(
        [], [ast.arg(name) for name in (*parameters, *emitter.constant_names.values())], None, [], [], None, []
    )
    function = ast.FunctionDef("render", arguments, [ast.Return(body)], [], None)
    module = ast.fix_missing_locations(ast.Module([function], []))
    code: CodeType = compile(module, "<template>", "exec")
    space = {**_GLOBALS, **emitter.kept}
    # Only a tree built above from a closed set of shapes is run; the author's text is in it as constants alone.
    exec(code, space)  # noqa: S102
    render: Callable[..., Any] = space["render"]
    return render


def _comprehension(columns: list[str], element: ast.expr) -> ast.ListComp:
    if not columns:
        target: ast.expr = ast.Name("position", ast.Store())
        source: ast.expr = _call("range", _load("size"))
    elif len(columns) == 1:
        target, source = ast.Name(columns[0], ast.Store()), _load(f"column_{columns[0]}")
    else:
        target = ast.Tuple([ast.Name(name, ast.Store()) for name in columns], ast.Store())
        source = _call("zip", *(_load(f"column_{name}") for name in columns))
    return ast.ListComp(element, [ast.comprehension(target, source, [], 0)])


@dataclass(frozen=True)
class ScalarTemplate:
    """A template rendered once per call."""

    node: Node

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return names(self.node)

    @cached_property
    def _compiled(self) -> tuple[Callable[..., Any], tuple[str, ...]]:
        emitter = _Emitter(frozenset(), all_text=False)
        body = emitter.node(self.node).code
        return _function(emitter, body), tuple(emitter.constant_names)

    def render(self, scope: Scope) -> Any:
        """The value for `scope`; ABSENT when it is optional and a hole has no value."""
        function, wanted = self._compiled
        return function(*[scope.get(name) for name in wanted])

    def text(self, scope: Scope) -> str:
        """The value as text; null and absent are empty text."""
        value = self.render(scope)
        return "" if value is ABSENT else text_of(value)


@dataclass(frozen=True)
class PlacedText:
    """A URL or a header value: text whose holes are encoded by their position."""

    parts: tuple[str | tuple[Expression, Position], ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return frozenset(name for part in self.parts if not isinstance(part, str) for name in expression_names(part[0]))

    @cached_property
    def _compiled(self) -> tuple[Callable[..., Any], tuple[str, ...]]:
        emitter = _Emitter(frozenset(), all_text=False)
        body = emitter.placed(self.parts)
        return _function(emitter, body), tuple(emitter.constant_names)

    def render(self, scope: Scope) -> str:
        """The text. Raises MissingValue and HeaderInjection (both SettingsError)."""
        function, wanted = self._compiled
        text: str = function(*[scope.get(name) for name in wanted])
        return text


@dataclass(frozen=True, slots=True)
class _ColumnForm:
    """A column template compiled for one kind of columns. `always_present`: no element is ever null or ABSENT."""

    function: Callable[..., Any]
    columns: tuple[str, ...]
    constants: tuple[str, ...]
    always_present: bool


@dataclass(frozen=True)
class ColumnTemplate:
    """A template rendered for every user of a batch. `rows` are the variables that are columns."""

    node: Node
    rows: frozenset[str]
    _forms: dict[bool, _ColumnForm] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return names(self.node)

    def _form(self, columns: Columns) -> _ColumnForm:
        used = [columns[name] for name in self.names & self.rows]
        all_text = all(set(map(type, column)) <= {str} for column in used)
        if all_text not in self._forms:
            emitter = _Emitter(self.rows, all_text=all_text)
            emitted = emitter.node(self.node)
            present = not emitted.absent and (emitted.text or isinstance(emitted.code, ast.Dict | ast.List))
            function = _function(emitter, emitted.code)
            self._forms[all_text] = _ColumnForm(
                function, tuple(emitter.row_names), tuple(emitter.constant_names), present
            )
        return self._forms[all_text]

    def render(self, columns: Columns, scope: Scope, size: int) -> list[Any]:
        """One element for each of the `size` users; ABSENT where an optional part took the whole element away."""
        return self.render_checked(columns, scope, size)[0]

    def render_checked(self, columns: Columns, scope: Scope, size: int) -> tuple[list[Any], bool]:
        """The elements, and whether it is certain that none of them is null or ABSENT."""
        form = self._form(columns)
        elements: list[Any] = form.function(
            *[columns[name] for name in form.columns], size, *[scope.get(name) for name in form.constants]
        )
        return elements, form.always_present

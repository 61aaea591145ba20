"""Templates compiled once: to a function of a scope, or of columns.

The compiler builds a Python syntax tree from a closed set of shapes (never source text): literals, list and dict
displays, conditional expressions, and calls of the functions in `template/operations.py` and `template/filters.py`.
What the author wrote enters only as constants. So a batch of users costs what a hand-written comprehension costs.

Every template has two compiled forms over columns: one for columns that hold only text (the usual case, without
null checks), one for any values. A property test holds both against a plain interpreter.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType
from typing import Any

from maniple.template import operations
from maniple.template.ast import Expression, Node, expression_names, names
from maniple.template.emit import DIGESTS, Emitter, Position, call, load
from maniple.template.filters import FILTERS
from maniple.template.operations import ABSENT
from maniple.template.text import text_of

Scope = Mapping[str, Any]
Columns = Mapping[str, list[Any]]

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
    "in_raw": operations.in_raw,
    "zip": zip,
    "range": range,
    **{f"filter_{name}": spec.apply for name, spec in FILTERS.items()},
    **{f"digest_{name}": digest for name, digest in DIGESTS.items()},
}


def _function(emitter: Emitter, body: ast.expr) -> Callable[..., Any]:
    """A function whose arguments are the columns (in order of first use), then the constants."""
    columns = list(emitter.row_names.values())
    if emitter.rows:
        body = _comprehension(columns, body)
    parameters = [f"column_{name}" for name in columns] + (["size"] if emitter.rows else [])
    arguments = ast.arguments(
        [], [ast.arg(name) for name in (*parameters, *emitter.constant_names.values())], None, [], [], None, []
    )
    function = ast.FunctionDef("render", arguments, [ast.Return(body)], [], None)
    module = ast.Module([function], [])
    for node in ast.walk(module):
        # As `ast.fix_missing_locations` does, but for its recursion.
        if "lineno" in node._attributes:
            node.lineno = node.end_lineno = 1  # type: ignore[attr-defined]
            node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]
    code: CodeType = compile(module, "<template>", "exec")
    space = {**_GLOBALS, **emitter.kept}
    # Only a tree built above from a closed set of shapes is run; the author's text is in it as constants alone.
    exec(code, space)  # noqa: S102
    render: Callable[..., Any] = space["render"]
    return render


def _comprehension(columns: list[str], element: ast.expr) -> ast.expr:
    if isinstance(element, ast.Name) and columns == [element.id]:
        # Each element is the user's value itself, so the column is the answer.
        return load(f"column_{element.id}")
    if not columns:
        target: ast.expr = ast.Name("position", ast.Store())
        source: ast.expr = call("range", load("size"))
    elif len(columns) == 1:
        target, source = ast.Name(columns[0], ast.Store()), load(f"column_{columns[0]}")
    else:
        target = ast.Tuple([ast.Name(name, ast.Store()) for name in columns], ast.Store())
        source = call("zip", *(load(f"column_{name}") for name in columns))
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
        emitter = Emitter(frozenset(), all_text=False)
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
        emitter = Emitter(frozenset(), all_text=False)
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

    def _form(self, columns: Columns, text: frozenset[str]) -> _ColumnForm:
        doubtful = (self.names & self.rows) - text
        all_text = all(set(map(type, columns[name])) <= {str} for name in doubtful)
        if all_text not in self._forms:
            emitter = Emitter(self.rows, all_text=all_text)
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

    def render_checked(
        self, columns: Columns, scope: Scope, size: int, text: frozenset[str] = frozenset()
    ) -> tuple[list[Any], bool]:
        """The elements, and whether it is certain that none of them is null or ABSENT.

        `text` are columns known to hold only text; the others are looked through.
        """
        form = self._form(columns, text)
        elements: list[Any] = form.function(
            *[columns[name] for name in form.columns], size, *[scope.get(name) for name in form.constants]
        )
        return elements, form.always_present

"""`{{ expression }}`: Jinja2's parser reads it, a closed subset of its nodes becomes our expression tree."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from maniple.diagnostics.suggest import hint_for
from maniple.template.ast import (
    Binary,
    Compare,
    CompareOp,
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
from maniple.template.filters import FILTERS, FilterSpec
from maniple.template.places import Carries, Fault, Use
from maniple.template.scope import canonical

MAX_DEPTH = 30
MAX_LEVELS = 100
"""Operations on the results of operations: filters, keys and operators in a row."""

_TOO_DEEP = f"the expression is nested too deeply: {MAX_DEPTH} brackets inside each other are the most"
_TOO_LONG = f"the expression is too long: {MAX_LEVELS} filters, keys or operators in a row are the most"
_HALF = re.compile("[\ud800-\udfff]")
_SIMPLER = "use filters, or name a part of it under `define`"
_BINARY: dict[type[nodes.BinExpr], Any] = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
}
_COMPARE: dict[str, CompareOp] = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Call: "function calls",
    nodes.List: "literal lists",
    nodes.Tuple: "literal tuples",
    nodes.Dict: "literal maps",
    nodes.Test: "tests (`is ...`)",
    nodes.Pow: "powers (`**`)",
    nodes.Slice: "slices",
}

_ALLOWED = "allowed: names, constants, operators, `a if b else c`, filters"
_ELSEWHERE = {
    "b64encode": "base64",
    "base64_encode": "base64",
    "count": "length",
    "d": "default",
    "downcase": "lower",
    "encode": "path",
    "format_date": "date",
    "lowercase": "lower",
    "lstrip": "trim",
    "md5_hex": "md5",
    "remove_spaces": "strip_spaces",
    "rstrip": "trim",
    "size": "length",
    "str": "string",
    "strftime": "date",
    "strip": "trim",
    "timestamp": "epoch",
    "to_json": "json",
    "tojson": "json",
    "toLowerCase": "lower",
    "toUpperCase": "upper",
    "tolower": "lower",
    "toupper": "upper",
    "upcase": "upper",
    "uppercase": "upper",
    "urlencode": "path",
}
"""What filters and methods of other languages are called here."""


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(autoescape=False)  # noqa: S701  only its parser is used; nothing is ever rendered with it


def read_expression(inner: str, carries: Carries) -> tuple[Expression, list[Use], list[Fault]]:
    """Read what stands between `{{` and `}}`. Offsets in uses and faults count from the start of `inner`."""
    whole = _trimmed(inner)
    nothing = Literal_(None)
    if _nesting(inner) > MAX_DEPTH:
        return nothing, [], [Fault("MAN104", _TOO_DEEP, *whole, _SIMPLER)]
    try:
        template = _environment().parse("{{" + inner + "}}")
    except TemplateSyntaxError as cause:
        message = f"this expression cannot be read: {(cause.message or 'syntax error').rstrip('.')}"
        return nothing, [], [Fault("MAN204", message, *whole)]
    except RecursionError:
        return nothing, [], [Fault("MAN104", _TOO_DEEP, *whole, _SIMPLER)]
    body = template.body
    output = body[0] if len(body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return nothing, [], [Fault("MAN204", "one expression must stand between `{{` and `}}`", *whole)]
    reader = _Reader(inner, carries)
    return reader.read(output.nodes[0]), reader.uses, reader.faults


class _Reader:
    """Turns Jinja2 nodes into ours, noting every use of a variable and every fault."""

    def __init__(self, inner: str, carries: Carries) -> None:
        self.inner = inner
        self.plain = _without_strings(inner)
        self.carries = carries
        self.uses: list[Use] = []
        self.faults: list[Fault] = []
        self.seen: dict[str, int] = {}
        self.level = 0

    def read(self, node: nodes.Node) -> Expression:
        if self.level >= MAX_LEVELS:
            if all(fault.code != "MAN104" for fault in self.faults):
                self.faults.append(Fault("MAN104", _TOO_LONG, *_trimmed(self.inner), _SIMPLER))
            return Literal_(None)
        self.level += 1
        expression = self._read(node)
        self.level -= 1
        return expression

    def _read(self, node: nodes.Node) -> Expression:
        match node:
            case nodes.Name():
                return self._name(node.name)
            case nodes.Const():
                return self._constant(node.value)
            case nodes.TemplateData():
                return Literal_(node.data)
            case nodes.Getattr():
                return self._member(node.node, node.attr)
            case nodes.Getitem():
                return self._item(node)
            case nodes.Filter():
                return self._filter(node)
            case nodes.Concat():
                return Join(tuple(self.read(part) for part in node.nodes))
            case nodes.CondExpr():
                no = self.read(node.expr2) if node.expr2 is not None else Literal_(None)
                return Either(self.read(node.test), self.read(node.expr1), no)
            case nodes.Compare():
                return self._compare(node)
            case nodes.And():
                return Logic("and", self.read(node.left), self.read(node.right))
            case nodes.Or():
                return Logic("or", self.read(node.left), self.read(node.right))
            case nodes.Not():
                return Not(self.read(node.node))
            case nodes.Neg():
                return Negative(self.read(node.node))
            case nodes.Pos():
                return self.read(node.node)
            case nodes.BinExpr() if type(node) in _BINARY:
                return Binary(_BINARY[type(node)], self.read(node.left), self.read(node.right))
        if isinstance(node, nodes.Call):
            return self._call(node)
        what = _REFUSED.get(type(node), f"`{type(node).__name__}`")
        return self._refuse(f"{what} are not part of the language", *_trimmed(self.inner))

    def _call(self, node: nodes.Call) -> Expression:
        """A call is refused; what is called is often a filter by another name."""
        called = node.node.attr if isinstance(node.node, nodes.Getattr) else getattr(node.node, "name", "")
        start, end = self._place(called) if isinstance(node.node, nodes.Name) else self._place(called, r"\.\s*")
        known = called if called in FILTERS else _ELSEWHERE.get(called)
        return self._refuse(
            "function calls are not part of the language", start, end, f"write `value | {known}`" if known else None
        )

    def _constant(self, value: Any) -> Expression:
        if isinstance(value, str) and _HALF.search(value):
            return self._refuse(
                "an escape in this text is half a character", *_trimmed(self.inner), "write both halves"
            )
        if value is None or isinstance(value, str | bool | int | float):
            return Literal_(value)
        return self._refuse("only text, numbers, true, false and null can be written here", *_trimmed(self.inner))

    def _name(self, written: str) -> Expression:
        start, end = self._place(written)
        if written.startswith("__"):
            return self._refuse(f"`{written}` is not a variable", start, end)
        name = canonical(written)
        self.uses.append(Use(name, written, (), start, end))
        return Name(name)

    def _member(self, owner: nodes.Expr, key: str) -> Expression:
        if key.startswith("_"):
            start, end = self._place(key, r"\.\s*")
            return self._refuse(f"`{key}` cannot be read: names that begin with `_` are closed", start, end)
        value = self.read(owner)
        if isinstance(value, Name) and self.carries(*_owner_and_key(value.name, key)):
            self.uses[-1] = replace(self.uses[-1], carried=_owner_and_key(value.name, key)[1])
            return Name(f"{value.name}.{key}")
        return Member(value, Literal_(key))

    def _item(self, node: nodes.Getitem) -> Expression:
        if isinstance(node.arg, nodes.Slice):
            return self._refuse("slices are not part of the language", *_trimmed(self.inner))
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._member(node.node, node.arg.value)
        return Member(self.read(node.node), self.read(node.arg))

    def _compare(self, node: nodes.Compare) -> Expression:
        left = self.read(node.expr)
        result: Expression | None = None
        for operand in node.ops:
            right = self.read(operand.expr)
            one = Compare(_COMPARE[operand.op], left, right)
            result = one if result is None else Logic("and", result, one)
            left = right
        return result or left

    def _filter(self, node: nodes.Filter) -> Expression:
        start, end = self._place(node.name, r"\|\s*")
        value = self.read(node.node) if node.node is not None else Literal_(None)
        spec = FILTERS.get(node.name)
        if spec is None:
            self.faults.append(
                Fault("MAN206", f"there is no filter `{node.name}`", start, end, _filter_hint(node.name))
            )
            return value
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            message = f"`{node.name}` takes its arguments by position"
            self.faults.append(Fault("MAN207", message, start, end, _usage(node.name, spec)))
            return value
        if not spec.least <= len(node.args) <= spec.most:
            message = f"`{node.name}` takes {_count(spec.least, spec.most)}, not {len(node.args)}"
            self.faults.append(Fault("MAN207", message, start, end, _usage(node.name, spec)))
            return value
        arguments = tuple(self.read(argument) for argument in node.args)
        return Filter(value, node.name, arguments)

    def _place(self, word: str, before: str = "") -> tuple[int, int]:
        """Offsets of the next occurrence of `word` as a name of its own, outside quotes."""
        pattern = re.compile((before or r"(?<![\w.])") + re.escape(word) + r"(?!\w)")
        found = pattern.search(self.plain, self.seen.get(before + word, 0)) or pattern.search(self.plain)
        if found is None:
            return 0, max(1, len(self.inner))
        self.seen[before + word] = found.end()
        return found.end() - len(word), found.end()

    def _refuse(self, message: str, start: int, end: int, hint: str | None = None) -> Expression:
        self.faults.append(Fault("MAN205", message, start, max(end, start + 1), hint or _ALLOWED))
        return Literal_(None)


def _trimmed(inner: str) -> tuple[int, int]:
    """The range of `inner` without blanks at its ends; never empty."""
    start = len(inner) - len(inner.lstrip())
    return start, max(start + 1, len(inner.rstrip()))


def _filter_hint(name: str) -> str:
    known = _ELSEWHERE.get(name)
    if known is not None:
        return f"write `{known}`"
    return hint_for(name, FILTERS) or f"known filters: {', '.join(FILTERS)}"


def _usage(name: str, spec: FilterSpec) -> str:
    """How the filter is written, with the names of what it takes."""
    taken = list(inspect.signature(spec.apply).parameters)[1:]
    forms = [f"`{name}({', '.join(taken[:count])})`" if count else f"`{name}`" for count in (spec.least, spec.most)]
    return f"write {' or '.join(dict.fromkeys(forms))}"


def _owner_and_key(name: str, key: str) -> tuple[str, str]:
    owner, _, prefix = name.partition(".")
    return owner, f"{prefix}.{key}" if prefix else key


def _without_strings(text: str) -> str:
    blank: Callable[[re.Match[str]], str] = lambda found: " " * len(found[0])  # noqa: E731
    return re.sub(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", blank, text)


def _nesting(text: str) -> int:
    depth = deepest = 0
    for char in text:
        if char in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in ")]}":
            depth -= 1
    # Chains of prefix and infix operators nest too, without any bracket.
    return max(deepest, len(re.findall(r"\bnot\b|\bif\b", text)), text.count("-") // 4)


def _count(least: int, most: int) -> str:
    if most == 0:
        return "no argument"
    if least == 0:
        return f"at most {most} argument" + ("s" if most > 1 else "")
    if least == most:
        return f"{least} argument" + ("s" if least > 1 else "")
    return f"{least} to {most} arguments"

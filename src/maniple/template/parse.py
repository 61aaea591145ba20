"""From a manifest's strings and trees to template trees, with the offsets of every hole.

`{{ ... }}` is read with Jinja2's own parser and only a closed subset of its nodes is accepted; Jinja2's runtime is
never used. Texts are bounded, so parsing is linear in practice and cannot recurse deeply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from maniple.source.text import Path
from maniple.template.ast import (
    Array,
    Case,
    Const,
    Entry,
    Expression,
    Literal_,
    Member,
    Name,
    Node,
    Object,
    Text,
    Value,
)
from maniple.template.expression import read_expression
from maniple.template.places import Carries, Fault, Use
from maniple.template.scope import canonical

MAX_EXPRESSION = 1_000
MAX_NESTING = 64
MAX_KEYS = 30
"""Keys after one name: `$user.a.b`."""
MAX_HOLES = 10_000
MAX_EXPRESSIONS = 100_000
"""Characters of all expressions of one manifest; each counts as 50 at least."""
MAX_FAULTS = 100

_HOLE = re.compile(
    r"\$\$"
    r"|\$(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<path>(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<braced>\$\{)"
    r"|(?P<lone>\$)"
    r"|(?P<open>\{\{)"
    r"|(?P<statement>\{%)"
)

_BRACED = re.compile(r"\$\{([^{}]+)\}")


@dataclass
class Allowance:
    """How many holes, characters of expressions and faults the templates of one manifest may still have."""

    holes: int = MAX_HOLES
    expressions: int = MAX_EXPRESSIONS
    faults: int = MAX_FAULTS

    @property
    def spent(self) -> bool:
        """Reading on would cost too much or help nobody."""
        return min(self.holes, self.expressions, self.faults) < 0


@dataclass
class Reading:
    """Collects what is found while a call's templates are read."""

    carries: Carries
    maps: frozenset[str] = frozenset()
    """Variables that are maps of any keys."""
    structures: frozenset[str] = frozenset()
    """Variables that are lists or maps, and so cannot become part of a text by themselves."""
    uses: list[Use] = field(default_factory=list)
    faults: list[tuple[Path, bool, Fault]] = field(default_factory=list)
    allowance: Allowance = field(default_factory=Allowance)
    """What is left for the templates of the manifest; shared by all its readings."""

    def text(self, text: str, path: Path, *, key: bool = False, as_text: bool = False) -> Const | Value | Text:
        """Read one string. A string that is only a hole is a `Value`, one without holes a `Const`.

        `as_text`: the value becomes text in any case, as in a URL or a header.
        """
        parts: list[str | Expression] = []
        read: list[tuple[Expression, int, int]] = []
        plain: list[str] = []
        at = 0

        def flush() -> None:
            text_so_far = "".join(plain)
            plain.clear()
            if text_so_far:
                parts.append(text_so_far)

        while not self.allowance.spent and (match := _HOLE.search(text, at)):
            plain.append(text[at : match.start()])
            at = match.end()
            if (match["name"] or match["open"]) and not self._may_hold_one_more(match, path, key):
                at = len(text)
            elif match["name"]:
                flush()
                expression, end = self._variable(match, path, key)
                parts.append(expression)
                read.append((expression, match.start(), end))
                at = end
            elif match["open"]:
                flush()
                inner, at = _inside(text, match.end())
                parts.append(self._expression(inner, match.end(), text, at, path, key))
                read.append((parts[-1], match.start(), at))  # type: ignore[arg-type]
            elif match["braced"]:
                at = self._braced(text, match, path, key)
            elif match["lone"]:
                self._fault(
                    path,
                    key,
                    "MAN204",
                    "`$` begins a variable, and no name follows",
                    match.start(),
                    match.end(),
                    "write `$$` for a dollar sign",
                )
            elif match["statement"]:
                closed = text.find("%}", at)
                self._fault(
                    path,
                    key,
                    "MAN205",
                    "statements (`{% ... %}`) are not part of the language",
                    match.start(),
                    closed + 2 if closed >= 0 else match.end(),
                    "use a `{{ expression }}`, `$case`, or a key ending in `~`",
                )
                # One statement is seldom alone, and its fellows are the same mistake.
                at = len(text)
            else:
                plain.append("$")
        plain.append(text[at:])
        flush()
        if as_text or key or len(parts) > 1:
            self._structures_in_text(read, path, key)
        if not parts:
            return Const(text)
        if len(parts) == 1:
            only = parts[0]
            return Const(only) if isinstance(only, str) else Value(only)
        return Text(tuple(parts))

    def _may_hold_one_more(self, match: re.Match[str], path: Path, key: bool) -> bool:
        self.allowance.holes -= 1
        if self.allowance.holes >= 0:
            return True
        message = f"the templates of this manifest have more than {MAX_HOLES:,} holes"
        self._fault(path, key, "MAN104", message, *match.span(), None)
        return False

    def _braced(self, text: str, match: re.Match[str], path: Path, key: bool) -> int:
        """Say what to write instead of `${...}`, and where reading goes on."""
        found = _BRACED.match(text, match.start())
        if found is None:
            hint, end = "write `$name`, or `{{ name | filter }}`", match.end()
        else:
            inner, end = found[1].strip(), found.end()
            hint = f"write `${inner}`" if inner.isidentifier() else f"write `{{{{ {inner} }}}}`"
        self._fault(path, key, "MAN204", "`${` is not how a hole begins", match.start(), end, hint)
        return end

    def _structures_in_text(self, read: list[tuple[Expression, int, int]], path: Path, key: bool) -> None:
        """Faults about lists and maps that would have to become part of a text."""
        for expression, start, end in read:
            if isinstance(expression, Name) and expression.name in self.structures:
                name = expression.name
                kind, joined = ("map", "") if name in self.maps else ("list", f", or `{{{{ {name} | join(',') }}}}`")
                message = f"`${name}` is a {kind}, and would have to become part of a text"
                self._fault(path, key, "MAN210", message, start, end, f"write `{{{{ {name} | json }}}}`{joined}")

    def tree(self, tree: Any, path: Path, depth: int = 0) -> Node:
        """Read a body: every string leaf and every key is a template."""
        if depth > MAX_NESTING:
            self._fault(path, False, "MAN104", "this is nested too deeply", 0, 1, None)
            return Const(None)
        if isinstance(tree, str):
            return self.text(tree, path)
        if isinstance(tree, list):
            return self._array(tree, path, depth)
        if isinstance(tree, dict):
            return self._case(tree, path, depth) if "$case" in tree else self._object(tree, path, depth)
        return Const(tree)

    def _array(self, tree: list[Any], path: Path, depth: int) -> Node:
        elements: list[Node] = []
        for index, element in enumerate(tree):
            marked = isinstance(element, str) and element.startswith("$") and element.endswith("~")
            if not marked:
                elements.append(self.tree(element, (*path, index), depth + 1))
                continue
            node = self.text(element[:-1], (*path, index))
            elements.append(
                Value(node.expression, optional=True) if isinstance(node, Value) else self.text(element, (*path, index))
            )
        if all(isinstance(element, Const) for element in elements):
            return Const([element.value for element in elements if isinstance(element, Const)])
        return Array(tuple(elements))

    def _object(self, tree: dict[str, Any], path: Path, depth: int) -> Node:
        entries: list[Entry] = []
        for written, value in tree.items():
            optional = written.endswith("~") and written != "~"
            key = self.text(written[:-1] if optional else written, (*path, written), key=True)
            entries.append(Entry(key, self.tree(value, (*path, written), depth + 1), optional))
        if all(
            isinstance(entry.key, Const) and isinstance(entry.value, Const) and not entry.optional for entry in entries
        ):
            return Const({entry.key.value: entry.value.value for entry in entries})  # type: ignore[union-attr]
        return Object(tuple(entries))

    def _case(self, tree: dict[str, Any], path: Path, depth: int) -> Node:
        selector = tree["$case"]
        node = self.text(selector, (*path, "$case")) if isinstance(selector, str) else Const(selector)
        if not isinstance(node, Value):
            self._fault(
                (*path, "$case"),
                False,
                "MAN204",
                "`$case` chooses by a value, and this is not a hole",
                0,
                max(1, len(str(selector))),
                "write `$case: $name`",
            )
            node = Value(Literal_(None))
        branches = tuple(
            (name, self.tree(value, (*path, name), depth + 1))
            for name, value in tree.items()
            if name not in ("$case", "else")
        )
        otherwise = self.tree(tree["else"], (*path, "else"), depth + 1) if "else" in tree else None
        return Case(node.expression, branches, otherwise)

    def _variable(self, match: re.Match[str], path: Path, key: bool) -> tuple[Expression, int]:
        name = canonical(match["name"])
        expression: Expression = Name(name)
        taken: list[str] = []
        end = match.end("name")
        keys = match["path"].split(".", MAX_KEYS + 1)[1:]
        if len(keys) > MAX_KEYS:
            keys.pop()
            if name in self.maps:
                message = f"this reads more than {MAX_KEYS} keys deep"
                self._fault(path, key, "MAN104", message, *match.span(), None)
        for position, part in enumerate(keys):
            if name not in self.maps and not self.carries(name, ".".join(keys[: position + 1])):
                break
            taken.append(part)
            end += 1 + len(part)
        if taken and name in self.maps:
            for part in taken:
                expression = Member(expression, Literal_(part))
        carried = ".".join(taken) if taken and name not in self.maps else None
        if carried is not None:
            expression = Name(f"{name}.{carried}")
        self.uses.append(Use(name, match["name"], path, match.start(), match.end("name"), key, carried))
        return expression, end

    def _expression(self, inner: str | None, start: int, text: str, end: int, path: Path, key: bool) -> Expression:
        if inner is None:
            self._fault(path, key, "MAN204", "`{{` is never closed", start - 2, len(text), "close it with `}}`")
            return Literal_(None)
        if len(inner) > MAX_EXPRESSION:
            self._fault(
                path, key, "MAN104", f"the expression is longer than {MAX_EXPRESSION} characters", start, end - 2, None
            )
            return Literal_(None)
        self.allowance.expressions -= max(len(inner), 50)
        if self.allowance.expressions < 0:
            message = f"the expressions of this manifest have more than {MAX_EXPRESSIONS:,} characters together"
            self._fault(path, key, "MAN104", message, start, end - 2, None)
            return Literal_(None)
        expression, uses, faults = read_expression(inner, self.carries)
        self.uses.extend(replace(use, path=path, start=start + use.start, end=start + use.end, key=key) for use in uses)
        for fault in faults:
            self._fault(path, key, fault.code, fault.message, start + fault.start, start + fault.end, fault.hint)
        return expression

    def _fault(self, path: Path, key: bool, code: str, message: str, start: int, end: int, hint: str | None) -> None:
        self.allowance.faults -= 1
        self.faults.append((path, key, Fault(code, message, start, end, hint)))


def _inside(text: str, start: int) -> tuple[str | None, int]:
    """The text between `{{` and its `}}` (quotes respected), and the offset after it; None when never closed."""
    quote = ""
    at = start
    while at < len(text):
        char = text[at]
        if quote:
            if char == "\\":
                at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif text.startswith("}}", at):
            return text[start:at], at + 2
        at += 1
    return None, len(text)

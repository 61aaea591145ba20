"""How a call reads its variables: as they are, worked on, or to decide what is sent at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from maniple.runtime.program import CallProgram, Program, StepProgram
from maniple.template.ast import (
    Array,
    Case,
    Expression,
    Filter,
    Join,
    Literal_,
    Name,
    Node,
    Object,
    Value,
    below,
    expression_names,
    holes,
    names,
)
from maniple.template.compile import PlacedText, ScalarTemplate

_TEXT_TO_TEXT = frozenset(
    [
        "lower",
        "upper",
        "trim",
        "strip_spaces",
        "slugify",
        "truncate",
        "replace",
        "string",
        "json",
        "sha256",
        "sha1",
        "md5",
        "sha512",
        "hmac_sha256",
        "hmac_sha1",
        "base64",
        "join",
    ]
)
"""Filters that make a text of every value."""


@dataclass(frozen=True)
class Reading:
    """The variables of a call that stand somewhere inside an expression, and of these the ones that may decide what its
    requests have at all: keys, items, segments."""

    worked: frozenset[str]
    deciding: frozenset[str]


def reading_of(program: Program, call: CallProgram) -> Reading:
    """How `call` reads its variables, those included that its constants are made of."""
    worked: set[str] = set()
    deciding: set[str] = set()
    for step in call.steps:
        for expression in _expressions(program, step):
            if not isinstance(expression, Name):
                worked |= set(expression_names(expression))
            if not all(_keeps_structure(part) for part in below(expression)):
                deciding |= set(expression_names(expression))
        deciding |= _conditions(step)
        if "items" in worked and step.item is not None:
            worked |= step.item.names
    if "values" in worked | call.names:
        worked |= {mapping.name for mapping in program.mappings} if "values" in worked else set()
    made_of = {name: names(template.node) for name, template in program.define}
    if program.list_id is not None:
        made_of["list_id"] = program.list_id.names
    return Reading(_with_parts(worked, made_of), _with_parts(deciding, made_of))


def _keeps_structure(part: Expression) -> bool:
    return isinstance(part, Name | Literal_ | Join) or (isinstance(part, Filter) and part.name in _TEXT_TO_TEXT)


def _with_parts(found: set[str], made_of: dict[str, frozenset[str]]) -> frozenset[str]:
    """The variables, and those of which the constants among them are made."""
    waiting = list(found)
    while waiting:
        more = made_of.get(waiting.pop(), frozenset()) - found
        found |= more
        waiting += more
    return frozenset(found)


def _expressions(program: Program, step: StepProgram) -> Iterator[Expression]:
    placed: list[PlacedText] = [step.url]
    nodes: list[Node] = [template.node for _, template in program.define]
    nodes += [template.node for template in (program.list_id, step.body and step.body.template, step.item) if template]
    for pair in (*step.query, *step.headers):
        placed += [text for text in (pair.name, pair.value) if text is not None]
        nodes += [template.node for template in pair.values]
    nodes += [template.node for template in _of_auth(step)]
    for text in placed:
        yield from (part[0] for part in text.parts if not isinstance(part, str))
    for node in nodes:
        yield from holes(node)


def _of_auth(step: StepProgram) -> Iterator[ScalarTemplate]:
    yield from step.auth.templates.values()


def _conditions(step: StepProgram) -> set[str]:
    """The variables that choose a shape, a kind of credentials or whether there is a request."""
    found: set[str] = set()
    for condition in (step.when, step.only, *(kind.when for kind in step.auth.kinds)):
        found |= condition.names if condition is not None else frozenset()
    for node in (step.body.node if step.body else None, step.item.node if step.item else None):
        for selector in _selectors(node) if node is not None else ():
            found |= set(expression_names(selector))
    return found


def _selectors(node: Node) -> Iterator[Expression]:
    match node:
        case Array(elements):
            for element in elements:
                yield from _selectors(element)
        case Object(entries):
            for entry in entries:
                yield from _selectors(entry.value)
        case Case(selector, branches, otherwise):
            yield selector
            for branch in (*(branch for _, branch in branches), *((otherwise,) if otherwise is not None else ())):
                yield from _selectors(branch)
        case Value() | _:
            return

"""The requests of a call's steps before anything was answered: what only an earlier reply can give is a visible mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from maniple.runtime.authorize import shown
from maniple.runtime.program import CallProgram, Scope, StepProgram
from maniple.runtime.request import encoded, joined
from maniple.runtime.twins import without_twins
from maniple.template.operations import ABSENT
from maniple.wire import Request


@dataclass(frozen=True, slots=True)
class MarkedStep:
    """A step and its request; None when there is nobody left for whom it would be sent.

    `condition` is on what the step depends and nobody knows yet, `octets` are its body's bytes, `skipped` the users who
    have no item here and go through no further step.
    """

    step: StepProgram
    request: Request | None
    condition: str = ""
    octets: int = 0
    skipped: tuple[int, ...] = ()


def mark(name: str, step: StepProgram, place: int | None = None) -> str:
    """What stands for a value that `step` will save, for one user where it saves one for each."""
    of_user = "" if place is None else f"_{place + 1}"
    return f"{name}_from_{step.name or step.call}{of_user}"


def marked_steps(call: CallProgram, scope: Scope, columns: Mapping[str, list[Any]], size: int) -> Iterator[MarkedStep]:
    """The steps in order, those included that a run may leave out. What `scope` and `columns` know already of the values
    that replies give stands in the place of their marks. Raises MissingValue and HeaderInjection.
    """
    known: dict[str, Any] = {**scope, "steps": {}}
    users = dict(columns)
    unknown: set[str] = {"steps"}
    left = list(range(size))
    for step in call.steps:
        if size and not left:
            return
        depends = step.when.names if step.when else step.only.names if step.only else frozenset[str]()
        is_open = bool(depends & unknown)
        rows = left if is_open else _rows_of(step, users, known, left)
        if rows is not None and (rows or not step.carries_users):
            marked = _marked(call, step, users, known, rows)
            yield replace(marked, condition=step.condition) if is_open else marked
            left = [row for row in left if row not in marked.skipped]
        saved = {found.name: mark(found.name, step) for found in step.save}
        for name, _ in step.match.save if step.match else ():
            unknown.add(name)
            if not size:
                saved[name] = mark(name, step)
                continue
            if name not in users:
                users[name] = [mark(name, step, place) for place in range(size)]
            if call.single:
                saved[name] = users[name][0]
        unknown |= set(saved)
        known |= {name: value for name, value in saved.items() if known.get(name) is None}


def _rows_of(
    step: StepProgram, users: Mapping[str, list[Any]], known: Mapping[str, Any], left: list[int]
) -> list[int] | None:
    """Those of the users who are left for whom the step is; None when its condition leaves it out."""
    if step.only is not None:
        holds = step.only.render(_part(users, left), known, len(left))
        rows = [row for row, value in zip(left, holds, strict=True) if value and value is not ABSENT]
        return rows or None
    return left if step.when is None or step.when.render(known) else None


def _marked(
    call: CallProgram, step: StepProgram, users: Mapping[str, list[Any]], known: Mapping[str, Any], rows: list[int]
) -> MarkedStep:
    inside: Mapping[str, Any] = known
    skipped: tuple[int, ...] = ()
    if step.item is not None:
        rendered = step.item.render(_part(users, rows), known, len(rows))
        items = [item for item in rendered if item is not None and item is not ABSENT]
        skipped = tuple(row for row, item in zip(rows, rendered, strict=True) if item is None or item is ABSENT)
        if rows and not items:
            return MarkedStep(step, None, skipped=skipped)
        if call.dedupe:
            _, items, _ = without_twins(range(len(items)), items)
        inside = {**known, "items": joined(step, items)}
    request, octets = encoded(step, inside)
    return MarkedStep(step, shown(step, request, inside), "", octets, skipped)


def _part(users: Mapping[str, list[Any]], rows: list[int]) -> dict[str, list[Any]]:
    return {name: [column[row] for row in rows] for name, column in users.items()}


def largest_body(call: CallProgram, scope: Scope, columns: Mapping[str, list[Any]], size: int) -> int:
    """Bytes of the largest body among a call's steps, as far as they are known."""
    if call.single:
        return 0
    return max((marked.octets for marked in marked_steps(call, scope, columns, size)), default=0)

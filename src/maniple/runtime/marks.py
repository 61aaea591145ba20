"""The requests of a call's steps before anything was answered: what only an earlier reply can give is a visible mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from maniple.runtime.authorize import shown
from maniple.runtime.program import CallProgram, Scope, StepProgram
from maniple.runtime.request import encoded, joined
from maniple.runtime.twins import without_twins
from maniple.template.operations import ABSENT
from maniple.wire import Request


@dataclass(frozen=True, slots=True)
class MarkedRequest:
    """A step's request. `condition` is on what the step depends and nobody knows yet, `octets` are its body's bytes."""

    step: StepProgram
    request: Request
    condition: str
    octets: int


def mark(name: str, step: StepProgram, place: int | None = None) -> str:
    """What stands for a value that `step` will save, for one user where it saves one for each."""
    of_user = "" if place is None else f"_{place + 1}"
    return f"{name}_from_{step.name or step.call}{of_user}"


def marked_requests(
    call: CallProgram, scope: Scope, columns: Mapping[str, list[Any]], size: int
) -> Iterator[MarkedRequest]:
    """One request a step, in order, those included that a run may leave out. What `scope` and `columns` know already of
    the values that replies give stands in the place of their marks.

    Raises MissingValue and HeaderInjection.
    """
    known: dict[str, Any] = {**scope, "steps": {}}
    users = dict(columns)
    unknown: set[str] = {"steps"}
    for step in call.steps:
        depends = step.when.names if step.when else step.only.names if step.only else frozenset[str]()
        is_open = bool(depends & unknown)
        rows = list(range(size))
        if not is_open and step.only is not None:
            rows = [
                row for row, holds in enumerate(step.only.render(users, known, size)) if holds and holds is not ABSENT
            ]
        left_out = not is_open and (not rows if step.only else step.when is not None and not step.when.render(known))
        if not left_out and (rows or not step.carries_users):
            inside = known
            if step.item is not None:
                part = {name: [column[row] for row in rows] for name, column in users.items()}
                rendered = step.item.render(part, known, len(rows))
                items = [item for item in rendered if item is not None and item is not ABSENT]
                if call.dedupe:
                    _, items, _ = without_twins(range(len(items)), items)
                inside = {**known, "items": joined(step, items)}
            request, octets = encoded(step, inside)
            yield MarkedRequest(step, shown(step, request, inside), step.condition if is_open else "", octets)
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


def largest_body(call: CallProgram, scope: Scope, columns: Mapping[str, list[Any]], size: int) -> int:
    """Bytes of the largest body among a call's steps, as far as they are known."""
    if call.single:
        return 0
    return max((marked.octets for marked in marked_requests(call, scope, columns, size)), default=0)

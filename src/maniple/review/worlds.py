"""A world is everything that requests are made of: settings, the cohort, what was saved, users. Plain worlds have tokens
in it, short words that stand for themselves, so that it can be seen where in a request each of them is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import re2

from maniple.cohort.member import INVALID
from maniple.manifest.fields import FormField
from maniple.manifest.mappings import Format, Pattern
from maniple.runtime.mapping import MappingProgram
from maniple.runtime.marks import marked_steps
from maniple.runtime.prepare import Batch, batch_scope, prepare
from maniple.runtime.program import CallProgram, Cohort, Operation, Program, RunContext, StepProgram, run_context
from maniple.wire import Request

USER_CALLS: dict[str, tuple[Operation, ...]] = {
    "add_users": ("add",),
    "set_property": ("add",),
    "replace_users": ("add",),
    "update_users": ("add", "remove"),
    "remove_users": ("remove",),
    "unset_property": ("remove",),
}


@dataclass(frozen=True)
class World:
    """`users` are rows of column values, as they are after the mappings' own rules."""

    settings: Mapping[str, Any] = field(repr=False)
    targets: Mapping[str, str]
    cohort: Mapping[str, str]
    saved: Mapping[str, Any]
    users: tuple[Mapping[str, Any], ...] = ()
    unmapped: frozenset[str] = frozenset()
    _made: dict[str, RunContext] = field(default_factory=dict, init=False, compare=False, repr=False)

    def context(self, program: Program) -> RunContext:
        """The constants of a run in this world, which is a world of this program only."""
        if "context" not in self._made:
            self._made["context"] = self._context(program)
        return self._made["context"]

    def _context(self, program: Program) -> RunContext:
        mapped = {mapping.name: mapping.name for mapping in program.mappings if mapping.name not in self.unmapped}
        return run_context(
            program,
            settings=self.settings,
            cohort=Cohort(self.cohort["name"], self.cohort["id"], self.cohort["url"]),
            run_id="run_trial",
            now="2026-11-20T10:00:00Z",
            saved=self.saved,
            mappings={**mapped, **self.targets},
            project_id=self.cohort["project"],
        )

    def with_values(self, values: Mapping[str, Any]) -> World:
        """This world with other constants: settings, `cohort.name` and the like, saved values."""
        of_cohort = {key: values[f"cohort.{key}"] for key in self.cohort if f"cohort.{key}" in values}
        return replace(
            self,
            settings={**self.settings, **{name: value for name, value in values.items() if name in self.settings}},
            cohort={**self.cohort, **of_cohort},
            saved={**self.saved, **{name: value for name, value in values.items() if name in self.saved}},
        )


@dataclass(frozen=True)
class Sent:
    """One request of a trial, the step it belongs to, and the bytes of its body before compression."""

    step: StepProgram
    request: Request = field(repr=False)
    octets: int
    users: int


def sent_in(program: Program, call: CallProgram, world: World, operation: Operation) -> Iterator[Sent]:
    """The requests of a call in a world. Raises SettingsError when a value is refused."""
    context = world.context(program)
    size = len(world.users)
    columns = {name: [user[name] for user in world.users] for name in world.users[0]} if size else {}
    batch = Batch(operation, 0, columns, size)
    if not size or call.name not in USER_CALLS:
        scope = batch_scope(context, batch)
        for marked in marked_steps(call, scope, columns if call.first_batch else {}, size if call.first_batch else 0):
            if marked.request is not None:
                yield Sent(marked.step, marked.request, marked.octets, size)
        return
    for prepared in prepare(call, context, batch):
        if prepared.stepped:
            for marked in marked_steps(call, prepared.scope, prepared.columns, prepared.size):
                if marked.request is not None:
                    yield Sent(marked.step, marked.request, marked.octets, prepared.size)
        elif prepared.request is not None:
            yield Sent(call.first, prepared.request, prepared.octets, prepared.size)


class Tokens:
    """Gives out words that occur nowhere else."""

    def __init__(self) -> None:
        self._given = 0

    def number(self) -> int:
        """A number that occurs nowhere else."""
        self._given += 1
        return 70_000_000 + self._given

    def text(self) -> str:
        """A word."""
        return f"zq{self.number()}v"


def plain_setting(form_field: FormField, tokens: Tokens) -> Any:
    """A value for a field that is asked for."""
    match form_field.type:
        case "select" | "buttons":
            fixed = form_field.options[0].value if form_field.options else None
            return fixed if form_field.default is None else form_field.default
        case "boolean":
            return form_field.default is not False
        case "integer":
            return tokens.number()
        case "url":
            return f"https://{tokens.text()}.test"
        case "subdomain":
            return tokens.text()
        case "string" | "secret":
            return _fitting(form_field.pattern, tokens)


def _fitting(pattern: str | None, tokens: Tokens) -> str:
    """A token that fits a pattern, as far as one of the usual shapes does."""
    number = tokens.number()
    shapes: tuple[str, ...] = (
        f"zq{number}v",
        str(number),
        f"{number:08x}",
        f"{number:032x}",
        f"{number:064x}",
        f"zq{number}@x.test",
    )
    shapes = (*shapes, f"ZQ{number}V", f"+1555{number}", f"{number:08x}-0000-4000-8000-000000000000", str(number)[-6:])
    if pattern is None:
        return shapes[0]
    return next((shape for shape in shapes if re2.fullmatch(pattern, shape)), shapes[0])


def plain_value(program: Program, mapping: MappingProgram, world: World, tokens: Tokens) -> Any:
    """A user's value for a mapping, after the mapping's own rules."""
    if mapping.many:
        return {tokens.text(): tokens.text()}
    choice = mapping.choice(world.targets)
    wanted = (choice.rule if choice else mapping.rule).format
    raw, another = _raw_value(wanted, tokens), _raw_value(wanted, tokens)
    convert = mapping.converter(world.context(program).scope, world.targets)
    value, other = convert([raw, another]) if convert else (raw, another)
    # A rule that cuts a value short makes the same of all tokens; then none would stand for itself.
    return raw if value is INVALID or value in (None, "", other) else value


def _raw_value(wanted: Format, tokens: Tokens) -> str:
    if isinstance(wanted, Pattern):
        return _fitting(wanted.regex, tokens)
    number = tokens.number()
    match wanted:
        case "any":
            return f"zq{number}v"
        case "email":
            return f"zq{number}@x.test"
        case "e164":
            return f"+1555{number}"
        case "uuid":
            return f"{number:08x}-0000-4000-8000-000000000000"
        case "integer":
            return str(number)

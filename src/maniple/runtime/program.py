"""A compiled manifest: everything that preview, test, simulator and real syncs need, and the same for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from maniple.auth import mark_of
from maniple.diagnostics.model import Diagnostic
from maniple.manifest.fields import FormField
from maniple.manifest.model import Manifest
from maniple.runtime.classify import RuleProgram
from maniple.runtime.credentials import AuthProgram
from maniple.runtime.mapping import MappingProgram
from maniple.runtime.rejects import RejectsProgram
from maniple.template.compile import ColumnTemplate, PlacedText, ScalarTemplate
from maniple.template.filters import slugify

Operation: TypeAlias = Literal["add", "remove"]
Scope: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class PairProgram:
    """A header or a query parameter. `optional`: left out when a hole of its name or value has no value."""

    name: PlacedText
    value: PlacedText | None
    values: tuple[ScalarTemplate, ...]
    optional: bool = False
    when_present: tuple[ScalarTemplate, ...] = ()
    """The holes that must have a value when it is optional."""


@dataclass(frozen=True)
class ListIdProgram:
    """Where the created list's id comes from. `expression` is a compiled JMESPath for `response` and `request`."""

    source: Literal["response", "request", "header", "field", "value"]
    written: str
    expression: Any = None
    template: ScalarTemplate | None = None


@dataclass(frozen=True)
class CallProgram:
    """One call, compiled."""

    name: str
    method: str
    url: PlacedText
    query: tuple[PairProgram, ...]
    headers: tuple[PairProgram, ...]
    body: ScalarTemplate | None
    item: ColumnTemplate | None
    join: str | None
    single: bool
    """One user a call, whose variables may stand in the URL, the headers and the body."""
    rows: frozenset[str]
    """The columns of a batch that it reads."""
    positional: bool
    """It reads `$values`."""
    items: int
    max_bytes: int | None
    weight: int
    """About how many bytes of a body one user makes at most, unless the user's values are very long."""
    copies: int
    """How often the items stand in the body."""
    dedupe: bool
    success: Any
    rejects: RejectsProgram | None
    rules: tuple[RuleProgram, ...]
    auth: AuthProgram
    timeout: float
    when: ScalarTemplate | None
    list_id: ListIdProgram | None
    save: tuple[tuple[str, Any], ...]
    parallel: int
    rates: tuple[tuple[int, float], ...]
    """The call's own rate windows: (count, seconds)."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that stand in its URL, query, headers, body and item."""
        pairs = [
            part
            for pair in (*self.query, *self.headers)
            for part in (pair.name, *((pair.value,) if pair.value else ()), *pair.values)
        ]
        parts = [self.url, *pairs, *((self.body,) if self.body else ()), *((self.item,) if self.item else ())]
        return frozenset(name for part in parts for name in part.names)


@dataclass(frozen=True, slots=True)
class VariableRow:
    """One row of the variables table."""

    name: str
    declared: bool
    used: bool
    predefined: bool
    where: str = ""
    """Where it is declared and used, such as `fields, add_users.item`."""
    problem: str | None = None


@dataclass(frozen=True)
class Program:
    """A manifest, checked and compiled."""

    manifest: Manifest
    fields: tuple[FormField, ...]
    """The set-up form's fields, those of the auth kind included."""
    field_conditions: Mapping[str, ScalarTemplate]
    mappings: tuple[MappingProgram, ...]
    define: tuple[tuple[str, ScalarTemplate], ...]
    calls: Mapping[str, CallProgram]
    list_id: ScalarTemplate | None
    variables: tuple[VariableRow, ...]
    parallel: int
    rates: tuple[tuple[int, float], ...]
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)
    """Findings that do not block."""

    def call_for(self, operation: Operation) -> CallProgram:
        """The call that adds or removes users."""
        names = ("add_users", "set_property") if operation == "add" else ("remove_users", "unset_property")
        found = next((self.calls[name] for name in names if name in self.calls), None)
        return found or self.calls["update_users"]

    @property
    def create(self) -> CallProgram | None:
        """The call that creates the list, if there is one."""
        return self.calls.get("create_list")

    @cached_property
    def filled_by_auth(self) -> frozenset[str]:
        """The variables that auth kinds fill in; a mark stands for them until a request is sent."""
        return frozenset[str]().union(*(call.auth.variables for call in self.calls.values()))

    @cached_property
    def secret_names(self) -> frozenset[str]:
        """The fields whose values are secret."""
        return frozenset(form_field.name for form_field in self.fields if form_field.type == "secret")

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """The user variables by which the partner knows a member: those the remove call reads.

        Two users equal in all of them are one member at the partner.
        """
        used = self.call_for("remove").rows
        names = tuple(mapping.name for mapping in self.mappings if mapping.name in used)
        return (*names, "amplitude_id") if "amplitude_id" in used or not names else names

    @cached_property
    def carries_user(self) -> bool:
        """Some call reads `$user`: the cohort's other properties travel with each user."""
        return any("user" in call.rows for call in self.calls.values())

    @property
    def uses_cohort_name(self) -> bool:
        """Some request contains the cohort's name."""
        return any(row.name == "amp_cohort_name" and row.used for row in self.variables)


@dataclass(frozen=True)
class Cohort:
    """The cohort as requests name it."""

    name: str
    id: str
    url: str = ""


def cohort_label(manifest: Manifest, name: str) -> str:
    """The cohort's name as it stands in requests: slug, prefix, cut."""
    rule = manifest.cohort_name
    label = f"{rule.prefix or ''}{slugify(name) if rule.slugify else name}"
    return label[: rule.max_length] if rule.max_length else label


@dataclass(frozen=True)
class RunContext:
    """What is the same for every request of a run. `scope` holds the constants by variable name."""

    run_id: str
    scope: Scope = field(repr=False)
    mapped: tuple[str, ...] = ()
    """The mappings that have a property, in the manifest's order: what `$targets` and `$values` are about."""

    def with_list(self, saved: Mapping[str, Any]) -> RunContext:
        """This context once the list exists."""
        return RunContext(self.run_id, {**self.scope, **saved}, self.mapped)


def run_context(
    program: Program,
    *,
    settings: Mapping[str, Any],
    cohort: Cohort,
    run_id: str,
    now: str,
    saved: Mapping[str, Any] | None = None,
    mappings: Collection[str] | None = None,
    project_id: str = "",
) -> RunContext:
    """The constants of a run. `settings` are checked values (`runtime.settings.check_settings`), `now` is ISO 8601,
    `saved` is what `create_list` saved, `mappings` are those that have a property (None: all)."""
    mapped = [mapping for mapping in program.mappings if mappings is None or mapping.name in mappings]
    scope: dict[str, Any] = {
        **{name: mark_of(name) for name in program.filled_by_auth},
        "amp_cohort_name": cohort_label(program.manifest, cohort.name),
        "amp_cohort_id": cohort.id,
        "amp_cohort_url": cohort.url or None,
        "project_id": project_id,
        "run_id": run_id,
        "now": now,
        "targets": [mapping.target or mapping.name for mapping in mapped],
    }
    for form_field in program.fields:
        value = settings.get(form_field.name)
        scope[form_field.name] = value
        chosen = next((option for option in form_field.options if option.value == value), None)
        for key in form_field.carried_keys:
            scope[f"{form_field.name}.{key}"] = chosen.carried.get(key) if chosen else None
    for name, template in program.define:
        scope[name] = template.render(scope)
    if program.list_id is not None:
        scope["list_id"] = program.list_id.render(scope)
    return RunContext(run_id, {**scope, **(saved or {})}, tuple(mapping.name for mapping in mapped))

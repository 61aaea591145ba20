"""A compiled manifest: everything that preview, test, simulator and real syncs need, and the same for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from maniple.auth import mark_of
from maniple.diagnostics.model import Diagnostic
from maniple.manifest.base import seconds
from maniple.manifest.fields import FormField
from maniple.manifest.limits import LimitHeader, RateWindow
from maniple.manifest.model import Manifest
from maniple.runtime.body import BodyProgram
from maniple.runtime.classify import RuleProgram
from maniple.runtime.credentials import AuthProgram
from maniple.runtime.learning import MatchProgram, PaginateProgram, PollProgram, SaveProgram
from maniple.runtime.mapping import MappingProgram
from maniple.runtime.rejects import RejectsProgram
from maniple.template.compile import ColumnTemplate, PlacedText, ScalarTemplate
from maniple.template.filters import slugify

Operation: TypeAlias = Literal["add", "remove"]
Scope: TypeAlias = Mapping[str, Any]
MENDING = frozenset({"split_batch", "drop_rejected_and_resend"})
"""What a rule may say to send a refused batch again in another form."""


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
class StepProgram:
    """One request of a call, compiled, and how its answer is read. A call without `steps` has one."""

    call: str
    name: str | None
    method: str
    url: PlacedText
    query: tuple[PairProgram, ...]
    headers: tuple[PairProgram, ...]
    body: BodyProgram | None
    item: ColumnTemplate | None
    join: str | None
    success: Any
    rejects: RejectsProgram | None
    rules: tuple[RuleProgram, ...]
    auth: AuthProgram
    timeout: float
    when: ScalarTemplate | None
    """Without it being true the step is left out."""
    only: ColumnTemplate | None
    """The step is for the users for whom this is true."""
    condition: str
    """`when` as it is written."""
    save: tuple[SaveProgram, ...]
    match: MatchProgram | None
    paginate: PaginateProgram | None
    poll: PollProgram | None
    once: bool
    carries_users: bool
    """It sends users: as items, or the one whose variables stand in it."""
    waits: tuple[LimitHeader, ...] = ()
    """Reply headers that say when to call again."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that stand in its URL, query, headers, body and item."""
        return self.names_outside | (self.item.names if self.item else frozenset())

    @cached_property
    def names_outside(self) -> frozenset[str]:
        """The variables that stand in its URL, query, headers and body, outside of the items."""
        pairs = (*self.query, *self.headers)
        values = [template for pair in pairs for template in (*pair.values, *pair.when_present)]
        texts = [text for pair in pairs for text in (pair.name, pair.value) if text is not None]
        whole = [part for part in (self.url, self.body) if part is not None]
        return frozenset(name for part in (*values, *texts, *whole) for name in part.names)

    @cached_property
    def is_plain(self) -> bool:
        """One request and its answer, with nothing before or after it."""
        return not (self.match or self.paginate or self.poll or self.once or self.when or self.only or self.save)

    @property
    def label(self) -> str:
        """What people know it by: `add_users`, `add_users.find`."""
        return f"{self.call}.{self.name}" if self.name else self.call


@dataclass(frozen=True)
class CallProgram:
    """One call, compiled: its steps, and how users are put into it."""

    name: str
    steps: tuple[StepProgram, ...]
    single: bool
    """One user a call, whose variables may stand in the URL, the headers and the body."""
    rows: frozenset[str]
    """The columns of a batch that it reads."""
    positional: bool
    """It reads `$values`."""
    targets: frozenset[str]
    """Of `rows` those that say what a user's value is to the partner: `name.target`."""
    one_target: frozenset[str]
    """Of `targets` those that are the same for all users of a request."""
    items: int
    max_bytes: int | None
    weight: int
    """About how many bytes of a body one user makes at most, unless the user's values are very long."""
    copies: int
    """How often the items stand in the body."""
    dedupe: bool
    list_id: ListIdProgram | None
    parallel: int
    rates: tuple[RateWindow, ...]
    """The call's own rate windows: (count, seconds)."""
    budget: RateWindow | None = None
    """Calls a day."""
    by: ColumnTemplate | None = None
    """Only users for whom this is the same share a request."""
    by_name: str | None = None
    """The variable that `by` is, which then has one value a request."""
    min_items: int | None = None
    sends_nobody: bool = False
    """It is made also when there is no user."""
    takes_all: bool = False
    """All users go into one request."""
    first_batch: bool = False
    """On `create_list`: it carries the first users."""

    @cached_property
    def first(self) -> StepProgram:
        """Its first step: the request itself, of a call without `steps`."""
        return self.steps[0]

    @cached_property
    def is_plain(self) -> bool:
        """It is one request: nothing is looked up before it and nothing follows from its answer but the outcome."""
        return len(self.steps) == 1 and self.first.is_plain

    @cached_property
    def mends(self) -> bool:
        """What became of single users decides what is sent next, so their values are held until the batch has ended."""
        return (
            not self.is_plain
            or self.first_batch
            or self.first.rejects is not None
            or any(rule.action in MENDING for rule in self.first.rules)
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that stand in its requests."""
        return frozenset[str]().union(*(step.names for step in self.steps))


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
    rates: tuple[RateWindow, ...]
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)
    """Findings that do not block."""

    def call_for(self, operation: Operation) -> CallProgram:
        """The call that adds or removes users."""
        if self.is_snapshot:
            return self.calls["replace_users"]
        names = ("add_users", "set_property") if operation == "add" else ("remove_users", "unset_property")
        found = next((self.calls[name] for name in names if name in self.calls), None)
        return found or self.calls["update_users"]

    @property
    def is_snapshot(self) -> bool:
        """The partner gets the whole cohort each run, and forgets who is not in it."""
        return self.manifest.kind == "snapshot" and "replace_users" in self.calls

    @property
    def kept_every(self) -> float | None:
        """Seconds after which unchanged members are sent again, 0 for every run; None when they never are."""
        every = self.manifest.keep_users.every if self.manifest.keep_users is not None else None
        return None if every is None else 0.0 if every == "run" else seconds(every)

    @property
    def create(self) -> CallProgram | None:
        """The call that creates the list, if there is one."""
        return self.calls.get("create_list")

    @cached_property
    def filled_by_auth(self) -> frozenset[str]:
        """The variables that auth kinds fill in; a mark stands for them until a request is sent."""
        return frozenset[str]().union(*(step.auth.variables for call in self.calls.values() for step in call.steps))

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
        names = tuple(name for mapping in self.mappings for name in mapping.sent_names if name in used)
        return (*names, "amplitude_id") if "amplitude_id" in used or not names else names

    @cached_property
    def sent_names(self) -> tuple[str, ...]:
        """The variables that a user can be sent as: the mappings, and the targets of those that are a choice."""
        return tuple(name for mapping in self.mappings for name in mapping.sent_names)

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
    """The mappings that have a property, in the manifest's order, but for those of many properties: what `$targets` and
    `$values` are about."""

    def with_list(self, saved: Mapping[str, Any]) -> RunContext:
        """This context once the list exists."""
        return RunContext(self.run_id, {**self.scope, **saved}, self.mapped)


def field_scope(program: Program, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as variables, with what the chosen options carry."""
    scope: dict[str, Any] = {}
    for form_field in program.fields:
        value = settings.get(form_field.name)
        scope[form_field.name] = value
        chosen = next((option for option in form_field.options if option.value == value), None)
        for key in form_field.carried_keys:
            scope[f"{form_field.name}.{key}"] = chosen.carried.get(key) if chosen else None
    return scope


def run_context(
    program: Program,
    *,
    settings: Mapping[str, Any],
    cohort: Cohort,
    run_id: str,
    now: str,
    saved: Mapping[str, Any] | None = None,
    mappings: Mapping[str, str] | None = None,
    project_id: str = "",
) -> RunContext:
    """The constants of a run. `settings` are checked values (`runtime.settings.check_settings`), `now` is ISO 8601,
    `saved` is what `create_list` saved, `mappings` are the connection's (None: all have a property)."""
    fields = field_scope(program, settings)
    asked = [mapping for mapping in program.mappings if mapping.is_asked(fields)]
    positional = [mapping for mapping in asked if not mapping.many]
    mapped = [mapping for mapping in positional if mappings is None or mapping.name in mappings]
    names = [mapping.name for mapping in mapped]
    chosen = mappings or {}
    scope: dict[str, Any] = {
        **fields,
        **{name: mark_of(name) for name in program.filled_by_auth},
        "amp_cohort_name": cohort_label(program.manifest, cohort.name),
        "amp_cohort_id": cohort.id,
        "amp_cohort_url": cohort.url or None,
        "project_id": project_id,
        "run_id": run_id,
        "now": now,
        "targets": [mapping.target_of(chosen) for mapping in mapped],
        **{
            mapping.target_key: mapping.target_of(chosen) if mapping.name in names else None
            for mapping in program.mappings
            if mapping.choices
        },
    }
    for name, template in program.define:
        scope[name] = template.render(scope)
    if program.list_id is not None:
        scope["list_id"] = program.list_id.render(scope)
    return RunContext(run_id, {**scope, **(saved or {})}, tuple(names))

"""What a draft makes of a set-up: the form, the variables, the users and the requests, or what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.errors import CohortError, ManipleError, OperatorError, SettingsError, UsageError
from maniple.manifest.fields import FormField
from maniple.runtime.mapping import MappingProgram
from maniple.runtime.program import Program, VariableRow
from maniple.runtime.settings import asked_mappings, choose_properties, filled, operator_fields, shown_fields
from maniple.source.text import Path as Place
from maniple.store.home import Home
from maniple.usecases.curl_command import as_curl
from maniple.usecases.draft import Draft
from maniple.usecases.operator import operator_values
from maniple.usecases.preview import Preview, Trial, preview
from maniple.usecases.rehearsal import calls_of, trial_for
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.users import TestUsers
from maniple.wire import Request

About: TypeAlias = Literal["manifest", "users", "settings", "requests"]


@dataclass(frozen=True)
class Trouble:
    """Why something cannot be shown or tested. `place` is where in the manifest, if it is there."""

    about: About
    message: str
    hint: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class VariableLine:
    """A row of the variables table, and the place that has the problem, else the one that declares it."""

    row: VariableRow
    problem: str
    place: Place


@dataclass(frozen=True)
class FieldLine:
    """A field of the form. `problem` is what is wrong with what is filled in; `missing`: nothing is, and it is needed."""

    field: FormField
    problem: str = ""
    missing: bool = False


@dataclass(frozen=True)
class MappingLine:
    """A mapping of the form: the properties offered for it, and the one that is taken when none is chosen."""

    mapping: MappingProgram
    offered: tuple[str, ...] = ()
    taken: str = ""
    missing: bool = False


@dataclass(frozen=True)
class Study:
    """Everything that the testing panel shows of a draft. What could not be found out is None or empty."""

    program: Program | None = None
    variables: tuple[VariableLine, ...] = ()
    fields: tuple[FieldLine, ...] = ()
    """The fields that an end user sees, for what is filled in so far."""
    operator_fields: tuple[FieldLine, ...] = ()
    """The fields of whoever runs maniple that have no value yet."""
    mappings: tuple[MappingLine, ...] = ()
    users: TestUsers | None = None
    operator: Mapping[str, Any] = field(default_factory=dict, repr=False)
    trial: Trial | None = field(default=None, repr=False)
    preview: Preview | None = None
    curls: Mapping[str, str] = field(default_factory=dict)
    """The first request of each call as a curl command, secrets as variables of the shell."""
    troubles: tuple[Trouble, ...] = ()

    @property
    def calls(self) -> tuple[str, ...]:
        """The calls that can be tested."""
        return calls_of(self.program) if self.program is not None else ()

    def trouble(self, *about: About) -> Trouble | None:
        """The first that is about one of these."""
        return next((one for one in self.troubles if one.about in about), None)


def study(draft: Draft, setup: Setup, home: Home, environ: Mapping[str, str], now: str) -> Study:
    """Find out what can be shown of a draft with a set-up. `now` is ISO 8601. Raises nothing: troubles are part of it."""
    destination = draft.destination
    variables = tuple(_variables(draft))
    program = destination.program
    if program is None:
        return Study(None, variables, troubles=(_of_manifest(blocking(destination.diagnostics)),))
    try:
        operator = operator_values(home, program, environ)
    except ManipleError as error:
        return Study(program, variables, _fields(program, setup), troubles=(_of("settings", error),))
    form = Study(
        program,
        variables,
        _fields(program, setup),
        _operator_fields(program, setup, operator),
        _mappings(program, setup, None, None),
        operator=operator,
    )
    try:
        users = setup.users_for(program)
    except ManipleError as error:
        return replace(form, troubles=(_of("users", error),))
    form = replace(form, users=users, mappings=_mappings(program, setup, users, None))
    try:
        trial = trial_for(program, setup, users, now=now, operator=operator)
    except (SettingsError, OperatorError, UsageError, CohortError) as error:
        return replace(form, troubles=(_of("settings", error),))
    form = replace(form, trial=trial, mappings=_mappings(program, setup, users, trial.settings))
    try:
        return replace(form, preview=preview(trial), curls=_curls(trial))
    except ManipleError as error:
        return replace(form, troubles=(_of("requests", error),))


def _curls(trial: Trial) -> dict[str, str]:
    settings = trial.settings
    secrets = {name: str(settings[name]) for name in trial.program.secret_names if settings.get(name)}
    first: dict[str, Request] = {}
    for request in preview(trial, show_secrets=True).requests:
        first.setdefault(request.call, request)
    return {call: as_curl(request, secrets) for call, request in first.items()}


def _fields(program: Program, setup: Setup) -> tuple[FieldLine, ...]:
    return tuple(_field(each, setup) for each in shown_fields(program, setup.settings))


def _operator_fields(program: Program, setup: Setup, given: Mapping[str, Any]) -> tuple[FieldLine, ...]:
    return tuple(_field(each, setup) for each in operator_fields(program) if each.name not in given)


def _field(form_field: FormField, setup: Setup) -> FieldLine:
    value = setup.settings.get(form_field.name)
    try:
        filled(form_field, value)
    except SettingsError as error:
        missing = value in (None, "")
        return FieldLine(form_field, "" if missing else error.message, missing)
    return FieldLine(form_field)


def _mappings(
    program: Program, setup: Setup, users: TestUsers | None, settings: Mapping[str, Any] | None
) -> tuple[MappingLine, ...]:
    columns = users.columns if users is not None else ()
    lines: list[MappingLine] = []
    for mapping in asked_mappings(program, settings):
        chosen = setup.mappings.get(mapping.name)
        offered = dict.fromkeys([*mapping.suggest, *columns, *([chosen] if chosen and not mapping.many else [])])
        taken = choose_properties(mapping, columns) or ""
        missing = not mapping.optional and not taken and not chosen
        lines.append(MappingLine(mapping, tuple(offered), taken, missing))
    return tuple(lines)


def _of(about: About, error: ManipleError) -> Trouble:
    if isinstance(error, SettingsError):
        return Trouble(about, error.message, "fill in the form")
    return Trouble(about, error.message, error.hint or "")


def _of_manifest(findings: list[Diagnostic]) -> Trouble:
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return Trouble("manifest", f"{first.message}{more}", first.hint or "", first.path)


def _variables(draft: Draft) -> Iterator[VariableLine]:
    destination = draft.destination
    findings = [one for one in destination.diagnostics if one.severity == "error"]
    for row in destination.variables:
        found = next((one for one in findings if _speaks_of(one, row.name)), None)
        problem = row.problem or (found.message if found is not None else "")
        yield VariableLine(row, problem, found.path if found is not None else _declared_at(draft, row))


def _speaks_of(finding: Diagnostic, name: str) -> bool:
    return f"`${name}`" in finding.message or f"`{name}`" in finding.message


def _declared_at(draft: Draft, row: VariableRow) -> Place:
    """Where a variable is declared; of a pre-defined one where it is used first."""
    for section in ("fields", "mappings"):
        for position, entry in enumerate(draft.value((section,), ()) or ()):
            if isinstance(entry, dict) and entry.get("name") == row.name:
                return (section, position)
    if draft.value(("define", row.name)) is not None:
        return ("define", row.name)
    first = row.where.split(", ")[0]
    place: list[str | int] = []
    for part in first.replace("[", ".").replace("]", "").split("."):
        key: str | int = int(part) if part.isdigit() else part
        if draft.value((*place, key)) is None:
            break
        place.append(key)
    return tuple(place)

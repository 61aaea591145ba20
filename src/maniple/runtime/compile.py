"""From a manifest to a program: every template read, checked and compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.errors import ManifestError
from maniple.manifest.limits import DEFAULT_PARALLEL
from maniple.manifest.mappings import Choice, Mapping, Pattern
from maniple.manifest.model import CALLS_WITH_USERS, Manifest
from maniple.manifest.saved import saved_names
from maniple.runtime.bounds import beyond_bounds
from maniple.runtime.compile_auth import AuthCompiler, saved_by_auth, with_default_fields
from maniple.runtime.compile_call import CallCompiler, compile_rates
from maniple.runtime.compile_request import RequestCompiler
from maniple.runtime.compile_step import StepCompiler
from maniple.runtime.credentials import AuthProgram
from maniple.runtime.mapping import ChoiceProgram, MappingProgram, ValueRule
from maniple.runtime.program import CallProgram, Program, VariableRow
from maniple.runtime.readback import COUNT
from maniple.runtime.reading import Available, Located, TemplateReader
from maniple.runtime.rules import compile_pattern
from maniple.runtime.support import does_not_fit
from maniple.runtime.url import Constant, constants_in, expand, parts_of
from maniple.runtime.variables import variables_table
from maniple.runtime.weight import MAX_CONSTANTS, weight_of
from maniple.source.text import Document, Path
from maniple.template.ast import Const
from maniple.template.compile import ColumnTemplate, ScalarTemplate
from maniple.template.scope import PREDEFINED

ALWAYS = {name: "pre-defined" for name, row in PREDEFINED.items() if row.place == "always"}
IN_CALL = {
    name: "pre-defined" for name in ("operation", "membership", "batch_id", "batch_index", "targets", "property_name")
}
PER_USER = {name: "pre-defined" for name in ("user", "amplitude_id", "values", "property_value")}


@dataclass
class Declared:
    """Everything a manifest declares, by name: the section, and the place for a finding about it."""

    sections: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[Path, bool]] = field(default_factory=dict)

    def add(self, name: str, section: str, path: Path, *, key: bool = False) -> None:
        self.sections.setdefault(name, section)
        self.places.setdefault(name, (path, key))


@dataclass(frozen=True)
class Compilation:
    """What compiling found: the program when nothing blocks, every finding, and the variables table in any case."""

    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    variables: tuple[VariableRow, ...]


def compile_program(manifest: Manifest, document: Document | None = None) -> Program:
    """Compile a manifest. Raises ManifestError with every blocking finding."""
    compilation = try_compile(manifest, document)
    if compilation.program is None:
        raise ManifestError(blocking(compilation.diagnostics))
    return compilation.program


def try_compile(manifest: Manifest, document: Document | None = None) -> Compilation:
    """Compile a manifest and answer with all that was found."""
    return _Compiler(manifest, document).run()


class _Compiler:
    def __init__(self, manifest: Manifest, document: Document | None) -> None:
        self.manifest = manifest
        self.document = document
        self.reader = TemplateReader(manifest, document)
        self.declared = Declared()
        self.fields = with_default_fields(manifest)
        self.field_names: Available = {form_field.name: "field" for form_field in self.fields}
        self.constants: dict[str, Constant] = {}
        self.targets = dict.fromkeys((f"{name}.target" for name in sorted(self.reader.targets)), "mapping")

    def run(self) -> Compilation:
        for code, message, path, details in beyond_bounds(self.manifest):
            self.reader.report(code, message, path, **details)
        if self.reader.blocked:
            return Compilation(None, tuple(_in_order(self.reader.findings)), ())
        self._shape()
        self._declare()
        define = self._define()
        base: dict[str, str] = {
            **self.field_names,
            **{name: "define" for name in self.manifest.define},
            **saved_by_auth(self.manifest),
            **ALWAYS,
            **self.targets,
        }
        saved = dict.fromkeys(self._saved_by_create(), "saved")
        has_list = self.manifest.create_list is not None or self.manifest.list_id is not None
        with_list = {**base, **saved, **({"list_id": "pre-defined"} if has_list else {})}
        conditions = self._field_conditions()
        mappings = self._mappings()
        list_id = self._list_id(base)
        calls = self._calls(base, with_list)
        self._read_back()
        rates = compile_rates(self.reader, self.manifest.limits, ("limits",), self.field_names)
        rows = variables_table(self.declared.sections, self.reader.uses)
        self._unused(rows)
        diagnostics = tuple(_in_order(self.reader.findings))
        if blocking(diagnostics):
            return Compilation(None, diagnostics, rows)
        program = Program(
            manifest=self.manifest,
            fields=self.fields,
            field_conditions=conditions,
            mappings=mappings,
            define=define,
            calls=calls,
            list_id=list_id,
            variables=rows,
            parallel=self.manifest.limits.parallel or DEFAULT_PARALLEL,
            rates=rates,
            diagnostics=diagnostics,
        )
        return Compilation(program, diagnostics, rows)

    def _shape(self) -> None:
        for code, message, path, details in does_not_fit(self.manifest):
            self.reader.report(code, message, path, **details)

    def _declare(self) -> None:
        written = {form_field.name for form_field in self.manifest.fields}
        for position, form_field in enumerate(self.manifest.fields):
            self.declared.add(form_field.name, "fields", ("fields", position, "name"))
            compile_pattern(self.reader, form_field.pattern, ("fields", position, "pattern"))
        for form_field in self.fields:
            if form_field.name not in written:
                self.declared.add(form_field.name, "auth", ("auth",))
        for name in self.manifest.define:
            self.declared.add(name, "define", ("define", name), key=True)
        for position, mapping in enumerate(self.manifest.mappings):
            self.declared.add(mapping.name, "mappings", ("mappings", position, "name"))
        for name, (section, path) in saved_names(self.manifest.calls).items():
            if name not in PREDEFINED:
                self.declared.add(name, section, path, key=True)

    def _saved_by_create(self) -> list[str]:
        """What creating the list saves: it is kept with the list."""
        create = self.manifest.create_list
        saved = saved_names({"create_list": create}) if create is not None else {}
        return [name for name in saved if name not in PREDEFINED]

    def _define(self) -> tuple[tuple[str, ScalarTemplate], ...]:
        available: dict[str, str] = {**self.field_names, **ALWAYS}
        compiled: list[tuple[str, ScalarTemplate]] = []
        weights: dict[str, int] = {}
        for name, text in self.manifest.define.items():
            node = self.reader.text(text, ("define", name), available, "define")
            weights[name] = weight_of(parts_of(node), weights)
            if sum(weights.values()) > MAX_CONSTANTS:
                self.reader.report(
                    "MAN104",
                    "the constants become too long when they are put into each other",
                    ("define", name),
                    hint="write shorter constants, or fewer of them into another",
                )
                node, weights[name] = Const(""), 0
            compiled.append((name, ScalarTemplate(node)))
            parts = parts_of(node)
            made_of = constants_in(parts, self.constants) | {name}
            self.constants[name] = Constant(expand(parts, self.constants), made_of)
            available[name] = "define"
        return tuple(compiled)

    def _field_conditions(self) -> dict[str, ScalarTemplate]:
        return {
            form_field.name: ScalarTemplate(
                self.reader.condition(form_field.when, ("fields", position, "when"), self.field_names, "fields")
            )
            for position, form_field in enumerate(self.manifest.fields)
            if form_field.when is not None
        }

    def _mappings(self) -> tuple[MappingProgram, ...]:
        compiled = tuple(
            self._mapping(mapping, ("mappings", position)) for position, mapping in enumerate(self.manifest.mappings)
        )
        names = [mapping.name for mapping in self.manifest.mappings]
        for position, group in enumerate(self.manifest.require):
            for place, name in enumerate(group):
                if name not in names:
                    self.reader.report("MAN201", f"`{name}` is not a mapping", ("require", position, place))
        return compiled

    def _mapping(self, mapping: Mapping, path: Path) -> MappingProgram:
        when = None
        if mapping.when is not None:
            node = self.reader.condition(mapping.when, (*path, "when"), self.field_names, "mappings")
            when = ScalarTemplate(node)
        choices = tuple(
            ChoiceProgram(
                choice.target, choice.label or choice.target, self._value_rule(choice, (*path, "one_of", place))
            )
            for place, choice in enumerate(mapping.one_of)
        )
        return MappingProgram(
            mapping.name,
            mapping.label,
            mapping.target,
            tuple(mapping.suggest),
            mapping.optional,
            self._value_rule(mapping, path),
            choices,
            mapping.many,
            when,
        )

    def _value_rule(self, written: Mapping | Choice, path: Path) -> ValueRule:
        normalize: ColumnTemplate | None = None
        if written.normalize is not None:
            available = {**self.field_names, "value": "pre-defined"}
            node = self.reader.text(written.normalize, (*path, "normalize"), available, "mappings")
            normalize = ColumnTemplate(node, frozenset({"value"}))
        if isinstance(written.format, Pattern):
            compile_pattern(self.reader, written.format.regex, (*path, "format", "regex"))
        return ValueRule(written.format, written.hash, normalize)

    def _list_id(self, base: Available) -> ScalarTemplate | None:
        text = self.manifest.list_id
        return ScalarTemplate(self.reader.text(text, ("list_id",), base, "list_id")) if text is not None else None

    def _calls(self, base: Available, with_list: Available) -> dict[str, CallProgram]:
        by_name = {form_field.name: form_field for form_field in self.fields}
        auths = AuthCompiler(self.manifest, self.reader, by_name, self.constants)
        shared_auth = auths.compile(self.manifest.auth, ("auth",), base, "auth")
        requests = RequestCompiler(
            self.manifest,
            self.reader,
            by_name,
            self.constants,
            base,
            frozenset(saved_by_auth(self.manifest)) - {"access_token"},
        )

        def auth_of(auth: Any, path: Path, available: Available, section: str) -> AuthProgram:
            return shared_auth if auth is None else auths.compile(auth, path, available, section)

        steps = StepCompiler(self.manifest, self.reader, requests)
        compiler = CallCompiler(self.manifest, self.reader, steps, auth_of)
        calls: dict[str, CallProgram] = {}
        users = {**{mapping.name: "mapping" for mapping in self.manifest.mappings}, **self.targets, **PER_USER}
        for name, call in self.manifest.calls.items():
            carries_users = name in CALLS_WITH_USERS or call.first_batch
            before = dict(base if name == "create_list" else with_list)
            available = {**before, **IN_CALL} if carries_users else before
            steps.named = users if name == "list_members" else {}
            calls[name] = compiler.compile(name, call, available, users if carries_users else {})
            self._no_token_in_item(name, calls[name])
        return calls

    def _no_token_in_item(self, name: str, call: CallProgram) -> None:
        """Items are rendered before anybody is asked for a token."""
        used = frozenset[str]().union(*(step.item.names for step in call.steps if step.item))
        for variable in sorted(used & set(saved_by_auth(self.manifest))):
            message = f"`${variable}` comes from `auth`, and has no value in `{name}.item`"
            hint = "put it into a header, the URL, the query or the body around `$items`"
            self.reader.report("MAN203", message, (name, "item"), key=True, hint=hint)

    def _read_back(self) -> None:
        """What the calls that read back must say, and that what they save is used."""
        count = self.manifest.count_members
        if count is not None:
            if COUNT in saved_names({"count_members": count}):
                self.reader.uses.append(Located(COUNT, "count_members"))
            else:
                hint = f"add `save: {{{COUNT}: PATH}}`"
                message = f"`count_members` does not say where the number of members is: it saves `{COUNT}`"
                self.reader.report("MAN403", message, ("count_members",), key=True, hint=hint)
        members = self.manifest.list_members
        if members is not None:
            match = (members.steps[-1] if members.steps else members).match
            if match is None or match.by != "value":
                hint = "add `match: {rows: PATH, by: value, at: PATH, item: $MAPPING}` to its last request"
                message = "`list_members` does not say where the members are"
                self.reader.report("MAN403", message, ("list_members",), key=True, hint=hint)

    def _unused(self, rows: Iterable[VariableRow]) -> None:
        if self.reader.unread:
            return
        for row in rows:
            if row.name in self.reader.meant:
                continue
            if row.declared and not row.used and row.name in self.declared.places:
                path, key = self.declared.places[row.name]
                what = {
                    "fields": "the end user would be asked for nothing",
                    "mappings": "the end user would map it for nothing",
                }
                label = what.get(self.declared.sections[row.name], "nothing reads it")
                self.reader.report(
                    "MAN202",
                    f"`{row.name}` is declared, but no template uses `${row.name}`",
                    path,
                    key=key,
                    label=label,
                    hint=f"use `${row.name}`, or delete it",
                )


def _in_order(findings: list[Diagnostic]) -> list[Diagnostic]:
    """Findings in the order of the file, each once."""
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda one: (one.span.start if one.span else -1, one.code))

"""The set-up form exactly as an end user will see it, and below it what whoever runs maniple gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from maniple.portal.testing.segments import Segments
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.study import FieldLine, MappingLine, Study

PLACEHOLDERS = {"url": "https://…", "subdomain": "acme", "integer": "0"}


class SetupForm(VerticalScroll, can_focus=False):
    """Fields and mappings. It is made anew when the manifest asks for other ones, and keeps what is filled in."""

    DEFAULT_CSS = """
    SetupForm {
        padding: 0 1;
        .title { text-style: bold; margin-bottom: 1; }
        .label { margin-top: 1; }
        .help { color: $text-muted; }
        .problem { color: $text-error; display: none; }
        .problem.-shown { display: block; }
        Input { background: $surface; &:focus { background: $surface-lighten-1; } }
        Select { height: auto; }
        .section { margin-top: 1; color: $text-muted; text-style: bold; }
    }
    """

    class Filled(Message):
        """A value was filled in. `kind` is `settings` or `mappings`."""

        def __init__(self, kind: str, name: str, value: Any) -> None:
            super().__init__()
            self.kind = kind
            self.name = name
            self.value = value

    def __init__(self) -> None:
        super().__init__(id="setup-form")
        self._shape: tuple[Any, ...] = ()
        self._names: dict[str, tuple[str, str]] = {}

    def compose(self) -> ComposeResult:
        yield Static("The form appears when the manifest can be read", classes="help", id="form-empty")

    async def show(self, study: Study, setup: Setup) -> None:
        """Show the form of a study with what is filled in. While the manifest cannot be read the last one stays."""
        if study.program is None:
            return
        shape = _shape_of(study)
        if shape != self._shape:
            focused = (
                self.app.focused.id
                if self.app.focused is not None and self.app.focused in self.walk_children()
                else None
            )
            self._shape = shape
            self._names = {}
            async with self.batch():
                await self.remove_children()
                await self.mount_all(self._widgets(study, setup))
            if focused and (again := self.query(f"#{focused}")):
                again.first().focus(scroll_visible=False)
        self._tell(study)

    def _widgets(self, study: Study, setup: Setup) -> Iterator[Widget]:
        assert study.program is not None
        yield Static(Content(f"Connect to {study.program.manifest.name}"), classes="title")
        for line in study.fields:
            yield from self._field(line, setup)
        if study.mappings:
            yield Static("Mappings", classes="section")
        for mapping in study.mappings:
            yield from self._mapping(mapping, setup)
        if study.operator_fields:
            yield Static("Given by whoever runs maniple, not by the end user", classes="section")
        for line in study.operator_fields:
            yield from self._field(line, setup)
        if not (study.fields or study.mappings):
            yield Static("This integration asks for nothing", classes="help")

    def _field(self, line: FieldLine, setup: Setup) -> Iterator[Widget]:
        form_field = line.field
        star = "" if form_field.optional else " *"
        yield Static(Content.assemble(form_field.label, (star, "$text-warning")), classes="label")
        value = setup.settings.get(form_field.name)
        yield self._control(line, form_field.default if value in (None, "") else value)
        yield Static("", classes="problem", id=f"problem-{form_field.name}", markup=False)
        if form_field.help:
            yield Static(Content(form_field.help), classes="help")

    def _control(self, line: FieldLine, value: Any) -> Widget:
        form_field = line.field
        identity = f"field-{form_field.name}"
        self._names[identity] = ("settings", form_field.name)
        match form_field.type:
            case "select":
                options = [(Content(option.label), option.value) for option in form_field.options]
                known = value if value in [option.value for option in form_field.options] else Select.NULL
                return Select[Any](options, prompt="Choose…", value=known, id=identity, compact=True)
            case "buttons":
                return Segments([(option.label, option.value) for option in form_field.options], value, id=identity)
            case "boolean":
                known = value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
                return Segments([("yes", True), ("no", False)], known, id=identity)
            case "secret":
                text = "" if value is None else str(value)
                return Input(text, password=True, placeholder="secret", id=identity, compact=True)
            case "string" | "url" | "subdomain" | "integer":
                text = "" if value is None else str(value)
                placeholder = PLACEHOLDERS.get(form_field.type, "")
                return Input(text, placeholder=placeholder, id=identity, compact=True)

    def _mapping(self, line: MappingLine, setup: Setup) -> Iterator[Widget]:
        mapping = line.mapping
        identity = f"mapping-{mapping.name}"
        self._names[identity] = ("mappings", mapping.name)
        star = "" if mapping.optional else " *"
        target = f" → {mapping.target}" if mapping.target else ""
        yield Static(Content.assemble(mapping.label, (star, "$text-warning"), (target, "$text-muted")), classes="label")
        chosen = setup.mappings.get(mapping.name)
        if mapping.many:
            placeholder = f"{line.taken or 'properties'}, separated by commas"
            yield Input(chosen or "", placeholder=placeholder, id=identity, compact=True)
        else:
            options = [(Content(name), name) for name in line.offered]
            prompt = f"Select user property… ({line.taken})" if line.taken else "Select user property…"
            known = chosen if chosen in line.offered else Select.NULL
            yield Select[Any](options, prompt=prompt, value=known, id=identity, compact=True)
        if mapping.choices:
            key = f"target-{mapping.name}"
            self._names[key] = ("mappings", mapping.target_key)
            now = setup.mappings.get(mapping.target_key)
            targets = [(Content(f"→ {choice.label}"), choice.target) for choice in mapping.choices]
            known = now if now in [choice.target for choice in mapping.choices] else Select.NULL
            yield Select[Any](targets, prompt="→ what it is to the partner", value=known, id=key, compact=True)
        yield Static("", classes="problem", id=f"problem-mapping-{mapping.name}", markup=False)

    def _tell(self, study: Study) -> None:
        """Show under each field what is wrong with it."""
        for line in (*study.fields, *study.operator_fields):
            words = f"✗ {line.problem}" if line.problem else "○ needed for a test" if line.missing else ""
            self._say(f"#problem-{line.field.name}", words)
        for mapping in study.mappings:
            self._say(f"#problem-mapping-{mapping.mapping.name}", "○ needed for a test" if mapping.missing else "")

    def _say(self, selector: str, words: str) -> None:
        for static in self.query(selector).results(Static):
            static.update(Content(words))
            static.set_class(bool(words), "-shown")

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Segments.Chosen)
    def _changed(self, event: Input.Changed | Select.Changed | Segments.Chosen) -> None:
        event.stop()
        known = self._names.get(event.control.id or "")
        if known is not None:
            value = "" if event.value is Select.NULL else event.value
            self.post_message(self.Filled(*known, value))


def _shape_of(study: Study) -> tuple[Any, ...]:
    """What the form looks like; equal when no field has to be made anew."""
    fields = tuple(line.field.model_dump_json() for line in (*study.fields, *study.operator_fields))
    mappings = tuple(
        (
            one.mapping.name,
            one.mapping.label,
            one.mapping.target,
            one.offered,
            one.taken,
            one.mapping.optional,
            tuple(choice.target for choice in one.mapping.choices),
        )
        for one in study.mappings
    )
    return (study.program.manifest.name if study.program else "", len(study.operator_fields), fields, mappings)

"""Scenes: each a way in which an end user can set a destination up, with a plain world and what may change in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, islice
from typing import Any

from maniple.cohort.member import INVALID
from maniple.errors import SettingsError
from maniple.manifest.fields import FormField
from maniple.review.worlds import Tokens, World, plain_setting, plain_value
from maniple.runtime.course import LONGEST_SAVED
from maniple.runtime.mapping import MappingProgram
from maniple.runtime.program import CallProgram, Program, field_scope
from maniple.runtime.settings import filled
from maniple.template.text import text_of

Slot = Callable[[Any], Any]
"""What stands for a raw value; None when it is refused or no value."""
FREE = ("string", "secret", "integer")
"""Types of fields that an end user fills with what they like."""
MOST_SCENES = 60
ODD_HOSTS = ("https://other-host.test:8443", "http://127.0.0.1:8080", "https://xn--bcher-kva.test")


@dataclass(frozen=True)
class Scene:
    """`without` are worlds in which some optional values are missing, with their names. `full`: it meets all values."""

    program: Program
    plain: World
    full: bool
    given: Tokens = field(repr=False)

    @cached_property
    def fields(self) -> list[FormField]:
        """The fields that a value may be typed into."""
        return [
            form_field
            for form_field in self.program.fields
            if form_field.type in FREE and self.plain.settings.get(form_field.name) is not None
        ]

    def constants(self, call: CallProgram) -> dict[str, Slot]:
        """What changes from connection to connection, from cohort to cohort and from list to list."""
        slots: dict[str, Slot] = {each.name: _setting(each) for each in self.fields}
        slots |= {
            f"cohort.{key}": lambda raw: raw if isinstance(raw, str) and raw else None for key in self.plain.cohort
        }
        saved = set(self.plain.saved) - {name for step in call.steps if step.match for name, _ in step.match.save}
        return slots | {name: _saved for name in sorted(saved)}

    def user_slots(self, call: CallProgram) -> dict[str, Slot]:
        """What changes from user to user."""
        slots: dict[str, Slot] = {}
        for mapping in self.program.mappings:
            if mapping.name in self.user_names:
                slots[mapping.name] = self._mapping(mapping)
        slots["amplitude_id"] = lambda raw: text_of(raw) or None
        slots["user"] = lambda raw: {text_of(raw): raw} if raw not in ("", None) else None
        found = {name for step in call.steps if step.match for name, _ in step.match.save} & set(self.user_names)
        return slots | {name: _saved for name in sorted(found)}

    def _mapping(self, mapping: MappingProgram) -> Slot:
        convert = mapping.converter(self.plain.context(self.program).scope, self.plain.targets)

        def slot(raw: Any) -> Any:
            if raw == "":
                return None
            value = convert([raw])[0] if convert else raw
            if value is INVALID or value is None or value == "":
                return None
            return {text_of(raw): value} if mapping.many else value

        return slot

    @cached_property
    def user_names(self) -> list[str]:
        """The columns of a user."""
        return list(self.plain.users[0])

    @cached_property
    def free_names(self) -> frozenset[str]:
        """The columns that hold any text."""
        return frozenset(
            mapping.name
            for mapping in self.program.mappings
            if mapping.name in self.user_names and not mapping.many and not mapping.choices
            if mapping.rule.converter({}) is None
        )

    def another_user(self) -> dict[str, Any]:
        """A user whom no other is like."""
        user = dict(self.plain.users[0])
        for mapping in self.program.mappings:
            if mapping.name in user:
                user[mapping.name] = plain_value(self.program, mapping, self.plain, self.given)
        for name in user:
            if name not in self.program.sent_names:
                user[name] = {self.given.text(): self.given.text()} if name == "user" else self.given.text()
        return user

    def tokens(self, program: Program, plain: World, world: World) -> dict[str, tuple[str, Any]]:
        """For each token of `plain` the slot that it fills, and what is in its place in `world`."""
        one, other = plain.context(program).scope, world.context(program).scope
        named = {"amp_cohort_name": "cohort.name", "amp_cohort_id": "cohort.id"}
        named |= {"amp_cohort_url": "cohort.url", "project_id": "cohort.project"}
        found: dict[str, tuple[str, Any]] = {}
        for name in chain((each.name for each in program.fields if _is_token(each)), named, plain.saved):
            if one.get(name) not in (None, "", True, False):
                found[str(one[name])] = (named.get(name, name), other.get(name))
        for before, after in zip(plain.users, world.users, strict=True):
            for name in before:
                if "." not in name:
                    found |= _of_value(name, before[name], after[name])
        return found

    @property
    def without(self) -> Iterator[tuple[tuple[str, ...], World]]:
        """Worlds that lack one optional value, and the one that lacks them all."""
        settings = [each.name for each in self.program.fields if each.optional and each.default is None]
        needed = {name for group in self.program.manifest.require for name in group}
        mappings = [each for each in self.program.mappings if each.optional and each.name in self.user_names]
        for name in settings:
            yield (name,), replace(self.plain, settings={**self.plain.settings, name: None})
        for mapping in mappings:
            yield (mapping.name,), self._unknown([mapping])
        spare = [each for each in mappings if each.name not in needed]
        if len(settings) + len(spare) > 1:
            bare = self._unknown(spare)
            bare = replace(bare, settings={**bare.settings, **dict.fromkeys(settings)})
            yield (*settings, *(each.name for each in spare)), bare
            yield (*settings,), replace(bare, unmapped=frozenset(each.name for each in spare))

    def _unknown(self, mappings: list[MappingProgram]) -> World:
        gone = {name: None for mapping in mappings for name in mapping.sent_names}
        return replace(self.plain, users=tuple({**user, **gone} for user in self.plain.users))


def scenes_of(program: Program) -> Iterator[Scene]:
    """The scene that a form with its defaults makes, then one for each other choice of a field and of a mapping; of very
    many choices the first."""
    return islice(_scenes(program), MOST_SCENES)


def _scenes(program: Program) -> Iterator[Scene]:
    yield _scene(program, {}, {}, full=True)
    for form_field in program.fields:
        values: list[Any] = [option.value for option in form_field.options] if form_field.is_choice else []
        values += [True, False] if form_field.type == "boolean" else []
        values += ODD_HOSTS if form_field.type == "url" else []
        values += ["a-b", "x" * 63] if form_field.type == "subdomain" else []
        for value in values:
            yield _scene(program, {form_field.name: value}, {}, full=False)
    for mapping in program.mappings:
        for choice in mapping.choices[1:]:
            yield _scene(program, {}, {mapping.target_key: choice.target}, full=False)


def _scene(program: Program, chosen: Mapping[str, Any], targets: Mapping[str, str], *, full: bool) -> Scene:
    given = Tokens()
    settings: dict[str, Any] = {each.name: chosen.get(each.name, plain_setting(each, given)) for each in program.fields}
    for name, condition in program.field_conditions.items():
        if not condition.render(field_scope(program, settings)):
            settings[name] = None
    cohort = {key: given.text() for key in ("name", "id", "url", "project")}
    world = World(settings, targets, cohort, _plain_saved(program, given))
    scope = field_scope(program, settings)
    asked = [mapping for mapping in program.mappings if mapping.is_asked(scope)]
    user: dict[str, Any] = {"amplitude_id": given.text(), "user": {given.text(): given.text()}}
    for mapping in asked:
        user[mapping.name] = plain_value(program, mapping, world, given)
        if mapping.choices:
            user[mapping.target_key] = mapping.target_of(targets)
    for mapping in program.mappings:
        if mapping not in asked:
            user |= dict.fromkeys(mapping.sent_names)
    for call in program.calls.values():
        for step in call.steps:
            user |= {name: given.text() for name, _ in (step.match.save if step.match else ()) if name != "list_id"}
    return Scene(program, replace(world, users=(user,)), full, given)


def _plain_saved(program: Program, given: Tokens) -> dict[str, Any]:
    """What replies give: the list's id, and what steps save for the steps after them."""
    found = {saved.name for call in program.calls.values() for step in call.steps for saved in step.save}
    if program.create is not None:
        found.add("list_id")
    return {name: given.text() for name in sorted(found)}


def _is_token(form_field: FormField) -> bool:
    return form_field.type in (*FREE, "url", "subdomain")


def _setting(form_field: FormField) -> Slot:
    def slot(raw: Any) -> Any:
        try:
            return filled(form_field, raw) if raw != "" else None
        except SettingsError:
            return None

    return slot


def _saved(raw: Any) -> Any:
    return raw if raw not in ("", None) and len(text_of(raw)) <= LONGEST_SAVED else None


def _of_value(name: str, plain: Any, odd: Any) -> dict[str, tuple[str, Any]]:
    if isinstance(plain, dict):
        pairs = zip(plain.items(), (odd if isinstance(odd, dict) else plain).items(), strict=True)
        return {token: (name, value) for one, other in pairs for token, value in zip(one, other, strict=True)}
    return {text_of(plain): (name, odd)} if plain is not None and plain != "" else {}

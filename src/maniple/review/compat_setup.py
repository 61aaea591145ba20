"""What changed about the form that end users filled in: auth, fields, mappings, cadences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maniple.auth import Auth
from maniple.diagnostics.suggest import listed
from maniple.manifest.fields import FormField
from maniple.manifest.mappings import Mapping
from maniple.manifest.model import Manifest
from maniple.review.difference import Difference
from maniple.runtime.compile_auth import with_default_fields
from maniple.source.text import Path

SAME_ON_THE_WIRE = ({"select", "buttons"}, {"string", "secret"})
"""Types of fields between which only the form, or where the value is kept, changes."""
OF_MAPPING_VALUES = ("format", "normalize", "hash")


def changes_of_setup(old: Manifest, new: Manifest) -> Iterator[Difference]:
    """The differences that a connection may stumble over."""
    yield from _auth(old, new)
    yield from _fields(old, new)
    yield from _mappings(old, new)
    yield from _requirements(old, new)
    gone = [cadence for cadence in old.cadences if cadence not in new.cadences]
    if gone:
        words = listed(gone, last="and")
        yield Difference(f"syncs may not run {words} any more", ("cadences",), breaking=True)
    elif old.cadences != new.cadences:
        yield Difference("syncs may run at more cadences", ("cadences",))


def _kinds(manifest: Manifest) -> list[Auth]:
    return manifest.auth if isinstance(manifest.auth, list) else [manifest.auth]


def _auth(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before, after = [auth.kind for auth in _kinds(old)], [auth.kind for auth in _kinds(new)]
    if before != after:
        was, now = listed(before, last="and"), listed(after, last="and")
        yield Difference(f"the partner is authenticated by {now}, and was by {was}", ("auth",), breaking=True)
        return
    asked = {scope for auth in _kinds(old) for scope in getattr(auth, "scopes", ())}
    added = [scope for auth in _kinds(new) for scope in getattr(auth, "scopes", ()) if scope not in asked]
    if added:
        words = listed(added, last="and")
        message = f"the scope {words} is asked for: every end user must grant access again"
        yield Difference(message, ("auth",), breaking=True)
    elif old.auth != new.auth:
        yield Difference("the details of authentication changed", ("auth",))


def _fields(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before = {each.name: each for each in with_default_fields(old)}
    after = {each.name: each for each in with_default_fields(new)}
    for name in before:
        if name not in after:
            yield Difference(
                f"the field `{name}` is gone", _place(old.fields, "fields", name), breaking=True, gone=True
            )
    for name, field in after.items():
        place = _place(new.fields, "fields", name)
        if name in before:
            yield from _field(before[name], field, place)
        elif field.optional or field.default is not None:
            yield Difference(f"the field `{name}` is new, and may be left as it is", place)
        else:
            who = "whoever runs maniple must give it" if field.from_ else "existing connections have no value for it"
            yield Difference(f"the field `{name}` is new and must be filled in: {who}", place, breaking=True)


def _field(old: FormField, new: FormField, place: Path) -> Iterator[Difference]:
    name = new.name
    if old.type != new.type:
        same = any({old.type, new.type} <= family for family in SAME_ON_THE_WIRE)
        message = f"the field `{name}` was of type `{old.type}`, and is of type `{new.type}`"
        yield Difference(message, (*place, "type"), breaking=not same or new.type == "secret")
    if old.from_ != new.from_:
        giver = "whoever runs maniple" if new.from_ else "the end user"
        yield Difference(f"the field `{name}` is now given by {giver}", (*place, "from"), breaking=True)
    if old.optional and old.default is None and not new.optional and new.default is None:
        yield Difference(f"the field `{name}` might stay empty, and must now be filled in", place, breaking=True)
    if new.pattern is not None and old.pattern != new.pattern:
        message = f"the values of `{name}` must match another pattern: kept ones may not"
        yield Difference(message, (*place, "pattern"), breaking=True)
    if old.when != new.when:
        needed = not new.optional and new.default is None
        yield Difference(f"the field `{name}` is asked for in other cases", (*place, "when"), breaking=needed)
    yield from _options(old, new, place)
    texts = [key for key in ("label", "help", "default") if getattr(old, key) != getattr(new, key)]
    if texts:
        yield Difference(f"the {listed(texts, last='and')} of the field `{name}` changed", place)


def _options(old: FormField, new: FormField, place: Path) -> Iterator[Difference]:
    if not (old.is_choice and new.is_choice):
        return
    before = {option.value: option for option in old.options}
    after = {option.value: option for option in new.options}
    for value in before:
        if value not in after:
            message = f"the field `{new.name}` has no option `{value}` any more"
            yield Difference(message, (*place, "options"), breaking=True)
    for value, option in after.items():
        if value not in before:
            yield Difference(f"the field `{new.name}` has the further option `{value}`", (*place, "options"))
        elif option != before[value]:
            yield Difference(f"the option `{value}` of `{new.name}` stands for other values", (*place, "options"))


def _mappings(old: Manifest, new: Manifest) -> Iterator[Difference]:
    before = {each.name: each for each in old.mappings}
    after = {each.name: each for each in new.mappings}
    added = [each for name, each in after.items() if name not in before]
    for name, mapping in before.items():
        if name in after:
            continue
        twin = next((each for each in added if each.target is not None and each.target == mapping.target), None)
        renamed = f": `{twin.name}` seems to be its new name" if twin else ""
        place = _place(old.mappings, "mappings", name)
        yield Difference(f"the mapping `{name}` is gone{renamed}", place, breaking=True, gone=True)
    for mapping in added:
        place = _place(new.mappings, "mappings", mapping.name)
        if mapping.optional:
            yield Difference(f"the mapping `{mapping.name}` is new, and may stay unmapped", place)
        else:
            message = f"the mapping `{mapping.name}` is new and needed: existing connections have no property for it"
            yield Difference(message, place, breaking=True)
    for name, mapping in after.items():
        if name in before:
            yield from _mapping(before[name], mapping, _place(new.mappings, "mappings", name))


def _mapping(old: Mapping, new: Mapping, place: Path) -> Iterator[Difference]:
    name = new.name
    if old.optional and not new.optional:
        yield Difference(f"the mapping `{name}` might stay unmapped, and is now needed", place, breaking=True)
    if old.many != new.many:
        now = "several properties" if new.many else "one property"
        yield Difference(f"the mapping `{name}` now takes {now}", (*place, "many"), breaking=True)
    if old.target != new.target and old.target is not None:
        message = f"the mapping `{name}` is sent as another identifier: `{old.target}` before"
        yield Difference(message, (*place, "target"), breaking=True)
    if bool(old.one_of) != bool(new.one_of):
        message = (
            f"which identifier `{name}` is sent as is {'now' if new.one_of else 'no longer'} the end user's choice"
        )
        yield Difference(message, (*place, "one_of"), breaking=True)
    offered = [choice.target for choice in new.one_of]
    for choice in old.one_of if new.one_of else ():
        if choice.target not in offered:
            message = f"`{name}` cannot be sent as `{choice.target}` any more"
            yield Difference(message, (*place, "one_of"), breaking=True)
    if old.when != new.when:
        message = f"the mapping `{name}` is asked for in other cases"
        yield Difference(message, (*place, "when"), breaking=not new.optional)
    rules = [key for key in OF_MAPPING_VALUES if getattr(old, key) != getattr(new, key)]
    if rules or (new.one_of and old.one_of and old.one_of != new.one_of):
        message = f"the values of `{name}` are treated otherwise: users whose value changes are removed and added again"
        yield Difference(message, (*place, *rules[:1]))
    if any(getattr(old, key) != getattr(new, key) for key in ("label", "help", "suggest")):
        yield Difference(f"the words of the mapping `{name}` changed", place)


def _requirements(old: Manifest, new: Manifest) -> Iterator[Difference]:
    known = [set(group) for group in old.require]
    for position, group in enumerate(new.require):
        # A group with more choices is met by whoever met one with fewer.
        if not any(before <= set(group) for before in known):
            words = listed(group, last="or")
            yield Difference(f"each connection now needs {words}", ("require", position), breaking=True)


def _place(written: Sequence[FormField | Mapping], section: str, name: str) -> Path:
    """Where something of this name is declared; what an auth kind brings along is declared there."""
    found = [position for position, each in enumerate(written) if each.name == name]
    return (section, found[0]) if found else ("auth",)

"""From a member's properties to what it is sent as."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from maniple.cohort.member import INVALID, INVALID_FORMAT, MISSING_ID, UNRESOLVED_MAPPING, Member, Pair, Skip
from maniple.errors import Bug

Conversion: TypeAlias = Callable[[list[Any]], list[Any]]
"""Values of one property in, as many out: the value to send, None for no value, or `INVALID`."""


@dataclass(frozen=True, slots=True)
class MappingColumn:
    """One mapping: the variable `name` is filled from the user property `property`.

    Without `convert` the value is sent as it stands. Null and the empty text are no value, before and after the
    conversion. An optional mapping's invalid value counts as no value.
    """

    name: str
    property: str
    optional: bool = False
    convert: Conversion | None = None
    target: str | None = None
    """What the value is to the partner, where that is a choice: part of what a member is sent as, beside the value."""
    properties: tuple[str, ...] | None = None
    """It is filled from these properties instead: its value is a map of those that have one, in order of their names."""

    def sources(self) -> tuple[str, ...]:
        """The user properties that it is filled from."""
        return (self.property,) if self.properties is None else self.properties

    def sent_names(self) -> tuple[str, ...]:
        """What of a member it fills: the variable, and `name.target` where that is a choice."""
        return (self.name,) if self.target is None else (self.name, f"{self.name}.target")


def sent_names(mappings: Sequence[MappingColumn]) -> list[str]:
    """The parts of what a member is sent as, in the order of `Pair.sent_as`."""
    return [name for mapping in mappings for name in mapping.sent_names()]


def resolve(member: Member, mappings: Sequence[MappingColumn], require: Sequence[Sequence[str]] = ()) -> Pair | Skip:
    """What `member` is sent as, or why it cannot be. The pair has a value for each of `sent_names`.

    The first required mapping without a fitting value decides; then each group of `require`, of which at least one
    mapping must have a value (an invalid one of them names the reason); last the id.
    """
    found = {mapping.name: _found(mapping, member.properties) for mapping in mappings}
    for mapping in mappings:
        if not mapping.optional and found[mapping.name] in (None, INVALID):
            invalid = found[mapping.name] is INVALID
            return Skip(member.id or None, INVALID_FORMAT if invalid else UNRESOLVED_MAPPING, mapping.name)
    for group in require:
        if any(found[name] not in (None, INVALID) for name in group):
            continue
        at_fault = [name for name in group if found[name] is INVALID]
        if at_fault:
            return Skip(member.id or None, INVALID_FORMAT, at_fault[0])
        return Skip(member.id or None, UNRESOLVED_MAPPING, ", ".join(group))
    if member.id is None or member.id == "":
        return Skip(None, MISSING_ID)
    return Pair(member.id, tuple(value for mapping in mappings for value in _sent(mapping, found[mapping.name])))


def _sent(mapping: MappingColumn, value: Any) -> tuple[Any, ...]:
    """What stands in a pair for a mapping: a value that is not there is nothing to the partner either."""
    value = None if value is INVALID else value
    if mapping.target is None:
        return (value,)
    return (value, None if value is None else mapping.target)


def _found(mapping: MappingColumn, properties: Mapping[str, Any]) -> Any:
    if mapping.properties is None:
        return _converted(mapping, properties.get(mapping.property))
    return gathered({name: _converted(mapping, properties.get(name)) for name in sorted(mapping.properties)})


def gathered(values: Mapping[str, Any]) -> Any:
    """The value of a mapping of many properties: those that have one. None when there is none, `INVALID` when those that
    there are do not fit."""
    kept = {name: value for name, value in values.items() if value is not None and value is not INVALID}
    return kept or (INVALID if INVALID in values.values() else None)


def _converted(mapping: MappingColumn, value: Any) -> Any:
    if value is None or value == "":
        return None
    if mapping.convert is None:
        return value
    answer = mapping.convert([value])
    if len(answer) != 1:
        raise Bug(f"the conversion of `{mapping.name}` answered {len(answer)} values for one")
    return None if answer[0] == "" else answer[0]

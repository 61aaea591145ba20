"""A mapping: what the end user chooses for it, and the function over a column: normalize, check the format, hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import re2

from maniple.cohort.member import INVALID
from maniple.manifest.mappings import Format, HashName, Pattern
from maniple.runtime.properties import split_properties
from maniple.template.compile import ColumnTemplate, ScalarTemplate
from maniple.template.digests import octets
from maniple.template.text import text_of

LONGEST_MATCHED = 1_000
"""Characters of a value that a partner's own pattern is held against; a longer one fits none."""
Convert = Callable[[list[Any]], list[Any]]

# The practical core of RFC 5321 addresses: one `@`, no white space, a dot in the domain.
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, which no pattern is held against."""
_HASH_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}


@dataclass(frozen=True)
class ValueRule:
    """What is done to a user's value before it is sent."""

    format: Format = "any"
    hash: HashName | None = None
    normalize: ColumnTemplate | None = None

    def converter(self, scope: Mapping[str, Any]) -> Convert | None:
        """The column function for one connection; None when values pass as they are.

        It answers, value for value, with the value to send, None (no value) or INVALID. A value that looks like such a
        hash already is not hashed again, and is sent in lower-case letters: partners compare hashes as texts, and look
        for those of lower-case letters.
        """
        if self.normalize is None and self.format == "any" and self.hash is None:
            return None
        fits = format_check(self.format)
        hashed = _hash_pattern(self.hash)
        digest = getattr(hashlib, self.hash) if self.hash else None

        def convert(values: list[Any]) -> list[Any]:
            normal = self.normalize.render({"value": values}, scope, len(values)) if self.normalize else values
            return [_one(raw, value, fits, hashed, digest) for raw, value in zip(values, normal, strict=True)]

        return convert


@dataclass(frozen=True)
class ChoiceProgram:
    """One of the partner's identifiers that a mapping can be, and what is done to its values."""

    target: str
    label: str
    rule: ValueRule


@dataclass(frozen=True)
class MappingProgram:
    """A mapping, compiled. With `choices` the end user says which of them it is, and `rule` is empty."""

    name: str
    label: str
    target: str | None
    suggest: tuple[str, ...]
    optional: bool
    rule: ValueRule
    choices: tuple[ChoiceProgram, ...] = ()
    many: bool = False
    """Any number of properties, and the value is a map of those that have one."""
    when: ScalarTemplate | None = None

    @property
    def target_key(self) -> str:
        """What the chosen target is called among the mappings of a connection, and as a variable: `name.target`."""
        return f"{self.name}.target"

    @property
    def sent_names(self) -> tuple[str, ...]:
        """The variables that are part of what a user is sent as."""
        return (self.name, self.target_key) if self.choices else (self.name,)

    def properties(self, mappings: Mapping[str, str]) -> list[str]:
        """The user properties that the mappings of a connection give it."""
        chosen = mappings.get(self.name)
        if chosen is None:
            return []
        return split_properties(chosen) if self.many else [chosen]

    def is_asked(self, scope: Mapping[str, Any]) -> bool:
        """The mapping is there for a connection with these settings. `scope` holds the fields (`program.field_scope`)."""
        return self.when is None or bool(self.when.render(scope))

    def choice(self, mappings: Mapping[str, str]) -> ChoiceProgram | None:
        """The choice that the mappings of a connection make; without `name.target` the one named like the property,
        else the first."""
        said = mappings.get(self.target_key) or mappings.get(self.name, "")
        named = (choice for choice in self.choices if choice.target.lower() == said.lower())
        exact = (choice for choice in self.choices if choice.target == said)
        return next(exact, next(named, self.choices[0] if self.choices else None))

    def target_of(self, mappings: Mapping[str, str]) -> str:
        """The partner's name for what is sent."""
        choice = self.choice(mappings)
        return choice.target if choice else self.target or self.name

    def converter(self, scope: Mapping[str, Any], mappings: Mapping[str, str]) -> Convert | None:
        """The column function for one connection with these mappings."""
        choice = self.choice(mappings)
        return (choice.rule if choice else self.rule).converter(scope)


def _one(raw: Any, value: Any, fits: Callable[[str], Any], hashed: Callable[[str], Any], digest: Any) -> Any:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and hashed(raw.strip()):
        return raw.strip().lower()
    if value is None:
        return INVALID
    if value == "":
        return None
    if not fits(text_of(value)):
        return INVALID
    return digest(octets(value)).hexdigest() if digest else value


def format_check(wanted: Format) -> Callable[[str], Any]:
    """A function that is true for a text of the format."""
    match wanted:
        case "any":
            return lambda _: True
        case "email":
            return _EMAIL.fullmatch
        case "e164":
            return _E164.fullmatch
        case "uuid":
            return _UUID.fullmatch
        case "integer":
            return _INTEGER.fullmatch
        case Pattern(regex=regex):
            matches: Callable[[str], Any] = re2.compile(regex).fullmatch
            return lambda text: len(text) <= LONGEST_MATCHED and not _HALF.search(text) and matches(text)


def _hash_pattern(name: HashName | None) -> Callable[[str], Any]:
    if name is None:
        return lambda _: False
    return re.compile(rf"[0-9a-fA-F]{{{_HASH_LENGTHS[name]}}}").fullmatch

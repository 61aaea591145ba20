"""Mappings: which user property becomes which identifier at the partner."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from maniple.manifest.base import ManifestModel, Template, VariableName, label_of


class Pattern(ManifestModel):
    """A format of the partner's own."""

    regex: str = Field(max_length=500)
    """A regular expression (RE2 syntax) that the whole value must match."""


Format = Literal["any", "email", "e164", "uuid", "integer"] | Pattern
HashName = Literal["md5", "sha1", "sha256", "sha512"]


class Choice(ManifestModel):
    """One of the partner's identifiers that the end user may map to."""

    target: str
    """The partner's name for it; `$name.target` is what was chosen."""
    label: str | None = None
    """What the end user sees, if not `target`."""
    format: Format = "any"
    """What a value must look like; one that does not fit is a skip."""
    normalize: Template | None = None
    """Applied to `$value` before it is checked."""
    hash: HashName | None = None
    """A value that already looks like such a hash passes; another is normalized, checked, then hashed."""


class Mapping(ManifestModel):
    """One mapping field. The end user chooses the user property at set-up."""

    name: VariableName
    """The variable that holds the user's value."""
    label: str = Field(default_factory=label_of)
    """The field's name on the form; made from `name` when nothing is said."""
    target: str | None = None
    """The partner's name for this identifier."""
    help: str | None = None
    """What to choose, and why."""
    suggest: list[str] = Field(default_factory=list)
    """User properties offered first."""
    format: Format = "any"
    """What a value must look like; one that does not fit is a skip, *invalid format*."""
    normalize: Template | None = None
    """Applied to `$value` before it is checked."""
    hash: HashName | None = None
    """A value that already looks like such a hash passes; another is normalized, checked, then hashed."""
    optional: bool = False
    """The end user may leave it unmapped, and a user may lack the property."""
    when: Template | None = None
    """An expression over the fields: the mapping is asked for when it is true, and has no value otherwise."""
    one_of: list[Choice] = Field(default_factory=list)
    """The partner's identifiers to choose from; `format`, `normalize` and `hash` then stand in each of them."""
    many: bool = False
    """Any number of properties; the variable is a map of those that have a value, by the property's name."""


class CohortName(ManifestModel):
    """What is done to the cohort's name before it stands in a request."""

    slugify: bool = False
    """NFKD; every run of characters other than `A-Z a-z 0-9 _` becomes one hyphen; cut to 100."""
    max_length: int | None = Field(default=None, ge=1)
    """Cut after this many characters."""
    prefix: str | None = None
    """Put before the name, after the slug and before the cut."""

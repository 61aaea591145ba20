"""A destination as far as it is known before its author has seen it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["list", "property", "snapshot"]
"""What a destination keeps: a list with members, a property on each user, or the whole cohort each run."""

COHORT_NAME = "[Amplitude] $amp_cohort_name"
"""What a new list is called."""
COHORT_PROPERTY = "cohort_$amp_cohort_id"
"""The property that a property destination sets when nothing else is known."""


@dataclass(frozen=True, slots=True)
class DraftField:
    """A field of the set-up form. `example` is what the example settings say."""

    name: str
    label: str
    type: str = "string"
    example: str | int = "example"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A kind of identifier that partners know users by. `keys` are spellings of its name, in lower-case letters only."""

    name: str
    label: str
    keys: frozenset[str]
    suggest: tuple[str, ...]
    format: str
    examples: tuple[str, str, str]
    normalize: str | None = None


@dataclass(frozen=True, slots=True)
class DraftMapping:
    """A mapping. `target` is the partner's word for the identifier."""

    identifier: Identifier
    target: str
    integer: bool = False
    hash: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class DraftCall:
    """One call. `body_format` is a body key of the language; `guesses` are sentences by the key they are about.

    `single` says that each user is one call.
    """

    name: str
    method: str
    url: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body_format: str | None = None
    body: Any = None
    item: Any = None
    single: bool = False
    list_id: Mapping[str, str] | None = None
    guesses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """Everything a new manifest says. `notes` tell its author what was not taken over; `guessed`: from `curl` commands."""

    slug: str
    kind: Kind
    auth: Any
    fields: tuple[DraftField, ...]
    mappings: tuple[DraftMapping, ...]
    calls: tuple[DraftCall, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    define: Mapping[str, str] = field(default_factory=dict)
    list_id: str | None = None
    list_example: str | int = "list-1"
    notes: tuple[str, ...] = ()
    guessed: bool = False

    @property
    def name(self) -> str:
        """A display name made from the slug: `acme-engage` is `Acme Engage`."""
        return " ".join(word.capitalize() for word in self.slug.split("-"))

    @property
    def makes_lists(self) -> bool:
        """The destination creates a list of its own for each cohort."""
        return any(call.name == "create_list" for call in self.calls)

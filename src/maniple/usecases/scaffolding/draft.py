"""A destination as far as it is known before its author has seen it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from maniple.source.text import Path

Kind: TypeAlias = Literal["list", "property", "snapshot"]
"""What a destination keeps: a list with members, a property on each user, or the whole cohort each run."""

COHORT_NAME = "[Amplitude] $amp_cohort_name"
"""What a new list is called."""
COHORT_PROPERTY = "cohort_$amp_cohort_id"
"""The property that a property destination sets when nothing else is known."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A value of a new manifest that its author has to look at: where it stands, and why it is what it is."""

    place: Path
    why: str


@dataclass(frozen=True, slots=True)
class DraftField:
    """A field of the set-up form. `example` is what the example settings say.

    `options` are label, value and host of each choice; the first is the default. `operator`: whoever runs maniple
    gives it, and not the end user.
    """

    name: str
    label: str
    type: str = "string"
    example: str | int = "example"
    options: tuple[tuple[str, str, str], ...] = ()
    operator: bool = False


@dataclass(frozen=True, slots=True)
class DraftRule:
    """An error rule: a status as the language has it, its meaning in short and for the end user."""

    status: int | str
    reason: str
    message: str


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

    `single` says that each user is one call, `batch` how many may be in one. `id_at` is where an answer has the new
    list's id, as `list_id` says it.
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
    id_at: Path = ("id",)
    batch: int | None = None
    guesses: Mapping[str, str] = field(default_factory=dict)
    settled: bool = False
    """How many users fit a call is no guess any more."""

    @property
    def carries_users(self) -> bool:
        """The call is made for users, and not for a list or a connection."""
        return self.name not in ("create_list", "rename_list", "delete_list", "verify")

    @property
    def whys(self) -> dict[str, str]:
        """The guesses by key, in the order of the keys; how many users fit a call is always one."""
        known = dict(self.guesses)
        if self.carries_users and not self.settled:
            known.setdefault("batch", "the most users that one call may carry")
        order = ("method", "url", "query", "headers", "json", "form", "multipart", "item", "batch", "list_id")
        return {key: known[key] for key in order if key in known}


@dataclass(frozen=True)
class Draft:
    """Everything a new manifest says. `notes` tell its author what was not taken over.

    `origin` is what it was guessed from, such as `curl commands`, and empty when nothing was. `whys` are sentences about
    top-level keys. `rules` are documented errors, `rates` rates of calls.
    """

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
    origin: str = ""
    whys: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[DraftRule, ...] = ()
    rates: tuple[str, ...] = ()
    title: str = ""
    category: str = "other"
    summary: str = ""

    @property
    def name(self) -> str:
        """The display name; without one, it is made from the slug: `acme-engage` is `Acme Engage`."""
        return self.title or named_after(self.slug)

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """Every guess that the manifest marks, in the order of the manifest."""
        return tuple(Guess(place, why) for place, why in self._guessed())

    def _guessed(self) -> Iterator[tuple[Path, str]]:
        for key in ("auth", "define"):
            if key in self.whys:
                yield (key,), self.whys[key]
        for place, mapping in enumerate(self.mappings):
            if mapping.hash is not None:
                yield ("mappings", place, "hash"), "the sample value looks like such a hash"
        if sum(mapping.optional for mapping in self.mappings) > 1:
            yield ("require",), "each user needs at least one of these"
        if "list_id" in self.whys:
            yield ("list_id",), self.whys["list_id"]
        for call in self.calls:
            for key, why in call.whys.items():
                yield (call.name, key), why
        if "limits" in self.whys:
            yield ("limits",), self.whys["limits"]
        for place, _ in enumerate(self.rules):
            yield ("errors", place), "the description documents this status; say what the end user has to do"
        if self.makes_lists:
            yield ("errors", len(self.rules) + 1, "then"), "your API answers 404 only when the list is not there"

    @property
    def makes_lists(self) -> bool:
        """The destination creates a list of its own for each cohort."""
        return any(call.name == "create_list" for call in self.calls)


def named_after(slug: str) -> str:
    """A display name made from a slug.

    >>> named_after("acme-engage")
    'Acme Engage'
    """
    return " ".join(word.capitalize() for word in slug.split("-"))

"""The variables a manifest can use without declaring them, and where each has a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Place: TypeAlias = Literal["always", "list", "call", "items", "user", "normalize", "message", "auth", "property"]
"""Where a variable has a value: everywhere; once a list exists; in a batch's call; in a call with items; for one
user; inside `normalize`; inside `message`; after an OAuth `auth`; in a property sync."""


@dataclass(frozen=True, slots=True)
class Predefined:
    """A variable that maniple fills in."""

    name: str
    meaning: str
    place: Place = "always"
    aliases: tuple[str, ...] = ()
    kind: Literal["text", "map", "list", "boolean", "number"] = "text"


PREDEFINED: dict[str, Predefined] = {
    row.name: row
    for row in (
        Predefined(
            "amp_cohort_name",
            "the cohort's name, made a slug when `cohort_name.slugify` is on",
            aliases=("amplitude_cohort_name", "cohort_name"),
        ),
        Predefined("amp_cohort_id", "the cohort's id", aliases=("cohort_id",)),
        Predefined("amp_cohort_url", "a link to the cohort", aliases=("cohort_url",)),
        Predefined("list_id", "the partner's id of the list, as `create_list` got it", "list", ("listId", "list_Id")),
        Predefined("items", "the array made from `item`, one element per user of the batch", "items", kind="list"),
        Predefined("targets", "the partner's names of the identifiers that are mapped, in order", "call", kind="list"),
        Predefined("values", 'this user\'s values in the order of `$targets`; null is `""`', "user", kind="list"),
        Predefined("operation", "`add` or `remove`", "call"),
        Predefined("membership", "true for an add, false for a remove", "call", kind="boolean"),
        Predefined("user", "the user's carried properties, a map", "user", kind="map"),
        Predefined("amplitude_id", "the user's id in the cohort", "user"),
        Predefined("project_id", "the project the cohort belongs to"),
        Predefined("access_token", "the token an OAuth `auth` got", "auth"),
        Predefined("now", "the run's start, ISO 8601 in UTC; the same when a request is sent again"),
        Predefined("run_id", "the run's id"),
        Predefined("batch_id", "the batch's id, the same when it is sent again: the idempotency key", "call"),
        Predefined("batch_index", "the batch's position in its run, from 0", "call", kind="number"),
        Predefined("property_name", "the synced property's name", "property"),
        Predefined("property_value", "the synced property's value", "property"),
        Predefined("value", "the value being normalized", "normalize"),
        Predefined("reply", "the partner's reply as a tree", "message", kind="map"),
        Predefined("steps", "replies of earlier steps, by step name", "call", kind="map"),
    )
}
"""Every pre-defined variable, by its canonical name."""

ALIASES: dict[str, str] = {alias: row.name for row in PREDEFINED.values() for alias in row.aliases}
"""Other spellings of pre-defined variables."""


def canonical(name: str) -> str:
    """The canonical spelling of a variable name; declared names are their own."""
    return ALIASES.get(name, name)

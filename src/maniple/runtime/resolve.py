"""In-memory users of one operation as the columns of a batch: what previews, tests and golden cases begin with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maniple.cohort.member import MEMBER_ID, Member, Pair
from maniple.cohort.resolve import MappingColumn, resolve, sent_names
from maniple.runtime.program import Program, Scope
from maniple.template.text import text_of

ID_PROPERTIES = (MEMBER_ID, "user_id")
"""The properties that hold a user's id, the first that there is; else it is the first property."""

Users = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ResolvedUsers:
    """Users ready for `prepare`: `columns` are `amplitude_id`, every mapping and `user`, `ids` their ids in order.

    `skipped` are the id and the reason of each user for whom nothing can be sent, in order.
    """

    columns: dict[str, list[Any]]
    ids: list[str]
    skipped: list[tuple[str, str]]


def resolve_users(program: Program, mappings: Mapping[str, str], scope: Scope, users: Users) -> ResolvedUsers:
    """What `users`, maps of user properties, are sent as; the same as a sync of a cohort with these users.

    `mappings` names the property of each mapping (`plan.settings.check_mappings`), `scope` is the run's
    (`plan.program.run_context`). Of users with one id the first counts.
    """
    id_property = id_property_of(users)
    known = {name for user in users for name in user}
    columns = mapping_columns(program, mappings, scope, known, id_property)
    mapped = sent_names(columns)
    require = required_groups(program, columns, scope)
    apart = {id_property, *(name for column in columns for name in column.sources())}
    resolved = ResolvedUsers({name: [] for name in _column_names(program)}, [], [])
    seen: set[str] = set()
    for user in users:
        member_id = text_of(user.get(id_property))
        if member_id and member_id in seen:
            continue
        seen.add(member_id)
        found = resolve(Member(member_id or None, user), columns, require)
        if isinstance(found, Pair):
            values = dict(zip(mapped, found.sent_as, strict=True))
            _append(resolved, {**values, MEMBER_ID: member_id, "user": _carried(user, apart)})
        else:
            resolved.skipped.append((member_id, found.reason))
    return resolved


def id_property_of(users: Users) -> str:
    """The property that holds the id of each of `users`."""
    known = {name for user in users for name in user}
    first = next(iter(users[0]), "") if users else ""
    return next((name for name in ID_PROPERTIES if name in known), first)


def _column_names(program: Program) -> list[str]:
    return [MEMBER_ID, *program.sent_names, "user"]


def _append(resolved: ResolvedUsers, values: Mapping[str, Any]) -> None:
    for name, column in resolved.columns.items():
        column.append(values.get(name))
    resolved.ids.append(values[MEMBER_ID])


def mapping_columns(
    program: Program, mappings: Mapping[str, str], scope: Scope, known: Collection[str], id_property: str
) -> list[MappingColumn]:
    """One column a mapping that is asked for; an optional mapping without a property has none, a required one finds no
    value. `known` are the properties that there are; `amplitude_id` names the id whatever it is called among them."""
    columns: list[MappingColumn] = []
    for mapping in program.mappings:
        chosen = mappings.get(mapping.name)
        if not mapping.is_asked(scope) or (chosen is None and mapping.optional):
            continue
        convert = mapping.converter(scope, mappings)
        target = mapping.target_of(mappings) if mapping.choices else None
        names = tuple(_own_id(name, known, id_property) for name in mapping.properties(mappings))
        many = names if mapping.many else None
        columns.append(MappingColumn(mapping.name, "".join(names[:1]), mapping.optional, convert, target, many))
    return columns


def _own_id(name: str, known: Collection[str], id_property: str) -> str:
    return id_property if name == MEMBER_ID and MEMBER_ID not in known else name


def required_groups(program: Program, columns: Sequence[MappingColumn], scope: Scope) -> list[list[str]]:
    """The groups of mappings of which each user needs at least one: those that have a column. A group of which nothing
    is asked for is none."""
    mapped = {column.name for column in columns}
    asked = {mapping.name for mapping in program.mappings if mapping.is_asked(scope)}
    groups = [group for group in program.manifest.require if asked.intersection(group)]
    return [[name for name in group if name in mapped] for group in groups]


def _carried(user: Mapping[str, Any], apart: set[str]) -> dict[str, Any] | None:
    """`$user`: the properties that have a value and are neither the id nor mapped; null when there is none."""
    carried = {name: value for name, value in user.items() if name not in apart and value not in (None, "")}
    return carried or None

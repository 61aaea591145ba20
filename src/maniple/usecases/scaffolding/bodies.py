"""Bodies with holes, made from the bodies of samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from maniple.source.text import Path
from maniple.usecases.scaffolding.credentials import label_of
from maniple.usecases.scaffolding.declarations import Declarations, escape
from maniple.usecases.scaffolding.draft import COHORT_NAME
from maniple.usecases.scaffolding.identifiers import (
    LIST_KEYS,
    NAME_KEYS,
    PEOPLE,
    PERSONAL,
    USER_ID,
    bare,
    identifier_of,
    placeholder,
    role_of,
    secret_name,
    secret_value,
    snake,
)

About = Literal["call", "create", "user"]
"""What a part of a body is about: the call as a whole, the list it creates, or one user."""
_MAX_DEPTH: Final = 12
_GENERIC: Final = frozenset(
    {
        "items",
        "data",
        "records",
        "entries",
        "batch",
        "add",
        "remove",
        "payload",
        "values",
        "rows",
        "elements",
        "input",
        "inputs",
    }
)


ITEMS: Final = "\x00items"
"""Stands for the array of users in a sample that is rewritten."""
NAME: Final = "\x00name"
"""Stands for the name of the list in a sample that is rewritten."""
_STANDING: Final = {ITEMS: "$items", NAME: COHORT_NAME}
_DROPPED: Final = "\x00dropped"
"""Stands for a member that is left out."""


def users_in(tree: Any) -> Path | None:
    """The path of the array that holds the users; None when there is none."""
    best: Path | None = None
    best_score = 0.0
    for path, array in _arrays(tree, ()):
        score = _likeness(path, array)
        if score > best_score:
            best, best_score = path, score
    return best


def _arrays(tree: Any, path: Path) -> Iterator[tuple[Path, list[Any]]]:
    if len(path) > _MAX_DEPTH:
        return
    if isinstance(tree, list):
        yield path, tree
        tree = next(({0: each} for each in tree[:1] if isinstance(each, dict)), None)
    for key, value in tree.items() if isinstance(tree, dict) else ():
        yield from _arrays(value, (*path, key))


def _likeness(path: Path, array: list[Any]) -> float:
    """How likely an array holds the users, above 0 when it may."""
    if not array:
        return 0.0
    first = array[0]
    key = bare(str(path[-1])) if path and isinstance(path[-1], str) else ""
    score = 4.0 if key in PEOPLE else 1.0 if key in _GENERIC or not path else 0.0
    if isinstance(first, dict):
        score += 3.0 if any(identifier_of(name, value) for name, value in _leaves(first)) else 0.0
    elif isinstance(first, list):
        score += 3.0 if any(identifier_of("", value) for value in first) else 0.0
    elif isinstance(first, str | int | float) and not isinstance(first, bool):
        named = identifier_of(key, first)
        score += 4.0 if named is not None else 0.0
    return score - len(path) / 10 if score else 0.0


def _leaves(tree: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value)
        elif not isinstance(value, list):
            yield name, value


def identifiers_below(tree: Any) -> set[str]:
    """The kinds of identifiers in one sample user."""
    members = _leaves(tree) if isinstance(tree, dict) else ()
    return {
        identifier.name
        for name, value in members
        if not isinstance(value, bool) and value is not None and (identifier := identifier_of(name, value)) is not None
    }


def names_of(tree: Any) -> Path | None:
    """The path of the member that names a new list: the likeliest key at the highest level."""
    level: list[tuple[Path, Any]] = [((), tree)]
    while level and len(level[0][0]) < _MAX_DEPTH:
        members = [
            ((*path, key), value) for path, each in level if isinstance(each, dict) for key, value in each.items()
        ]
        for wanted in NAME_KEYS:
            for path, value in members:
                if bare(str(path[-1])) == wanted and isinstance(value, str):
                    return path
        level = members
    return None


class Rewriting:
    """Rewrites a sample body. `optional` says that members with an identifier may be absent."""

    def __init__(self, declarations: Declarations, about: About, *, optional: bool = False) -> None:
        self.declarations = declarations
        self.about = about
        self.optional = optional

    def tree(self, value: Any, key: str = "") -> Any:
        """`value`, the member `key` of its parent, with holes."""
        if isinstance(value, str) and value in _STANDING:
            return _STANDING[value]
        if isinstance(value, dict):
            return self._map(value)
        if isinstance(value, list):
            kept = [self.tree(each, key) for each in value]
            return [each for each in kept if each != _DROPPED]
        if isinstance(value, bool) or value is None:
            return value
        return self._leaf(value, key)

    def _map(self, value: dict[str, Any]) -> Any:
        written: dict[str, Any] = {}
        for key, each in value.items():
            new = self.tree(each, key)
            if new == _DROPPED:
                continue
            if isinstance(each, dict | list) and each and not new:
                continue
            absent = self.optional and isinstance(new, str) and self.declarations.names_user(new)
            written[f"{escape(key)}~" if absent else escape(key)] = new
        return written

    def _leaf(self, value: str | int | float, key: str) -> Any:
        name = placeholder(value) if isinstance(value, str) else None
        word = bare(key)
        if secret_name(key) or (isinstance(value, str) and secret_value(value) and self.about != "user"):
            field = snake(key) or "api_key"
            return self.declarations.secret(field, label_of(field))
        if self.about != "create" and (word in LIST_KEYS or (name is not None and role_of(name) == "list")):
            return self.declarations.list_id(value)
        if self.about == "create" and word in ("description", "notes"):
            return "Amplitude cohort $amp_cohort_id"
        if self.about == "user":
            identifier = identifier_of(key, value)
            if identifier is None and name is not None and role_of(name) == "user":
                identifier = identifier_of(name, None) or USER_ID
            if identifier is not None:
                return self.declarations.mapping(identifier, key, value, optional=self.optional)
            if word in PERSONAL or word.endswith("name"):
                self.declarations.note(f"`{key}` of the sample user was left out: map it if your API needs it")
                return _DROPPED
        if name is not None:
            return self.declarations.field(name)
        return escape(value) if isinstance(value, str) else value

    def item(self, value: Any, key: str) -> Any:
        """The item for a sample user of the array `key`: a text, a number, an object or a row."""
        if isinstance(value, dict):
            return self.tree(value)
        if isinstance(value, list):
            return [self.item(each, "") for each in value]
        return self.declarations.mapping(identifier_of(key, value) or USER_ID, key or "User ID", value)


def replaced(tree: Any, path: Path, value: Any) -> Any:
    """`tree` with `value` at `path`."""
    if not path:
        return value
    if isinstance(tree, list):
        return [replaced(each, path[1:], value) if place == path[0] else each for place, each in enumerate(tree)]
    return {key: replaced(each, path[1:], value) if key == path[0] else each for key, each in tree.items()}

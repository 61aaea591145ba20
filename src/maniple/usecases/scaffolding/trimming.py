"""Leaving out of a described body what a call can do without."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from maniple.source.text import Path
from maniple.usecases.scaffolding.bodies import About, names_of, users_in
from maniple.usecases.scaffolding.identifiers import LIST_KEYS, PEOPLE, bare, identifier_of
from maniple.usecases.scaffolding.roles import ADDING, REMOVING
from maniple.usecases.scaffolding.sample import SampleBody

_HOLDERS: Final = PEOPLE | {"attributes", "identifiers", "identity", "ids", "data", "keys", "userids", ""}
"""Members in which a user's identifiers lie."""
_MOST_NAMED: Final = 6
"""Members that a note names; the rest is counted."""


def trimmed(body: SampleBody, about: About) -> tuple[SampleBody, list[str]]:
    """The body without optional members that say nothing about the list or its users, and the names of those."""
    if not body.optional or not isinstance(body.tree, dict | list):
        return body, []
    trimming = _Trimming(body, about)
    return replace(body, tree=trimming.kept(body.tree, ())), trimming.left_out


def said_of(left_out: list[str]) -> str:
    """The members that were left out, as a note says them."""
    names = list(dict.fromkeys(left_out))
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {more} more" if more > 0 else shown


class _Trimming:
    def __init__(self, body: SampleBody, about: About) -> None:
        self.body = body
        self.about = about
        self.users = users_in(body.tree) if about != "create" else None
        self.name = names_of(body.tree) if about == "create" else None
        self.left_out: list[str] = []

    def kept(self, value: Any, path: Path) -> Any:
        """`value`, which lies at `path`, with what has to stay."""
        if isinstance(value, list):
            return [self.kept(each, (*path, place)) for place, each in enumerate(value)]
        if not isinstance(value, dict):
            return value
        members: dict[str, Any] = {}
        for key, each in value.items():
            # Only the first element of an array was looked at with its schema.
            at = tuple(0 if isinstance(step, int) else step for step in (*path, key))
            if at in self.body.optional and not self._matters(each, at):
                self.left_out.append(key)
            else:
                members[key] = self.kept(each, (*path, key))
        return members

    def _matters(self, value: Any, path: Path) -> bool:
        """The call is not understood without this member, or without something in it."""
        if self._marks(path) or self._chooses(path):
            return True
        if isinstance(value, dict):
            return any(self._matters(each, (*path, key)) for key, each in value.items())
        if isinstance(value, list):
            return any(self._matters(each, (*path, 0)) for each in value[:1] if isinstance(each, dict))
        return self._identifies(value, path)

    def _marks(self, path: Path) -> bool:
        wanted = self.name if self.about == "create" else self.users
        return wanted is not None and path == wanted[: len(path)]

    def _chooses(self, path: Path) -> bool:
        words = {choice.lower() for choice in self.body.choices.get(path, ())}
        return bool(words & ADDING) and bool(words & REMOVING)

    def _identifies(self, value: Any, path: Path) -> bool:
        key = str(path[-1])
        if self.about == "create" or isinstance(value, bool):
            return False
        within = self.users is not None and path[: len(self.users)] == self.users
        if bare(key) in LIST_KEYS:
            return not within
        if self.users is not None and not within:
            return False
        below = [step for step in path[len(self.users or ()) : -1] if isinstance(step, str)]
        return all(bare(step) in _HOLDERS for step in below) and identifier_of(key, None) is not None

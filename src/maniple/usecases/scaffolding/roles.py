"""Which call of a manifest each `curl` command is."""

from __future__ import annotations

import re
from typing import Final

from maniple.source.curl import CurlCommand
from maniple.usecases.scaffolding.bodies import identifiers_below, names_of, sample_body, users_in
from maniple.usecases.scaffolding.draft import Kind
from maniple.usecases.scaffolding.identifiers import COLLECTIONS, PEOPLE, bare

REMOVING: Final = frozenset(
    {"remove", "removal", "delete", "unsubscribe", "unassign", "detach", "exclude", "unset", "untag"}
)
ADDING: Final = frozenset(
    {"add", "subscribe", "assign", "attach", "append", "include", "import", "upsert", "set", "tag"}
)
CALLS: Final[dict[Kind, dict[str, str]]] = {
    "list": {"create": "create_list", "add": "add_users", "remove": "remove_users"},
    "property": {"add": "set_property", "remove": "unset_property"},
    "snapshot": {"add": "replace_users"},
}
"""The call that a role is, by the destination's kind."""


def sort_commands(commands: list[CurlCommand], kind: Kind) -> tuple[dict[str, CurlCommand], list[str]]:
    """The command of each call, in order of the calls, and notes about commands that are none of them."""
    found: dict[str, CurlCommand] = {}
    notes: list[str] = []
    for place, command in enumerate(commands, 1):
        role = role_of_command(command, kind, alone=len(commands) == 1)
        name = CALLS[kind].get(role)
        # By its place, for a path may hold a secret.
        shown = f"curl command {place} (`{command.method}`)"
        if name is None:
            notes.append(f"{shown} is no call of a `{kind}` destination and was left out")
        elif name in found:
            notes.append(f"{shown} looks like a second `{name}` and was left out")
        else:
            found[name] = command
    return {name: found[name] for name in CALLS[kind].values() if name in found}, notes


def role_of_command(command: CurlCommand, kind: Kind, *, alone: bool) -> str:
    """`create`, `add`, `remove`, or `read` and `drop` for commands that read or delete a whole list."""
    segments = path_of(command.url).strip("/").split("/")
    words = {word.lower() for segment in segments[-2:] for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", segment)}
    if words & REMOVING:
        return "remove"
    if command.method == "DELETE":
        members = bool(PEOPLE & {bare(segment) for segment in segments}) or command.body is not None
        return "remove" if members else "drop"
    if command.method == "HEAD" or (command.method == "GET" and not alone):
        return "read"
    return "create" if kind == "list" and _creates(command, segments, words) else "add"


def _creates(command: CurlCommand, segments: list[str], words: set[str]) -> bool:
    """The command makes a list: it goes to the collection itself, and its body names no user."""
    tree = sample_body(command).tree
    if users_in(tree) is not None or "email" in identifiers_below(tree):
        return False
    last = {bare(segment) for segment in segments[-2:]}
    if bare(segments[-1]) in COLLECTIONS or "create" in words:
        return True
    return bool(last & COLLECTIONS) and bool(words & ADDING) and names_of(tree) is not None


def path_of(url: str) -> str:
    """The path of a URL, with its slash."""
    return "/" + url.partition("://")[2].partition("/")[2] if "://" in url else "/" + url.partition("/")[2]

"""Which call of a manifest each sample is."""

from __future__ import annotations

import re
from typing import Final

from maniple.usecases.scaffolding.bodies import identifiers_below, names_of, users_in
from maniple.usecases.scaffolding.draft import Kind
from maniple.usecases.scaffolding.identifiers import COLLECTIONS, PEOPLE, bare
from maniple.usecases.scaffolding.sample import Sample

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


def sort_samples(samples: list[Sample], kind: Kind) -> tuple[dict[str, Sample], list[str]]:
    """The sample of each call, in order of the calls, and notes about those that are none of them."""
    found: dict[str, Sample] = {}
    notes: list[str] = []
    for sample in samples:
        role = role_of(sample, kind, alone=len(samples) == 1)
        name = CALLS[kind].get(role)
        if name is None:
            notes.append(f"{sample.shown} is no call of a `{kind}` destination and was left out")
        elif name in found:
            notes.append(f"{sample.shown} looks like a second `{name}` and was left out")
        else:
            found[name] = sample
    return {name: found[name] for name in CALLS[kind].values() if name in found}, notes


def role_of(sample: Sample, kind: Kind, *, alone: bool) -> str:
    """`create`, `add`, `remove`, or `read` and `drop` for calls that read or delete a whole list."""
    segments = path_of(sample.url).strip("/").split("/")
    words = {word.lower() for segment in segments[-2:] for word in words_of(segment)}
    if words & REMOVING:
        return "remove"
    if sample.method == "DELETE":
        members = bool(PEOPLE & {bare(segment) for segment in segments}) or carries(sample)
        return "remove" if members else "drop"
    if sample.method == "HEAD" or (sample.method == "GET" and not alone):
        return "read"
    return "create" if kind == "list" and _creates(sample, segments, words) else "add"


def carries(sample: Sample) -> bool:
    """The call has a body, whether that could be read or not."""
    return sample.body.format is not None or sample.body.problem is not None


def words_of(text: str) -> list[str]:
    """The words of a name: `removeUsers` has two.

    >>> words_of("removeUsers"), words_of("static-lists"), words_of("HTTPServer_v2")
    (['remove', 'Users'], ['static', 'lists'], ['HTTP', 'Server', 'v'])
    """
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)


def _creates(sample: Sample, segments: list[str], words: set[str]) -> bool:
    """The call makes a list: it goes to the collection itself, and its body names no user."""
    tree = sample.body.tree
    if users_in(tree) is not None or "email" in identifiers_below(tree):
        return False
    last = {bare(segment) for segment in segments[-2:]}
    if bare(segments[-1]) in COLLECTIONS or "create" in words:
        return True
    return bool(last & COLLECTIONS) and bool(words & ADDING) and names_of(tree) is not None


def path_of(url: str) -> str:
    """The path of a URL, with its slash."""
    return "/" + url.partition("://")[2].partition("/")[2] if "://" in url else "/" + url.partition("/")[2]

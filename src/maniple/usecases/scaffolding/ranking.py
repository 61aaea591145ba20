"""Which operation of an API is which call of a manifest: ranked by words, method, path and body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from maniple.source.operation import ApiDescription, Operation
from maniple.usecases.scaffolding.bodies import identifiers_below, names_of, users_in
from maniple.usecases.scaffolding.draft import Kind
from maniple.usecases.scaffolding.identifiers import COLLECTIONS, PEOPLE, bare
from maniple.usecases.scaffolding.roles import ADDING, REMOVING, words_of
from maniple.usecases.scaffolding.sample import Sample, of_operation

CALLS: Final[dict[Kind, tuple[str, ...]]] = {
    "list": ("create_list", "add_users", "remove_users", "rename_list", "delete_list", "verify"),
    "property": ("set_property", "unset_property", "verify"),
    "snapshot": ("replace_users", "verify"),
}
"""The calls that an operation can be picked for, in order."""
NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    "list": ("add_users",),
    "property": ("set_property",),
    "snapshot": ("replace_users",),
}
"""Calls without which nothing can be begun; the other ones are optional, or are guessed from these."""
_LIKELY: Final = 6.0
"""From this score on an operation is picked without being asked for."""
_PICKED: Final = frozenset(
    {"create_list", "add_users", "remove_users", "set_property", "unset_property", "replace_users"}
)
_READING: Final = frozenset({"get", "search", "find", "fetch", "count", "export", "query", "filter", "list", "status"})
_ACCOUNT: Final = frozenset({"verify", "validate", "ping", "whoami", "me", "account", "accounts", "self", "test"})
_ELSEWHERE: Final = frozenset(
    {"event", "events", "template", "templates", "campaign", "campaigns", "message", "messages", "webhook", "webhooks",
     "note", "notes", "company", "companies", "catalog", "catalogs", "merge", "schema", "coupon", "coupons"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """An operation for a call, how well it fits (higher is better), and why, in words."""

    operation: Operation
    score: float
    why: str


def ranked(api: ApiDescription, kind: Kind) -> dict[str, tuple[Candidate, ...]]:
    """The operations that may be each call, the likeliest first."""
    looks = [_Look(operation) for operation in api.operations]
    return {call: _candidates(call, looks) for call in CALLS[kind]}


def picked(ranking: dict[str, tuple[Candidate, ...]]) -> dict[str, str]:
    """The operation's id for each call for which one is likely; calls of one list go together."""
    found: dict[str, str] = {}
    home = ""
    for call, candidates in ranking.items():
        if call not in _PICKED:
            continue
        near = [
            (each.score + (2.5 if home and _below(each.operation.path, home) else 0.0), each) for each in candidates
        ]
        free = [
            (score, each) for score, each in near if each.operation.id not in found.values() or _both(each.operation)
        ]
        best = max(free, key=lambda pair: pair[0], default=None)
        if best is None or best[0] < _LIKELY:
            continue
        found[call] = best[1].operation.id
        home = home or _stem(best[1].operation.path)
    return found


def _candidates(call: str, looks: list[_Look]) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    for look in looks:
        reasons = list(_REASONS[call](look))
        score = sum(points for points, _ in reasons) - (3.0 if look.operation.deprecated else 0.0)
        if score > 0:
            why = ", ".join(text for points, text in sorted(reasons, key=lambda each: -each[0]) if points > 0 and text)
            found.append(Candidate(look.operation, score, why or "by its words"))
    return tuple(sorted(found, key=lambda each: (-each.score, each.operation.path, each.operation.id)))


def _both(operation: Operation) -> bool:
    """The operation both adds and removes, as a member of its body says."""
    choices = operation.body.choices.values() if operation.body is not None else ()
    return any(_words(each) & ADDING and _words(each) & REMOVING for each in choices)


def _words(texts: tuple[str, ...]) -> set[str]:
    return {text.lower() for text in texts}


def _stem(path: str) -> str:
    """The path up to the first collection: `/v1/audiences/{id}/users` has `/v1/audiences`."""
    segments = path.split("/")
    at = next((place for place, segment in enumerate(segments) if bare(segment) in COLLECTIONS), None)
    return "/".join(segments[: at + 1]) if at is not None else ""


def _below(path: str, stem: str) -> bool:
    return bool(stem) and (path == stem or path.startswith((f"{stem}/", f"{stem}:")))


class _Look:
    """What is seen of an operation."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.sample: Sample = of_operation(operation)
        segments = [segment for segment in operation.path.split("/") if segment]
        self.last = bare(segments[-1].removesuffix(".json")) if segments else ""
        self.ends_in_id = bool(segments) and segments[-1].startswith(("{", ":"))
        named = " ".join([*segments[-2:], operation.id, operation.summary[:80]])
        self.words = {word.lower() for word in words_of(named)}
        # In the order of the path, and not of a set, so that the same file always gives the same answer.
        in_path = [bare(segment.removesuffix(".json")) for segment in segments]
        in_path += [word.lower() for segment in segments for word in words_of(segment)]
        self.path_words = set(in_path)
        tree = self.sample.body.tree
        self.has_users = users_in(tree) is not None
        self.has_identifiers = bool(identifiers_below(tree))
        self.has_name = isinstance(tree, dict) and names_of(tree) is not None
        self.collection = next((word for word in in_path if word in COLLECTIONS), "")
        self.both = _both(operation)
        words = self.words - {self.collection}
        self.removes = bool(words & REMOVING) or operation.method == "DELETE"
        self.adds = bool(words & ADDING)
        self.people = bool((self.words | self.path_words) & PEOPLE)

    def elsewhere(self) -> Iterator[tuple[float, str]]:
        """What speaks against any call."""
        if self.words & _ELSEWHERE and not self.collection:
            yield -5.0, ""
        if self.operation.method == "GET":
            yield -9.0, ""
        elif self.words & (_READING - {"list"}):
            yield -4.0, ""


Reasons = Iterator[tuple[float, str]]
"""Points, and in words what they are given for."""


def _create(look: _Look) -> Reasons:
    yield from look.elsewhere()
    if look.operation.method in ("PATCH", "DELETE") or look.ends_in_id:
        yield -5.0, ""
    if look.collection and look.last == look.collection:
        yield 5.0, f"`{look.operation.method}` to the collection `/{look.last}`"
    elif look.collection and look.words & {"create", "new", "add"} and not look.has_users:
        yield 4.0, f"its words say `create` and `{look.collection}`"
    if look.words & {"create", "new"}:
        yield 2.0, "its words say `create`"
    if look.has_name:
        yield 2.0, "the body has a name"
    if look.removes or (look.has_users and not look.words & {"create", "new"}):
        yield -5.0, ""
    elif look.has_users:
        yield -1.0, ""
    if look.people and look.last != look.collection:
        yield -3.0, ""


def _add(look: _Look) -> Reasons:
    yield from look.elsewhere()
    yield from _carries(look)
    if look.adds:
        yield 2.0, "its words say that it adds"
    if look.removes and not look.both:
        yield -8.0, ""
    if look.both:
        yield 3.0, "it adds and removes"


def _remove(look: _Look) -> Reasons:
    # A partner may well remove with a call that has `get` or `search` in its name, and never with one that only adds.
    if look.operation.method == "GET":
        yield -9.0, ""
    yield from _carries(look)
    if look.both:
        yield 3.0, "it adds and removes"
    elif look.words & REMOVING:
        yield 3.0, "its words say that it removes"
    elif look.operation.method == "DELETE":
        yield 2.5, "`DELETE`"
    else:
        yield -8.0, ""
    if look.operation.method == "DELETE" and look.ends_in_id and not look.people and not look.has_users:
        yield -6.0, ""


def _carries(look: _Look) -> Reasons:
    """What says that a call carries users of a list."""
    if look.has_users:
        yield 3.0, "the body has an array of users"
    elif look.people and look.ends_in_id:
        yield 1.5, "a user is in the path"
    elif look.has_identifiers:
        yield 1.0, "the body names a user"
    if look.collection:
        yield 3.0, f"its name has `{look.collection}`"
    if look.people:
        yield 1.0, "it is about users"
    if look.has_name and not look.has_users:
        yield -2.0, ""
    if look.collection and look.last == look.collection and look.has_name:
        yield -4.0, ""


def _set(look: _Look) -> Reasons:
    yield from look.elsewhere()
    if look.has_users:
        yield 4.0, "the body has an array of users"
    elif look.has_identifiers or (look.people and look.ends_in_id):
        yield 2.5, "it is about one user"
    if look.words & {"track", "identify", "upsert", "update", "import", "set", "attributes", "properties", "bulk"}:
        yield 2.5, "its words say that it updates users"
    if look.people:
        yield 1.5, "it is about users"
    if look.collection or look.removes:
        yield -4.0, ""


def _unset(look: _Look) -> Reasons:
    yield from look.elsewhere()
    if look.words & REMOVING and look.words & {"attribute", "attributes", "property", "properties", "tag", "tags"}:
        yield 4.0, "its words say that it takes a property away"
    if look.has_users or look.has_identifiers:
        yield 2.5, "the body names users"


def _replace(look: _Look) -> Reasons:
    yield from look.elsewhere()
    yield from _carries(look)
    if look.words & {"replace", "overwrite", "upload", "import", "sync"} or look.operation.method == "PUT":
        yield 2.5, "it replaces or uploads"
    if look.removes:
        yield -8.0, ""


def _rename(look: _Look) -> Reasons:
    if look.operation.method in ("PUT", "PATCH", "POST") and look.ends_in_id and look.collection and look.has_name:
        yield 4.0, "it changes a list, and the body has a name"
        if look.operation.method == "POST":
            yield -2.0, ""


def _delete(look: _Look) -> Reasons:
    if look.operation.method == "DELETE" and look.collection and look.ends_in_id and not look.people:
        yield 5.0, f"`DELETE` of one of `{look.collection}`"
    elif look.collection and look.words & {"delete"} and not look.people and not look.has_users and not look.has_name:
        yield 3.0, "its words say `delete`"


def _verify(look: _Look) -> Reasons:
    operation = look.operation
    free = "{" not in operation.path and not any(
        each.required for each in operation.parameters if each.place == "query"
    )
    if operation.method != "GET" or not free:
        return
    if look.words & _ACCOUNT:
        yield 5.0, "it asks about the account"
    elif look.collection:
        yield 2.0, "it reads without changing anything"
    else:
        yield 1.0, "it reads without changing anything"


_REASONS: Final = {
    "create_list": _create,
    "add_users": _add,
    "remove_users": _remove,
    "set_property": _set,
    "unset_property": _unset,
    "replace_users": _replace,
    "rename_list": _rename,
    "delete_list": _delete,
    "verify": _verify,
}

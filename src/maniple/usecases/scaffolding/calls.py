"""Calls of a manifest, each made from one sample or mirrored from another call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from maniple.usecases.scaffolding.addresses import address_of
from maniple.usecases.scaffolding.answers import id_in, path_text
from maniple.usecases.scaffolding.batches import with_batch
from maniple.usecases.scaffolding.bodies import (
    ITEMS,
    NAME,
    About,
    Rewriting,
    identifiers_below,
    names_of,
    replaced,
    users_in,
)
from maniple.usecases.scaffolding.credentials import BATCH_ID, other_headers
from maniple.usecases.scaffolding.declarations import Declarations, escape
from maniple.usecases.scaffolding.draft import COHORT_NAME, COHORT_PROPERTY, DraftCall
from maniple.usecases.scaffolding.identifiers import (
    IDENTIFIERS,
    LIST_KEYS,
    PROPERTY_HOLDERS,
    USER_ID,
    bare,
    identifier_of,
    placeholder,
    role_of,
    secret_name,
    secret_value,
)
from maniple.usecases.scaffolding.sample import Sample, SampleBody
from maniple.usecases.scaffolding.trimming import said_of, trimmed

_USER_VARIABLES: Final = frozenset(identifier.name for identifier in IDENTIFIERS)
_OPPOSITES: Final = (
    ("unsubscribe", "subscribe"),
    ("unassign", "assign"),
    ("detach", "attach"),
    ("exclude", "include"),
    ("untag", "tag"),
    ("remove", "add"),
    ("delete", "create"),
    ("delete", "upsert"),
    ("delete", "import"),
    ("remove", "append"),
)
"""Words for removing and for adding."""


def create_call(sample: Sample, declarations: Declarations) -> DraftCall:
    """`create_list` from its sample; where the answer has the id is a guess."""
    body = _needed(sample, "create_list", "create", declarations)
    guesses: dict[str, str] = {"url": "this call makes a list"} if sample.described else {}
    tree: Any = {"name": COHORT_NAME}
    if isinstance(body.tree, dict):
        path = names_of(body.tree)
        if path is None:
            guesses[body.format or "json"] = "no member looks like the list's name; put $amp_cohort_name in it"
        elif sample.described:
            guesses[body.format or "json"] = f"`{path[-1]}` is the list's name"
        named = replaced(body.tree, path, NAME) if path is not None else body.tree
        tree = Rewriting(declarations, "create").tree(named)
    at, why = id_in(sample.answer, sample.path)
    call = DraftCall(
        "create_list",
        sample.method,
        address_of(sample.url, declarations, creates=True),
        query=_query(sample, declarations, creates=True),
        headers=_without_batch(other_headers(sample, declarations)),
        body_format=body.format or "json",
        body=tree,
        list_id={"response": path_text(at)},
        id_at=at,
        guesses={**guesses, "list_id": why},
    )
    return in_parts(call)


def _without_batch(headers: dict[str, str]) -> dict[str, str]:
    """The headers of a call that is made for no batch."""
    return {name: value for name, value in headers.items() if value != BATCH_ID}


def users_call(name: str, sample: Sample, declarations: Declarations) -> DraftCall:
    """A call that carries users, from its sample."""
    body = _needed(sample, name, "call", declarations)
    url = address_of(sample.url, declarations)
    in_url = any(f"${mapping}" in url for mapping in declarations.mappings)
    path = users_in(body.tree) if not in_url else None
    query = _query(sample, declarations, users=path is None)
    guesses = {"url": f"this call {_DOES[name]}"} if sample.described and name in _DOES else {}
    headers = other_headers(sample, declarations)
    call = DraftCall(name, sample.method, url, query=query, headers=headers, guesses=guesses)
    if path is not None:
        return in_parts(with_batch(_many(call, body, path, declarations), sample, body.most.get(path)))
    outside = in_url or declarations.names_user(query)
    if outside or _is_user(body):
        return in_parts(_one(call, body, declarations, users=not outside))
    return in_parts(with_batch(_nobody(call, body, declarations), sample, None))


_DOES: Final = {
    "add_users": "adds users",
    "remove_users": "removes users",
    "update_users": "adds and removes users",
    "set_property": "sets a property of users",
    "unset_property": "takes a property from users",
    "replace_users": "takes the whole cohort",
}


PLAIN_CALLS: Final = ("rename_list", "delete_list", "verify")
"""Calls that carry no users and are made when their operation is chosen."""


def plain_call(name: str, sample: Sample, declarations: Declarations) -> DraftCall:
    """A call that carries no users, such as `verify` or `delete_list`."""
    body = _needed(sample, name, "create" if name == "rename_list" else "call", declarations)
    path = names_of(body.tree) if name == "rename_list" else None
    named = replaced(body.tree, path, NAME) if path is not None else body.tree
    return in_parts(
        DraftCall(
            name,
            sample.method,
            address_of(sample.url, declarations),
            query=_query(sample, declarations),
            headers=_without_batch(other_headers(sample, declarations)),
            body_format=body.format,
            body=Rewriting(declarations, "call").tree(named) if body.format else None,
        )
    )


def _needed(sample: Sample, name: str, about: About, declarations: Declarations) -> SampleBody:
    """The body without what it can do without."""
    if sample.body.problem is not None:
        declarations.note(f"`{name}`: {sample.body.problem}")
    body, left_out = trimmed(sample.body, about)
    if left_out:
        declarations.note(f"`{name}`: optional members were left out: {said_of(left_out)}")
    return body


def in_parts(call: DraftCall) -> DraftCall:
    """The call with a multipart body as the list of parts that the language has."""
    if call.body_format != "multipart" or not isinstance(call.body, dict):
        return call
    parts = [{"name": name, "value": _part(value)} for name, value in call.body.items()]
    return replace(call, body=parts) if parts else replace(call, body_format=None, body=None)


def _part(value: Any) -> str:
    return value if isinstance(value, str) else escape(json.dumps(value))


def _is_user(body: SampleBody) -> bool:
    """The whole body describes one user."""
    apart = Declarations()
    return apart.names_user(Rewriting(apart, "user").tree(body.tree))


def _many(call: DraftCall, sample: SampleBody, path: tuple[str | int, ...], declarations: Declarations) -> DraftCall:
    """Many users a call: the array at `path` is `$items`."""
    users: Any = sample.tree
    for step in path:
        users = users[step]
    key = str(path[-1]) if path and isinstance(path[-1], str) else ""
    outer = Rewriting(declarations, "call").tree(replaced(sample.tree, path, ITEMS))
    optional = isinstance(users[0], dict) and len(identifiers_below(users[0])) > 1
    item = Rewriting(declarations, "user", optional=optional).item(users[0], key)
    guesses = {**call.guesses, "item": "one user of the array"}
    if not declarations.names_user(item):
        hole = declarations.mapping(USER_ID, "id", None)
        item = {**item, "id": hole} if isinstance(item, dict) else [*item, hole] if isinstance(item, list) else hole
        guesses["item"] = "no member of the sample user looks like an identifier"
    return replace(call, body_format=sample.format, body=outer, item=item, guesses=guesses)


def _one(call: DraftCall, sample: SampleBody, declarations: Declarations, *, users: bool) -> DraftCall:
    """One user a call: in the URL, in the query or as the whole body."""
    optional = users and len(identifiers_below(sample.tree)) > 1
    body = Rewriting(declarations, "user", optional=optional).tree(sample.tree) if sample.format else None
    return replace(
        call, body_format=sample.format, body=body, single=True, guesses={**call.guesses, "batch": "one user a call"}
    )


def _nobody(call: DraftCall, sample: SampleBody, declarations: Declarations) -> DraftCall:
    """No user in sight: they go into a member of the body that has to be corrected."""
    body = Rewriting(declarations, "call").tree(sample.tree) if isinstance(sample.tree, dict) else {}
    return replace(
        call,
        body_format=sample.format or "json",
        body={**body, "users": "$items"},
        item=declarations.mapping(USER_ID, "User ID", None),
        guesses={
            **call.guesses,
            sample.format or "json": "the sample has no users; put $items where your API expects them",
            "item": "one user",
        },
    )


def _query(sample: Sample, declarations: Declarations, *, users: bool = False, creates: bool = False) -> dict[str, Any]:
    """The query parameters that are no credentials."""
    written: dict[str, Any] = {}
    for name, value in sample.query:
        if secret_name(name) or secret_value(value):
            continue
        word = placeholder(value)
        if users and _names_user(name, value):
            new = declarations.mapping(identifier_of(name, value) or USER_ID, name, None)
        elif not creates and (bare(name) in LIST_KEYS or (word is not None and role_of(word) == "list")):
            new = declarations.list_id(None)
        else:
            new = declarations.field(word) if word is not None else escape(value)
        before = written.get(escape(name))
        written[escape(name)] = new if before is None else [*before, new] if isinstance(before, list) else [before, new]
    return written


def _names_user(key: str, value: str) -> bool:
    return bare(key) not in LIST_KEYS and bare(key) not in ("id", "ids") and identifier_of(key, value) is not None


def mirrored(call: DraftCall, name: str, *, removes: bool) -> DraftCall:
    """The opposite of a call that carries users, guessed from its words."""
    pairs = [(adding, removing) if removes else (removing, adding) for removing, adding in _OPPOSITES]
    url = _opposite_path(call.url, pairs)
    body = _opposite_words(call.body, dict(pairs))
    guesses = {key: text for key, text in call.guesses.items() if key == "batch"}
    opposite = replace(call, name=name, url=url, body=body)
    if url == call.url and body == call.body:
        opposite = replace(opposite, method="DELETE" if removes else "POST")
        if removes and call.url.rpartition("/$")[2] in _USER_VARIABLES:
            # The address says it all; what was sent with it described the membership.
            opposite = replace(opposite, body_format=None, body=None)
    return replace(opposite, guesses={"method": f"the opposite of `{call.name}`; look it up", **guesses})


def _opposite_path(url: str, pairs: list[tuple[str, str]]) -> str:
    """The URL with the last word for adding replaced by the one for removing, or the other way round."""
    path = url.partition("://")[2].partition("/")[2]
    for old, new in pairs:
        found = list(re.finditer(rf"(?<![A-Za-z$]){old}(?![a-z])", path))
        if found:
            at = found[-1]
            head = url[: len(url) - len(path)]
            return f"{head}{path[: at.start()]}{new}{path[at.end() :]}"
    return url


def _opposite_words(tree: Any, words: Mapping[str, str]) -> Any:
    """A body whose texts `add` and the like, standing alone, say the opposite."""
    if isinstance(tree, dict):
        return {
            words.get(key, key) if value == "$items" else key: _opposite_words(value, words)
            for key, value in tree.items()
        }
    if isinstance(tree, list):
        return [_opposite_words(value, words) for value in tree]
    if isinstance(tree, str) and tree.lower() in words:
        new = words[tree.lower()]
        return new.upper() if tree.isupper() else new
    return tree


def with_property(call: DraftCall, value: bool) -> DraftCall:
    """A call of a property destination: the property that stands for the cohort is `value`."""
    tree = call.item if call.item is not None else call.body
    holder = _holder(tree)
    if isinstance(tree, dict):
        members = {name: each for name, each in tree.get(holder, {}).items() if _has_hole(each)}
        tree = {**tree, holder: {**members, COHORT_PROPERTY: value}}
    else:
        tree = {**({"id": tree} if tree is not None else {}), holder: {COHORT_PROPERTY: value}}
    body_format = call.body_format or "json"
    place = "item" if call.item is not None else body_format
    guesses = {**call.guesses, place: "the property that says whether a user is in the cohort"}
    if call.item is not None:
        return replace(call, item=tree, guesses=guesses)
    return replace(call, body_format=body_format, body=tree, guesses=guesses)


def _has_hole(tree: Any) -> bool:
    if isinstance(tree, dict | list):
        return any(map(_has_hole, tree.values() if isinstance(tree, dict) else tree))
    return isinstance(tree, str) and re.search(r"(?<!\$)(\$\$)*\$[a-z]|\{\{", tree) is not None


def _holder(tree: Any) -> str:
    members = tree.items() if isinstance(tree, dict) else ()
    return next(
        (key for key, value in members if bare(key) in PROPERTY_HOLDERS and isinstance(value, dict)), "properties"
    )

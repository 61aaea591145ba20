"""What changed about what is sent: the kind, the list, who is removed by what, the calls."""

from __future__ import annotations

from collections.abc import Iterator

from maniple.diagnostics.suggest import listed
from maniple.manifest.answers import ListId
from maniple.manifest.call import Call, Exchange
from maniple.manifest.model import Manifest
from maniple.manifest.saved import saved_names
from maniple.review.difference import Difference
from maniple.runtime.compile import try_compile
from maniple.runtime.program import Program

SENDING = ("add_users", "remove_users", "update_users", "set_property", "unset_property", "replace_users")
"""The calls without which users are not sent."""
ANSWERS = ("success", "rejects", "errors")
PACE = ("batch", "limits", "timeout")


def changes_of_calls(old: Manifest, new: Manifest) -> Iterator[Difference]:
    """The differences that a list at the partner, or its members, may notice."""
    if old.kind != new.kind:
        yield Difference(
            f"the destination was of kind `{old.kind}`, and is of kind `{new.kind}`", ("kind",), breaking=True
        )
    before, after = try_compile(old).program, try_compile(new).program
    yield from _list(old, new, before, after)
    if before is not None and after is not None:
        yield from _identity(before, after, new)
    yield from _calls(old, new)
    yield from _defaults(old, new)


def _list(old: Manifest, new: Manifest, before: Program | None, after: Program | None) -> Iterator[Difference]:
    if old.create_list is None and new.create_list is not None and old.kind == new.kind:
        message = "lists are now created: syncs that run have none that was"
        yield Difference(message, ("create_list",), breaking=True)
    elif new.create_list is None and old.create_list is not None:
        yield Difference("lists are no longer created", ("create_list",), breaking=True, gone=True)
    elif old.create_list is not None and new.create_list is not None:
        yield from _list_id(old.create_list.list_id, new.create_list.list_id)
        yield from _saved(old, new, after)
    if old.list_id != new.list_id:
        message = "the list is named by another template: users would be sent to another list"
        yield Difference(message, ("list_id",), breaking=True, gone=new.list_id is None)
    if old.cohort_name != new.cohort_name:
        # Without a call that creates it, a list is found again by what its name is made into.
        named = new.create_list is None and before is not None and before.uses_cohort_name
        yield Difference("cohort names are changed by another rule", ("cohort_name",), breaking=named)


def _list_id(old: ListId | None, new: ListId | None) -> Iterator[Difference]:
    if old != new:
        was, now = _source(old), _source(new)
        message = f"the list's id comes from {now}, and came from {was}: lists made before keep the other id"
        yield Difference(message, ("create_list", "list_id"), breaking=True)


def _source(list_id: ListId | None) -> str:
    given = list_id.model_dump(exclude_none=True) if list_id is not None else {}
    return " ".join(f"{name} `{value}`" for name, value in given.items()) or "nowhere"


def _saved(old: Manifest, new: Manifest, after: Program | None) -> Iterator[Difference]:
    """Values that later calls read, and that lists made by the old version do not have."""
    if old.create_list is None or new.create_list is None:
        return
    kept = saved_names({"create_list": old.create_list})
    for name, (_, place) in saved_names({"create_list": new.create_list}).items():
        readers = [call.name for call in after.calls.values() if name in call.names] if after else []
        readers = [reader for reader in readers if reader != "create_list"]
        if name not in kept and readers:
            message = f"`{name}` is read by {listed(readers, last='and')}, and lists made before did not save it"
            yield Difference(message, place, breaking=True)


def _identity(before: Program, after: Program, new: Manifest) -> Iterator[Difference]:
    if before.identity != after.identity:
        was, now = listed(before.identity, last="and"), listed(after.identity, last="and")
        name = after.call_for("remove").name
        message = f"users are removed by {now}, and were by {was}: who is on a list would not be found"
        yield Difference(message, (name,) if name in new.calls else (), breaking=True)


def _calls(old: Manifest, new: Manifest) -> Iterator[Difference]:
    for name in old.calls:
        if name not in new.calls:
            replaced = name in SENDING and "update_users" in new.calls
            breaking = name in SENDING and not replaced and old.kind == new.kind
            by = ": `update_users` takes its place" if replaced else ""
            yield Difference(f"the call `{name}` is gone{by}", (name,), breaking=breaking, gone=True)
    for name, call in new.calls.items():
        if name not in old.calls:
            yield Difference(f"the call `{name}` is new", (name,))
        elif call != old.calls[name]:
            yield from _call(name, old.calls[name], call)


def _call(name: str, old: Call, new: Call) -> Iterator[Difference]:
    changed = [key for key in type(new).model_fields if getattr(old, key) != getattr(new, key)]
    for words, keys in (("the answers of `{}` are read otherwise", ANSWERS), ("the pace of `{}` changed", PACE)):
        if found := [key for key in keys if key in changed]:
            yield Difference(words.format(name), (name, found[0]))
    others = [key for key in changed if key not in (*ANSWERS, *PACE, "list_id")]
    if not others:
        return
    written = type(new).model_fields[others[0]].alias or others[0]
    detail = _detail(old, new) if others[0] in ("method", "url") else ""
    yield Difference(f"the request of `{name}` changed{detail}", (name, written))


def _detail(old: Exchange, new: Exchange) -> str:
    return f": `{new.method} {new.url}`, before `{old.method} {old.url}`" if old.url and new.url else ""


def _defaults(old: Manifest, new: Manifest) -> Iterator[Difference]:
    """What holds for all calls."""
    stories: dict[str, str] = {
        "headers": "the headers of every call changed",
        "query": "the query of every call changed",
        "define": "a constant changed",
        "item": "the default item changed",
        "batch": "the default batch changed",
        "limits": "how fast the partner is called changed",
        "success": "what counts as success changed",
        "rejects": "how refused users are found changed",
        "errors": "the classification of errors changed",
        "keep_users": "how often unchanged members are sent again changed",
    }
    for key, story in stories.items():
        if getattr(old, key) != getattr(new, key):
            yield Difference(story, (key,))

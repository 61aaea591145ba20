"""Edits of a draft that have a meaning: an auth kind is chosen, a body, a row is begun, errors are copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

from maniple.auth import Auth, AuthKind
from maniple.body import BODY_FORMATS
from maniple.manifest.call import Exchange
from maniple.manifest.model import CALL_NAMES
from maniple.runtime.program import cohort_label
from maniple.source.text import Path as Place
from maniple.usecases.draft import Draft

ESSENTIAL_CALLS: dict[str, tuple[str, ...]] = {
    "list": ("create_list", "add_users", "remove_users"),
    "property": ("set_property", "unset_property"),
    "snapshot": ("replace_users",),
}
"""The calls that a destination of a kind usually has."""
NAME_VARIABLES = ("amp_cohort_name", "amplitude_cohort_name", "cohort_name")
EXAMPLE_NAME = "Saturday's cohort & héllo"


def calls_of(draft: Draft) -> list[str]:
    """The calls that a form of the draft shows: those that are written, and those its kind usually has."""
    written = [name for name in CALL_NAMES if name in draft.data]
    kind = draft.value(("kind",), "list")
    usual = ESSENTIAL_CALLS.get(kind, ()) if isinstance(kind, str) else ()
    if "update_users" in written:
        usual = tuple(name for name in usual if name == "create_list")
    return [name for name in CALL_NAMES if name in written or name in usual]


def auth_kind(kind: str) -> type[AuthKind] | None:
    """The class of an auth kind by its name."""
    for branch in get_args(get_args(Auth)[0]):
        if get_args(branch.model_fields["kind"].annotation)[0] == kind:
            found: type[AuthKind] = branch
            return found
    return None


def choose_auth(draft: Draft, place: Place, kind: str) -> Draft:
    """The draft with another auth kind at a place. The fields of the kind before go when nothing else uses them; those
    of the new one come, with their labels, when they are not declared."""
    before = auth_kind(str(draft.value((*place, "kind"), "none")))
    after = auth_kind(kind)
    if after is None or before is after:
        return draft
    when = draft.value((*place, "when"))
    value = {"kind": kind} if when is None else {"kind": kind, "when": when}
    draft = draft.without(place) if value == {"kind": "none"} and len(place) == 1 else draft.with_value(place, value)
    wanted = {field.name for field in after.default_fields}
    for name in [field.name for field in before.default_fields] if before is not None else ():
        if name not in wanted:
            draft = _without_unused_field(draft, name)
    declared = set(_names(draft, "fields"))
    missing = [field for field in after.default_fields if field.name not in declared]
    for position, field in enumerate(missing):
        row: dict[str, Any] = {"name": field.name, "type": "secret", "label": field.label}
        if field.optional:
            row["optional"] = True
        draft = draft.with_item(("fields",), position, row)
    return draft


def choose_body(draft: Draft, place: Place, body: str | None) -> Draft:
    """The draft with the call at `place` having a body of another format, begun with what such a call usually sends."""
    for name in BODY_FORMATS:
        if name != body:
            draft = draft.without((*place, name), prune=False)
    if body is None or draft.value((*place, body)) is not None:
        return draft
    return draft.with_value((*place, body), _begun_body(body, lists=place[:1] == ("create_list",)))


def _begun_body(body: str, *, lists: bool) -> Any:
    name, value = ("name", "$amp_cohort_name") if lists else ("users", "$items")
    match body:
        case "json":
            return '{"name": "$amp_cohort_name"}\n' if lists else '{"users": $items}\n'
        case "csv":
            return {"columns": {"user_id": "$user_id"}}
        case "multipart":
            return [{"name": name, "value": value}]
        case "xml":
            return f"<{name}>{value}</{name}>"
        case "text" | "ndjson":
            return value
        case _:
            return {name: value}


def begun_row(draft: Draft, place: Place, owner: str) -> dict[str, Any]:
    """A new row for the list at `place`, whose rows are of the definition `owner`; names are not taken yet."""
    match owner:
        case "FormField":
            return {"name": free_name(draft, "field"), "type": "string", "label": "New field"}
        case "Mapping":
            taken = _names(draft, "mappings")
            name = "user_id_field_amplitude" if "user_id_field_amplitude" not in taken else free_name(draft, "mapping")
            return {"name": name, "label": "User ID Mapping", "target": "User ID"}
        case "Option":
            count = len(draft.value(place, ())) + 1
            return {"label": f"Option {count}", "value": f"option_{count}"}
        case "ErrorRule":
            return {"status": 400, "reason": "", "message": ""}
        case "Step":
            return {"method": "POST", "url": "https://"}
        case "MultipartPart":
            return {"name": "part", "value": "$items"}
        case "Choice":
            return {"target": ""}
        case "LimitHeader":
            return {"header": "X-RateLimit-Reset", "as": "seconds"}
        case _:
            return {}


def free_name(draft: Draft, word: str) -> str:
    """A name of a variable that is not taken: `field_1`, `field_2`."""
    taken = {*_names(draft, "fields"), *_names(draft, "mappings"), *draft.value(("define",), {})}
    return next(name for number in range(1, 10_000) if (name := f"{word}_{number}") not in taken)


def copy_errors(draft: Draft, place: Place, call: str) -> Draft:
    """The draft with the errors at `place` taking in the rules of another call."""
    own = draft.value(place)
    if not isinstance(own, list) or not own:
        return draft.with_value(place, {"same_as": call})
    return draft.with_item(place, len(own), {"same_as": call})


def calls_with_errors(draft: Draft, call: str) -> list[str]:
    """The calls other than `call` that have error rules of their own."""
    return [name for name in CALL_NAMES if name != call and isinstance(draft.value((name, "errors")), list)]


def into_steps(draft: Draft, call: str) -> Draft:
    """The draft with the one request of a call made the first of its steps."""
    value = draft.value((call,), {})
    shared = {field.alias or name for name, field in Exchange.model_fields.items()} - {"auth"}
    step = {key: each for key, each in value.items() if key in shared}
    rest = {key: each for key, each in value.items() if key not in shared}
    return draft.with_value((call,), {**rest, "steps": [step or {"method": "POST", "url": "https://"}]})


def uses_cohort_name(draft: Draft) -> bool:
    """A text of the draft names the cohort."""
    names = "|".join(NAME_VARIABLES)
    pattern = re.compile(rf"\$(?:{names})\b|\{{\{{[^}}]*\b(?:{names})\b")
    return any(pattern.search(text) for text in _texts(draft.data))


def example_label(draft: Draft) -> str | None:
    """What becomes of the example cohort's name in requests; None while the draft has no right shape."""
    manifest = draft.destination.manifest
    return None if manifest is None else cohort_label(manifest, EXAMPLE_NAME)


def _without_unused_field(draft: Draft, name: str) -> Draft:
    names = _names(draft, "fields")
    if name not in names:
        return draft
    less = draft.without(("fields", names.index(name)))
    word = re.compile(rf"\b{re.escape(name)}\b")
    return draft if any(word.search(text) for text in _texts(less.data)) else less


def _names(draft: Draft, key: str) -> list[str]:
    rows = draft.value((key,))
    if not isinstance(rows, list):
        return []
    return [str(row.get("name", "")) if isinstance(row, dict) else "" for row in rows]


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield key
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)

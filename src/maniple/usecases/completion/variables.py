"""The variables of a manifest while it is being written: each with its type, where it comes from, where it has a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from maniple.auth import Auth, AuthKind
from maniple.manifest.model import CALLS_WITH_USERS
from maniple.source.text import Path
from maniple.template.scope import PREDEFINED, Predefined

Reach: TypeAlias = Literal[
    "always", "list", "call", "items", "user", "normalize", "message", "auth", "property", "saved"
]
"""Where a variable has a value: as `template.scope.Place`, and for `saved` after the call or step that saves it."""
_FIELD_TYPES = {
    "string": "text",
    "secret": "secret text",
    "select": "choice",
    "buttons": "choice",
    "url": "URL",
    "subdomain": "subdomain",
    "integer": "whole number",
    "boolean": "true or false",
}
_KINDS = {"text": "text", "map": "map", "list": "list", "boolean": "true or false", "number": "number"}
CALLS = (
    "create_list",
    *CALLS_WITH_USERS,
    "rename_list",
    "delete_list",
    "count_members",
    "list_members",
    "verify",
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. `type` and `origin` are words for people; `place` is where it is declared, when it is in the file.

    `keys` are what `$name.key` can read, with what each is.
    """

    name: str
    type: str
    origin: str
    docs: str = ""
    reach: Reach = "always"
    place: Path | None = None
    keys: Mapping[str, str] | None = None
    aliases: tuple[str, ...] = ()


def variables_of(tree: Mapping[str, Any]) -> dict[str, Variable]:
    """Every variable that a manifest of this content knows, declared ones first, in their order.

    `tree` may be anything: parts that do not have the shape of the language declare nothing.
    """
    found: dict[str, Variable] = {}
    for variable in (*_fields(tree), *_of_auth(tree), *_constants(tree), *_mappings(tree), *_saved(tree)):
        found.setdefault(variable.name, variable)
    steps = _step_names(tree)
    for row in PREDEFINED.values():
        if row.name == "list_id" or row.name not in found:
            found[row.name] = _predefined(row, steps)
    return found


def _predefined(row: Predefined, steps: Mapping[str, str]) -> Variable:
    keys = steps if row.name == "steps" else None
    return Variable(
        row.name, _KINDS[row.kind], "pre-defined", row.meaning, row.place, keys=keys or None, aliases=row.aliases
    )


def _maps(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The maps of a list, with their positions."""
    if isinstance(value, list):
        yield from ((position, one) for position, one in enumerate(value) if isinstance(one, dict))


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _name(value: Any) -> str:
    return value if isinstance(value, str) and value.isidentifier() else ""


def _fields(tree: Mapping[str, Any]) -> Iterator[Variable]:
    for position, row in _maps(tree.get("fields")):
        name = _name(row.get("name"))
        if not name:
            continue
        carried: dict[str, str] = {}
        for _, option in _maps(row.get("options")):
            for key, value in option.items():
                if key not in ("label", "value"):
                    carried.setdefault(key, f"such as {value}")
        kind = _FIELD_TYPES.get(str(row.get("type", "string")), "text")
        by = "the operator" if row.get("from") == "operator" else "the end user"
        optional = ", may be left empty" if _true(row.get("optional")) else ""
        docs = f"{row.get('label') or name}: {by} fills it in{optional}"
        yield Variable(name, kind, "field", docs, place=("fields", position, "name"), keys=carried or None)


def _true(value: Any) -> bool:
    return value is True or value == "true"


def _auths(tree: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every auth that is written, with its place."""
    for path, owner in ((), tree), *_exchanges(tree):
        auth = owner.get("auth")
        if isinstance(auth, dict):
            yield (*path, "auth"), auth
        yield from (((*path, "auth", position), one) for position, one in _maps(auth))


def auth_kinds() -> dict[str, type[AuthKind]]:
    """The auth kinds by the word that stands after `kind:`."""
    return {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(get_args(Auth)[0])}


def _of_auth(tree: Mapping[str, Any]) -> Iterator[Variable]:
    """The fields that an auth kind brings, and what it gets from the partner."""
    for path, auth in _auths(tree):
        word = str(auth.get("kind", ""))
        kind = auth_kinds().get(word)
        if kind is None:
            continue
        written = " ".join(str(value) for value in auth.values())
        defaults = " ".join(str(one.default) for key, one in kind.model_fields.items() if key not in auth)
        for default in kind.default_fields:
            if f"${default.name}" in f"{written} {defaults}":
                docs = f"{default.label}: the end user fills it in, because of `auth: {{kind: {word}}}`"
                yield Variable(default.name, "secret text", "auth", docs, place=path)
        for name in _map(auth.get("save")):
            if _name(name):
                docs = f"saved from the token reply of `{word}`"
                yield Variable(name, "value", "auth", docs, "auth", (*path, "save", name))


def _constants(tree: Mapping[str, Any]) -> Iterator[Variable]:
    for name, text in _map(tree.get("define")).items():
        if _name(name):
            yield Variable(name, "text", "define", f"stands for {text}", place=("define", name))


def _mappings(tree: Mapping[str, Any]) -> Iterator[Variable]:
    for position, row in _maps(tree.get("mappings")):
        name = _name(row.get("name"))
        if not name:
            continue
        wanted = row.get("format", "any")
        kind = "map" if _true(row.get("many")) else {"any": "value", "e164": "phone number"}.get(str(wanted), "text")
        if wanted in ("email", "uuid", "integer"):
            kind = {"email": "e-mail address", "uuid": "UUID", "integer": "whole number"}[str(wanted)]
        if row.get("hash"):
            kind = f"{row['hash']} hash"
        choices = [str(choice.get("target")) for _, choice in _maps(row.get("one_of")) if choice.get("target")]
        what = row.get("target") or " or ".join(choices) or row.get("label") or name
        docs = f"one user's value for {what}, of a property that the end user chooses"
        keys = {"target": "the identifier that the end user chose"} if choices else None
        yield Variable(name, kind, "mapping", docs, "user", ("mappings", position, "name"), keys)


def _exchanges(tree: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The calls and their steps, with their places."""
    for call in CALLS:
        written = _map(tree.get(call))
        if written:
            yield (call,), written
        for position, step in _maps(written.get("steps")):
            yield (call, "steps", position), step


def _saved(tree: Mapping[str, Any]) -> Iterator[Variable]:
    for path, exchange in _exchanges(tree):
        matched = _map(_map(exchange.get("match")).get("save"))
        for key, saved in (("save", _map(exchange.get("save"))), ("match", matched)):
            for name, where in saved.items():
                place = (*path, "match", "save", name) if key == "match" else (*path, "save", name)
                if _name(name) and name != "list_id":
                    docs = f"saved by {section_of(path)} from {where} of the reply"
                    yield Variable(name, "value", "saved", docs, "saved", place)


def _step_names(tree: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(step["name"]): f"the reply of this step of {path[0]}"
        for path, step in _exchanges(tree)
        if len(path) > 1 and _name(step.get("name"))
    }


def section_of(path: Path) -> str:
    """A place as people write it: `add_users.steps[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def has_value(variable: Variable, path: Path, tree: Mapping[str, Any]) -> bool:
    """Whether the variable has a value in the template at `path`, as the compiler of manifests decides it.

    It is a guess in the rare cases (batches `by` a value, `first_batch`), and only orders what is offered.
    """
    top = str(path[0]) if path else ""
    keys = {part for part in path if isinstance(part, str)}
    call = _map(tree.get(top))
    with_users = top in CALLS_WITH_USERS or _true(call.get("first_batch"))
    in_item = bool(keys & {"item", "normalize"}) or ("csv" in keys and "rows" in keys)
    match variable.reach:
        case "always":
            return "normalize" not in keys or variable.origin == "field"
        case "list":
            return top in CALLS and top != "create_list"
        case "call":
            return with_users or top in ("errors", "item")
        case "items":
            return with_users and not in_item and not keys & {"when", "message", "auth", "batch"}
        case "user" | "property":
            return in_item or "by" in keys or top == "item" or (with_users and _single(call, tree)) or "match" in keys
        case "normalize":
            return "normalize" in keys
        case "message":
            return "message" in keys
        case "auth":
            return (top in CALLS and not in_item) or top in ("headers", "query")
        case "saved":
            return _is_after(variable.place, path)


def _single(call: Mapping[str, Any], tree: Mapping[str, Any]) -> bool:
    """One user a call."""
    batch = _map(call.get("batch")) or _map(tree.get("batch"))
    return str(batch.get("items", "")) == "1"


def _is_after(saved: Path | None, path: Path) -> bool:
    """What `create_list` saves is there for all calls, what a step saves for those after it."""
    if not saved or not path:
        return False
    if saved[0] == "create_list" and path[0] != "create_list":
        return path[0] in CALLS
    if saved[0] != path[0]:
        return False
    if "match" in saved and "match" not in path and len(path) > 2 and len(saved) > 2 and saved[:3] == path[:3]:
        return False
    before, now = (part[2] if len(part) > 2 and part[1] == "steps" else 0 for part in (saved, path))
    return isinstance(before, int) and isinstance(now, int) and before < now

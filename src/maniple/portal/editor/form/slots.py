"""The parts of a manifest as a form asks for them, made from its schema: a new key of the language appears by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias

from maniple.body import BODY_FORMATS
from maniple.manifest.schema import manifest_schema

Schema: TypeAlias = dict[str, Any]

MANIFEST = ""
"""The owner of the manifest's own keys."""
BODY = "body"
"""A slot for the one body of a call, whichever its format is."""


class Shape(StrEnum):
    """What kind of control a value asks for."""

    TEXT = "text"
    PROSE = "prose"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    CHOICES = "choices"
    LINES = "lines"
    PAIRS = "pairs"
    VALUE = "value"
    """A small value in flow style: a status, a list of them, a pattern."""
    TREE = "tree"
    """Any value, as a body is."""
    MAP = "map"
    ROWS = "rows"
    ERRORS = "errors"
    AUTH = "auth"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Slot:
    """One key of a map of a manifest."""

    key: str
    title: str
    help: str
    shape: Shape
    choices: tuple[Any, ...] = ()
    owner: str = ""
    """The definition of the map, or of each row."""
    required: bool = False
    default: Any = None
    example: str = ""
    code: str = ""
    """`template` or `jmespath` where the text is one."""


_TITLES = {
    "name": "Name",
    "url": "URL",
    "json": "JSON",
    "ndjson": "JSON lines",
    "csv": "CSV",
    "xml": "XML",
    "form": "Form",
    "multipart": "Multipart",
    "text": "Text",
    "gzip": "Compress (gzip)",
    "item": "Item for each user",
    "batch": "Batch size",
    "list_id": "List ID",
    "from": "Given by",
    "by": "By",
    "errors": "Error classifications",
    "rejects": "Refused users",
    "when": "Only when",
    "then": "What follows",
    "body": "Sub error code",
    "fields": "Custom fields",
    "headers": "Headers",
    "query": "Query parameters",
    "slugify": "Slugify cohort name",
    "one_of": "Choices",
    "many": "Any number",
}
_TITLES_OF = {
    ("", "name"): "Display name",
    ("FormField", "name"): "Variable name",
    ("FormField", "label"): "Display name",
    ("Mapping", "name"): "Variable name",
    ("Mapping", "label"): "Display name",
    ("Mapping", "target"): "Partner's name",
    ("ErrorRule", "reason"): "Failure reason",
    ("KeepUsers", "as"): "By the call",
    ("LimitHeader", "as"): "Its number is",
}
_PROSE = frozenset({"description", "message", "text"})
_INITIALS = {"id": "ID", "url": "URL", "jwt": "JWT", "arn": "ARN"}


def titled(key: str) -> str:
    """The words that a form shows for a key.

    >>> titled("token_url"), titled("max_pages"), titled("list_id")
    ('Token URL', 'Max pages', 'List ID')
    """
    if key in _TITLES:
        return _TITLES[key]
    words = " ".join(_INITIALS.get(word, word) for word in key.split("_"))
    return words[:1].upper() + words[1:]


@cache
def slots_of(owner: str) -> dict[str, Slot]:
    """The slots of a definition by key, in canonical order; of the manifest itself for `MANIFEST`."""
    schema = _definition(owner)
    required = set(schema.get("required", ()))
    found = {
        key: _slot(owner, key, value, key in required)
        for key, value in schema["properties"].items()
        if owner not in _exchanges() or key not in BODY_FORMATS
    }
    if owner in _exchanges():
        found[BODY] = Slot(BODY, "Body", "What the request carries, and in which format.", Shape.BODY)
    if owner == MANIFEST:
        # A call has its own way of saying which keys it must have.
        return {key: slot for key, slot in found.items() if key != "manifest"}
    return found


@cache
def body_slots() -> dict[str, Slot]:
    """The slot of each body format, by its key."""
    properties = _definition("Call")["properties"]
    return {name: _slot("Call", name, properties[name], required=False) for name in BODY_FORMATS}


@cache
def auth_kinds() -> dict[str, str]:
    """Every auth kind and the name of its definition, in the order of the union."""
    names = [branch["$ref"].rpartition("/")[2] for branch in _schema()["$defs"]["Auth"]["oneOf"]]
    return {_definition(name)["properties"]["kind"]["const"]: name for name in names}


def described(owner: str) -> str:
    """What the docs say about a definition, its first paragraph in one line."""
    return " ".join(_definition(owner).get("description", "").split("\n\n")[0].split())


def _exchanges() -> frozenset[str]:
    return frozenset({"Call", "Step"})


@cache
def _schema() -> Schema:
    return manifest_schema()


def _definition(owner: str) -> Schema:
    found: Schema = _schema()["$defs"][owner] if owner else _schema()
    return found


def _slot(owner: str, key: str, schema: Schema, required: bool) -> Slot:
    shape, choices, inner = _shape(key, schema)
    examples = schema.get("examples") or [""]
    return Slot(
        key,
        _TITLES_OF.get((owner, key), titled(key)),
        " ".join(schema.get("description", "").split()),
        shape,
        choices,
        inner,
        required,
        schema.get("default"),
        examples[0] if isinstance(examples[0], str) else "",
        "template" if schema.get("x-template") else "jmespath" if schema.get("x-jmespath") else "",
    )


def _shape(key: str, schema: Schema) -> tuple[Shape, tuple[Any, ...], str]:
    """The shape of a value, its choices, and the definition it is made of."""
    if key == "auth":
        return Shape.AUTH, (), "Auth"
    if key == "errors":
        return Shape.ERRORS, (), "ErrorRule"
    if "$ref" in schema:
        return Shape.MAP, (), schema["$ref"].rpartition("/")[2]
    if "enum" in schema:
        return Shape.CHOICE, tuple(schema["enum"]), ""
    if "const" in schema:
        return Shape.CHOICE, (schema["const"],), ""
    if "anyOf" in schema:
        return _shape_of_union(schema["anyOf"])
    match schema.get("type"):
        case "boolean":
            return Shape.SWITCH, (), ""
        case "integer" | "number":
            return Shape.NUMBER, (), ""
        case "string":
            prose = key in _PROSE and not schema.get("x-jmespath")
            return (Shape.PROSE if prose else Shape.TEXT), (), ""
        case "array":
            return _shape_of_list(schema["items"])
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return Shape.PAIRS, (), ""
        case _:
            return Shape.TREE, (), ""


def _shape_of_union(branches: list[Schema]) -> tuple[Shape, tuple[Any, ...], str]:
    choices = next((tuple(branch["enum"]) for branch in branches if "enum" in branch), ())
    open_text = any(branch.get("type") == "string" and "enum" not in branch for branch in branches)
    if choices and open_text and len(branches) == 2:
        return Shape.CHOICE, choices, ""
    return Shape.VALUE, choices, ""


def _shape_of_list(items: Schema) -> tuple[Shape, tuple[Any, ...], str]:
    if "$ref" in items:
        return Shape.ROWS, (), items["$ref"].rpartition("/")[2]
    if "enum" in items:
        return Shape.CHOICES, tuple(items["enum"]), ""
    return (Shape.LINES if items.get("type") == "string" else Shape.VALUE), (), ""

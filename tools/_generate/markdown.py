"""Tables of keys in Markdown, made from a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from pydantic import TypeAdapter

from maniple.manifest.base import Duration, VariableName
from maniple.manifest.model import CALL_NAMES

_LINKS = {
    "Auth": "[auth kind](#authentication)",
    "BatchSize": "[batch](#batch)",
    "CohortName": "[cohort name](#mappings)",
    "ErrorRule": "[error rule](#answers)",
    "Expiry": "[`expired` rule](#authentication)",
    "FormField": "[field](#fields)",
    "Limits": "[limits](#limits-rates-sizes-and-durations)",
    "ListId": "[list id](#list_id)",
    "Mapping": "[mapping](#mappings)",
    "Rejects": "[rejects](#rejects)",
    "SameAs": "`{same_as: CALL}`",
    "Pattern": "`{regex: ...}`",
    "RetryAfter": "`{after: DURATION}`",
    "Maintainer": "`{name: ..., support: ...}`",
    "KeepUsers": "`{as: CALL, every: DURATION}`",
    "Choice": "choice",
    "CsvBody": "`{columns: ..., header: ..., delimiter: ...}`",
    "MultipartPart": "part",
    "Option": "option",
    "Match": "[match](#match)",
    "Paginate": "[paginate](#paginate)",
    "Poll": "[poll](#poll)",
    "Step": "[step](#steps)",
    "LimitHeader": "`{header: ..., as: ...}`",
}
_FORMS = {
    TypeAdapter(Duration).json_schema()["pattern"]: "duration",
    TypeAdapter(VariableName).json_schema()["pattern"]: "name",
}
_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def key_table(schema: dict[str, Any], *, without: Collection[str] = ()) -> str:
    """A table of the keys of an object: what each takes, whether it must be there, and its meaning."""
    required = schema.get("required", ())
    return table(
        ("key", "takes", "default", "meaning"),
        (
            (f"`{key}`", kind(value), _default(value, key in required), cell(value.get("description", "")))
            for key, value in schema["properties"].items()
            if key not in without
        ),
    )


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; its cells are Markdown in which `|` is escaped already."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Text as a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def words(names: Iterable[Any]) -> str:
    """Names in backticks, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def kind(schema: Any) -> str:
    """What a value may be, in words."""
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            return _LINKS[name]
        case {"const": constant}:
            return f"`{constant}`"
        case {"enum": list(names)}:
            return "[call](#calls)" if tuple(names) == CALL_NAMES else words(names)
        case {"anyOf": list(branches)}:
            return " or ".join(dict.fromkeys(kind(branch) for branch in branches))
        case {"type": "array"}:
            element = kind(schema.get("items", {}))
            return f"list of ({element})" if " or " in element else f"list of {element}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"map of {kind(values)}"
        case {"type": "object"}:
            return "map"
        case {"type": str(plain)}:
            return _plain(plain, schema)
        case _:
            return "anything"


def _plain(plain: str, schema: dict[str, Any]) -> str:
    if schema.get("x-template"):
        return "template"
    if schema.get("x-jmespath"):
        return "JMESPath"
    if schema.get("pattern") in _FORMS:
        return _FORMS[schema["pattern"]]
    word = _WORDS[plain]
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f"{word} from {least:,} to {most:,}"
    return f"{word} from {least:,}" if least is not None else word


def _default(schema: dict[str, Any], required: bool) -> str:
    if required:
        return "**must be there**"
    if "default" not in schema:
        return ""
    default = schema["default"]
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"

"""What a body says that its schema does not know.

A schema that lists properties and says nothing about more of them allows any: a misspelt name is valid. Here it is
found all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


def unknown_properties(document: Schema, schema: Schema, value: Any, at: str = "body") -> list[str]:
    """Where `value` has properties that none of its schemas lists, as paths like `body.users[].nmae`, each once."""
    return sorted(set(_search(document, [schema], value, at)))


def _search(document: Schema, schemas: list[Schema], value: Any, at: str) -> Iterator[str]:
    parts = [part for schema in schemas for part in _parts(document, schema, ())]
    if isinstance(value, list):
        items = [part["items"] for part in parts if isinstance(part.get("items"), dict)]
        for each in value:
            yield from _search(document, items, each, f"{at}[]")
    if not isinstance(value, dict):
        return
    listed = any("properties" in part for part in parts)
    more = [part["additionalProperties"] for part in parts if part.get("additionalProperties") not in (None, False)]
    for name, child in value.items():
        known = [part["properties"][name] for part in parts if name in part.get("properties", {})]
        known += [schema for schema in more if isinstance(schema, dict)]
        if known or more:
            yield from _search(document, known, child, f"{at}.{name}")
        elif listed:
            yield f"{at}.{name}"


def _parts(document: Schema, schema: Schema, behind: tuple[str, ...]) -> Iterator[Schema]:
    """A schema, and everything it is made of: what it refers to, and its alternatives."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference not in behind:
            yield from _parts(document, _target(document, reference), (*behind, reference))
        return
    yield schema
    for key in _ALTERNATIVES:
        for each in schema.get(key, ()):
            yield from _parts(document, each, behind)


def _target(document: Schema, reference: str) -> Schema:
    found: Any = document
    for key in reference.removeprefix("#/").split("/"):
        found = found[key.replace("~1", "/").replace("~0", "~")]
    target: Schema = found
    return target

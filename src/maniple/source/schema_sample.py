"""A sample of the data that a JSON Schema describes, as OpenAPI and Swagger use schemas."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from maniple.source.text import Path

_MAX_DEPTH: Final = 14
_MAX_HOPS: Final = 40
_MAX_TEXT: Final = 2_000
ABSENT: Final = object()
"""No sample: the schema says nothing, or goes round in a circle."""
_FORMATS: Final = {
    "email": "ada@example.com",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "date": "2026-01-31",
    "date-time": "2026-01-31T10:00:00Z",
    "uri": "https://example.com",
    "url": "https://example.com",
}


class References:
    """The `$ref`s of one document. Only those into the document itself are followed; the others become notes."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.notes: list[str] = []

    def follow(self, node: Any) -> tuple[Any, tuple[str, ...]]:
        """The map that `node` stands for, and the references that were followed on the way."""
        trail: list[str] = []
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in trail or len(trail) >= _MAX_HOPS:
                return {}, tuple(trail)
            trail.append(reference)
            target = self._target(reference)
            beside = {key: value for key, value in node.items() if key != "$ref"}
            node = {**target, **beside} if beside and isinstance(target, dict) else target
        return node, tuple(trail)

    def _target(self, reference: str) -> Any:
        if not reference.startswith("#"):
            shown = "".join(char for char in reference if char.isprintable())[:80]
            note = f"a reference to another file, `{shown}`, was not followed"
            if note not in self.notes and len(self.notes) < 10:
                self.notes.append(note)
            return {}
        node = self.root
        for written in reference.removeprefix("#").removeprefix("/").split("/"):
            part = written.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
            if isinstance(node, list) and part.isascii() and part.isdigit() and int(part[:6]) < len(node):
                node = node[int(part[:6])]
            elif isinstance(node, dict) and part in node:
                node = node[part]
            else:
                return {}
        return node


class Sampling:
    """Makes one sample. `optional`, `most` and `choices` are filled in on the way, as `OperationBody` has them.

    `budget` bounds the values of the sample: a schema may be far larger than what anybody would send. `writes` says
    that the sample is of a request, where what is read-only has no place.
    """

    def __init__(self, references: References, *, budget: int, writes: bool) -> None:
        self.references = references
        self.budget = budget
        self.writes = writes
        self.optional: set[Path] = set()
        self.most: dict[Path, int] = {}
        self.choices: dict[Path, tuple[str, ...]] = {}

    def sample(self, schema: Any, name: str = "value") -> Any:
        """The sample, or ABSENT; `name` stands in the `{placeholder}` of a plain text."""
        return self._value(schema, name, (), ())

    def beside(self, schema: Any, example: Any) -> None:
        """Fill in `optional`, `most` and `choices` for an example that the description gives itself."""
        self._walk(schema, example, (), ())

    def _open(self, schema: Any, trail: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The schema with references and `allOf` resolved and the first of several possibilities taken."""
        node, followed = self.references.follow(schema)
        if not isinstance(node, dict) or any(each in trail for each in followed):
            return {}, trail
        trail = (*trail, *followed)
        for keyword in ("allOf", "oneOf", "anyOf"):
            parts = node.get(keyword)
            if not isinstance(parts, list) or len(trail) > _MAX_HOPS:
                continue
            own = {key: value for key, value in node.items() if key != keyword}
            for part in parts[:20]:
                inner, trail = self._open(part, (*trail, ""))
                if keyword != "allOf" and inner.get("type") == "null":
                    continue
                own = _merged(own, inner)
                if keyword != "allOf" and inner:
                    break
            node = own
        return node, trail

    def _value(self, schema: Any, name: str, path: Path, trail: tuple[str, ...]) -> Any:
        self.budget -= 1
        if self.budget < 0 or len(path) > _MAX_DEPTH:
            return ABSENT
        node, trail = self._open(schema, trail)
        given = _given(node)
        if given is not ABSENT:
            self._walk(node, given, path, trail)
            return given
        kind = node.get("type")
        kind = next((each for each in kind if each != "null"), None) if isinstance(kind, list) else kind
        if kind == "object" or (kind is None and isinstance(node.get("properties"), dict)):
            return self._object(node, path, trail)
        if kind == "array" or (kind is None and "items" in node):
            return self._array(node, name, path, trail)
        return _leaf(node, kind, name)

    def _object(self, node: dict[str, Any], path: Path, trail: tuple[str, ...]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        members = node.get("properties")
        required = _required(node)
        members = members if isinstance(members, dict) else {}
        # What is required comes before the budget is used up.
        for key in sorted(members, key=lambda each: each not in required):
            if self.budget < 0:
                break
            value = self._value(members[key], str(key), (*path, key), trail)
            if value is ABSENT or (self.writes and self._read_only(members[key])):
                continue
            made[key] = value
            if key not in required:
                self.optional.add((*path, key))
        return {key: made[key] for key in members if key in made}

    def _read_only(self, schema: Any) -> bool:
        node, _ = self.references.follow(schema)
        return isinstance(node, dict) and node.get("readOnly") is True

    def _array(self, node: dict[str, Any], name: str, path: Path, trail: tuple[str, ...]) -> Any:
        self._bound(node, path)
        value = self._value(node.get("items", {}), name, (*path, 0), trail)
        return [] if value is ABSENT else [value]

    def _bound(self, node: dict[str, Any], path: Path) -> None:
        most = node.get("maxItems")
        if isinstance(most, int) and not isinstance(most, bool) and 0 < most < 10_000_000:
            self.most[path] = most

    def _walk(self, schema: Any, value: Any, path: Path, trail: tuple[str, ...]) -> None:
        """Look at a given value beside its schema."""
        self.budget -= 1
        if self.budget < 0 or len(path) > _MAX_DEPTH:
            return
        node, trail = self._open(schema, trail)
        if isinstance(value, list):
            self._bound(node, path)
            if value:
                self._walk(node.get("items", {}), value[0], (*path, 0), trail)
        elif isinstance(value, str) and isinstance(node.get("enum"), list):
            self.choices[path] = tuple(each for each in node["enum"][:30] if isinstance(each, str))
        elif isinstance(value, dict):
            members = node.get("properties")
            required = _required(node)
            for key, each in value.items():
                if isinstance(members, dict) and key in members:
                    self._walk(members[key], each, (*path, key), trail)
                    if key not in required:
                        self.optional.add((*path, key))


def decoded(example: Any) -> Any:
    """An example; one that is JSON written as text is what the text says."""
    if isinstance(example, str) and example.lstrip()[:1] in ("{", "[") and len(example) < 100_000:
        try:
            return json.loads(example)
        except (ValueError, RecursionError):
            return example
    return example


def _given(node: dict[str, Any]) -> Any:
    """A value that the schema itself gives."""
    if node.get("example") is not None:
        return decoded(node["example"])
    for key in ("examples", "enum"):
        values = node.get(key)
        if isinstance(values, list) and values and values[0] is not None:
            return node["default"] if key == "enum" and node.get("default") in values else decoded(values[0])
    for key in ("const", "default"):
        if node.get(key) is not None and node.get(key) != [] and node.get(key) != {}:
            return node[key]
    return ABSENT


def _leaf(node: dict[str, Any], kind: Any, name: str) -> Any:
    match kind:
        case "integer":
            return 1
        case "number":
            return 1.5
        case "boolean":
            return False
        case "string":
            return _FORMATS.get(str(node.get("format")), "{" + name[:60] + "}")
        case _:
            return ABSENT


def _required(node: dict[str, Any]) -> frozenset[str]:
    names = node.get("required")
    return frozenset(str(name) for name in names) if isinstance(names, list) else frozenset()


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two schemas that both hold."""
    merged: dict[str, Any] = {**second, **first}
    for key, join in _JOINED.items():
        if isinstance(first.get(key), type(second.get(key))) and isinstance(first.get(key), dict | list):
            merged[key] = join(first[key], second[key])
    return merged


_JOINED: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "properties": lambda first, second: {**second, **first},
    "required": lambda first, second: [*first, *second],
}


def bounded(text: Any) -> str:
    """A text of a description without control characters, cut where nobody reads on."""
    if not isinstance(text, str):
        return ""
    return "".join(char if char.isprintable() else " " for char in text[:_MAX_TEXT]).strip()

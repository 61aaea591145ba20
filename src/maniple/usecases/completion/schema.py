"""What the schema of manifests says about a place: the keys it may have, the words it may be, the sentence on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from maniple.manifest.schema import manifest_schema
from maniple.source.text import Path

_KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


@dataclass(frozen=True, slots=True)
class Place:
    """What may stand at a path: the schema's branches that are meant there."""

    branches: tuple[Mapping[str, Any], ...]
    docs: str = ""
    is_free: bool = False
    """Anything may stand here: it is a body or an item, or a part of one."""

    @property
    def is_template(self) -> bool:
        """A text with holes, or anything at all."""
        return self.is_free or any(branch.get("x-template") for branch in self.branches)

    @property
    def is_map(self) -> bool:
        """A map with keys may stand here."""
        return any("properties" in branch or branch.get("type") == "object" for branch in self.branches)

    @property
    def is_list(self) -> bool:
        """A list may stand here."""
        return any(branch.get("type") == "array" for branch in self.branches)

    def keys(self) -> dict[str, Mapping[str, Any]]:
        """The keys that a map here may have, with the schema of each."""
        found: dict[str, Mapping[str, Any]] = {}
        for branch in self.branches:
            for name, schema in branch.get("properties", {}).items():
                found.setdefault(name, schema)
        return found

    def required(self) -> frozenset[str]:
        """The keys that a map here must have."""
        sets = [frozenset(branch.get("required", ())) for branch in self.branches if "properties" in branch]
        return frozenset.intersection(*sets) if sets else frozenset()

    def words(self) -> list[str]:
        """The words that may stand here."""
        found: list[str] = []
        for branch in self.branches:
            given = branch.get("enum", [branch["const"]] if "const" in branch else [])
            given = ["true", "false"] if branch.get("type") == "boolean" else given
            found.extend(_text(word) for word in given)
        return list(dict.fromkeys(found))

    def examples(self) -> list[str]:
        """Examples of texts and numbers that may stand here."""
        given = [example for branch in self.branches for example in branch.get("examples", ())]
        return [_text(example) for example in given if isinstance(example, str | int | float | bool)]

    def kind(self) -> str:
        """What stands here, in a few words."""
        kinds = []
        for branch in self.branches:
            if "enum" in branch or "const" in branch:
                kinds.append("one of some words")
            elif branch.get("type") == "array":
                kinds.append("list")
            elif branch.get("type") == "object" or "properties" in branch:
                kinds.append("map")
            elif branch.get("x-template"):
                kinds.append("text with holes")
            elif branch.get("x-jmespath"):
                kinds.append("JMESPath")
            elif branch.get("type") in _KINDS:
                kinds.append(_KINDS[branch["type"]])
        found = [kind for kind in dict.fromkeys(kinds) if kind != "whole number" or "number" not in kinds]
        return " or ".join([*([", ".join(found[:-1])] if found[1:] else []), *found[-1:]]) or "anything"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@lru_cache(maxsize=1)
def the_schema() -> Mapping[str, Any]:
    """The schema of manifests; making it takes about 30 ms."""
    return manifest_schema()


def place_at(path: Path, tree: Any) -> Place:
    """What may stand at `path` of a manifest with this content."""
    branches = [the_schema()]
    docs = ""
    held: Any = tree
    free = False
    for part in path:
        found: list[Mapping[str, Any]] = []
        for branch in _meant(branches, held):
            below = _below(branch, part)
            if below is not None:
                found.append(below)
                docs = below.get("description") or docs
        branches = found
        held = _held(held, part)
        free = free or any(_is_free(one) for one in branches)
    return Place(tuple(_meant(branches, held)), docs, free)


def _is_free(branch: Mapping[str, Any]) -> bool:
    return branch.get("additionalProperties") is True or not branch.keys() - {"description", "examples", "default"}


def _held(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _below(branch: Mapping[str, Any], part: str | int) -> Mapping[str, Any] | None:
    if isinstance(part, int):
        items = branch.get("items")
        return items if isinstance(items, dict) else None
    known = branch.get("properties", {}).get(part)
    if known is not None:
        return known if isinstance(known, dict) else None
    more = branch.get("additionalProperties")
    return more if isinstance(more, dict) else None


def _meant(branches: list[Mapping[str, Any]], held: Any) -> list[Mapping[str, Any]]:
    """The branches with references followed and unions taken apart; of a union of kinds the one that is written."""
    found = [one for branch in branches for one in flat(branch)]
    kind = held.get("kind") if isinstance(held, dict) else None
    named = [one for one in found if kind and one.get("properties", {}).get("kind", {}).get("const") == kind]
    return named or found


def flat(branch: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A schema with its reference followed and its union taken apart."""
    reference = branch.get("$ref")
    if reference is not None:
        target = the_schema()["$defs"][reference.rpartition("/")[2]]
        yield from flat({**target, **{word: value for word, value in branch.items() if word != "$ref"}})
        return
    unions = [word for word in ("anyOf", "oneOf") if word in branch and "properties" not in branch]
    if not unions:
        kinds = branch.get("type")
        yield from [{**branch, "type": kind} for kind in kinds] if isinstance(kinds, list) else [branch]
        return
    own = {word: value for word, value in branch.items() if word in ("description", "examples")}
    for word in unions:
        for one in branch[word]:
            yield from flat({**own, **one} if "description" not in one else one)

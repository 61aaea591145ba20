"""JSON bodies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from maniple.body.format import Encoded

CONTENT_TYPE = "application/json"
MAX_DEPTH = 200
"""Maps and lists inside each other; what is deeper in a user's own property is sent as null."""


@dataclass(frozen=True)
class JsonFormat:
    """Any tree, an object or an array, as JSON."""

    empty: ClassVar[dict[str, Any]] = {}

    def encode(self, tree: Any) -> Encoded:
        return Encoded(encode(tree), CONTENT_TYPE)

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:
        return {**tree, **members} if isinstance(tree, dict) else tree


def encode(tree: Any) -> bytes:
    """`tree` as compact UTF-8 JSON, whatever stands in it.

    Integers beyond 64 bits are written whole, numbers that JSON does not have as null, values of other kinds as text,
    and half of a character as `?`.
    """
    try:
        return orjson.dumps(tree)
    except TypeError:
        import json

        text = json.dumps(_plain(tree, MAX_DEPTH), ensure_ascii=False, separators=(",", ":"), default=str)
        return text.encode("utf-8", "replace")


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each, depth - 1) for key, each in value.items()} if depth else None
    if isinstance(value, list | tuple):
        return [_plain(each, depth - 1) for each in value] if depth else None
    return None if isinstance(value, float) and not math.isfinite(value) else value

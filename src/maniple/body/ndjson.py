"""Bodies of lines, each of them JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from maniple.body import json
from maniple.body.format import Encoded

CONTENT_TYPE = "application/x-ndjson"


@dataclass(frozen=True)
class NdjsonFormat:
    """A list of groups of lines; every line is one JSON value and ends with a line feed."""

    empty: ClassVar[list[Any]] = []

    def encode(self, tree: Any) -> Encoded:
        groups = tree if isinstance(tree, list) else []
        lines = [line for group in groups for line in (group if isinstance(group, list) else [group])]
        return Encoded(b"".join([json.encode(line) + b"\n" for line in lines]), CONTENT_TYPE)

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:  # noqa: ARG002  lines have no members
        return tree

"""What a body format is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Encoded:
    """A body as it travels, and its `Content-Type`."""

    content: bytes
    content_type: str


class Format(Protocol):
    """Encodes plain data; total: whatever stands in the data, there are bytes for it."""

    @property
    def empty(self) -> Any:
        """What is encoded when every part of a body was left out."""

    def encode(self, tree: Any) -> Encoded:
        """The bytes for `tree`. The same data always gives the same bytes."""

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:
        """`tree` with the members that an auth kind adds; unchanged where a format or a tree has no named members."""

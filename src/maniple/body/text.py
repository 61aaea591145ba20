"""Text bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from maniple.body.format import Encoded
from maniple.template.text import text_of

CONTENT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class TextFormat:
    """One text, as it is."""

    empty: ClassVar[str] = ""

    def encode(self, tree: Any) -> Encoded:
        return Encoded(text_of(tree).encode("utf-8", "replace"), CONTENT_TYPE)

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:  # noqa: ARG002  text has no members
        return tree

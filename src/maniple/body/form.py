"""Form bodies, as browsers send them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from maniple.body.format import Encoded
from maniple.template.text import text_of

CONTENT_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class FormFormat:
    """Names and values: a list repeats its name, a map is JSON text, null is empty text."""

    empty: ClassVar[dict[str, Any]] = {}

    def encode(self, tree: Any) -> Encoded:
        pairs = list(form_pairs(tree))
        return Encoded(urlencode(pairs, errors="replace").encode("ascii"), CONTENT_TYPE)

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:
        return {**tree, **members} if isinstance(tree, dict) else tree


def form_pairs(tree: Any) -> Iterator[tuple[str, str]]:
    """The names and values of a map in order.

    >>> list(form_pairs({"to": ["a", "b"], "is": True, "with": {"x": 1}, "no": None, "none": []}))
    [('to', 'a'), ('to', 'b'), ('is', 'true'), ('with', '{"x":1}'), ('no', '')]
    """
    for name, value in tree.items() if isinstance(tree, dict) else ():
        for one in value if isinstance(value, list) else [value]:
            yield name, text_of(one)

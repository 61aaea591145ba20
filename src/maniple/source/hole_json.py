"""JSON text in which a bare hole may stand wherever a value or a key may: `{"userIds": $items}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from maniple.source.json_scan import JsonFault, JsonScan
from maniple.source.text import Path, Span

HoleJsonFault: TypeAlias = JsonFault
"""`message`, `start`, `end` (offsets in the text), `hint`, and `code`: MAN105 or a narrower one."""


@dataclass(frozen=True)
class HoleJson:
    """Plain data in which a bare hole is the text of itself (`"$items"`), and the place of every key and value.

    `keys[path]` and `values[path]` are (start, end) offsets in the text; those of a quoted text include its quotes.
    `source.locate.locate(text, Span(*values[path]), i, j)` finds the characters `i:j` of a text value.
    """

    value: Any
    keys: Mapping[Path, tuple[int, int]] = field(repr=False)
    values: Mapping[Path, tuple[int, int]] = field(repr=False)


def read_hole_json(text: str) -> tuple[HoleJson | None, list[HoleJsonFault]]:
    """The data of JSON text with bare holes, or None and its faults.

    A bare hole is `$name`, `$name.key`, either with `~` after it (may be absent), or `{{ expression }}`.
    A quoted text that is only a hole means the same as the bare hole.
    """
    scan = JsonScan(text, holes=True).run()
    if scan.faults:
        return None, scan.faults
    return HoleJson(scan.value, _pairs(scan.keys), _pairs(scan.values)), []


def _pairs(spans: Mapping[Path, Span]) -> dict[Path, tuple[int, int]]:
    return {path: (span.start, span.end) for path, span in spans.items()}

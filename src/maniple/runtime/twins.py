"""Users of a step whose items are equal: the first is sent for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maniple.body import json as json_body


def without_twins(rows: Sequence[int], items: Sequence[Any]) -> tuple[list[int], list[Any], dict[int, list[int]]]:
    """Each item once with the row it is from, and the rows of the others by the row that is sent for them.

    >>> without_twins([0, 1, 2], ["a", "b", "a"])
    ([0, 1], ['a', 'b'], {0: [2]})
    """
    first: dict[bytes, int] = {}
    kept: list[tuple[int, Any]] = []
    twins: dict[int, list[int]] = {}
    for row, item in zip(rows, items, strict=True):
        sent = first.setdefault(json_body.encode(item), row)
        if sent == row:
            kept.append((row, item))
        else:
            twins.setdefault(sent, []).append(row)
    return [row for row, _ in kept], [item for _, item in kept], twins

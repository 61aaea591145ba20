"""Cutting a plan into batches."""

from __future__ import annotations

from maniple.errors import Bug


def batches(count: int, size: int) -> list[range]:
    """The rows 0 to `count` in order, at most `size` a batch, only the last one shorter.

    Raises Bug for a size below 1.
    """
    if size < 1:
        raise Bug(f"a batch of {size} users cannot be cut")
    return [range(start, min(start + size, count)) for start in range(0, count, size)]

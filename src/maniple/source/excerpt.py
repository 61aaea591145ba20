"""Text of a file inside a sentence: short, and on one line."""

from __future__ import annotations


def shortened(text: str, most: int = 60) -> str:
    """`text` with line breaks as spaces, cut after `most` characters."""
    flat = text[: most + 1].replace("\r", " ").replace("\n", " ")
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"

"""Whether a logo can be shown: a PNG of a size that a tile can use."""

from __future__ import annotations

from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MOST_BYTES: Final = 500_000
LEAST_SIDE: Final = 64
MOST_SIDE: Final = 2_048
WIDEST: Final = 4
"""How many times as wide as high a logo may be, or as high as wide."""


def logo_fault(content: bytes) -> str | None:
    """Why a logo cannot be shown, as the end of a sentence; None when it can.

    Reads the signature and the IHDR chunk (PNG, third edition, 5.2 and 11.2.1).
    """
    if not content.startswith(SIGNATURE) or content[12:16] != b"IHDR" or len(content) < 33:
        return "it is not a PNG"
    if b"IEND" not in content[-12:]:
        return "the PNG is cut short"
    if len(content) > MOST_BYTES:
        return f"it has {len(content):,} bytes, and {MOST_BYTES:,} are allowed"
    width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if not (LEAST_SIDE <= width <= MOST_SIDE and LEAST_SIDE <= height <= MOST_SIDE):
        return f"it is {width} by {height} pixels, and each side must have {LEAST_SIDE} to {MOST_SIDE}"
    if max(width, height) > WIDEST * min(width, height):
        return f"it is {width} by {height} pixels, too narrow for a tile"
    return None

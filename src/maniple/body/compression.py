"""Compressed bodies."""

from __future__ import annotations

import gzip
import zlib

ENCODING = "gzip"
_LEVEL = 6
_MAGIC = b"\x1f\x8b"


def compress(content: bytes) -> bytes:
    """`content` compressed; the same bytes whenever they are compressed again."""
    return gzip.compress(content, _LEVEL, mtime=0)


def is_compressed(content: bytes) -> bool:
    """The bytes begin as gzip begins. No text does."""
    return content.startswith(_MAGIC)


def expand(content: bytes, most: int) -> bytes | None:
    """What was compressed; None when it is more than `most` bytes or the bytes are damaged."""
    reader = zlib.decompressobj(wbits=31)
    try:
        expanded = reader.decompress(content, most + 1)
    except zlib.error:
        return None
    return expanded if reader.eof and len(expanded) <= most else None

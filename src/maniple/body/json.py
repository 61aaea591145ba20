"""JSON bodies."""

from __future__ import annotations

from typing import Any

import orjson

CONTENT_TYPE = "application/json"


def encode(tree: Any) -> bytes:
    """`tree` as compact UTF-8 JSON. Integers beyond 64 bits are written whole."""
    try:
        return orjson.dumps(tree)
    except TypeError:
        import json

        return json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

"""Values as text."""

from __future__ import annotations

import json as _json
from typing import Any


def text_of(value: Any) -> str:
    """A value as text: numbers and booleans as JSON writes them, null as empty text, structure as JSON.

    >>> text_of(True), text_of(12), text_of(2.5), text_of(None), text_of(["a", 1])
    ('true', '12', '2.5', '', '["a",1]')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int | float):
        return repr(value)
    return json(value)


def json(value: Any) -> str:
    """The value as compact JSON text; empty for what is nested too deeply.

    >>> json({"a": [1, None]})
    '{"a":[1,null]}'
    """
    try:
        return _json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except (RecursionError, ValueError):
        # Nested beyond what anybody reads, or in itself.
        return ""

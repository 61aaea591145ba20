"""Plain data compared with its types, and the first difference said in words."""

from __future__ import annotations

import json
from typing import Any

_KINDS = {str: "text", bool: "true or false", int: "an integer", float: "a decimal number"}


def difference(actual: Any, expected: Any, place: str = "") -> str | None:
    """The first place where `actual` is not `expected`, as a sentence; None when they are equal.

    Types count: `true` is not `1`, and `1` is not `1.0`.

    >>> difference({"ids": [1, 2]}, {"ids": [1, "2"]})
    '`ids[1]` is `2` (an integer), and the case says `"2"` (text)'
    >>> difference({"a": 1}, {"a": 1}) is None
    True
    """
    if isinstance(actual, dict) and isinstance(expected, dict):
        return _object_difference(actual, expected, place)
    if isinstance(actual, list) and isinstance(expected, list):
        return _array_difference(actual, expected, place)
    if type(actual) is type(expected) and actual == expected:
        return None
    here = f"`{place}` is" if place else "it is"
    return f"{here} {_shown(actual, beside=expected)}, and the case says {_shown(expected, beside=actual)}"


def same(actual: Any, expected: Any) -> bool:
    """Both are equal, types included."""
    return difference(actual, expected) is None


def _object_difference(actual: dict[str, Any], expected: dict[str, Any], place: str) -> str | None:
    for key in expected:
        if key not in actual:
            return f"`{_below(place, key)}` is missing"
    for key in actual:
        if key not in expected:
            return f"`{_below(place, key)}` is there, and the case does not have it"
    found = (difference(actual[key], value, _below(place, key)) for key, value in expected.items())
    return next((one for one in found if one is not None), None)


def _array_difference(actual: list[Any], expected: list[Any], place: str) -> str | None:
    for position, (one, other) in enumerate(zip(actual, expected, strict=False)):
        found = difference(one, other, f"{place}[{position}]")
        if found is not None:
            return found
    if len(actual) == len(expected):
        return None
    here = f"`{place}` has" if place else "it has"
    return f"{here} {len(actual)} elements, and the case says {len(expected)}"


def _below(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _shown(value: Any, *, beside: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    shown = f"`{text if len(text) <= 200 else text[:200] + '…'}`"
    kind = _KINDS.get(type(value))
    return f"{shown} ({kind})" if kind is not None and type(beside) is not type(value) else shown

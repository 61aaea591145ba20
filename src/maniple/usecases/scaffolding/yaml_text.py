"""Plain data as YAML that a person would have written: short maps in one line, texts without needless quotes."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

WIDTH = 100
"""Characters of a line before a map or list is written over several."""

_PLAIN = re.compile(r"[A-Za-z$_/][A-Za-z0-9_$./+@~()-]*(?: [A-Za-z0-9_$./+@()-]+)*")
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters that cannot stand in a manifest as they are, and that JSON would leave."""
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def scalar(value: Any) -> str:
    """A text, number, true, false or null.

    >>> print(scalar("$list_id"), scalar("yes"), scalar("a: b"), scalar(True), scalar("12"))
    $list_id "yes" "a: b" true "12"
    """
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) is not None and value.lower() not in _WORDS
        return value if plain else _UNSEEN.sub(_escaped, json.dumps(value, ensure_ascii=False))
    return json.dumps(value)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def inline(value: Any) -> str:
    """A value in flow style, in one line.

    >>> inline({"users": "$items", "tags": ["a", 1]})
    '{users: $items, tags: [a, 1]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return scalar(value)


def member(key: str, value: Any, indent: int = 0) -> list[str]:
    """The lines of `key: value`, `indent` spaces in."""
    pad = " " * indent
    line = f"{pad}{scalar(key)}: {inline(value)}"
    if not isinstance(value, dict | list) or not value or len(line) <= WIDTH:
        return [line]
    return [f"{pad}{scalar(key)}:", *block(value, indent + 2)]


def block(value: Any, indent: int = 0) -> list[str]:
    """The lines of a map or list in block style."""
    if isinstance(value, dict):
        return [line for key, each in value.items() for line in member(key, each, indent)]
    pad = " " * indent
    lines: list[str] = []
    for each in value:
        if not isinstance(each, dict | list) or not each or len(inline(each)) + indent + 2 <= WIDTH:
            lines.append(f"{pad}- {inline(each)}")
            continue
        inner = block(each, indent + 2)
        lines.extend([f"{pad}- {inner[0].lstrip()}", *inner[1:]])
    return lines


def folded(key: str, text: str, indent: int) -> list[str]:
    """The lines of a long text as a folded block."""
    pad = " " * indent
    return [f"{pad}{key}: >-", *textwrap.wrap(text, WIDTH, initial_indent=pad + "  ", subsequent_indent=pad + "  ")]

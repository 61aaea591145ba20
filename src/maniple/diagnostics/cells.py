"""How text from a file looks in a terminal: visible characters and the cells they take."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"))
_TAB = "    "
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def is_line(text: str, most: int) -> bool:
    """Whether `text` is one line of at most `most` characters, none of which a terminal would obey."""
    return len(text) <= most and _CONTROL.search(text) is None


def visible(text: str) -> str:
    """`text` with every character that a terminal would obey, or not show, written out."""
    return "".join(shown(char) for char in text)


def shown(char: str) -> str:
    """One character as it is shown: a tab as four spaces, a control character as its picture or number."""
    if char.isprintable():
        return char
    if char == "\t":
        return _TAB
    if char < " ":
        return chr(0x2400 + ord(char))
    if char == "\x7f":
        return "\u2421"
    if unicodedata.category(char) in _INVISIBLE:
        return f"<U+{ord(char):04X}>"
    return char


def cell_count(shown_text: str) -> int:
    """How many terminal cells visible text takes."""
    return sum(_cells(char) for char in shown_text)


def _cells(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1

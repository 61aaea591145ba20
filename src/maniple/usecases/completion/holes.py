"""The hole in which the cursor stands: `$na|`, `{{ name | fil| }}`, or a bare condition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Wanted: TypeAlias = Literal["variable", "name", "member", "filter", "nothing"]
"""`$name`; a name inside an expression; the key after `name.`; a filter; nothing that can be offered."""
_DOLLAR = re.compile(r"(\$+)((?:[A-Za-z_]\w*)?)((?:\.\w*)*)$")
_FILTER = re.compile(r"\|\s*(\w*)$")
_MEMBER = re.compile(r"(?<![\w.])([A-Za-z_]\w*)((?:\.\w+)*)\.(\w*)$")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)$")


@dataclass(frozen=True, slots=True)
class Hole:
    """`typed` is what has been typed of the word that is wanted; `owner` is the name before the dot."""

    wanted: Wanted
    typed: str
    owner: str = ""
    expression: bool = False


def hole_before(before: str, *, bare: bool = False) -> Hole | None:
    """The hole at the end of `before`, the text of a scalar up to the cursor; None when there is none.

    `bare`: the scalar is an expression without braces, as `when` may be.
    """
    opened = before.rfind("{{")
    if opened >= 0 and "}}" not in before[opened:]:
        return _in_expression(before[opened + 2 :])
    if "{{" not in before and bare and "$" not in before:
        return _in_expression(before)
    found = _DOLLAR.search(before)
    if found is None or len(found[1]) % 2 == 0:
        return None
    if found[3]:
        *owners, typed = f"{found[2]}{found[3]}".split(".")
        return Hole("member", typed, ".".join(owners)) if found[2] else None
    return Hole("variable", found[2])


def _in_expression(inner: str) -> Hole:
    """What is wanted at the end of an expression."""
    if _in_quotes(inner):
        return Hole("nothing", "", expression=True)
    found = _FILTER.search(inner)
    if found:
        return Hole("filter", found[1], expression=True)
    found = _MEMBER.search(inner)
    if found:
        return Hole("member", found[3], f"{found[1]}{found[2]}", expression=True)
    found = _NAME.search(inner)
    if found:
        return Hole("name", found[1], expression=True)
    ends = inner.rstrip()[-1:]
    return Hole("nothing" if ends and (ends.isalnum() or ends in "_)].'\"") else "name", "", expression=True)


def _in_quotes(text: str) -> bool:
    quote = ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
    return bool(quote)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a hole that stands around the cursor, and the hole `start:end` as it is written."""

    kind: Literal["variable", "filter"]
    name: str
    keys: tuple[str, ...]
    hole: str


_HOLES = re.compile(r"\$\$|\$(?P<name>[A-Za-z_]\w*)(?P<keys>(?:\.[A-Za-z_]\w*)*)~?|\{\{(?P<inner>.*?)\}\}", re.DOTALL)
_WORDS = re.compile(
    r"""'[^']*'|"[^"]*"|(?P<pipe>\|\s*)?(?<![\w.])(?P<name>[A-Za-z_]\w*)(?P<keys>(?:\.[A-Za-z_]\w*)*)"""
)
_KEYWORDS = frozenset(
    {"if", "else", "and", "or", "not", "in", "true", "false", "none", "null", "True", "False", "None"}
)


def word_at(text: str, offset: int, *, bare: bool = False) -> Word | None:
    """The variable or filter of a hole that holds `offset` of a scalar's text."""
    for found in _HOLES.finditer(text):
        if not found.start() <= offset <= found.end():
            continue
        if found["name"]:
            return Word("variable", found["name"], tuple(found["keys"].split(".")[1:]), found[0])
        if found["inner"] is not None:
            word = _word_in(found["inner"], offset - found.start("inner"), found[0])
            if word is not None:
                return word
    if bare and "{{" not in text and "$" not in text:
        return _word_in(text, offset, f"{{{{ {text} }}}}")
    return None


def _word_in(inner: str, offset: int, hole: str) -> Word | None:
    for found in _WORDS.finditer(inner):
        if found["name"] is None or not found.start() <= offset <= found.end() or found["name"] in _KEYWORDS:
            continue
        if found["pipe"]:
            return Word("filter", found["name"], (), hole)
        return Word("variable", found["name"], tuple(found["keys"].split(".")[1:]), hole)
    return None

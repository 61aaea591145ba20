"""What an unquoted YAML word means: the YAML 1.2 core schema, and nothing more."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from maniple.source.limits import MAX_INTEGER_DIGITS, MAX_NUMBER

Scalar: TypeAlias = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER_STARTS = frozenset("0123456789+-.")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class NumberRefused(Exception):
    """The word is a number that the language does not carry. The text says why, in the author's words."""


def plain_value(word: str) -> Scalar:
    """The value of an unquoted `word`: null, bool, int, float, or the word itself as text.

    Raises NumberRefused for infinity, not-a-number and numbers of absurd length.
    """
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in _NUMBER_STARTS:
        return word
    if _DECIMAL.fullmatch(word):
        return _integer(word, 10)
    if _OCTAL.fullmatch(word):
        return _integer(word, 8)
    if _HEXADECIMAL.fullmatch(word):
        return _integer(word, 16)
    if _FLOAT.fullmatch(word):
        return finite(word)
    if _NOT_FINITE.fullmatch(word):
        raise NumberRefused(f"`{word}` is not a number that can be sent")
    return word


def _integer(word: str, base: int) -> int:
    digits = len(word.lstrip("+-")) - (0 if base == 10 else 2)
    if digits > MAX_INTEGER_DIGITS:
        raise NumberRefused(f"this whole number has {digits:,} digits; {MAX_INTEGER_DIGITS} is the most")
    return int(word, 0) if base != 10 else int(word)


def finite(word: str) -> float:
    """The float that `word` writes. Raises NumberRefused when it is too long or too large."""
    if len(word) > MAX_NUMBER:
        raise NumberRefused(f"this number has {len(word):,} characters; {MAX_NUMBER} is the most")
    value = float(word)
    if math.isinf(value):
        raise NumberRefused(f"`{word}` is too large for a number")
    return value

"""The filters of the manifest language: pure functions on one non-null value.

A filter on null gives null, so no function here ever sees None. Text filters take any value and read it as
text first (`text_of`). A value a filter cannot use gives null.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from maniple.template.digests import hmac_sha1, hmac_sha256, md5, octets, sha1, sha256, sha512
from maniple.template.identifiers import e164, gmail_dots, local_dots, plus_tag, strip_punctuation
from maniple.template.moments import date, epoch, epoch_ms
from maniple.template.text import json as json_text
from maniple.template.text import text_of

_SLUG = re.compile(r"[^A-Za-z0-9_]+")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_CLIMB = re.compile(r"(?:^|[/\\])\.\.?(?:$|[/\\])")
_MAX_TEXT = 100_000
"""Characters that a filter may make of a text: what could grow it further answers null, or a chain would not end."""
_MAX_PARTS = 10_000
_MAX_WHOLE = 16_000_000
"""Characters that a filter may make of a list or map."""


class Encoded(str):
    """Text that is percent-encoded already and goes into a URL as it is."""

    __slots__ = ()


def lower(value: Any) -> str:
    """The text in lower case.

    >>> lower("Ada@X.test")
    'ada@x.test'
    """
    return text_of(value).lower()


def upper(value: Any) -> str:
    """The text in upper case.

    >>> upper("us")
    'US'
    """
    return text_of(value).upper()


def trim(value: Any) -> str:
    """The text without white space at its ends.

    >>> trim("  a b ")
    'a b'
    """
    return text_of(value).strip()


def strip_spaces(value: Any) -> str:
    """The text without any white space.

    >>> strip_spaces(" a b\\tc ")
    'abc'
    """
    return "".join(text_of(value).split())


def digits(value: Any) -> str:
    """Only the digits 0-9.

    >>> digits("+1 (555) 010-99")
    '155501099'
    """
    return _NOT_DIGIT.sub("", text_of(value))


def letters(value: Any) -> str:
    """Only the letters, of any alphabet.

    >>> letters("O'Brien-Müller 3")
    'OBrienMüller'
    """
    return "".join(char for char in text_of(value) if char.isalpha())


def slugify(value: Any) -> str:
    """Amplitude's cohort-name rule: NFKD; each run of other characters than `A-Z a-z 0-9 _` one hyphen; cut to 100.

    >>> slugify("Saturday's cohort & h\\u00e9llo")
    'Saturday-s-cohort-he-llo'
    """
    return _SLUG.sub("-", unicodedata.normalize("NFKD", text_of(value)))[:100]


def truncate(value: Any, length: Any = 255) -> str:
    """The first `length` characters, cut plainly.

    >>> truncate("abcdef", 3)
    'abc'
    """
    return text_of(value)[: length if isinstance(length, int) and length >= 0 else None]


def replace(value: Any, old: Any, new: Any = "") -> str | None:
    """Every `old` becomes `new`, both taken literally; null when more than 100,000 characters would come of it.

    >>> replace("a-b-c", "-", "_")
    'a_b_c'
    """
    text, old, new = text_of(value), text_of(old), text_of(new)
    if len(text) + text.count(old) * max(0, len(new) - len(old)) > _MAX_TEXT:
        return None
    return text.replace(old, new) if old else text


def default(value: Any, other: Any = "") -> Any:  # noqa: ARG001  null never comes here: the compiler answers it
    """The value, or `other` when it is null (the one filter that answers a null).

    >>> default("x", "y")
    'x'
    """
    return value


def string(value: Any) -> str:
    """The value as text.

    >>> string(12)
    '12'
    """
    return text_of(value)


def int_(value: Any) -> int | None:
    """The value as a whole number; null when it is none.

    >>> int_("42"), int_(7.0), int_("4.2"), int_("x")
    (42, 7, None, None)
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    text = text_of(value).strip()
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else None


def float_(value: Any) -> float | None:
    """The value as a number; null when it is none.

    >>> float_("2.5"), float_("nan")
    (2.5, None)
    """
    try:
        number = float(value if isinstance(value, int | float) else text_of(value).strip()[:40])
    except (ValueError, OverflowError):
        return None
    return number if number - number == 0 else None


def bool_(value: Any) -> bool | None:
    """true/false, yes/no, 1/0, on/off as a boolean; null when it is none.

    >>> bool_("Yes"), bool_(0), bool_("maybe")
    (True, False, None)
    """
    word = text_of(value).strip().lower()
    if word in ("true", "yes", "1", "on"):
        return True
    return False if word in ("false", "no", "0", "off") else None


def path(value: Any) -> Encoded | None:
    """The text percent-encoded for a URL path with its slashes kept; null when it would climb out of the path (`..`).

    >>> path("a b/c"), path("a/../c")
    ('a%20b/c', None)
    """
    text = text_of(value)
    return None if len(text) > _MAX_TEXT or climbs(text) else Encoded("/".join(map(encode_segment, text.split("/"))))


def encode_segment(text: str) -> str:
    """One path segment, percent-encoded so that it stays one segment.

    >>> encode_segment("a/b?c")
    'a%2Fb%3Fc'
    """
    return quote(text, safe="", errors="replace")


def climbs(text: str) -> bool:
    """Whether `.` or `..` stands between the slashes of `text`.

    Encoding does not help: to servers and proxies `%2E%2E` is `..`, and to some `%2F` is a slash.

    >>> climbs("a/../b"), climbs(".."), climbs("v1..2")
    (True, True, False)
    """
    return _CLIMB.search(text) is not None


def json(value: Any) -> str | None:
    """The value as compact JSON text; null when more than 100,000 characters come of a text.

    >>> json({"a": [1, None]})
    '{"a":[1,null]}'
    """
    if isinstance(value, str) and len(value) > _MAX_TEXT:
        return None
    made = json_text(value)
    return made if len(made) <= (_MAX_TEXT if isinstance(value, str) else _MAX_WHOLE) else None


def base64(value: Any) -> str | None:
    """Base64 of the text's UTF-8 bytes; null when more than 100,000 characters come of it.

    >>> base64("user:pass")
    'dXNlcjpwYXNz'
    """
    text = text_of(value)
    made = b64encode(octets(text)) if len(text) <= _MAX_TEXT else b""
    return None if len(text) > _MAX_TEXT or len(made) > _MAX_TEXT else made.decode("ascii")


def join(value: Any, separator: Any = ",") -> str | None:
    """A list's elements as one text; null when the separators would be most of a very long text.

    >>> join(["a", 1], ";")
    'a;1'
    """
    if not isinstance(value, list):
        return text_of(value)
    mark, parts = text_of(separator), [text_of(part) for part in value]
    size = sum(map(len, parts))
    between = len(mark) * (len(parts) - 1)
    return mark.join(parts) if between <= max(_MAX_TEXT, size) and size + between <= _MAX_WHOLE else None


def split(value: Any, separator: Any = ",") -> list[str] | None:
    """A text cut at every `separator`; null when there would be more than 10,000 parts.

    >>> split("a,b")
    ['a', 'b']
    """
    text, mark = text_of(value), text_of(separator)
    parts = text.count(mark) + 1 if mark else len(text)
    return None if parts > _MAX_PARTS else text.split(mark) if mark else list(text)


def first(value: Any) -> Any:
    """The first element of a list, or first character of a text; null when empty.

    >>> first(["a", "b"]), first([])
    ('a', None)
    """
    return value[0] if isinstance(value, list | str) and value else None


def last(value: Any) -> Any:
    """The last element of a list, or last character of a text; null when empty.

    >>> last(["a", "b"])
    'b'
    """
    return value[-1] if isinstance(value, list | str) and value else None


def length(value: Any) -> int:
    """How many elements, keys or characters.

    >>> length("abc"), length([1])
    (3, 1)
    """
    return len(value) if isinstance(value, list | dict | str) else len(text_of(value))


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """A filter's function and how many arguments it takes beside the value.

    `gives_text`: a text that is not null always gives a text that is not null, so that a chain of such filters
    over a column of texts needs no checks for null. `method`: the `str` method that does the same on a text.
    """

    apply: Callable[..., Any]
    least: int = 0
    most: int = 0
    gives_text: bool = False
    method: str | None = None


FILTERS: dict[str, FilterSpec] = {
    "lower": FilterSpec(lower, gives_text=True, method="lower"),
    "upper": FilterSpec(upper, gives_text=True, method="upper"),
    "trim": FilterSpec(trim, gives_text=True, method="strip"),
    "strip_spaces": FilterSpec(strip_spaces, gives_text=True),
    "digits": FilterSpec(digits, gives_text=True),
    "letters": FilterSpec(letters, gives_text=True),
    "strip_punctuation": FilterSpec(strip_punctuation, gives_text=True),
    "e164": FilterSpec(e164, 0, 1),
    "gmail_dots": FilterSpec(gmail_dots, gives_text=True),
    "local_dots": FilterSpec(local_dots, gives_text=True),
    "plus_tag": FilterSpec(plus_tag, gives_text=True),
    "slugify": FilterSpec(slugify, gives_text=True),
    "truncate": FilterSpec(truncate, 0, 1, gives_text=True),
    "replace": FilterSpec(replace, 1, 2),
    "default": FilterSpec(default, 1, 1),
    "string": FilterSpec(string, gives_text=True),
    "int": FilterSpec(int_),
    "float": FilterSpec(float_),
    "bool": FilterSpec(bool_),
    "json": FilterSpec(json),
    "sha256": FilterSpec(sha256, gives_text=True),
    "sha1": FilterSpec(sha1, gives_text=True),
    "md5": FilterSpec(md5, gives_text=True),
    "sha512": FilterSpec(sha512, gives_text=True),
    "hmac_sha256": FilterSpec(hmac_sha256, 1, 1, gives_text=True),
    "hmac_sha1": FilterSpec(hmac_sha1, 1, 1, gives_text=True),
    "base64": FilterSpec(base64),
    "path": FilterSpec(path),
    "date": FilterSpec(date, 0, 1),
    "epoch": FilterSpec(epoch),
    "epoch_ms": FilterSpec(epoch_ms),
    "join": FilterSpec(join, 0, 1),
    "split": FilterSpec(split, 0, 1),
    "first": FilterSpec(first),
    "last": FilterSpec(last),
    "length": FilterSpec(length),
}
"""Every filter of the language, by the name it has after `|`."""

"""Filters that bring what people are known by into the forms that partners compare: names, phones, addresses."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from maniple.template.text import text_of

_NOT_DIGIT = re.compile(r"[^0-9]+")
_PHONE_FILLER = re.compile("[\\s().\\-/\u2010-\u2015]+")
_NORTH_AMERICAN = re.compile(r"1[2-9][0-9]{9}")
"""A number of the North American plan with its country code: the ten digits after it never begin with 0 or 1."""
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def strip_punctuation(value: Any) -> str:
    """The text without punctuation and symbols, of any alphabet; letters, digits and spaces stay.

    >>> strip_punctuation("O'Brien-Müller, Jr.")
    'OBrienMüller Jr'
    """
    return "".join(char for char in text_of(value) if unicodedata.category(char)[0] not in "PS")


def e164(value: Any, country: Any = "") -> str | None:
    """A phone number as `+` and digits; `country` is the calling code for numbers written without one.

    Null when it cannot be one (ITU-T E.164: at most 15 digits). A `(0)` after the calling code goes.

    >>> e164("+1 (555) 010-9988"), e164("0044 (0)20 7946 0000"), e164("abc")
    ('+15550109988', '+442079460000', None)
    >>> e164("(555) 010-9988", "1"), e164("1-555-010-9988", "1"), e164("020 7946 0000", "44")
    ('+15550109988', '+15550109988', '+442079460000')
    """
    text = text_of(value).strip()
    code = _NOT_DIGIT.sub("", text_of(country))
    if text.startswith(("+", "00")):
        text = text.replace("(0)", "", 1)
    number = _PHONE_FILLER.sub("", text)
    if number.startswith("00"):
        number = "+" + number[2:]
    elif code == "1" and _NORTH_AMERICAN.fullmatch(number):
        number = "+" + number
    elif not number.startswith("+"):
        number = f"+{code}{number.lstrip('0') if code else number}"
    return number if _E164.fullmatch(number) else None


def gmail_dots(value: Any) -> str:
    """A Gmail address without the dots before the `@`; other addresses as they are.

    >>> gmail_dots("a.d.a@gmail.com"), gmail_dots("a.d.a@x.test")
    ('ada@gmail.com', 'a.d.a@x.test')
    """
    local, at, domain = text_of(value).rpartition("@")
    if at and domain.strip().lower() in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '')}@{domain}"
    return text_of(value)


def local_dots(value: Any) -> str:
    """An e-mail address without the dots before its `@`, whatever its domain.

    >>> local_dots("a.d.a@x.test")
    'ada@x.test'
    """
    local, at, domain = text_of(value).rpartition("@")
    return f"{local.replace('.', '')}@{domain}" if at else text_of(value)


def plus_tag(value: Any) -> str:
    """An e-mail address without its `+tag`.

    >>> plus_tag("ada+news@x.test")
    'ada@x.test'
    """
    local, at, domain = text_of(value).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if at else text_of(value)

"""Filters that hash a text."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from maniple.template.text import text_of


def octets(value: Any) -> bytes:
    """The text in UTF-8; half a character, which UTF-8 cannot say, becomes `?`."""
    return text_of(value).encode("utf-8", "replace")


def sha256(value: Any) -> str:
    """SHA-256 of the text, in lower-case hexadecimal.

    >>> sha256("abc")[:16]
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(octets(value)).hexdigest()


def sha1(value: Any) -> str:
    """SHA-1 of the text, in lower-case hexadecimal.

    >>> sha1("abc")[:16]
    'a9993e364706816a'
    """
    return hashlib.sha1(octets(value)).hexdigest()  # noqa: S324  partners ask for it; nothing is secured by it


def md5(value: Any) -> str:
    """MD5 of the text, in lower-case hexadecimal.

    >>> md5("abc")[:16]
    '900150983cd24fb0'
    """
    return hashlib.md5(octets(value)).hexdigest()  # noqa: S324  partners ask for it; nothing is secured by it


def sha512(value: Any) -> str:
    """SHA-512 of the text, in lower-case hexadecimal.

    >>> sha512("abc")[:16]
    'ddaf35a193617aba'
    """
    return hashlib.sha512(octets(value)).hexdigest()


def hmac_sha256(value: Any, key: Any) -> str:
    """HMAC-SHA-256 of the text under `key`, in hexadecimal.

    >>> hmac_sha256("data", "key")[:16]
    '5031fe3d989c6d15'
    """
    return hmac.new(octets(key), octets(value), hashlib.sha256).hexdigest()


def hmac_sha1(value: Any, key: Any) -> str:
    """HMAC-SHA-1 of the text under `key`, in hexadecimal.

    >>> hmac_sha1("data", "key")[:16]
    '104152c5bfdca07b'
    """
    return hmac.new(octets(key), octets(value), hashlib.sha1).hexdigest()

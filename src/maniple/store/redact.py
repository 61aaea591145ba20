"""Keeps secrets out of everything that is printed or stored."""

from __future__ import annotations

import base64
import html
import json
import logging
import traceback
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from maniple.diagnostics.cells import visible

MASK = "***"
CUT = "…"
SHORTEST = 4
"""Shorter values are left alone: replacing `us` or `1` would eat ordinary words."""
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")


class Redactor:
    """Replaces every known secret of four characters or more by `***`, however it is spelt.

    Spellings: as it is; in JSON, in a Python `repr`, in XML or HTML; percent-encoded; and inside any base64
    text, alone or with something before and after it (Basic credentials): then the whole base64 word goes.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._plain: tuple[str, ...] = ()
        self._encoded: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Also replace these from now on (a token fetched during a run)."""
        fresh = {part for secret in secrets for part in _parts(secret)} - self._secrets
        if not fresh:
            return
        self._secrets |= fresh
        plain = {spelling for secret in self._secrets for spelling in _spellings(secret)}
        encoded = {core for secret in self._secrets for core in _base64_cores(secret)}
        # Longest first, so that a secret that contains another one goes as a whole.
        self._plain = tuple(sorted(plain, key=lambda spelling: (-len(spelling), spelling)))
        self._encoded = tuple(sorted(encoded, key=lambda core: (-len(core), core)))

    def text(self, text: str) -> str:
        """`text` without secrets. Of a text that was cut, which ends with `…`, the beginning of one goes as well."""
        for spelling in self._plain:
            text = text.replace(spelling, MASK)
        for core in self._encoded:
            if core in text:
                text = _mask_words(text, core)
        return self._without_beginning(text) if text.endswith(CUT) else text

    def _without_beginning(self, cut: str) -> str:
        kept = cut[: -len(CUT)]
        begun = max((_overlap(kept, spelling) for spelling in self._plain), default=0)
        for core in self._encoded:
            overlap = _overlap(kept, core)
            if overlap > begun:
                begun = overlap
                while begun < len(kept) and kept[-begun - 1] in _BASE64:
                    begun += 1
        return f"{kept[: len(kept) - begun]}{MASK}{CUT}" if begun else cut

    def octets(self, octets: bytes) -> bytes:
        """`octets` without secrets; whatever is not UTF-8 stays as it is."""
        return self.text(octets.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def tree(self, value: Any) -> Any:
        """Plain data (dict, list, str, numbers) with its strings and keys redacted."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.tree(key): self.tree(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(item) for item in value]
        return value


class RedactedLog(logging.Filter):
    """Redacts log records: message, arguments, extra fields, exception and stack.

    Put it on handlers: a filter on a logger does not see the records of the loggers below it.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites `record` in place and lets it pass."""
        try:
            record.msg, record.args = record.getMessage(), None
        except (TypeError, ValueError, KeyError):
            # Arguments that do not fit their message: a filter must not throw into the caller.
            record.msg, record.args = f"{record.msg} {record.args}", None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            # Handlers that draw the exception by themselves would draw it with its secrets.
            record.exc_info = None
        for name, value in record.__dict__.items():
            if isinstance(value, str | dict | list):
                record.__dict__[name] = self._redactor.tree(value)
        return True


def _overlap(text: str, spelling: str) -> int:
    """How many characters at the end of `text` begin `spelling`; 0 for fewer than a secret has."""
    longest = min(len(text), len(spelling) - 1)
    return next((size for size in range(longest, SHORTEST - 1, -1) if text.endswith(spelling[:size])), 0)


def _parts(secret: str) -> Iterator[str]:
    """The secret, and of one with several lines (a key in PEM) every line: replies quote lines."""
    for part in (secret, secret.strip(), *secret.splitlines()):
        if len(part) >= SHORTEST:
            yield part


def _spellings(secret: str) -> Iterator[str]:
    for spelling in _written(secret):
        yield spelling
        # As it stands in a terminal, where no character of it can act.
        yield visible(spelling)


def _written(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    in_json = json.dumps(secret, ensure_ascii=False)[1:-1]
    yield in_json
    yield in_json.replace("/", "\\/")
    yield repr(secret)[1:-1]
    yield html.escape(secret)
    yield html.escape(secret, quote=False)
    octets = secret.encode("utf-8", "surrogatepass")
    for percent in (quote(octets, safe=""), quote(octets), quote_plus(octets)):
        yield percent
        yield _lower_escapes(percent)


def _lower_escapes(percent: str) -> str:
    head, *escaped = percent.split("%")
    return "".join([head, *("%" + part[:2].lower() + part[2:] for part in escaped)])


def _base64_cores(secret: str) -> Iterator[str]:
    """The characters that base64 text has wherever it holds the secret, for each of the three alignments.

    The first and last character may also hold bits of the neighbours, so they are not part of a core.
    """
    octets = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        length = before + len(octets)
        first, last = -(-before * 8 // 6), length * 8 // 6
        shifted = bytes(before) + octets + bytes(3)
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(shifted).decode("ascii")[first:last]


def _mask_words(text: str, core: str) -> str:
    """`text` with every base64 word that holds `core` masked."""
    kept: list[str] = []
    done = 0
    while (at := text.find(core, done)) >= 0:
        start, end = at, at + len(core)
        while start > done and text[start - 1] in _BASE64:
            start -= 1
        while end < len(text) and text[end] in _BASE64:
            end += 1
        kept += (text[done:start], MASK)
        done = end
    return "".join((*kept, text[done:]))

"""`curl` commands as text: the requests they would make. Nothing is run, expanded or read from a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl, quote, unquote

from maniple.source.shell import ShellFault, ShellText, Word

CurlFault: TypeAlias = ShellFault
"""What was not taken over from a command: `message`, and `start` and `end`, offsets in the text."""


@dataclass(frozen=True, slots=True)
class CurlCommand:
    """The request of one `curl` command.

    `url` is as written, without query and credentials, and empty when there is none; `query` is decoded, in order.
    `user` is `name:password` as curl sends it with HTTP Basic. `start` is the command's offset in the text.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: str | None = field(default=None, repr=False)
    user: str | None = field(default=None, repr=False)
    faults: tuple[CurlFault, ...] = ()
    start: int = 0


def read_curl(text: str) -> CurlCommand:
    """The first `curl` command in `text`; without any, a command with no URL and a fault."""
    commands = read_curls(text)
    return commands[0] if commands else CurlCommand("GET", "", faults=(CurlFault("there is no `curl` command", 0, 0),))


def read_curls(text: str) -> list[CurlCommand]:
    """Every `curl` command in `text`, which may hold other commands, prompts and comments too."""
    shell = ShellText(text)
    found: list[CurlCommand] = []
    for words, document in shell.commands():
        at = next((place for place, word in enumerate(words) if _is_curl(word)), None)
        for part in _parts(words[at + 1 :]) if at is not None else ():
            reading = _Reading(document)
            reading.read(part)
            start = words[at or 0].start
            end = max([start, *(word.end for word in part)])
            found.append(reading.command(start, [fault for fault in shell.faults if start <= fault.start <= end]))
    return found


_SHORT = {
    **{"X": "request", "H": "header", "d": "data", "u": "user", "G": "get", "I": "head", "b": "cookie"},
    **{"A": "user-agent", "e": "referer", "F": "form", "T": "upload-file", "o": "output", "m": "max-time"},
    **{"w": "write-out", "x": "proxy", "E": "cert", "c": "cookie-jar", "D": "dump-header", "K": "config"},
    **{"s": "silent", "S": "show-error", "i": "include", "v": "verbose", "L": "location", "k": "insecure"},
    **{"f": "fail", "g": "globoff", "#": "progress-bar", "N": "no-buffer", "O": "remote-name", "4": "ipv4"},
    **{"6": "ipv6", "0": "http1.0", "q": "disable", ":": "next", "r": "range", "C": "continue-at"},
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_REQUEST = _names("""
    request header data data-ascii data-raw data-binary data-urlencode json user url url-query cookie user-agent
    referer form form-string upload-file oauth2-bearer
""")
"""Options with a value that shape the request."""
_IGNORED = _names("""
    output max-time write-out cookie-jar dump-header connect-timeout retry retry-delay retry-max-time stderr trace
    trace-ascii cacert capath ciphers interface limit-rate max-redirs resolve connect-to
""")
"""Options with a value that say how the request travels or what is shown; nothing is said about them."""
_OTHER = _names("proxy cert key config range continue-at aws-sigv4 proxy-user netrc-file cert-type pass")
"""Options with a value that matter and are not read."""
_FLAGS = _names("""
    silent show-error include verbose location insecure fail fail-with-body globoff progress-bar no-buffer
    remote-name ipv4 ipv6 http1.0 http1.1 http2 http3 disable compressed basic no-progress-meter
""")
"""Options without a value about which nothing is said."""


def _is_curl(word: Word) -> bool:
    return not word.quoted and re.fullmatch(r"(?:.*[/\\])?curl(?:\.exe)?", word.text) is not None


def _parts(words: list[Word]) -> list[list[Word]]:
    """The words of each request: `--next` begins another."""
    parts: list[list[Word]] = [[]]
    for word in words:
        if word.text in ("--next", "-:") and not word.quoted:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


class _Reading:
    """Gathers what the options of one request say. `document` is what stands for `@-`."""

    def __init__(self, document: str | None) -> None:
        self.document = document
        self.method: str | None = None
        self.url = ""
        self.user: str | None = None
        self.headers: list[tuple[str, str]] = []
        self.query: list[tuple[str, str]] = []
        self.body: list[str] = []
        self.joiner = "&"
        self.wants: set[str] = set()
        self.faults: list[CurlFault] = []

    def read(self, words: list[Word]) -> None:
        """Take in every word after `curl`."""
        waiting = list(reversed(words))
        while waiting:
            word = waiting.pop()
            if word.text.startswith("--") and len(word.text) > 2:
                name, given, value = word.text[2:].partition("=")
                option = Word(f"--{name}", word.start, word.end)
                self._option(name, Word(value, word.start, word.end) if given else None, waiting, option)
            elif word.text.startswith("-") and len(word.text) > 1:
                self._short(word, waiting)
            else:
                self._address(word)

    def _short(self, word: Word, waiting: list[Word]) -> None:
        """`-sSL`, `-XPOST`: flags in a row, the last of which may have its value right behind it."""
        for place, letter in enumerate(word.text[1:], 1):
            name = _SHORT.get(letter, "")
            if name in _REQUEST | _IGNORED | _OTHER:
                rest = word.text[place + 1 :]
                value = Word(rest, word.start, word.end) if rest else None
                self._option(name, value, waiting, Word(f"-{letter}", word.start, word.end))
                return
            self._option(name, None, waiting, Word(f"-{letter}", word.start, word.end))

    def _option(self, name: str, value: Word | None, waiting: list[Word], word: Word) -> None:
        """Take in one option. Notes show its name only, for its value may be a secret."""
        if name in _REQUEST | _IGNORED | _OTHER:
            value = value or (waiting.pop() if waiting else None)
            if value is None:
                self._note(f"`{word.text}` has no value", word)
            elif name in _REQUEST:
                self._take(name, value)
            elif name in _OTHER:
                self._note(f"`{word.text}` is not read", word)
        elif name in ("get", "head"):
            self.wants.add(name)
        elif name not in _FLAGS:
            self._note(f"`{word.text}` is not read", word)

    def _note(self, message: str, word: Word) -> None:
        self.faults.append(CurlFault(message, word.start, word.end))

    def _take(self, name: str, word: Word) -> None:
        match name:
            case "request":
                self.method = word.text.upper()
            case "url":
                self._address(word)
            case "user":
                self.user = word.text
            case "header":
                self._header(word)
            case "cookie":
                self.headers.append(("Cookie", word.text))
            case "user-agent":
                self.headers.append(("User-Agent", word.text))
            case "referer":
                self.headers.append(("Referer", word.text))
            case "oauth2-bearer":
                self.headers.append(("Authorization", f"Bearer {word.text}"))
            case "url-query":
                self.query.extend(parse_qsl(_urlencoded(word.text), keep_blank_values=True))
            case "form" | "form-string":
                self.wants.add("form")
                self._note("a multipart form is not read", word)
            case "upload-file":
                self.wants.add("upload")
                self._note("an uploaded file is not read", word)
            case _:
                self._data(name, word)

    def _header(self, word: Word) -> None:
        name, colon, value = word.text.partition(":")
        if word.text.startswith("@"):
            self._note(f"`{word.text}` is a file of headers, and is not read", word)
        elif not colon:
            self.headers.extend([(name.rstrip(";").strip(), "")] if name.endswith(";") else [])
        elif value.strip():
            self.headers.append((name.strip(), value.strip()))

    def _data(self, name: str, word: Word) -> None:
        self.wants.add("json" if name == "json" else "data")
        self.joiner = "" if name == "json" else self.joiner
        text = word.text
        if name == "data-urlencode":
            if re.match(r"[^=]*@", text):
                self._note(f"`{text}` is a file, and is not read", word)
                return
            text = _urlencoded(text)
        elif name != "data-raw" and text == "@-" and self.document is not None:
            text = self.document
        elif name != "data-raw" and text.startswith("@"):
            self._note(f"`{text}` is a file, and is not read", word)
            return
        self.body.append(text)

    def _address(self, word: Word) -> None:
        # What follows an option that is not known may be its value, and could be mistaken for a URL.
        if self.url and ("://" in self.url or "://" not in word.text):
            self._note("a second URL, or the value of an unknown option, is not read", word)
            return
        address, _, query = word.text.partition("#")[0].partition("?")
        self.query[:0] = parse_qsl(query, keep_blank_values=True)
        credentials = re.match(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)?(?P<user>[^/@]*)@", address)
        if credentials is not None:
            self.user = self.user or unquote(credentials["user"])
            address = (credentials["scheme"] or "") + address[credentials.end() :]
        self.url = address

    def command(self, start: int, shell_faults: list[CurlFault]) -> CurlCommand:
        """The request of everything that was read."""
        body = self.joiner.join(self.body) if self.body else None
        if "get" in self.wants and body is not None:
            self.query.extend(parse_qsl(body, keep_blank_values=True))
            body = None
        names = {name.lower() for name, _ in self.headers}
        if "json" in self.wants:
            for name in ("Content-Type", "Accept"):
                self.headers.extend([] if name.lower() in names else [(name, "application/json")])
        faults = sorted([*self.faults, *shell_faults], key=lambda fault: fault.start)
        return CurlCommand(
            self.method or self._usual_method(),
            self.url,
            tuple(self.headers),
            tuple(self.query),
            body,
            self.user,
            tuple(faults),
            start,
        )

    def _usual_method(self) -> str:
        if "head" in self.wants:
            return "HEAD"
        if "get" in self.wants:
            return "GET"
        if "upload" in self.wants:
            return "PUT"
        return "POST" if self.wants & {"data", "json", "form"} else "GET"


def _urlencoded(text: str) -> str:
    """`name=content` with its content percent-encoded, as `--data-urlencode` does."""
    name, equals, content = text.partition("=")
    if not equals:
        return quote(text, safe="")
    return f"{name}={quote(content, safe='')}" if name else quote(content, safe="")

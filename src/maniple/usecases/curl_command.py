"""A request as a `curl` command for a POSIX shell, its secrets as variables of the shell."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from maniple.wire import Request, header_value

_SAFE = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")
SHORTEST = 4
"""Shorter secrets are found nowhere: they would be found in ordinary words."""


def as_curl(request: Request, secrets: Mapping[str, str] | None = None) -> str:
    """The command that makes `request`, in several lines.

    `secrets` are values by name; wherever one stands, the command has a variable of the shell named like it
    (`api_key`: `$API_KEY`), which the first line tells of. Basic credentials become `-u`. A body that is no text goes
    through base64.
    """
    written = _Written(secrets or {})
    parts = ["curl", *_method(request)]
    parts.append(f"-g --path-as-is {written.word(request.url)}")
    headers = list(request.headers)
    for name, value in headers:
        parts.append(_header(written, name, value))
    if request.body and header_value(request.headers, "content-type") is None:
        parts.append("-H Content-Type:")
    source = ""
    if request.body:
        text = _as_text(request.body)
        if text is None:
            source = f"printf %s {_quoted(base64.b64encode(request.body).decode())} | base64 -d | "
            parts.append("--data-binary @-")
        else:
            parts.append(f"--data-raw {written.word(text)}")
    first = f"{source}{parts[0]} {' '.join(parts[1:2])}".rstrip()
    command = " \\\n  ".join([first, *parts[2:]])
    told = written.told()
    return f"{told}\n{command}" if told else command


def _method(request: Request) -> list[str]:
    return ["-I"] if request.method == "HEAD" and not request.body else [f"-X {_quoted(request.method)}"]


def _header(written: _Written, name: str, value: str) -> str:
    if name.lower() == "authorization" and value.startswith("Basic "):
        credentials = _basic(value.removeprefix("Basic "))
        if credentials is not None:
            return f"-u {written.word(credentials)}"
    # `Name:` would take the header out, and `Name;` sends it empty.
    return f"-H {written.word(f'{name}: {value}' if value else f'{name};')}"


def _basic(word: str) -> str | None:
    """The credentials, where curl makes the same header of them."""
    try:
        text = base64.b64decode(word, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if ":" in text and text.isprintable() else None


def _as_text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


class _Written:
    """Words of the shell in which secrets are variables; knows which variables it used."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._variables = dict(_variables(secrets))
        self._used: dict[str, str] = {}
        spellings = sorted(self._variables, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, spellings))) if spellings else None

    def word(self, text: str) -> str:
        """`text` as one word of the shell."""
        if self._pattern is None:
            return _quoted(text)
        pieces: list[str] = []
        at = 0
        for found in self._pattern.finditer(text):
            pieces.append(_quoted(text[at : found.start()]) if found.start() > at else "")
            variable, meaning = self._variables[found[0]]
            self._used[variable] = meaning
            pieces.append(f'"${variable}"')
            at = found.end()
        pieces.append(_quoted(text[at:]) if at < len(text) or not pieces else "")
        return "".join(pieces)

    def told(self) -> str:
        """A comment line for each variable."""
        return "\n".join(f"# ${variable}: {meaning}" for variable, meaning in self._used.items())


def _variables(secrets: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """For each spelling of a secret the variable that holds it, and what that is."""
    taken: set[str] = set()
    for name, value in secrets.items():
        if len(value) < SHORTEST:
            continue
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name).upper()
        for spelling, suffix, meaning in _spellings(value):
            if spelling not in taken:
                taken.add(spelling)
                yield spelling, (plain + suffix, f"`{name}`{meaning}")


def _spellings(value: str) -> Iterable[tuple[str, str, str]]:
    octets = value.encode("utf-8", "surrogatepass")
    yield value, "", ""
    yield quote(octets, safe=""), "_IN_URL", ", percent-encoded"
    yield quote(octets), "_IN_PATH", ", percent-encoded but for slashes"
    yield json.dumps(value)[1:-1], "_IN_JSON", ", escaped as in JSON"
    yield json.dumps(value, ensure_ascii=False)[1:-1], "_IN_JSON_TEXT", ", escaped as in JSON but for letters"


def _quoted(text: str) -> str:
    """`text` as a word in which the shell sees nothing to expand."""
    if _SAFE.fullmatch(text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"

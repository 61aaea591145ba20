"""One scanner for JSON and for JSON with bare holes: plain data, the place of every key and value, exact faults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

from maniple.source.excerpt import shortened
from maniple.source.limits import MAX_CHARACTERS, MAX_DEPTH, MAX_FINDINGS, MAX_INTEGER_DIGITS, MAX_NODES, MAX_SCALAR
from maniple.source.locate import follow
from maniple.source.numbers import NumberRefused, finite
from maniple.source.text import Path, Span

_BLANK = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[^\s,:\[\]{}\"']+")
_DELIMITER = re.compile(r"[\s,:\[\]{}]|$")
_CONSTANTS = {"true": True, "false": False, "null": None}
_HOLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*~?")
_DASHED_HOLE = re.compile(r"\$[A-Za-z_][\w.]*-[\w.-]*")
_EXPRESSION = re.compile(
    r"""\{\{(?:'(?:[^'\\]++|\\.)*+'|"(?:[^"\\]++|\\.)*+"|[^'"}]++|\}(?!\}))*+\}\}""",
    re.DOTALL,
)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class JsonFault:
    """One fault at characters `start:end` of the text. `first` is where the first of two equal keys stands."""

    message: str
    start: int
    end: int
    hint: str | None = None
    code: str = "MAN105"
    first: int | None = None


class _Stop(Exception):
    """Nothing after this place can be read."""


@dataclass
class JsonScan:
    """A scan of `text`; with `holes`, a bare hole may stand wherever a value or key may."""

    text: str
    holes: bool = False
    value: Any = None
    keys: dict[Path, Span] = field(default_factory=dict)
    values: dict[Path, Span] = field(default_factory=dict)
    faults: list[JsonFault] = field(default_factory=list)
    at: int = 0
    nodes: int = 0

    def run(self) -> JsonScan:
        """Scan to the end, or to the first fault after which nothing can be read."""
        try:
            if len(self.text) > MAX_CHARACTERS:
                self._stop(
                    f"the text has {len(self.text):,} characters; {MAX_CHARACTERS:,} are the most", 0, 0, code="MAN104"
                )
            self._blank()
            if self.at == len(self.text):
                self._stop("the text is empty", self.at, self.at)
            self.value = self._value((), 0)
            self._blank()
            if self.at < len(self.text):
                self._stop("text goes on after the end of the JSON value", self.at, self.at + 1)
        except _Stop:
            pass
        return self

    def _value(self, path: Path, depth: int) -> Any:
        start = self.at
        char = self.text[start : start + 1]
        self._count()
        if self.holes and self._opens_hole():
            value: Any = self._hole(key=False)
        elif char == "{":
            value = self._map(path, depth + 1)
        elif char == "[":
            value = self._list(path, depth + 1)
        elif char in ('"', "'"):
            value = self._string()
        elif char == "-" or char.isdigit():
            value = self._number()
        else:
            value = self._word()
        self.values[path] = Span(start, self.at)
        return value

    def _map(self, path: Path, depth: int) -> dict[str, Any]:
        opened = self._open(depth)
        found: dict[str, Any] = {}
        while not self._closes("}", opened, bool(found)):
            start = self.at
            self._count()
            name = self._name()
            key_path = (*path, name)
            if name in found:
                self._fault(
                    f"the key `{shortened(name)}` stands here twice",
                    start,
                    self.at,
                    "delete one of them",
                    code="MAN102",
                    first=self.keys[key_path].start,
                )
            else:
                self.keys[key_path] = Span(start, self.at)
            self._colon(name)
            found[name] = self._value(key_path, depth)
        return found

    def _list(self, path: Path, depth: int) -> list[Any]:
        opened = self._open(depth)
        found: list[Any] = []
        while not self._closes("]", opened, bool(found)):
            found.append(self._value((*path, len(found)), depth))
        return found

    def _open(self, depth: int) -> int:
        if depth > MAX_DEPTH:
            self._stop(f"maps and lists are nested more than {MAX_DEPTH} deep", self.at, self.at + 1, code="MAN104")
        self.at += 1
        return self.at - 1

    def _closes(self, bracket: str, opened: int, filled: bool) -> bool:
        """Pass the comma between two entries, or the closing bracket; True when it was the bracket."""
        self._blank()
        comma = None
        if filled and self.text.startswith(",", self.at):
            comma = self.at
            self.at += 1
            self._blank()
        char = self.text[self.at : self.at + 1]
        if char == bracket:
            if comma is not None:
                self._fault(f"a comma before `{bracket}` is too much", comma, comma + 1, "delete the comma")
            self.at += 1
            return True
        if not char:
            self._stop(
                f"`{self.text[opened]}` is opened and never closed",
                opened,
                opened + 1,
                hint=f"close it with `{bracket}`",
            )
        if char == ",":
            self._stop("a value is missing before this comma", self.at, self.at + 1, hint="delete the comma")
        if char in "]}":
            self._stop(
                f"`{char}` closes what `{self.text[opened]}` opened", self.at, self.at + 1, hint=f"write `{bracket}`"
            )
        if filled and comma is None:
            self._fault("a comma is missing before this", self.at, self.at + 1, "put a `,` after the value before it")
        return False

    def _name(self) -> str:
        """The key that stands here."""
        char = self.text[self.at]
        if self.holes and self._opens_hole():
            return self._hole(key=True)
        if char in ('"', "'"):
            return self._string()
        found = _WORD.match(self.text, self.at)
        if found is None:
            self._stop(f"`{char}` stands where a key must", self.at, self.at + 1, hint='write `"key": value`')
        self.at = found.end()
        self._fault(
            f"the key `{shortened(found[0])}` has no quotes",
            found.start(),
            found.end(),
            f'write `"{shortened(found[0])}"`',
            code=self._key_code(found[0]),
        )
        return found[0]

    def _key_code(self, word: str) -> str:
        return "MAN105" if self.holes or _NUMBER.fullmatch(word) is None else "MAN107"

    def _colon(self, name: str) -> None:
        self._blank()
        if self.text.startswith(":", self.at):
            self.at += 1
            self._blank()
            return
        self._stop(
            f"a `:` is missing after the key `{shortened(name)}`", self.at, self.at + 1, hint="write `:` and the value"
        )

    def _string(self) -> str:
        start, text = self.at, self.text
        if text[start] == "'":
            return self._single_quoted()
        found = _STRING.match(text, start)
        if found is None:
            self._explain_string(start)
        self.at = found.end()
        inner = text[start + 1 : self.at - 1]
        if len(inner) > MAX_SCALAR:
            self._fault(
                f"this text has {len(inner):,} characters; {MAX_SCALAR:,} are the most",
                start,
                self.at,
                None,
                code="MAN104",
            )
        if "\\" in inner:
            inner = follow(text, Span(start, self.at)).value
            if _SURROGATE.search(inner):
                self._fault(
                    "an escape in this text is half a character", start, self.at, "write both halves", code="MAN106"
                )
        return inner

    def _single_quoted(self) -> str:
        start = self.at
        end = self.text.find("'", start + 1)
        line_end = self.text.find("\n", start)
        if end < 0 or (0 <= line_end < end):
            self._stop("JSON text has double quotes", start, start + 1, hint='write `"`')
        self.at = end + 1
        self._fault("JSON text has double quotes", start, self.at, f'write `"{shortened(self.text[start + 1 : end])}"`')
        return self.text[start + 1 : end]

    def _explain_string(self, start: int) -> NoReturn:
        at = start + 1
        while at < len(self.text):
            char = self.text[at]
            if char == "\\" and not _STRING.match('"' + self.text[at : at + _escape_length(self.text, at)] + '"'):
                self._stop(
                    f"`{self.text[at : at + 2]}` is not an escape of JSON",
                    at,
                    at + 2,
                    hint="write `\\\\` for a backslash",
                )
            if char == "\\":
                at += 1
            elif char in "\r\n":
                self._stop(
                    "this quote is not closed in its line", start, start + 1, hint='close it with `"`, or write `\\n`'
                )
            elif char < " ":
                self._stop(
                    "a tab or control character stands in a text", at, at + 1, hint=f"write `\\u{ord(char):04x}`"
                )
            at += 1
        self._stop("this quote is never closed", start, start + 1, hint='close it with `"`')

    def _number(self) -> int | float:
        start = self.at
        found = _NUMBER.match(self.text, start)
        word = _WORD.match(self.text, start)
        end = word.end() if word else start + 1
        if found is None or found.end() != end:
            self._odd_word(self.text[start:end], start, end)
            return 0
        self.at = end
        try:
            if found[1] or found[2]:
                return finite(found[0])
        except NumberRefused as fault:
            self._fault(str(fault), start, end, "put quotes around it if it is meant as text", code="MAN108")
            return 0
        if len(found[0].lstrip("-")) > MAX_INTEGER_DIGITS:
            self._fault(
                f"this whole number has more than {MAX_INTEGER_DIGITS} digits",
                start,
                end,
                "put quotes around it if it is meant as text",
                code="MAN108",
            )
            return 0
        return int(found[0])

    def _word(self) -> Any:
        found = _WORD.match(self.text, self.at)
        if found is None:
            char = self.text[self.at : self.at + 1]
            if not char:
                self._stop("a value is missing at the end", self.at, self.at)
            self._stop(f"`{char}` stands where a value must", self.at, self.at + 1)
        word, start = found[0], self.at
        if word in _CONSTANTS:
            self.at = found.end()
            return _CONSTANTS[word]
        self._odd_word(word, start, found.end())
        return word

    def _odd_word(self, word: str, start: int, end: int) -> None:
        """A word that is no JSON value: say what to write and pass it."""
        if word.startswith(("//", "/*", "#")):
            self._stop("JSON has no comments", start, end, hint="delete the comment")
        self.at = end
        word = shortened(word)
        lowered = word.lower().lstrip("-+")
        if lowered in ("nan", "infinity", "inf"):
            self._fault(f"`{word}` is not a JSON number", start, end, "write a number, or `null`", code="MAN108")
        elif lowered in ("true", "false", "null", "none"):
            plain = "null" if lowered == "none" else lowered
            self._fault(f"`{word}` is not JSON", start, end, f"write `{plain}`")
        elif lowered[:1].isdigit():
            self._fault(f"`{word}` is not a JSON number", start, end, f'write a number, or `"{word}"` if it is text')
        else:
            self._fault(f"`{word}` has no quotes", start, end, f'write `"{word}"`')

    def _opens_hole(self) -> bool:
        text, at = self.text, self.at
        return text.startswith("$", at) or (text.startswith("{{", at) and not text.startswith("{{{", at))

    def _hole(self, *, key: bool) -> str:
        """A bare `$name` or `{{ expression }}`, as the text that it is."""
        start = self.at
        if self.text[start] == "{":
            found = _EXPRESSION.match(self.text, start)
            if found is None:
                self._stop("`{{` is opened and never closed", start, start + 2, hint="close it with `}}`")
            end = found.end() + (1 if key and self.text.startswith("~", found.end()) else 0)
        else:
            found = _HOLE.match(self.text, start)
            end = found.end() if found else start + 1
        if _DELIMITER.match(self.text, end) is None or found is None:
            return self._more_than_a_hole(start)
        self.at = end
        return self.text[start:end]

    def _more_than_a_hole(self, start: int) -> str:
        """Text around a hole, which needs quotes."""
        if self.text.startswith("${", start):
            self._stop("`${` is not a hole", start, start + 2, hint="write `$name` or `{{ expression }}`")
        opening = _EXPRESSION.match(self.text, start)
        word = _WORD.match(self.text, opening.end() if opening else start)
        end = word.end() if word else start + 1
        found, self.at = shortened(self.text[start:end]), end
        dashed = _DASHED_HOLE.match(self.text, start)
        if dashed and dashed.end() == end:
            name = found.replace("-", "_")
            self._fault(f"`{found}` has a dash in its name", start, end, f"write `{name}`", code="MAN208")
        else:
            self._fault(f"`{found}` is more than a hole and has no quotes", start, end, f'write `"{found}"`')
        return found

    def _blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._stop(f"the text has more than {MAX_NODES:,} keys and values", self.at, self.at + 1, code="MAN104")

    def _fault(
        self, message: str, start: int, end: int, hint: str | None, *, code: str = "MAN105", first: int | None = None
    ) -> None:
        self.faults.append(JsonFault(message, start, min(end, len(self.text)), hint, code, first))
        if len(self.faults) >= MAX_FINDINGS:
            raise _Stop

    def _stop(self, message: str, start: int, end: int, *, code: str = "MAN105", hint: str | None = None) -> NoReturn:
        self._fault(message, start, end, hint, code=code)
        raise _Stop


def _escape_length(text: str, at: int) -> int:
    return 6 if text.startswith("\\u", at) else 2

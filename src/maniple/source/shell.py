"""Text as a POSIX shell splits it into commands and words. Nothing is run, expanded or read from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShellFault:
    """What the shell would not take as it stands, or would do and is not done. `start:end` are offsets in the text."""

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """One word without its quotes. `quoted` says that some of it was in quotes."""

    text: str
    start: int
    end: int
    quoted: bool = False


_CONTINUED = re.compile(r"[\\^][ \t]*\r?\n")
"""A line that goes on: the shell's backslash, or the caret of `cmd`; blanks after it are a slip of copying."""
_BLANK = re.compile(rf"(?:[^\S\n]|{_CONTINUED.pattern})+")
_LINE_END = re.compile(r"\n")
_BETWEEN = re.compile(r"[;|&]+")
_COMMENT = re.compile(r"#[^\n]*")
_HERE = re.compile(r"<<(?P<tabs>-?)[ \t]*(?P<quote>['\"]?)(?P<word>\w+)(?P=quote)")
_REDIRECT = re.compile(r"[0-9]*(?:>>?|<)(?:&[0-9-])?[ \t]*")
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .-]*>")
_PLAIN = re.compile(r"[^\s'\"\\`$;&|<>^]+|[$^]")
_IN_DOUBLE = re.compile(r'(?:[^"\\]|\\.)*', re.S)
_IN_ANSI = re.compile(r"(?:[^'\\]|\\.)*", re.S)
_IN_QUERY = re.compile(r"&[^\s&]")
_ANSI = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.S)
_ANSI_NAMES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}


class ShellText:
    """Splits text into commands of words as a POSIX shell does, forgiving what documentation pages get wrong."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.word_start = 0
        self.faults: list[ShellFault] = []

    def commands(self) -> Iterator[tuple[list[Word], str | None]]:
        """The words of each command, and the here-document that it reads."""
        line: list[tuple[list[Word], re.Match[str] | None]] = [([], None)]
        while self.at < len(self.text):
            if self._skip(_BLANK) or self._skip(_COMMENT):
                continue
            words, _ = line[-1]
            found = _HERE.match(self.text, self.at)
            if found is not None:
                line[-1], self.at = (words, found), found.end()
            elif _PLACEHOLDER.match(self.text, self.at) is None and self._skip(_REDIRECT):
                self._word()
            elif self._skip(_BETWEEN):
                line.append(([], None))
            elif self._skip(_LINE_END):
                yield from self._finished(line)
                line = [([], None)]
            else:
                words.append(self._word())
        yield from self._finished(line)

    def _finished(self, line: list[tuple[list[Word], re.Match[str] | None]]) -> Iterator[tuple[list[Word], str | None]]:
        for words, here in line:
            yield words, self._document(here) if here is not None else None

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found is not None

    def _document(self, here: re.Match[str]) -> str:
        lines: list[str] = []
        while self.at < len(self.text):
            end = self.text.find("\n", self.at)
            line = self.text[self.at : end if end >= 0 else len(self.text)].rstrip("\r")
            self.at = end + 1 if end >= 0 else len(self.text)
            line = line.lstrip("\t") if here["tabs"] else line
            if line == here["word"]:
                break
            lines.append(line)
        return "\n".join(lines)

    def _word(self) -> Word:
        start = self.word_start = self.at
        quoted = False
        pieces: list[str] = []
        while self.at < len(self.text):
            quoted = quoted or self.text[self.at] in "'\""
            piece = self._piece()
            if piece is None:
                break
            pieces.append(piece)
        return Word("".join(pieces), start, self.at, quoted)

    def _piece(self) -> str | None:
        """The next part of a word; None where the word ends."""
        text, at = self.text, self.at
        continued = _CONTINUED.match(text, at)
        if continued is not None:
            self.at = continued.end()
            return ""
        match text[at]:
            case "'":
                return self._until("'", at + 1)
            case '"':
                return self._double(at + 1)
            case "\\":
                self.at = min(at + 2, len(text))
                return text[at + 1 : self.at]
            case "$" if text[at + 1 : at + 2] == "'":
                return self._ansi(at + 2)
            case "$" if text[at + 1 : at + 2] == '"':
                return self._double(at + 2)
            case "$" if text[at + 1 : at + 2] == "(":
                return self._substitution(at, ")")
            case "`":
                return self._substitution(at, "`")
            case "&" if _IN_QUERY.match(text, at) and text.find("?", self.word_start, at) >= 0:
                self.at = at + 1  # an unquoted query string, as documentation pages often have it
                return "&"
        found = _PLACEHOLDER.match(text, at) or _PLAIN.match(text, at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def _until(self, mark: str, start: int) -> str:
        end = self.text.find(mark, start)
        if end < 0:
            self._unclosed(start - 1)
            end = len(self.text)
        self.at = min(end + 1, len(self.text))
        return self.text[start:end]

    def _unclosed(self, start: int) -> None:
        self.faults.append(ShellFault("the quote that begins here is never closed", start, start + 1))

    def _double(self, start: int) -> str:
        found = _IN_DOUBLE.match(self.text, start)
        end = found.end() if found is not None else start
        if self.text[end : end + 1] != '"':
            self._unclosed(start - 1)
        self.at = min(end + 1, len(self.text))
        return re.sub(r'\\(\r?\n|[$`"\\])', lambda each: each[1].strip("\r\n"), self.text[start:end])

    def _ansi(self, start: int) -> str:
        found = _IN_ANSI.match(self.text, start)
        end = found.end() if found is not None else start
        if self.text[end : end + 1] != "'":
            self._unclosed(start - 2)
        self.at = min(end + 1, len(self.text))
        return _ANSI.sub(_ansi_character, self.text[start:end])

    def _substitution(self, start: int, mark: str) -> str:
        end = self.text.find(mark, start + 2)
        self.at = end + 1 if end >= 0 else len(self.text)
        self.faults.append(ShellFault("a command inside the command is not run: it stands as text", start, self.at))
        return self.text[start : self.at]


def _ansi_character(found: re.Match[str]) -> str:
    two, four, eight, octal, letter = found.groups()
    if letter is not None:
        return _ANSI_NAMES.get(letter, letter if letter in "'\"\\?" else found.group())
    code = int(two or four or eight, 16) if octal is None else int(octal, 8) & 0xFF
    return chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"

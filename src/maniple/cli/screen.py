"""The two streams a verb writes to, and what each of them can show."""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from maniple.cli.table import Cell, Column, table_lines
from maniple.diagnostics.cells import visible

STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "bold red": "1;31",
    "bold yellow": "1;33",
    "bold green": "1;32",
}
_OWN_STYLES = re.compile(r"(\x1b\[(?:0|1|2|3[1-6]|1;3[1-6])m)")
_OBEYED = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")
"""Control characters and invisible marks that JSON text may hold as they are."""
WIDTH_OF_A_FILE = 100
"""Cells of a line when nobody says how wide it may be."""


@dataclass(frozen=True)
class Screen:
    """One stream. `terminal`: a person looks at it; `color`: it shows colours; `width` is in cells."""

    stream: TextIO
    terminal: bool
    color: bool
    width: int

    def line(self, text: str = "") -> None:
        """Write one line, or several. Nothing in it acts on the terminal but our own colours, wherever it came from."""
        if not text.isprintable():
            parts = _OWN_STYLES.split(text) if self.color else [text]
            text = "".join(
                part if place % 2 else "\n".join(map(visible, part.split("\n"))) for place, part in enumerate(parts)
            )
        self.stream.write(f"{text}\n")

    def paragraph(self, text: str, indent: str = "") -> None:
        """Write a text of some length: wrapped in a terminal, as it is elsewhere."""
        lines = textwrap.wrap(text, max(20, self.width - len(indent) - 1)) if self.terminal else [text]
        for line in lines:
            self.line(f"{indent}{line}")

    def paint(self, text: str, style: str) -> str:
        """`text` in a style of `STYLES`, where the stream shows colours."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.color and text else text

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        """Write a table; only a terminal's is cut to its width."""
        for line in table_lines(columns, rows, width=self.width if self.terminal else None, paint=self.paint):
            self.line(line)

    def json(self, value: Any) -> None:
        """Write plain data as JSON. What a terminal would obey is written as an escape, which means the same."""
        text = json.dumps(value, ensure_ascii=False, indent=2)
        self.stream.write(_OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def stdout() -> Screen:
    """Where data goes."""
    return _screen(sys.stdout)


def stderr() -> Screen:
    """Where everything else goes."""
    return _screen(sys.stderr)


def _screen(stream: TextIO) -> Screen:
    terminal = stream.isatty()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Screen(stream, terminal, terminal and not plain, _width(stream) if terminal else WIDTH_OF_A_FILE)


def _width(stream: TextIO) -> int:
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH_OF_A_FILE
    except (OSError, ValueError):
        return WIDTH_OF_A_FILE


def note(text: str) -> None:
    """Say something to the person on stderr."""
    stderr().line(text)


def hint(text: str) -> None:
    """Say on stderr what to type next."""
    screen = stderr()
    screen.line(f"{screen.paint('hint:', 'cyan')} {text}")

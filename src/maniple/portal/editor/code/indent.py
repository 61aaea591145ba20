"""How lines of YAML and JSON are indented."""

from __future__ import annotations

import re

STEP = 2
"""Blanks of one level."""
_DASHES = re.compile(r" *(?:- +)*")
_OPENS = re.compile(r"[\[{(]\s*$")
_KEY = re.compile(r":\s*(?:[|>][-+0-9]*)?\s*(?:#.*)?$")


def indent_after(before: str, *, json: bool = False) -> str:
    """The blanks that the line after one begins with, of which the text `before` stands left of the cursor."""
    if not before.strip():
        return before
    blanks = " " * (len(before) - len(before.lstrip(" ")))
    if json:
        return blanks + " " * STEP if _OPENS.search(before) else blanks
    found = _DASHES.match(before)
    beside = " " * (found.end() if found else 0)
    if before.rstrip() == "-" or before.strip().startswith("#"):
        return blanks
    return beside + " " * STEP if _OPENS.search(before) or _KEY.search(before) else beside


def indented(lines: list[str]) -> list[str]:
    """The lines a level deeper; empty ones stay empty."""
    return [" " * STEP + line if line.strip() else line for line in lines]


def dedented(lines: list[str]) -> list[str]:
    """The lines a level less deep, as far as each goes."""
    return [line[min(STEP, len(line) - len(line.lstrip(" "))) :] for line in lines]


def commented(lines: list[str]) -> list[str]:
    """The lines as comments, or as text when all are comments."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return lines
    if all(line.lstrip().startswith("#") for line in filled):
        return [re.sub(r"^( *)# ?", r"\1", line) for line in lines]
    column = min(len(line) - len(line.lstrip(" ")) for line in filled)
    return [f"{line[:column]}# {line[column:]}" if line.strip() else line for line in lines]

"""Two edits of one text, line by line, made one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

MINE, BETWEEN, THEIRS = "<<<<<<< mine", "=======", ">>>>>>> theirs"
"""The lines around two versions of a place, as git and most editors write them."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A text with both edits. Where they clash it holds both versions between marker lines."""

    text: str
    clashes: int
    """How many places both edits changed, each in its own way."""


def merge(base: str, mine: str, theirs: str) -> Merged:
    """The text `base` with the edits of `mine` and of `theirs`.

    Edits are apart when a line that neither changed lies between them; the same edit made twice is made once.

    >>> merge("a\\nb\\nc\\n", "A\\nb\\nc\\n", "a\\nb\\nC\\n").text
    'A\\nb\\nC\\n'
    """
    lines, clashes = [], 0
    for part in _parts(*(text.splitlines(keepends=True) for text in (base, mine, theirs))):
        agreed = _agreed(*part)
        clashes += agreed is None
        lines += agreed if agreed is not None else _both(part[1], part[2])
    return Merged("".join(lines), clashes)


def _parts(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The three texts cut at the lines that are in all of them, in step."""
    in_mine, in_theirs = _kept(base, mine), _kept(base, theirs)
    at = own = other = 0
    for line in sorted(in_mine.keys() & in_theirs.keys()):
        yield base[at:line], mine[own : in_mine[line]], theirs[other : in_theirs[line]]
        yield (base[line : line + 1],) * 3
        at, own, other = line + 1, in_mine[line] + 1, in_theirs[line] + 1
    yield base[at:], mine[own:], theirs[other:]


def _kept(base: list[str], edited: list[str]) -> dict[int, int]:
    """For each line of `base` that is still there, its number in `edited`; both from 0."""
    blocks = SequenceMatcher(None, base, edited, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _agreed(base: list[str], mine: list[str], theirs: list[str]) -> list[str] | None:
    """What one part becomes, or None when both changed it and not alike."""
    if mine in (base, theirs):
        return theirs
    return mine if theirs == base else None


def _both(mine: list[str], theirs: list[str]) -> list[str]:
    return [f"{MINE}\n", *_ended(mine), f"{BETWEEN}\n", *_ended(theirs), f"{THEIRS}\n"]


def _ended(lines: list[str]) -> list[str]:
    """The lines, the last one ended too, so that a marker stands on its own line."""
    if lines and not lines[-1].endswith(("\n", "\r")):
        return [*lines[:-1], f"{lines[-1]}\n"]
    return lines

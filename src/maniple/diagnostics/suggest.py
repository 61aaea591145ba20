"""What the author probably meant."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 100


def closest(word: str, candidates: Iterable[str], cutoff: float = 0.65) -> str | None:
    """The candidate most like `word`, or None when none is like it.

    Case, dashes, underscores and a plural `s` do not count; otherwise each letter added, left out, exchanged or
    swapped with its neighbour does. `cutoff` is the share of letters that must agree, from 0 to 1.
    """
    wanted = _bare(word)
    if not wanted or len(wanted) > _LONGEST:
        return None
    best: str | None = None
    best_likeness = cutoff
    for candidate in candidates:
        if candidate == word:
            continue
        likeness = _likeness(wanted, _bare(candidate))
        if likeness > best_likeness or (likeness == best_likeness and best is None):
            best, best_likeness = candidate, likeness
    return best


def hint_for(word: str, candidates: Iterable[str], cutoff: float = 0.65) -> str | None:
    """The hint that names the candidate most like `word`, or None."""
    found = closest(word, candidates, cutoff)
    return f"did you mean `{found}`?" if found is not None else None


def listed(words: Iterable[str], *, last: str = "or", most: int = 20) -> str:
    """The words in backticks as a phrase: `a`, `b` or `c`. More than `most` are cut short."""
    shown = [f"`{word}`" for word in words]
    if len(shown) > most:
        return ", ".join(shown[:most]) + f" and {len(shown) - most} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def _bare(word: str) -> str:
    letters = word.casefold().replace("-", "").replace("_", "").replace(" ", "")
    return letters[:-1] if len(letters) > 3 and letters.endswith("s") and not letters.endswith("ss") else letters


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    longer = max(len(one), len(other))
    if not one or not other or len(other) > _LONGEST:
        return 0.0
    return 1 - _steps(one, other) / longer


def _steps(one: str, other: str) -> int:
    """How many letters must be added, left out, exchanged or swapped with their neighbour."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            steps = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                steps = min(steps, before_last[column - 2] + 1)
            line.append(steps)
        before_last, last = last, line
    return last[-1]

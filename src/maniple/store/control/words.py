"""Finding a row by what a person typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from maniple.errors import UsageError

SHOWN = 5


def did_you_mean(word: str, names: Iterable[str]) -> str | None:
    """A hint that names what `word` may stand for, or what there is; None when there is nothing."""
    from maniple.diagnostics.suggest import hint_for, listed

    known = list(dict.fromkeys(names))
    if not known:
        return None
    return hint_for(word, known) or f"there is {listed(known, last='and', most=SHOWN)}"


def ambiguous(word: str, choices: Sequence[str]) -> UsageError:
    """The error for a word that fits several rows, each named by a choice that fits only one."""
    from maniple.diagnostics.suggest import listed

    return UsageError(f"`{word}` fits {len(choices)} of them", hint=f"say which: {listed(choices, most=SHOWN)}")

"""Completions for a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from maniple.manifest.load import read_named
from maniple.usecases.completion.offers import Completion, offers_at
from maniple.usecases.completion.outline import Outline, outline_of
from maniple.usecases.completion.variables import Variable, variables_of
from maniple.usecases.draft import Draft


def completions(draft: Draft, offset: int, *, last_good: Draft | None = None) -> list[Completion]:
    """What can be typed at `offset` of the draft's text, best first; what is typed of it already is counted in.

    The text may be broken, as it is while somebody types. Then `last_good`, a draft of the same manifest that could be
    read, adds the variables that it declares.
    """
    skipped = draft.text.count("\r\n", 0, offset)
    text = draft.text.replace("\r\n", "\n")
    outline = outline_of(text, offset - skipped)
    content = content_of(draft, outline)
    found = offers_at(outline, text, content, known_variables(draft, last_good, content))
    return [replace(one, replace_from=one.replace_from + skipped) for one in found] if skipped else found


def known_variables(draft: Draft, last_good: Draft | None, content: Mapping[str, Any]) -> dict[str, Variable]:
    """The variables of a draft with this content, declared ones first; of one that cannot be read with those of the
    last that could."""
    if last_good is None or readable(draft) is not None:
        return variables_of(content)
    found = {**variables_of(readable(last_good) or {}), **variables_of(content)}
    return dict(sorted(found.items(), key=lambda row: row[1].origin == "pre-defined"))


def readable(draft: Draft) -> Mapping[str, Any] | None:
    """What a draft says, as plain data; None when it cannot be read."""
    return _read(draft.path.name, draft.text)


@lru_cache(maxsize=8)
def _read(name: str, text: str) -> Mapping[str, Any] | None:
    """Reading takes a few milliseconds, and a key press asks several times; what is answered is not to be changed."""
    document, _ = read_named(name, text.encode("utf-8", "surrogatepass"))
    return document.data if document is not None and isinstance(document.data, dict) else None


def content_of(draft: Draft, outline: Outline | None = None) -> Mapping[str, Any]:
    """What a draft says, as far as can be seen of it."""
    content = readable(draft)
    if content is not None:
        return content
    return (outline or outline_of(draft.text.replace("\r\n", "\n"), 0)).tree()

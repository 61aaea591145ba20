"""Completions for a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maniple.manifest.load import read_named
from maniple.usecases.completion.offers import Completion, offers_at
from maniple.usecases.completion.outline import outline_of
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
    found = offers_at(outline, text, outline.tree(), known_variables(draft, last_good))
    return [replace(one, replace_from=one.replace_from + skipped) for one in found] if skipped else found


def known_variables(draft: Draft, last_good: Draft | None = None) -> dict[str, Variable]:
    """The variables that a draft knows, declared ones first; with those of the last draft that could be read."""
    content = readable(draft)
    if content is not None or last_good is None:
        return variables_of(content if content is not None else content_of(draft))
    before = readable(last_good) or {}
    found = {**variables_of(before), **variables_of(content_of(draft))}
    return dict(sorted(found.items(), key=lambda row: row[1].origin == "pre-defined"))


def readable(draft: Draft) -> Mapping[str, Any] | None:
    """What a draft says, as plain data; None when it cannot be read."""
    document, _ = read_named(draft.path.name, draft.text.encode("utf-8", "surrogatepass"))
    return document.data if document is not None and isinstance(document.data, dict) else None


def content_of(draft: Draft) -> Mapping[str, Any]:
    """What a draft says, as far as can be seen of it."""
    content = readable(draft)
    return content if content is not None else outline_of(draft.text.replace("\r\n", "\n"), 0).tree()

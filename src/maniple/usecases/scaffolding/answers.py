"""Where a new list's id stands in the sample of an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from maniple.source.text import Path
from maniple.usecases.scaffolding.identifiers import LIST_KEYS, bare

_MAX_DEPTH: Final = 6
_MANY: Final = 400
_OTHERS: Final = ("requestid", "userid", "accountid", "ownerid", "orgid", "organizationid", "workspaceid", "projectid")
"""Ids of something else."""


def id_in(answer: Any, path: str = "") -> tuple[Path, str]:
    """The place of the id in a sample of the answer, and why it is thought to be there.

    `path` is that of the call: `/audiences` makes `audienceId` likelier.
    """
    if not isinstance(answer, dict | list):
        return ("id",), "where the new list's id is in the answer"
    fixed = [segment for segment in path.split("/") if segment and not segment.startswith(("{", ":"))]
    words = [bare(segment.removesuffix(".json")).removesuffix("s") for segment in fixed[-1:]]
    best: Path | None = None
    best_score = 0.0
    for at in _leaves(answer, ()):
        score = _likeness(at, words)
        if score > best_score:
            best, best_score = at, score
    if best is None:
        return ("id",), "no member of the documented answer looks like the new list's id"
    return best, f"`{path_text(best)}` of the documented answer looks like the new list's id"


def _leaves(tree: Any, path: Path) -> Iterator[Path]:
    if len(path) >= _MAX_DEPTH:
        return
    if isinstance(tree, dict):
        for key, value in list(tree.items())[:_MANY]:
            yield from _leaves(value, (*path, key))
    elif isinstance(tree, list):
        for value in tree[:1]:
            yield from _leaves(value, (*path, 0))
    elif isinstance(tree, str | int) and not isinstance(tree, bool) and path:
        yield path


def _likeness(path: Path, words: list[str]) -> float:
    key = bare(str(path[-1]))
    if key in LIST_KEYS or (key.endswith("id") and key.removesuffix("id") in words and key != "id"):
        score = 5.0
    elif key == "id":
        score = 4.0
    elif key in ("uuid", "key", "uid", "guid"):
        score = 2.0
    elif key.endswith("id") and not key.endswith(_OTHERS):
        score = 1.0
    else:
        return 0.0
    owner = next((bare(step) for step in reversed(path[:-1]) if isinstance(step, str)), "")
    if owner in ("errors", "error", "links", "meta", "owner", "user", "creator", "folder", "tags"):
        score -= 3.0
    return score - 0.4 * (len(path) - 1)


def path_text(path: Path) -> str:
    """A path as JMESPath.

    >>> path_text(("data", 0, "list-id")), path_text(("id",))
    ('data[0]."list-id"', 'id')
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            word = step if re.fullmatch(r"[A-Za-z_]\w*", step, re.ASCII) else json.dumps(step)
            text += f".{word}" if text else word
    return text


def answer_with(path: Path, value: Any) -> Any:
    """The smallest answer that has `value` at `path`."""
    for step in reversed(path):
        value = [value] if isinstance(step, int) else {step: value}
    return value


def value_at(tree: Any, path: Path) -> Any:
    """What lies at `path`; None when nothing does."""
    for step in path:
        if isinstance(step, int) and isinstance(tree, list) and step < len(tree):
            tree = tree[step]
        elif isinstance(tree, dict) and step in tree:
            tree = tree[str(step)]
        else:
            return None
    return tree


def path_in(text: str) -> Path:
    """The path that a plain JMESPath names, and `("id",)` for one that is more than a path.

    >>> path_in("data[0].id"), path_in("length(x)")
    (('data', 0, 'id'), ('id',))
    """
    if not re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[[0-9]\])*", text, re.ASCII):
        return ("id",)
    return tuple(int(word) if word.isdigit() else word for word in re.findall(r"[A-Za-z_]\w*|[0-9]", text, re.ASCII))

"""Plain data written as YAML, in the way a person would write it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, TypeAlias

from maniple.source.numbers import NumberRefused, plain_value
from maniple.source.text import Path

WIDTH = 100
"""Columns of a line in which a map or list may stand in flow style."""

KeyOrder: TypeAlias = Callable[[Path], Sequence[str] | None]
"""The canonical order of the keys of the map at a path; None leaves the map as it is."""

_NOT_PRINTED = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_OLD_BOOLEANS = frozenset({"y", "n", "yes", "no", "on", "off", "=", "<<"})
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=~")
_IN_FLOW = re.compile(r"[,\[\]{}:?]")


@dataclass(frozen=True, slots=True)
class Style:
    """How maps are written: the order of their keys, and which are written out over lines even when one would do."""

    order_for: KeyOrder
    opens: Callable[[Path], bool] = lambda _path: False


@dataclass(frozen=True, slots=True)
class Written:
    """A value behind a key or a dash: what stands in the same line, and the lines below it."""

    inline: str
    below: tuple[str, ...] = ()


def key_rank(order: Sequence[str], keys: Sequence[str]) -> list[str]:
    """`keys` in the order of `order`; those it does not name follow in their own order."""
    known = [key for key in order if key in keys]
    return [*known, *(key for key in keys if key not in known)]


def ordered_keys(value: dict[str, Any], path: Path, style: Style) -> list[str]:
    """The keys of the map at `path` in canonical order."""
    order = style.order_for(path)
    return list(value) if order is None else key_rank(order, list(value))


def write_value(
    value: Any, path: Path, style: Style, *, column: int, used: int, old: str = "", flow: bool | None = None
) -> Written:
    """A value in block context.

    `column` is that of its key or dash, `used` the columns of the line that are taken before it, `old` the character
    that the value in its place begins with (its quote, `|`, `>`, `{`, `[`), `flow` whether a map or list is to stand
    in flow style; None when that is open.
    """
    if isinstance(value, str):
        return _text(value, column, used, old)
    if not isinstance(value, dict | list) or not value:
        return Written(scalar_text(value))
    if flow is not False and _goes_in_line(value) and not (flow is None and style.opens(path)):
        text = flow_text(value, path, style)
        if flow or used + 1 + len(text) <= WIDTH:
            return Written(text)
    if isinstance(value, dict):
        return _block_map(value, path, style, column)
    return _block_list(value, path, style, column)


def entry_lines(key: str, value: Any, path: Path, style: Style, column: int) -> list[str]:
    """The lines of a key and its value in a block map whose keys stand at `column`. `path` is the value's."""
    head = f"{' ' * column}{scalar_text(key)}:"
    return _behind(head, write_value(value, path, style, column=column, used=len(head)))


def item_lines(value: Any, path: Path, style: Style, column: int, flow: bool | None = None) -> list[str]:
    """The lines of an item of a block list whose dashes stand at `column`. `path` is the item's."""
    head = f"{' ' * column}-"
    written = write_value(value, path, style, column=column, used=len(head), flow=flow)
    return _behind(head, beside_dash(written))


def beside_dash(written: Written) -> Written:
    """A block map or list, its first line moved up beside the dash."""
    if written.inline or not written.below:
        return written
    return Written(written.below[0].lstrip(" "), written.below[1:])


def flow_text(value: Any, path: Path, style: Style, old: str = "") -> str:
    """A value in flow style, in one line."""
    if isinstance(value, dict):
        pairs = (
            f"{scalar_text(key, flow=True)}: {flow_text(value[key], (*path, key), style)}"
            for key in ordered_keys(value, path, style)
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow_text(item, (*path, index), style) for index, item in enumerate(value)) + "]"
    return scalar_text(value, flow=True, old=old)


def scalar_text(value: Any, *, flow: bool = False, old: str = "") -> str:
    """A scalar or an empty container in one line; text without quotes where that is safe and `old` is no quote."""
    match value:
        case str():
            if old not in ('"', "'") and _may_be_plain(value, flow):
                return value
            return quoted(value, old)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case dict():
            return "{}"
        case list():
            return "[]"
        case _:
            return repr(value)


def quoted(text: str, old: str = "") -> str:
    """Text in quotes: double ones, or single ones where `old` has them or they spare escapes."""
    printed = _NOT_PRINTED.search(text) is None and "\n" not in text and "\t" not in text
    spared = ('"' in text or "\\" in text) and "'" not in text
    if printed and (old == "'" or (spared and old != '"')):
        return "'" + text.replace("'", "''") + "'"
    return printable(json.dumps(text, ensure_ascii=False))


def printable(quoted_text: str) -> str:
    """Text with quotes in it, the characters that no document may hold written as escapes."""
    return _NOT_PRINTED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted_text)


def _may_be_plain(text: str, flow: bool) -> bool:
    if not text or text != text.strip() or text[0] in _INDICATORS or text.endswith(":") or text.startswith("..."):
        return False
    if (
        text.lower() in _OLD_BOOLEANS
        or _NOT_PRINTED.search(text)
        or any(mark in text for mark in ("\n", "\t", ": ", " #"))
    ):
        return False
    if not text.isascii() and text[0].isspace():
        return False
    try:
        return plain_value(text) is text and not (flow and _IN_FLOW.search(text))
    except NumberRefused:
        return False


def _text(value: str, column: int, used: int, old: str) -> Written:
    pad = " " * (column + 2)
    if _may_be_literal(value):
        header = "|" if value.endswith("\n") else "|-"
        lines = value.removesuffix("\n").split("\n")
        return Written(header, tuple(pad + line if line else "" for line in lines))
    if old == ">" and used + len(value) > WIDTH and _may_be_folded(value):
        header = ">" if value.endswith("\n") else ">-"
        room = max(20, WIDTH - len(pad))
        lines = wrap(value.removesuffix("\n"), room, break_long_words=False, break_on_hyphens=False)
        return Written(header, tuple(pad + line for line in lines))
    return Written(scalar_text(value, old=old))


def _may_be_literal(text: str) -> bool:
    """Whether the text has several lines that can stand below `|` without an indentation of its own."""
    if "\n" not in text or _NOT_PRINTED.search(text) or text.endswith("\n\n"):
        return False
    lines = text.removesuffix("\n").split("\n")
    first = next((line for line in lines if line), "")
    return bool(lines[-1].strip() and first[:1] not in (" ", "\t", ""))


def _may_be_folded(text: str) -> bool:
    words = text.removesuffix("\n")
    return bool(words) and " ".join(words.split()) == words and _NOT_PRINTED.search(text) is None


def _goes_in_line(value: Any) -> bool:
    """Whether a value reads well in flow style: no list of maps, no text of several lines."""
    if isinstance(value, dict):
        return all(_goes_in_line(each) for each in value.values())
    if isinstance(value, list):
        return all(not isinstance(each, dict) and _goes_in_line(each) for each in value)
    return not (isinstance(value, str) and "\n" in value)


def _block_map(value: dict[str, Any], path: Path, style: Style, column: int) -> Written:
    lines: list[str] = []
    for key in ordered_keys(value, path, style):
        lines += entry_lines(key, value[key], (*path, key), style, column + 2)
    return Written("", tuple(lines))


def _block_list(value: list[Any], path: Path, style: Style, column: int) -> Written:
    lines: list[str] = []
    for index, item in enumerate(value):
        lines += item_lines(item, (*path, index), style, column + 2)
    return Written("", tuple(lines))


def _behind(head: str, written: Written) -> list[str]:
    return [f"{head} {written.inline}" if written.inline else head, *written.below]

"""Reordering keeps the data and every comment, puts every block map in order, and is done after one time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from maniple.source.edit import reorder
from maniple.source.text import Document, Path, Source
from maniple.source.yaml import read_yaml
from maniple.source.yaml_write import key_rank
from support.yaml_texts import KEYS, TREES, written

ORDER = ["d", "c", "b", "a"]


def _order(path: Path) -> Sequence[str] | None:
    return None if path == ("z",) else ORDER


def _comments(text: str) -> list[str]:
    return sorted(re.findall(r"#c\d+", text))


def _in_order(document: Document, path: Path = ()) -> bool:
    value: Any = document.data
    for step in path:
        value = value[step]
    if not value or not isinstance(value, dict | list) or document.source.text[document.span(path).start] in "{[":
        return True
    steps: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    if isinstance(value, dict) and _order(path) is not None and steps != key_rank(ORDER, steps):
        return False
    return all(_in_order(document, (*path, step)) for step in steps)


@given(st.dictionaries(st.sampled_from(KEYS), TREES, min_size=1, max_size=5), st.data(), st.booleans())
def test_reordering_keeps_data_and_comments_and_is_done_once(
    tree: dict[str, Any], data: st.DataObject, crlf: bool
) -> None:
    text = written(tree, data)
    text = text.replace("\n", "\r\n") if crlf else text
    document, findings = read_yaml(Source("m.yaml", text))
    assert document is not None, findings
    result = reorder(document, _order)
    again, _ = read_yaml(Source("m.yaml", result))
    assert again is not None
    assert document.data == again.data
    assert _comments(text) == _comments(result)
    assert _in_order(again)
    assert result == reorder(again, _order)
    assert result.endswith("\n")

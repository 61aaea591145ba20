"""YAML texts with comments and blank lines in them, for laws about edits of texts."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

KEYS = ["a", "b", "c", "d", "z"]
SCALARS = st.one_of(
    st.sampled_from(["x", "$a", "1", "'q # no'", '"e \\" #c"', "~", "a#b", "", "{x: 1, k: [2]}", "[]", "{}"])
)
BLOCK_TEXTS = st.lists(st.sampled_from(["t", "  # no comment", "", "u v  "]), min_size=1, max_size=4)
HEADERS = st.sampled_from(["|", "|-", "|+", ">", ">-"])
TREES = st.recursive(
    st.one_of(SCALARS, st.tuples(HEADERS, BLOCK_TEXTS)),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(KEYS), inner, min_size=1, max_size=4), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


class Writer:
    """Writes a tree as block YAML with comments and blank lines wherever `draw` wants them."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.lines: list[str] = []
        self.count = 0

    def chance(self) -> bool:
        return self.data.draw(st.integers(0, 3)) == 0

    def comment(self) -> str:
        self.count += 1
        return f"#c{self.count}"

    def above(self, column: int) -> None:
        if self.chance():
            self.lines.append("")
        if self.chance():
            self.lines.append(" " * self.data.draw(st.sampled_from([column, column, column + 1, 0])) + self.comment())

    def behind(self) -> str:
        return f"  {self.comment()}" if self.chance() else self.data.draw(st.sampled_from(["", "", "  "]))

    def value(self, tree: Any, prefix: str, column: int) -> None:
        """`prefix` is the line so far (a key or a dash); children of a map or list stand at `column` or deeper."""
        if isinstance(tree, str):
            self.lines.append(f"{prefix} {tree}" + (self.behind() if tree else ""))
        elif isinstance(tree, tuple):
            header, texts = tree
            self.lines.append(f"{prefix} {header}")
            pad = " " * (column + 1)
            self.lines.extend([pad + "first", *(pad + text if text else "" for text in texts)])
        elif isinstance(tree, list):
            self.lines.append(prefix + self.behind())
            self.items(tree, column + self.data.draw(st.sampled_from([1, 2])))
        elif prefix.endswith("-") and self.chance():
            self.entries(tree, len(prefix) + 1, first_prefix=prefix + " ")
        else:
            self.lines.append(prefix + self.behind())
            self.entries(tree, column + self.data.draw(st.sampled_from([1, 2])))

    def items(self, trees: list[Any], column: int) -> None:
        for tree in trees:
            self.above(column)
            self.value(tree, " " * column + "-", column)

    def entries(self, trees: dict[str, Any], column: int, first_prefix: str | None = None) -> None:
        for index, (key, tree) in enumerate(trees.items()):
            if index or first_prefix is None:
                self.above(column)
            start = first_prefix if index == 0 and first_prefix is not None else " " * column
            self.value(tree, f"{start}{key}:", column)
        if self.chance():
            self.lines.append(" " * column + self.comment())


def written(tree: dict[str, Any], data: st.DataObject) -> str:
    writer = Writer(data)
    if writer.chance():
        writer.lines += ["# yaml-language-server: $schema=x", *([""] if writer.chance() else [])]
    writer.entries(tree, 0)
    return "\n".join(writer.lines) + data.draw(st.sampled_from(["", "\n", "\n\n"]))


def comments(text: str) -> list[str]:
    """Every comment that a written text has, sorted."""
    return sorted(re.findall(r"#c\d+", text))

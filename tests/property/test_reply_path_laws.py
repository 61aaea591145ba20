"""Pointing at any value of any reply gives a path that finds just this value."""

from __future__ import annotations

import json
from typing import Any

import jmespath
from hypothesis import given
from hypothesis import strategies as st

from maniple.usecases.reply_paths import Node, finds, nodes_found, path_of, value_at

LEAVES = st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def nodes(tree: Any, at: Node = ()) -> list[Node]:
    members = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [at, *(node for key, value in members for node in nodes(value, (*at, key)))]


@given(TREES, st.data())
def test_the_path_of_a_node_finds_its_value(tree: Any, data: st.DataObject) -> None:
    node = data.draw(st.sampled_from(nodes(tree)))
    path = path_of(tree, node)

    assert json.dumps(jmespath.search(path, tree)) == json.dumps(value_at(tree, node))
    assert finds(path, tree, value_at(tree, node))


@given(TREES, st.data())
def test_the_node_found_by_its_path_is_the_node(tree: Any, data: st.DataObject) -> None:
    node = data.draw(st.sampled_from(nodes(tree)))
    found = nodes_found(path_of(tree, node), tree)

    assert found == (() if value_at(tree, node) is None else (node,))

"""A reply as a tree in which a value can be chosen for the list id or the refused users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from maniple.diagnostics.cells import visible
from maniple.usecases.reply_paths import Node
from maniple.usecases.words import plural

LONGEST = 60
MOST_NODES = 2_000


class ReplyTree(Tree[Node]):
    """The nodes of a reply. Those that the manifest's paths find are marked with a word."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pick", "Pick path", tooltip="Write the path of this value into the manifest"),
    ]

    class Picked(Message):
        """A node was chosen."""

        def __init__(self, node: Node) -> None:
            super().__init__()
            self.node = node

    def __init__(self, *, id: str) -> None:
        super().__init__("reply", data=(), id=id)
        self._reply: Any = None
        self._marks: Mapping[Node, str] = {}
        self.auto_expand = False

    def fill(self, tree: Any, marks: Mapping[Node, str], title: str) -> None:
        """Show a reply, with words for the nodes that paths find."""
        if self._reply == tree and self._marks == marks:
            return
        cursor = self.cursor_node.data if self.cursor_node is not None else None
        self._reply, self._marks = tree, marks
        self.clear()
        self.root.set_label(self._label(title, tree, ()))
        self._left = MOST_NODES
        self._grow(self.root, tree, ())
        self.root.expand_all()
        if cursor:
            found = next((node for node in self._all(self.root) if node.data == cursor), None)
            if found is not None:
                self.call_after_refresh(self.move_cursor, found)

    def _all(self, node: TreeNode[Node]) -> list[TreeNode[Node]]:
        return [node, *(each for child in node.children for each in self._all(child))]

    def _grow(self, parent: TreeNode[Node], value: Any, at: Node) -> None:
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, member in members:
            self._left -= 1
            if self._left < 0:
                if self._left == -1:
                    parent.add_leaf(Text("… more is not shown", style="dim"))
                return
            place = (*at, key)
            name = f"[{key}]" if isinstance(key, int) else key
            if isinstance(member, dict | list) and member:
                self._grow(parent.add(self._label(name, member, place), data=place), member, place)
            else:
                parent.add_leaf(self._label(name, member, place), data=place)

    def _label(self, name: str, value: Any, place: Node) -> Text:
        label = Text(visible(name), style="bold")
        if isinstance(value, dict | list) and value:
            label.append(f"  {plural(len(value), 'member' if isinstance(value, dict) else 'row')}", style="dim")
        else:
            shown = visible(_written(value))
            label.append(": ")
            label.append(shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…", style="not bold")
        if place in self._marks:
            label.append(f"  ◀ {self._marks[place]}", style="reverse")
        return label

    def action_pick(self) -> None:
        """Choose the node under the cursor."""
        if self.cursor_node is not None and self.cursor_node.data is not None:
            self.post_message(self.Picked(self.cursor_node.data))

    @on(Tree.NodeSelected)
    def _selected(self, event: Tree.NodeSelected[Node]) -> None:
        event.stop()
        if event.node.data is not None and event.node.data != ():
            self.post_message(self.Picked(event.node.data))


def _written(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case dict():
            return "{}"
        case list():
            return "[]"
        case _:
            return str(value)

"""The body of a call, compiled: what it is made of, and how it is encoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maniple.auth import Additions
from maniple.body import json as json_body
from maniple.manifest.call import Exchange
from maniple.runtime.reading import Available, TemplateReader
from maniple.source.text import Path
from maniple.template.ast import Node
from maniple.template.compile import ScalarTemplate
from maniple.template.operations import ABSENT


@dataclass(frozen=True, slots=True)
class Payload:
    """An encoded body and what a request says about it. `headers` are those that its encoding asks for."""

    content: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class BodyProgram:
    """A body with its templates compiled."""

    template: ScalarTemplate

    @property
    def node(self) -> Node:
        """The tree that it is made from."""
        return self.template.node

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""
        return self.template.names

    def encode(self, scope: Mapping[str, Any], additions: Additions) -> Payload:
        """The body for `scope`, with the members that the auth kind adds."""
        tree = self.template.render(scope)
        if tree is ABSENT:
            tree = {}
        if additions.json and isinstance(tree, dict):
            tree = {**tree, **additions.json}
        return Payload(json_body.encode(tree), json_body.HEADERS)


def added_body(additions: Additions) -> Payload | None:
    """The body of a call that has none of its own: what the auth kind adds, if anything."""
    return Payload(json_body.encode(dict(additions.json)), json_body.HEADERS) if additions.json else None


def compile_body(
    reader: TemplateReader, exchange: Exchange, path: Path, available: Available, section: str
) -> BodyProgram | None:
    """The body of a call or step at `path`; None without one."""
    if "json_" not in exchange.model_fields_set:
        return None
    return BodyProgram(ScalarTemplate(reader.tree(exchange.json_, (*path, "json"), available, f"{section}.json")))


def item_of_body(exchange: Exchange) -> tuple[Any, Path] | None:  # noqa: ARG001  formats with a row per user answer
    """The `item` that the body itself says, with its place below the call: formats with a row or a line per user."""
    return None

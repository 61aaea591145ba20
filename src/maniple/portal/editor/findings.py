"""Findings by the places of the document that they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from maniple.diagnostics.model import Diagnostic
from maniple.source.change import value_at
from maniple.source.text import Document
from maniple.source.text import Path as Place

_LACKING = re.compile(r"\bneeds (?:a |an )?`(\w+)`")
"""A message about a key that is missing; its place is where the key would stand."""


@dataclass(frozen=True)
class Findings:
    """What is wrong with a draft, by place."""

    placed: tuple[tuple[Place, Diagnostic], ...] = field(default=())

    @classmethod
    def of(cls, found: Iterable[Diagnostic], document: Document | None) -> Findings:
        """The findings, each at the deepest place of the document that it is about."""
        return cls(tuple((place_of(diagnostic, document), diagnostic) for diagnostic in found))

    def at(self, place: Place) -> list[Diagnostic]:
        """Those about this very place."""
        return [diagnostic for where, diagnostic in self.placed if where == place]

    def below(self, place: Place) -> list[Diagnostic]:
        """Those about this place and all that it holds."""
        depth = len(place)
        return [diagnostic for where, diagnostic in self.placed if where[:depth] == place]

    def __iter__(self) -> Iterator[Diagnostic]:
        return (diagnostic for _, diagnostic in self.placed)

    def count(self, severity: str) -> int:
        """How many there are of a severity."""
        return sum(diagnostic.severity == severity for diagnostic in self)


def place_of(diagnostic: Diagnostic, document: Document | None) -> Place:
    """The deepest place that a finding is about: its own path, or what stands where it points."""
    if diagnostic.path and (
        document is None or value_at(document.data, diagnostic.path[:-1], document) is not document
    ):
        # A key that is missing has a place too.
        return diagnostic.path
    if diagnostic.span is None or document is None:
        return diagnostic.path
    at = diagnostic.span.start
    best: Place = ()
    for table in (document.keys, document.values):
        for place, span in table.items():
            if span.start <= at <= max(span.end - 1, span.start) and len(place) > len(best):
                best = place
    return diagnostic.path if len(diagnostic.path) > len(best) else best

"""A manifest while it is being written: its text, and all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from maniple.diagnostics.model import Diagnostic
from maniple.review.lint import lint
from maniple.source.text import Path as Place
from maniple.usecases.destinations import MANIFEST_NAMES, Destination, load_content


@dataclass(frozen=True)
class Draft:
    """One text of a manifest. What is known of it is found out when it is first asked for."""

    path: Path
    """The file that the text is to be written to; it need not be there."""
    text: str

    @classmethod
    def of(cls, destination: Destination) -> Draft:
        """The draft of a destination that is loaded already."""
        draft = cls(destination.path, destination.content.decode("utf-8", "replace"))
        draft.__dict__["destination"] = destination
        return draft

    def changed(self, text: str) -> Draft:
        """The draft with another text."""
        return self if text == self.text else Draft(self.path, text)

    @cached_property
    def destination(self) -> Destination:
        """The text loaded and compiled, as far as that goes."""
        folder = self.path.resolve().parent if self.path.name in MANIFEST_NAMES else None
        return load_content(self.path, self.text.encode("utf-8", "surrogatepass"), folder=folder)

    @cached_property
    def findings(self) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with it, in the order of `maniple check`."""
        found = self.destination
        if found.manifest is None or found.document is None or found.program is None:
            return found.diagnostics
        return (*found.diagnostics, *lint(found.manifest, found.document, found.program))

    def value(self, place: Place, default: Any = None) -> Any:
        """The plain value at a place of the document; `default` where there is none, or the text cannot be read."""
        document = self.destination.document
        value = document.data if document is not None else None
        for key in place:
            match value, key:
                case dict(), str() if key in value:
                    value = value[key]
                case list(), int() if -len(value) <= key < len(value):
                    value = value[key]
                case _:
                    return default
        return value

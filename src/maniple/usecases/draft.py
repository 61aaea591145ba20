"""A manifest while it is being written: its text, and all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.errors import ManifestError
from maniple.manifest.order import canonical_order, is_written_out
from maniple.review.lint import lint
from maniple.source import change
from maniple.source.edit import reorder
from maniple.source.read import read_document
from maniple.source.text import Document, Source
from maniple.source.text import Path as Place
from maniple.source.yaml_write import Style
from maniple.usecases.destinations import MANIFEST_NAMES, Destination, load_content

STYLE = Style(canonical_order, is_written_out)


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

    @cached_property
    def document(self) -> Document | None:
        """The text as plain data with places; None when it cannot be read as YAML or JSON."""
        return change.read_once(Source(str(self.path), self.text))

    @property
    def data(self) -> dict[str, Any]:
        """The plain data of the whole text; empty when it cannot be read or is no map."""
        data = self.document.data if self.document is not None else None
        return data if isinstance(data, dict) else {}

    def value(self, place: Place, default: Any = None) -> Any:
        """The plain value at a place of the document; `default` where there is none, or the text cannot be read."""
        return change.value_at(self.document.data, place, default) if self.document is not None else default

    def with_value(self, place: Place, value: Any) -> Draft:
        """The draft with `value` at a place, comments kept; what is missing on the way is made.

        Raises ManifestError, as every edit does, when the text cannot be read.
        """
        return self.changed(change.put(self._readable(), place, value, STYLE))

    def without(self, place: Place, *, prune: bool = True) -> Draft:
        """The draft without a key or an item; with `prune` also without the maps and lists that it leaves empty."""
        document = self._readable()
        while prune and len(place) > 1 and len(change.value_at(document.data, place[:-1], ())) == 1:
            place = place[:-1]
        if change.value_at(document.data, place, _NOTHING) is _NOTHING:
            return self
        return self.changed(change.remove(document, place, STYLE))

    def with_item(self, place: Place, index: int, value: Any) -> Draft:
        """The draft with a further item at `index` of the list at `place`."""
        return self.changed(change.insert(self._readable(), place, index, value, STYLE))

    def with_item_moved(self, place: Place, index: int, to: int) -> Draft:
        """The draft with item `index` of the list at `place` moved to become item `to`."""
        return self.changed(change.move(self._readable(), place, index, to, STYLE))

    def with_key(self, place: Place, name: str) -> Draft:
        """The draft with the key at `place` called `name`; itself when its map has that key."""
        document = self._readable()
        if name in change.value_at(document.data, place[:-1], {}):
            return self
        return self.changed(change.rename(document, place, name, STYLE))

    def in_form(self) -> Draft:
        """The draft as `maniple fmt` writes it."""
        return self.changed(reorder(self._readable(), canonical_order))

    def _readable(self) -> Document:
        if self.document is None:
            raise ManifestError(blocking(read_document(Source(str(self.path), self.text))[1]))
        return self.document


_NOTHING = object()

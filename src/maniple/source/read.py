"""A source is read as what its name or its first character says it is."""

from __future__ import annotations

from maniple.diagnostics.model import Diagnostic
from maniple.source.characters import BOM
from maniple.source.json import read_json
from maniple.source.text import Document, Source
from maniple.source.yaml import read_yaml


def read_document(source: Source) -> tuple[Document | None, list[Diagnostic]]:
    """The document in `source`, or None and every finding that forbids reading it.

    `.json` is read as JSON, `.yaml` and `.yml` as YAML; under any other name, text that begins with `{` as JSON.
    """
    return read_json(source) if is_json(source) else read_yaml(source)


def is_json(source: Source) -> bool:
    """Whether `source` is to be read as JSON."""
    name = source.name.lower()
    if name.endswith(".json"):
        return True
    if name.endswith((".yaml", ".yml")):
        return False
    return source.text.removeprefix(BOM).lstrip().startswith("{")

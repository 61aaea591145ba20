"""A manifest written as JSON: plain data with the span of every key and value."""

from __future__ import annotations

from maniple.diagnostics.model import Diagnostic
from maniple.source.characters import BOM, refused_text
from maniple.source.json_scan import JsonFault, JsonScan
from maniple.source.text import Document, Source, Span


def read_json(source: Source) -> tuple[Document | None, list[Diagnostic]]:
    """The document in a JSON source, or None and every finding that forbids reading it."""
    refused = refused_text(source)
    if refused:
        return None, refused
    scan = JsonScan(source.text, at=1 if source.text.startswith(BOM) else 0).run()
    if scan.faults:
        return None, [_diagnostic(source, fault) for fault in scan.faults]
    return Document(source, scan.value, scan.keys, scan.values), []


def _diagnostic(source: Source, fault: JsonFault) -> Diagnostic:
    notes: tuple[str, ...] = ()
    if fault.first is not None:
        notes = (f"the first is in line {source.position(fault.first)[0]}",)
    return Diagnostic(
        "MAN101" if fault.code == "MAN105" else fault.code,
        fault.message,
        source,
        Span(fault.start, fault.end),
        notes=notes,
        hint=fault.hint,
    )

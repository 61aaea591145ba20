"""A diagnostic is data: a stable code, a sentence, places, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from maniple.source.text import Path, Source, Span

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a manifest.

    `message` is one sentence without a full stop, literals in backticks. `label` stands beside the caret.
    `notes` are facts that help, `hint` says what to type. `path` is the key path of the place, for programs.
    Only an `error` blocks.
    """

    code: str
    message: str
    source: Source | None = None
    span: Span | None = None
    severity: Severity = "error"
    label: str = ""
    notes: tuple[str, ...] = ()
    hint: str | None = None
    path: Path = ()

    def __str__(self) -> str:
        from maniple.diagnostics.render import render_text

        return render_text(self)

    @property
    def position(self) -> tuple[int, int]:
        """Line and column, from 1; (1, 1) for a finding about the whole file."""
        if self.source is None or self.span is None:
            return 1, 1
        return self.source.position(self.span.start)


def blocking(diagnostics: list[Diagnostic] | tuple[Diagnostic, ...]) -> list[Diagnostic]:
    """The findings that stop a manifest from being used."""
    return [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]

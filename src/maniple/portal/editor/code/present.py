"""The words around a code field."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from maniple.diagnostics.cells import visible
from maniple.diagnostics.model import Diagnostic
from maniple.portal.editor.code.marks import LETTERS, Mark
from maniple.usecases.completion import Completion

_STYLES = {"error": "$text-error bold", "warning": "$text-warning bold", "note": "$text-primary bold"}
_KIND_LETTERS = {"variable": "$", "filter": "|", "key": ":", "word": "="}
_WORDS = {"error": "error", "warning": "warning", "note": "note"}


def finding_note(finding: Diagnostic) -> Content:
    """A finding below the text: what it is, then what to type."""
    severity = finding.severity
    head = Content.assemble(
        (f"{LETTERS[severity]} {_WORDS[severity]} {finding.code} ", _STYLES[severity]),
        _plain(finding.message),
    )
    if finding.label:
        head = Content.assemble(head, (f" ({visible(finding.label)})", "dim"))
    advice = [f"hint: {visible(finding.hint)}"] if finding.hint else []
    advice += [f"note: {visible(note)}" for note in finding.notes]
    return Content("\n").join([head, *(Content(line) for line in advice)])


def explanation_note(text: str) -> Content:
    """What is under the cursor: its first line is what it is, the rest what is known of it."""
    first, _, rest = text.partition("\n")
    if not rest:
        return _plain(first)
    return Content.assemble(
        (visible(first), "bold"), "\n", Content("\n").join(_plain(line) for line in rest.split("\n"))
    )


def position_note(row: int, column: int, marks: Sequence[Mark], *, wrapped: bool) -> Content:
    """Line and column from 1, and how much is wrong."""
    errors = sum(mark.finding.severity == "error" for mark in marks)
    warnings = sum(mark.finding.severity == "warning" for mark in marks)
    found = [
        Content.styled(counted(errors, "error"), _STYLES["error"]) if errors else None,
        Content.styled(counted(warnings, "warning"), _STYLES["warning"]) if warnings else None,
        Content.styled("wrapped", "dim") if wrapped else None,
    ]
    return Content("\n").join([Content(f"{row + 1}:{column + 1}"), *(part for part in found if part is not None)])


def counted(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def found_note(position: int, count: int) -> str:
    """Which of the places found is selected; `position` counts from 1, 0 when none is."""
    if not count:
        return "not found"
    return f"{position} of {count}" if position else counted(count, "place")


def _plain(text: str) -> Content:
    return Content(visible(text))


def offered_unasked(typed: str, offers: Sequence[Completion], *, is_open: bool) -> bool:
    """Whether offers are shown after a character is typed without being asked for.

    After a blank only words of a closed list and filters are, so that Enter goes on to mean a new line.
    """
    if not offers:
        return False
    if typed == "\b":
        return is_open
    if typed == " ":
        return offers[0].kind in ("word", "filter")
    return typed.isalnum() or typed in '$|._-"'


def offer_row(offer: Completion, width: int) -> Content:
    """One line of the list of offers: a letter for its kind, what it is called, what it is."""
    label, detail = visible(offer.label), visible(offer.detail)
    room = max(0, width - len(label) - 4)
    if len(detail) > room:
        detail = detail[: max(0, room - 1)] + "…" if room > 1 else ""
    gap = " " * max(1, width - 2 - len(label) - len(detail))
    return Content.assemble(
        (f"{_KIND_LETTERS[offer.kind]} ", "dim"),
        (label, "bold" if offer.useful else ""),
        gap,
        (detail, "dim"),
    )


def offer_docs(offer: Completion) -> Content:
    """What is known of an offer."""
    return Content("\n").join(_plain(line) for line in offer.docs.split("\n"))


def preview_line(made: str | None, *, wrong: bool) -> Content:
    """What a payload becomes for a sample user."""
    if made is None:
        return Content("nothing to preview: the text cannot be read")
    head = "for a sample user, without what is marked: " if wrong else "for a sample user: "
    return Content.assemble((head, "dim"), visible(made))

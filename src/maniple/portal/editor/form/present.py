"""Texts of the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from maniple.diagnostics.cells import visible
from maniple.diagnostics.model import Diagnostic
from maniple.portal.editor.form.values import shown_value
from maniple.usecases.draft import Draft

MARKS = {"error": "✖", "warning": "▲", "note": "●"}
KINDS = {
    "list": "A list per cohort at the partner: it is created once, then users are added and removed.",
    "property": "A property on each user: it is set when a user enters the cohort, and unset on leaving.",
    "snapshot": "The whole cohort is sent each run and takes the place of what was there.",
}


def finding_line(finding: Diagnostic) -> str:
    """A finding in one line: its mark, what is wrong, what to do."""
    hint = f"; {finding.hint}" if finding.hint else ""
    return visible(f"{MARKS[finding.severity]} {finding.message}{hint}")


def count_mark(findings: Sequence[Diagnostic]) -> str:
    """How many findings there are, for the end of a title: `✖ 2 ▲ 1`; empty without any."""
    counts = [
        f"{mark} {count}"
        for severity, mark in MARKS.items()
        if (count := sum(finding.severity == severity for finding in findings))
    ]
    return " ".join(counts)


def mark_style(marks: str) -> str:
    """The colour of a count: that of the worst in it."""
    if MARKS["error"] in marks:
        return "$text-error"
    return "$text-warning" if MARKS["warning"] in marks else "$text-muted"


def row_title(owner: str, index: int, value: Any) -> str:
    """What a closed row says about itself."""
    if not isinstance(value, dict):
        return f"{index + 1}  {_short(shown_value(value))}"
    return f"{index + 1}  {_short(' · '.join(part for part in _parts(owner, value) if part))}"


def _parts(owner: str, value: dict[str, Any]) -> list[str]:
    def text(key: str) -> str:
        found = value.get(key)
        return found if isinstance(found, str) else "" if found is None else shown_value(found)

    match owner:
        case "FormField":
            return [
                f"${text('name')}",
                text("type") or "string",
                text("label"),
                "optional" if value.get("optional") else "",
            ]
        case "Mapping":
            return [f"${text('name')}", f"{text('label')} → {text('target')}" if "target" in value else text("label")]
        case "ErrorRule" if "same_as" in value:
            return [f"as {text('same_as')}"]
        case "ErrorRule":
            asked = " ".join(part for part in (text("status"), text("body"), text("where")) if part)
            return [asked, text("reason") or text("then")]
        case "Step":
            return [text("name"), f"{text('method')} {text('url')}".strip()]
        case "Auth":
            return [text("kind"), f"when {text('when')}" if "when" in value else ""]
        case "Option":
            return [f"{text('label')} = {text('value')}"]
        case _:
            return [f"{key}: {shown_value(each)}" for key, each in list(value.items())[:3]]


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= 72 else f"{shown[:71]}…"


def unreadable_note(draft: Draft) -> str:
    """Why the form rests."""
    found = next((each for each in draft.findings if each.severity == "error"), None)
    if found is None:
        return "The form rests: the manifest must be a map of keys. Mend it in the YAML view (`f2`)."
    line, _ = found.position
    return visible(f"The form rests: line {line}, {found.message}. Mend it in the YAML view (`f2`).")

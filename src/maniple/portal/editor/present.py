"""Texts of the editor screen."""

from __future__ import annotations

from textual.content import Content

from maniple.diagnostics.cells import visible
from maniple.portal.editor.findings import Findings
from maniple.portal.home.present import state_words
from maniple.usecases.draft import Draft
from maniple.usecases.integrations import State


def heading(draft: Draft, state: State, *, saved: bool, findings: Findings | None) -> Content:
    """Name, version, state, whether it is saved, how much is wrong."""
    data = draft.data
    name = data.get("name") or data.get("slug") or draft.path.parent.name
    version = data.get("version")
    return Content.assemble(
        (visible(str(name)), "bold"),
        (f" {visible(str(version))}" if version is not None else "", "dim"),
        f"  {state_words(state)}",
        "  ·  ",
        ("saved", "dim") if saved else ("● unsaved", "$text-warning"),
        "  ·  ",
        _count(findings),
    )


def _count(findings: Findings | None) -> Content:
    if findings is None:
        return Content.styled("… checking", "dim")
    errors, warnings, notes = (findings.count(severity) for severity in ("error", "warning", "note"))
    if not errors + warnings + notes:
        return Content.styled("✓ no findings", "$text-success")
    parts = [
        (f"✖ {errors} {'error' if errors == 1 else 'errors'}", "$text-error", errors),
        (f"▲ {warnings} {'warning' if warnings == 1 else 'warnings'}", "$text-warning", warnings),
        (f"● {notes} {'note' if notes == 1 else 'notes'}", "dim", notes),
    ]
    return Content("  ").join([Content.styled(text, style) for text, style, count in parts if count])

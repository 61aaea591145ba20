"""The panels that other parts of the portal bring to the editor."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from textual.widget import Widget

from maniple.portal.desk import Desk

_PANELS = {
    "testing": ("maniple.portal.testing", "TestingPanel"),
    "quality": ("maniple.portal.quality", "QualityPanel"),
}


def panel(name: str, desk: Desk) -> Widget | None:
    """A panel by the name of its pane."""
    package, kind = _PANELS[name]
    if find_spec(package) is None or find_spec(f"{package}.panel") is None:
        return None
    made: Widget = getattr(import_module(f"{package}.panel"), kind)(desk)
    return made

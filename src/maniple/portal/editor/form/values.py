"""Small values as the text of a control, and back."""

from __future__ import annotations

from typing import Any

from maniple.source.read import read_document
from maniple.source.text import Source
from maniple.source.yaml_write import flow_text, scalar_text
from maniple.usecases.draft import STYLE

ABSENT: Any = type("Absent", (), {"__repr__": lambda _self: "ABSENT"})()
"""What stands at a place where nothing is written."""


class Unreadable(Exception):
    """A text that is no value yet. Says why, in the author's words."""


def shown_value(value: Any) -> str:
    """A value in flow style, as it would be written: `429`, `[401, 403]`, `{after: 10min}`."""
    if value is ABSENT:
        return ""
    return flow_text(value, (), STYLE) if isinstance(value, dict | list) else scalar_text(value)


def read_value(text: str) -> Any:
    """The value that a text in YAML writes. Raises Unreadable."""
    document, findings = read_document(Source("value.yaml", text))
    if document is None:
        raise Unreadable(findings[0].message if findings else "this cannot be read as YAML")
    return document.data


def read_number(text: str) -> int | float:
    """A number as it is written. Raises Unreadable."""
    value = read_value(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"`{text}` is not a number")
    return value


def shown_text(value: Any) -> str:
    """A value in a field for text."""
    if value is ABSENT:
        return ""
    return value if isinstance(value, str) else shown_value(value)


def read_lines(text: str) -> list[str]:
    """The texts of a list, one a line; blank lines are none."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def shown_lines(value: Any) -> str:
    """A list, one item a line."""
    if isinstance(value, list):
        return "\n".join(shown_text(each) for each in value)
    return shown_text(value)

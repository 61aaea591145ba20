"""The colours of code, made of the colours of the application's theme."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual._text_area_theme import TextAreaTheme
from textual.color import Color

NAME = "maniple"
HOLE = "maniple.hole"
"""What a `$name` or an `{{ expression }}` is highlighted as."""
FINDING = {"error": "maniple.error", "warning": "maniple.warning", "note": "maniple.note"}
LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: text against its background."""


def code_theme(variables: Mapping[str, str]) -> TextAreaTheme:
    """A theme of a text field that fits an application theme with these variables."""
    surface = Color.parse(variables["surface"])

    def style(variable: str, *, bold: bool = False, italic: bool = False) -> Style:
        return Style(color=legible(Color.parse(variables[variable]), surface).rich_color, bold=bold, italic=italic)

    foreground = Color.parse(variables["foreground"])
    quiet = Style(color=legible(surface.blend(foreground, 0.6), surface).rich_color)
    key, text, figure, hole = style("primary"), style("success"), style("secondary"), style("accent", bold=True)
    error, warning, note = style("error"), style("warning"), style("primary")
    line = Style(underline=True)
    return TextAreaTheme(
        name=NAME,
        syntax_styles={
            "yaml.field": key,
            "json.label": key,
            "string": text,
            "string.escape": figure,
            "number": figure,
            "boolean": figure,
            "constant.builtin": figure,
            "json.null": figure,
            "comment": quiet + Style(italic=True),
            "type": figure,
            "preproc": quiet,
            "punctuation.delimiter": quiet,
            "punctuation.bracket": quiet,
            "punctuation.special": quiet,
            HOLE: hole,
            FINDING["error"]: error + line,
            FINDING["warning"]: warning + line,
            FINDING["note"]: note + line,
        },
    )


def legible(color: Color, background: Color) -> Color:
    """The colour, made darker or lighter until it can be read on the background."""
    goal = Color(255, 255, 255) if _luminance(background) < 0.18 else Color(0, 0, 0)
    opaque = Color(*color.rgb)
    found = opaque
    for step in range(1, 11):
        if contrast(found, background) >= LEAST_CONTRAST:
            break
        found = opaque.blend(goal, step / 10)
    return found


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    """The relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

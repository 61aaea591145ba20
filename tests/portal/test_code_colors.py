"""The colours of code can be read in every theme."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.color import Color

from maniple.portal.editor.code.colors import LEAST_CONTRAST, code_theme, contrast

THEMES = sorted(set(App[None]().available_themes) - {"textual-ansi", "ansi-dark", "ansi-light"})


@pytest.mark.parametrize("name", THEMES)
async def test_every_colour_stands_out_from_the_text_field(name: str) -> None:
    app = App[None]()
    app.theme = name
    variables = app.get_css_variables()
    surface = Color.parse(variables["surface"])
    styles = code_theme(variables).syntax_styles
    faint = {
        word: contrast(Color.from_rich_color(style.color), surface)
        for word, style in styles.items()
        if contrast(Color.from_rich_color(style.color), surface) < LEAST_CONTRAST - 0.01
    }
    assert {} == faint

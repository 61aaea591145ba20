"""A row of choices of which one is pressed: the button group of a set-up form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static


class Segments(Static, can_focus=True):
    """Choices side by side; left and right press another one, so does a click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "step(-1)", "Choice", key_display="←→", tooltip="Press the choice before"),
        Binding("right,down,space", "step(1)", "Next choice", show=False, tooltip="Press the choice after"),
    ]
    DEFAULT_CSS = """
    Segments {
        width: auto;
        max-width: 100%;
        height: auto;
        background: $surface;
        padding: 0 1;
        link-style: none;
        link-style-hover: bold;
        link-background-hover: transparent;
        link-color-hover: $foreground;
        &:focus { background: $surface-lighten-1; text-style: bold; }
    }
    """
    chosen: reactive[int] = reactive(-1)

    class Chosen(Message):
        """Another choice was pressed."""

        def __init__(self, segments: Segments, value: Any) -> None:
            super().__init__()
            self.segments = segments
            self.value = value

        @property
        def control(self) -> Segments:
            return self.segments

    def __init__(self, choices: Sequence[tuple[str, Any]], value: Any = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.choices = tuple(choices)
        places = [place for place, (_, each) in enumerate(self.choices) if each == value]
        self.set_reactive(Segments.chosen, places[0] if places else -1)

    @property
    def value(self) -> Any:
        """The value of the pressed choice; None when there is none."""
        return self.choices[self.chosen][1] if self.chosen >= 0 else None

    def press(self, value: Any) -> None:
        """Show the choice with this value as pressed, and tell nobody."""
        self.chosen = next((place for place, (_, each) in enumerate(self.choices) if each == value), -1)

    def render(self) -> Content:
        """`( ) iOS  (•) Android`; the pressed one is also in another colour."""
        parts: list[Content] = []
        for place, (label, _) in enumerate(self.choices):
            pressed = place == self.chosen
            markup = f"[@click='press({place})']{'[$primary]●[/]' if pressed else '○'} $label[/]"
            parts.append(Content.from_markup(markup, label=label))
            if place < len(self.choices) - 1:
                parts.append(Content("   "))
        return Content.assemble(*parts)

    def action_step(self, by: int) -> None:
        """Press the choice before or after."""
        if self.choices:
            first = 0 if by > 0 else len(self.choices) - 1
            self.action_press((self.chosen + by) % len(self.choices) if self.chosen >= 0 else first)

    def action_press(self, place: int) -> None:
        """Press one choice."""
        self.focus()
        if place != self.chosen:
            self.chosen = place
            self.post_message(self.Chosen(self, self.value))

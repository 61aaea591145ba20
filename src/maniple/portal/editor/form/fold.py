"""A title that opens and closes what stands below it; what stands below is made when it is first opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static


class FoldTitle(Static, can_focus=True):
    """The line of a fold that is always seen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "Open/close", tooltip="Open or close this part of the form"),
        Binding("right", "fold(True)", "Open", show=False, tooltip="Open this part"),
        Binding("down", "app.focus_next", "Next", show=False, tooltip="The next part or control"),
        Binding("up", "app.focus_previous", "Previous", show=False, tooltip="The part or control before"),
        Binding("left", "fold(False)", "Close", show=False, tooltip="Close this part"),
    ]

    @dataclass
    class Toggled(Message):
        """The title was chosen. `opened` says what is wanted; None the other way round."""

        opened: bool | None

    def action_fold(self, opened: bool | None = None) -> None:
        """Open or close."""
        self.post_message(self.Toggled(opened))

    def on_click(self) -> None:
        """Open or close."""
        self.post_message(self.Toggled(None))


class Fold(Vertical):
    """A part of the form with a title."""

    DEFAULT_CSS = """
    Fold { height: auto; }
    Fold.-shut > * { display: none; }
    Fold.-shut > .fold-title { display: block; }
    """

    def __init__(self, *, opened: bool = False, classes: str = "") -> None:
        super().__init__(classes=f"fold {classes}")
        self.opened = opened
        self.heading = self.make_heading()

    def make_heading(self) -> FoldTitle:
        """The line that opens it."""
        return FoldTitle(classes="fold-title", markup=False)

    def compose(self) -> ComposeResult:
        """The title; the rest when it is opened."""
        yield self.heading

    async def on_mount(self) -> None:
        """Open it if it begins open."""
        self.retitle()
        if self.opened:
            self.opened = False
            await self.open()

    def label(self) -> Content:
        """What the title says."""
        return Content("")

    def retitle(self) -> None:
        """Bring the title up to date."""
        self.heading.update(Content.assemble("▼ " if self.opened else "▶ ", self.label()), layout=False)

    async def fill(self) -> None:
        """Make what stands below the title."""

    async def open(self) -> None:
        """Show what stands below, made now if it never was."""
        if self.opened:
            return
        self.opened = True
        self.add_class("-open")
        # One new layout, not one for each control.
        with self.app.batch_update():
            if len(self.children) == 1:
                await self.fill()
            self.remove_class("-shut")
            self.retitle()

    def close(self) -> None:
        """Show the title alone."""
        self.opened = False
        self.remove_class("-open")
        self.add_class("-shut")
        self.retitle()

    async def on_fold_title_toggled(self, event: FoldTitle.Toggled) -> None:
        """Open or close."""
        event.stop()
        if event.opened is self.opened:
            return
        if self.opened:
            self.close()
        else:
            await self.open()
            self.call_after_refresh(self.heading.scroll_visible, top=False)

"""A copy of an integration is given its name."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Input, Label, Static

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.usecases.integrations import clone, suggest_slug


class CloneScreen(ModalScreen[Path | None]):
    """Asks for the copy's name and slug, makes it, and answers with its manifest; None when it was left."""

    TITLE = "Clone"
    HELP = "A copy of an integration under another name. The slug names its folder; it follows the name until you type one."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", tooltip="Go back; nothing is copied"),
        Binding("ctrl+s", "copy", "Copy", tooltip="Make the copy"),
    ]
    DEFAULT_CSS = """
    CloneScreen {
        align: center middle;
        & > #asked {
            width: 72; max-width: 94%; height: auto; max-height: 90%;
            padding: 1 2; background: $surface; border: tall $primary;
        }
        & #title { text-style: bold; margin-bottom: 1; width: 1fr; }
        & Label { color: $text-muted; }
        & #problem { color: $text-error; height: auto; min-height: 1; width: 1fr; }
        & #answers { height: auto; align-horizontal: right; }
        & Button { margin-left: 1; }
    }
    """

    def __init__(self, source: Path, name: str, folder: Path) -> None:
        """`source` is the manifest to copy, `name` what it calls itself, `folder` where the copy goes."""
        super().__init__()
        self.source, self.source_name, self.folder = source, name, folder
        self._followed = ""

    def compose(self) -> ComposeResult:
        with VerticalGroup(id="asked"):
            yield Label(f"Clone {visible(self.source_name)}", id="title", markup=False)
            yield Label("Name, as end users see it")
            yield Input(id="name", max_length=80)
            yield Label("Slug: its folder, and its name on the command line")
            yield Input(id="slug", max_length=64)
            yield Static("", id="problem", markup=False)
            with Horizontal(id="answers"):
                yield Button("Cancel", id="cancel")
                yield Button("Clone", id="copy", variant="primary")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Something that would do is there already."""
        self.query_one("#name", Input).value = f"{self.source_name} copy"

    @on(Input.Changed, "#name")
    def name_changed(self, event: Input.Changed) -> None:
        """The slug follows the name until one is typed."""
        slug = self.query_one("#slug", Input)
        if slug.value == self._followed:
            self._followed = slug.value = suggest_slug(event.value)

    @on(Input.Submitted, "#name")
    def name_entered(self) -> None:
        """On to the slug."""
        self.query_one("#slug", Input).focus()

    @on(Input.Submitted, "#slug")
    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        """Make the copy, or say why it cannot be made."""
        slug, name = self.query_one("#slug", Input).value.strip(), self.query_one("#name", Input).value
        try:
            self.dismiss(clone(self.source, self.folder, slug, name))
        except ManipleError as error:
            words = error.message if error.hint is None else f"{error.message}; {error.hint}"
            self.query_one("#problem", Static).update(f"✗ {visible(words)}")

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """Copy nothing."""
        self.dismiss(None)

"""The portal's application: its themes, its screens, the way between them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from maniple.portal.desk import Desk


class Portal(App[None]):
    """The developer portal. Each screen is made when it is first gone to."""

    TITLE = "maniple"
    CSS_PATH: ClassVar[list[str]] = [f"styles/{name}.tcss" for name in ("portal",)]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", tooltip="What can be done on this screen"),
        Binding("ctrl+q", "quit", "Quit", tooltip="Leave the portal; everything is kept"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def on_mount(self) -> None:
        """Begin at home, or at the review desk."""
        if self.desk.reviewer:
            self.open_review_desk()
        else:
            self.open_home()

    def open_home(self) -> None:
        """The author's integrations."""
        from maniple.portal.home.screen import HomeScreen

        self.push_screen(HomeScreen(self.desk))

    def open_wizard(self) -> None:
        """Begin a new integration."""
        from maniple.portal.wizard.screen import WizardScreen

        self.push_screen(WizardScreen(self.desk))

    def open_integration(self, path: Path) -> None:
        """Work on the manifest at `path`."""
        from maniple.portal.editor.screen import EditorScreen

        self.push_screen(EditorScreen.at(self.desk, path))

    def open_submission(self, path: Path) -> None:
        """See what would be submitted of the manifest at `path`, and its state."""
        from maniple.portal.submit.screen import SubmitScreen

        self.push_screen(SubmitScreen(self.desk, path))

    def open_review_desk(self) -> None:
        """The queue of submissions."""
        from maniple.portal.review.screen import ReviewScreen

        self.push_screen(ReviewScreen(self.desk))

"""The portal's application: its themes, its screens, the way between them."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import WorkerFailed

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.portal import rest
from maniple.portal.crash import describe_crash
from maniple.portal.desk import Desk
from maniple.portal.help import HelpScreen
from maniple.usecases.tastes import Tastes, keep_tastes, read_tastes

STYLES = Path(__file__).parent / "styles"
DARK, LIGHT = "textual-dark", "textual-light"


def _commands() -> type[Provider]:
    from maniple.portal.palette import PortalCommands

    return PortalCommands


class Portal(App[None]):
    """The developer portal. Each screen is made when it is first gone to."""

    TITLE = "maniple"
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = [STYLES / f"{name}.tcss" for name in ("portal",)]
    COMMANDS = {_commands}  # noqa: RUF012 - the type is Textual's
    COMMAND_PALETTE_DISPLAY = "^p"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before anything else, so that they work over a question too.
        Binding("f1", "help", "Help", priority=True, tooltip="What this screen is for, and its keys"),
        Binding("f4", "switch_theme", "Light or dark", show=False, tooltip="Change between light and dark"),
        Binding(
            "ctrl+q", "quit", "Quit", priority=True, show=False, tooltip="Leave the portal; what was typed is kept"
        ),
    ]

    def __init__(self, desk: Desk, *, first: Path | None = None) -> None:
        """`first` is a manifest to open at once."""
        super().__init__()
        self.desk = desk
        self.first = first
        self._rest: Timer | None = None
        """Runs since the last screen came, or the last key was pressed on it."""

    def on_mount(self) -> None:
        """Begin at home, at the review desk, or with one integration."""
        theme = read_tastes(self.desk.home).theme
        if theme in self.available_themes:
            self.theme = theme
        self.watch(self, "theme", self._keep_theme, init=False)
        self.screen_change_signal.subscribe(self, self._rest_later)
        if self.desk.reviewer:
            self.open_review_desk()
            return
        self.open_home()
        if self.first is not None:
            self.open_integration(self.first)

    def open_home(self) -> None:
        """The author's integrations."""
        from maniple.portal.home.screen import HomeScreen

        self.push_screen(HomeScreen(self.desk))

    def go_home(self) -> None:
        """Back to the author's integrations, past everything that lies on top of them."""
        from maniple.portal.home.screen import HomeScreen

        places = [at for at, screen in enumerate(self.screen_stack) if isinstance(screen, HomeScreen)]
        if not places:
            self.open_home()
            return
        for _ in self.screen_stack[places[-1] + 1 :]:
            self.pop_screen()

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

    def tell(self, error: ManipleError) -> None:
        """Say what went wrong and what to do about it."""
        words = error.message if error.hint is None else f"{error.message}\n{error.hint}"
        self.notify(
            "\n".join(map(visible, words.splitlines())), title=error.title, severity="error", markup=False, timeout=10
        )

    def action_help(self) -> None:
        """Help for the screen that is on top; pressed again, it closes."""
        if isinstance(self.screen, HelpScreen):
            self.pop_screen()
        elif not self._over_palette(self.screen):
            self.push_screen(HelpScreen.about(self.screen))

    def action_switch_theme(self) -> None:
        """Change between light and dark."""
        self.theme = DARK if not self.current_theme.dark else LIGHT

    async def run_action(self, action: Any, default_namespace: Any = None, namespaces: Any = None) -> bool:
        """Do what a key or a command stands for; what somebody must act upon is told, and the portal goes on."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except ManipleError as error:
            self.tell(error)
            return True

    def _handle_exception(self, error: Exception) -> None:
        """What a worker raised on purpose is told. A fault of ours ends the portal, with a message and a report."""
        cause = error.__cause__ or error
        if isinstance(error, WorkerFailed):
            cause = error.error
        if isinstance(error, WorkerFailed) and isinstance(cause, ManipleError):
            self.tell(cause)
            return
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._return_code = 70
        self._exception = error
        self.bell()
        # Textual's own report shows local variables, secrets among them.
        self.panic(describe_crash(self.desk.home, error))

    async def on_event(self, event: events.Event) -> None:
        """Textual: something happened. Who presses keys is not disturbed."""
        if self._rest is not None and isinstance(event, events.Key):
            self._rest.reset()
        await super().on_event(event)

    def _rest_later(self, _screen: object) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(rest.SECONDS, self._tidy)

    def _tidy(self) -> None:
        self._rest = None
        rest.tidy()

    def on_unmount(self) -> None:
        """The portal is over."""
        rest.leave()

    def _keep_theme(self, theme: str) -> None:
        if theme == self.theme:
            keep_tastes(self.desk.home, Tastes(theme))

    @staticmethod
    def _over_palette(screen: Screen[Any]) -> bool:
        from textual.command import CommandPalette

        return isinstance(screen, CommandPalette)

"""The command palette: everything that can be done, by typing a part of its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.markup import escape
from textual.screen import Screen

from maniple.diagnostics.cells import visible
from maniple.usecases.documentation import Page, list_pages
from maniple.usecases.integrations import list_integrations

if TYPE_CHECKING:
    from maniple.portal.app import Portal


@dataclass(frozen=True)
class Command:
    """One line of the palette."""

    name: str
    help: str
    run: Callable[[], Any]
    usual: bool = True
    """It is shown before anything is typed."""


class PortalCommands(Provider):
    """Where to go, what to open, how it is to look, what the screen below can do, and the documentation."""

    async def startup(self) -> None:
        """The commands there are now: they depend on the screen and on the folder."""
        app = cast("Portal", self.app)
        self._commands = [*screen_commands(self.screen), *_ways(app), *_integrations(app), *_looks(app), *_pages(app)]

    async def discover(self) -> Hits:
        """What is shown before anything is typed."""
        for command in self._commands:
            if command.usual:
                yield DiscoveryHit(Content(command.name), command.run, command.name, escape(command.help))

    async def search(self, query: str) -> Hits:
        """Commands whose name has the typed letters in their order."""
        matcher = self.matcher(query)
        for command in self._commands:
            if (score := matcher.match(command.name)) > 0:
                yield Hit(score, _highlighted(matcher, command.name), command.run, command.name, escape(command.help))


def _highlighted(matcher: Matcher, name: str) -> Content:
    """The name with the letters that were found; the matcher's own way would read it as markup."""
    shown = Content(name)
    for offset in matcher.fuzzy_search.match(matcher.query, name)[1]:
        shown = shown.stylize(matcher.match_style, offset, offset + 1)
    return shown


def screen_commands(screen: Screen[Any]) -> list[Command]:
    """What the screen below the palette can do, by the names its footer has."""
    commands: dict[str, Command] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not active.enabled or not binding.show or not binding.description or isinstance(active.node, App):
            continue
        key = screen.app.get_key_display(binding)
        run = partial(screen.app.run_action, binding.action, active.node)
        commands.setdefault(binding.action, Command(binding.description, f"{binding.tooltip}  [{key}]".strip(), run))
    return list(commands.values())


def _ways(app: Portal) -> list[Command]:
    return [
        Command("New integration", "From scratch, a template, a curl command or an API description", app.open_wizard),
        Command("Go home", "My integrations and the catalogue", app.go_home),
        Command("Go to the review desk", "What was submitted and waits for a decision", app.open_review_desk),
        Command("Help", "What this screen is for, and its keys  [f1]", app.action_help),
        Command("Quit", "What was typed is kept  [ctrl+q]", app.exit),
    ]


def _integrations(app: Portal) -> list[Command]:
    return [
        Command(
            f"Open integration {visible(found.slug)}",
            "Work on its manifest",
            partial(app.open_integration, found.path),
            usual=False,
        )
        for found in list_integrations(app.desk.home, app.desk.folder)
    ]


def _looks(app: Portal) -> list[Command]:
    def choose(theme: str) -> None:
        app.theme = theme

    return [
        Command("Change between light and dark", "The other of the two usual themes  [f4]", app.action_switch_theme),
        *(
            Command(f"Theme: {name}", "Dark" if theme.dark else "Light", partial(choose, name), usual=False)
            for name, theme in app.available_themes.items()
        ),
    ]


def _pages(app: Portal) -> list[Command]:
    def show(page: Page) -> None:
        from maniple.portal.docs import DocsScreen

        app.push_screen(DocsScreen(page))

    return [Command(f"Docs: {page.title}", page.about, partial(show, page), usual=False) for page in list_pages()]

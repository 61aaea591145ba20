"""Help for the screen one is on: what it is for, and every key that does something there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Static

EVERYWHERE = {"app.focus_next": "Next field", "app.focus_previous": "Field before"}
"""Actions that every screen has, and what help calls them."""
SILENT = frozenset(("copy_text", "help_quit", "noop"))
"""Actions that a reader of help needs no line for."""


@dataclass(frozen=True)
class Key:
    """A line of help."""

    keys: tuple[str, ...]
    does: str


@dataclass(frozen=True)
class Chapter:
    """Keys that belong together."""

    title: str
    keys: tuple[Key, ...]


class HelpScreen(ModalScreen[None]):
    """What the screen below is for, and its keys."""

    HELP = "Help about help: read, scroll with the arrow keys, leave with escape."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss_help", "Close", tooltip="Back to where you were"),
    ]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 92;
            max-width: 96%;
            height: auto;
            max-height: 92%;
            padding: 1 2;
            background: $surface;
            border: tall $primary;
            border-title-color: $text;
            border-subtitle-color: $text-muted;
        }
        & #what { margin-bottom: 1; }
    }
    """

    def __init__(self, title: str, what: str, chapters: Sequence[Chapter]) -> None:
        super().__init__()
        self.title_text, self.what, self.chapters = title, what, chapters

    @classmethod
    def about(cls, screen: Screen[Any]) -> HelpScreen:
        """Help for `screen` as it is now: its keys depend on what has the focus."""
        return cls(name_of(screen), what_of(screen), chapters_of(screen))

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = f"Help: {self.title_text}"
            scroll.border_subtitle = "escape closes"
            yield Static(self.what, id="what", markup=False)
            yield Static(show_chapters(self.chapters), id="keys")
        yield Footer(show_command_palette=False)

    def action_dismiss_help(self) -> None:
        """Back to the screen below."""
        self.dismiss(None)


def name_of(screen: Screen[Any]) -> str:
    """What a screen is called: its TITLE, else its class in words."""
    if screen.TITLE:
        return screen.TITLE
    name = type(screen).__name__.removesuffix("Screen")
    return "".join(f" {char.lower()}" if char.isupper() and at else char for at, char in enumerate(name))


def what_of(screen: Screen[Any]) -> str:
    """What a screen and the panel with the focus are for, in their own words."""
    nodes = [screen, *(reversed(screen.focused.ancestors_with_self) if screen.focused else ())]
    texts = [node.HELP.strip() for node in nodes if node.HELP and not isinstance(node, App)]
    return "\n\n".join(dict.fromkeys(texts)) or (type(screen).__doc__ or "").strip()


def chapters_of(screen: Screen[Any]) -> list[Chapter]:
    """Every key that does something on `screen` now."""
    here: dict[str, list[ActiveBinding]] = {"On this screen": [], "Where the focus is": [], "Everywhere": []}
    for active in screen.active_bindings.values():
        action = active.binding.action.rpartition(".")[2].partition("(")[0]
        if active.binding.description and action not in SILENT:
            here[_chapter(active, screen)].append(active)
    return [Chapter(title, _lines(bindings, screen.app)) for title, bindings in here.items() if bindings]


def _chapter(active: ActiveBinding, screen: Screen[Any]) -> str:
    if isinstance(active.node, App) or active.binding.action in EVERYWHERE:
        return "Everywhere"
    return "On this screen" if active.node is screen else "Where the focus is"


def _lines(bindings: Iterable[ActiveBinding], app: App[Any]) -> tuple[Key, ...]:
    """One line an action: keys that do the same stand together."""
    together: dict[tuple[str, str], list[str]] = {}
    for active in bindings:
        binding = active.binding
        name = EVERYWHERE.get(binding.action, binding.description)
        does = name if not binding.tooltip else f"{name}: {_lowered(binding.tooltip)}"
        together.setdefault((binding.action, does), []).append(app.get_key_display(binding))
    return tuple(Key(tuple(dict.fromkeys(keys)), does) for (_, does), keys in together.items())


def _lowered(sentence: str) -> str:
    """A sentence as it goes on after a colon; abbreviations keep their capitals."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def show_chapters(chapters: Sequence[Chapter]) -> Content:
    """The chapters as a table: keys on the left, what they do on the right."""
    width = max((len(_keys(key)) for chapter in chapters for key in chapter.keys), default=0)
    parts: list[Content | str | tuple[str, str]] = []
    for at, chapter in enumerate(chapters):
        parts += ["\n" if at else "", (chapter.title, "bold $text-primary"), "\n"]
        for key in chapter.keys:
            parts += ["  ", (_keys(key).rjust(width), "bold"), f"  {key.does}\n"]
    return Content.assemble(*parts).rstrip()


def _keys(key: Key) -> str:
    return " ".join(key.keys)

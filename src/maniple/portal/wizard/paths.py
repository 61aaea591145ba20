"""A field for a file's path that completes what is typed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from maniple.diagnostics.cells import visible

SUFFIXES = (".yaml", ".yml", ".json")
_MOST_READ = 3_000
_MOST_SHOWN = 40


def completions(typed: str, here: Path, suffixes: tuple[str, ...] = SUFFIXES) -> list[str]:
    """What the typed path may go on as, folders first; hidden ones only when a dot was typed. Nothing that fails."""
    head, tail = os.path.split(typed)
    folder = here / Path(head).expanduser() if head else here
    found: list[tuple[bool, str]] = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= _MOST_READ:
                    break
                name = entry.name
                if not name.casefold().startswith(tail.casefold()) or (name.startswith(".") and not tail):
                    continue
                if entry.is_dir():
                    found.append((False, os.path.join(head, name) + os.sep))
                elif name.lower().endswith(suffixes):
                    found.append((True, os.path.join(head, name)))
    except (OSError, ValueError, RuntimeError):
        return []
    return [path for _, path in sorted(found)]


class PathSuggester(Suggester):
    """Shows the first completion behind the cursor; the right arrow takes it."""

    def __init__(self, here: Path) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.here = here

    async def get_suggestion(self, value: str) -> str | None:
        found = [each for each in completions(value, self.here) if each.startswith(value)] if value else []
        return found[0] if found else None


class PathField(Vertical):
    """The field and, below it, the files and folders that fit; the down arrow goes there."""

    DEFAULT_CSS = """
    PathField { height: auto; }
    PathField OptionList { height: auto; max-height: 8; border: none; background: $surface; margin: 0 0 0 0; }
    PathField OptionList:focus { background: $panel; }
    """

    class Changed(Message):
        """Another path stands in the field."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class Entered(Message):
        """Enter was pressed in the field, or on a file."""

    def __init__(self, here: Path) -> None:
        super().__init__(id="file")
        self.here = here

    def compose(self) -> ComposeResult:
        yield Input(id="path", placeholder="path/to/openapi.yaml", suggester=PathSuggester(self.here))
        yield OptionList(id="paths", markup=False)

    def on_mount(self) -> None:
        self._complete("")

    def show(self, path: str) -> None:
        """Put a path into the field without saying so."""
        with self.prevent(Input.Changed):
            self.query_one("#path", Input).value = path
        self._complete(path)

    @on(Input.Changed, "#path")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._complete(event.value)
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted, "#path")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

    @work(exclusive=True, group="completions")
    async def _complete(self, typed: str) -> None:
        found = await asyncio.to_thread(completions, typed, self.here)
        shown = self.query_one("#paths", OptionList)
        shown.clear_options()
        shown.add_options([Option(visible(each), id=each) for each in found[:_MOST_SHOWN]])
        shown.display = bool(found)

    @on(OptionList.OptionSelected, "#paths")
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        path = event.option_id or ""
        field = self.query_one("#path", Input)
        field.value = path
        field.action_end()
        field.focus()
        if not path.endswith(os.sep):
            self.post_message(self.Entered())

    def on_key(self, event: events.Key) -> None:
        """Down leads from the field to the list below it, up from the first of the list back to the field."""
        shown = self.query_one("#paths", OptionList)
        field = self.query_one("#path", Input)
        if event.key == "down" and field.has_focus and shown.option_count:
            shown.focus()
            shown.highlighted = 0
        elif event.key == "up" and shown.has_focus and not shown.highlighted:
            field.focus()
        else:
            return
        event.stop()
        event.prevent_default()

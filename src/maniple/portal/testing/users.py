"""The test users: from an author's CSV, or made anew."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, DataTable, Input, Static

from maniple.portal.testing.present import cell, trouble_text, users_text
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.study import Study
from maniple.usecases.users import TestUsers

MOST_ROWS = 200


class UsersPane(Vertical):
    """A path to a CSV file, a button for other users, the users."""

    DEFAULT_CSS = """
    UsersPane {
        height: 1fr;
        padding: 0 1;
        #users-source { height: 1; margin-bottom: 1; }
        #users-file { width: 1fr; background: $surface; &:focus { background: $surface-lighten-1; } }
        #regenerate { margin-left: 1; min-width: 14; }
        #users-told { color: $text-muted; height: auto; }
        #users-table { height: 1fr; margin-top: 1; }
    }
    """

    class Taken(Message):
        """Users are to be read from a file; made ones when `path` is empty."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class Regenerated(Message):
        """Other users are to be made."""

    def __init__(self) -> None:
        super().__init__(id="users-pane")
        self._shown: TestUsers | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="users-source"):
            yield Input(
                placeholder="users.csv, then enter",
                id="users-file",
                compact=True,
                tooltip="A CSV file with a column `operation` and columns named like the variables",
            )
            yield Button("Regenerate", id="regenerate", compact=True, tooltip="Make other users; r does it too")
        yield Static("", id="users-told", markup=False)
        yield DataTable(id="users-table", cursor_type="row", zebra_stripes=True)

    def show(self, study: Study, setup: Setup) -> None:
        """Show the users of a study, or why there are none."""
        told = self.query_one("#users-told", Static)
        trouble = study.trouble("users")
        if trouble is not None:
            told.update(trouble_text(trouble))
        elif study.users is not None:
            source = setup.users.rpartition("/")[2]
            lines = users_text(study.users, source, setup.seed)
            if not study.users.told:
                lines += "\nno column `operation`: every user enters"
            told.update(Content(lines))
        else:
            told.update(Content("Users appear when the manifest can be read"))
        path = self.query_one("#users-file", Input)
        if not path.has_focus and path.value != setup.users:
            path.value = setup.users
        if study.users is not self._shown and study.users != self._shown:
            self._fill(study.users)

    def _fill(self, users: TestUsers | None) -> None:
        self._shown = users
        table = self.query_one(DataTable)
        table.clear(columns=True)
        if users is None:
            return
        table.add_columns(cell("operation"), *(cell(name) for name in users.columns))
        for row, operation in list(zip(users.rows, users.operations, strict=True))[:MOST_ROWS]:
            table.add_row(
                cell("+ add" if operation == "add" else "− remove"), *(cell(row.get(name)) for name in users.columns)
            )

    @on(Input.Submitted, "#users-file")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Taken(event.value.strip()))

    @on(Button.Pressed, "#regenerate")
    def _regenerate(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Regenerated())

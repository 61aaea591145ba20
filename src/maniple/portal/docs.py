"""A page of the documentation, in the portal."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, MarkdownViewer

from maniple.diagnostics.cells import visible
from maniple.usecases.documentation import Page, list_pages, read_page


class PageView(MarkdownViewer):
    """A page whose links are told of and not followed."""

    class Followed(Message):
        """A link was chosen."""

        def __init__(self, address: str) -> None:
            super().__init__()
            self.address = address

    async def go(self, location: str | PurePath) -> None:
        """To a heading of this page; any other link is told of."""
        if str(location).startswith("#"):
            self.document.goto_anchor(str(location)[1:])
            return
        self.post_message(self.Followed(str(location)))


class DocsScreen(Screen[None]):
    """A page of the documentation."""

    TITLE = "Documentation"
    HELP = "A page of the documentation. Scroll with the arrow keys; a link to another page opens it."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to where you were"),
        Binding("t", "contents", "Contents", tooltip="Show or hide the table of contents"),
    ]

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def compose(self) -> ComposeResult:
        yield PageView(read_page(self.page), show_table_of_contents=False, open_links=False)
        yield Footer()

    def on_mount(self) -> None:
        """The arrow keys scroll at once."""
        self.query_one(PageView).focus()

    def action_contents(self) -> None:
        """Show or hide the table of contents."""
        viewer = self.query_one(PageView)
        viewer.show_table_of_contents = not viewer.show_table_of_contents

    def on_page_view_followed(self, event: PageView.Followed) -> None:
        """Another page opens here; nothing else is opened."""
        wanted = (self.page.path.parent / event.address.partition("#")[0]).resolve()
        page = next((page for page in list_pages() if page.path == wanted), None)
        if page is None:
            self.notify(visible(event.address), title="Open it in a browser", markup=False)
            return
        self.app.push_screen(DocsScreen(page))

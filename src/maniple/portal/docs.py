"""A page of the documentation, in the portal."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Markdown, MarkdownViewer

from maniple.usecases.documentation import Page, list_pages, read_page


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
        yield MarkdownViewer(read_page(self.page), show_table_of_contents=False, open_links=False)
        yield Footer()

    def on_mount(self) -> None:
        """The arrow keys scroll at once."""
        self.query_one(MarkdownViewer).focus()

    def action_contents(self) -> None:
        """Show or hide the table of contents."""
        viewer = self.query_one(MarkdownViewer)
        viewer.show_table_of_contents = not viewer.show_table_of_contents

    async def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        """Another page opens here; nothing else is opened."""
        event.prevent_default()
        event.stop()
        wanted = (self.page.path.parent / event.href.partition("#")[0]).resolve()
        page = next((page for page in list_pages() if page.path == wanted), None)
        if page is None:
            self.notify(event.href, title="Open it in a browser", markup=False)
            return
        self.app.push_screen(DocsScreen(page))

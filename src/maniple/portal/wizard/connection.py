"""Step: what the integration is called."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.widgets import Input, Select

from maniple.manifest.model import CATEGORIES
from maniple.portal.wizard.pane import Edited, Onward, Pane, Row
from maniple.portal.wizard.plan import Plan
from maniple.usecases.naming import Names

_SUMMARY = 140


class ConnectionPane(Pane):
    """Name, slug, category and summary. The slug follows the name until somebody types one."""

    first: ClassVar[str] = "#name"
    names: reactive[Names] = reactive(Names(), init=False)

    def __init__(self) -> None:
        super().__init__(id="connection")
        self.plan = Plan()

    def compose(self) -> ComposeResult:
        yield Row("Name", Input(id="name", placeholder="As the partner's customers know it"))
        yield Row("Slug", Input(id="slug", placeholder="acme-engage"))
        yield Row(
            "Category",
            Select(
                [(each, each) for each in CATEGORIES],
                id="category",
                value="other",
                allow_blank=False,
                prompt="Category",
            ),
            "Where the catalogue lists it",
        )
        yield Row("Summary", Input(id="summary", placeholder="One line for the tile", max_length=_SUMMARY))

    def show(self, plan: Plan) -> None:
        self.plan = plan
        with self.prevent(Input.Changed, Select.Changed):
            for name in ("name", "slug", "summary"):
                self.query_one(f"#{name}", Input).value = getattr(plan, name)
            self.query_one("#category", Select).value = plan.category
        self._judge()

    def watch_names(self) -> None:
        if self.plan.name and not self.plan.slug_typed:
            self._follow(self.plan.name)
        self._judge()

    @on(Input.Changed, "#name")
    def _name_changed(self, event: Input.Changed) -> None:
        self._change(name=event.value)
        if not self.plan.slug_typed:
            self._follow(event.value)
        self._judge()

    def _follow(self, name: str) -> None:
        slug = self.names.free_slug(name)
        with self.prevent(Input.Changed):
            self.query_one("#slug", Input).value = slug
        self._change(slug=slug)

    @on(Input.Changed, "#slug")
    def _slug_changed(self, event: Input.Changed) -> None:
        self._change(slug=event.value, slug_typed=bool(event.value))
        self._judge()

    @on(Input.Changed, "#summary")
    def _summary_changed(self, event: Input.Changed) -> None:
        self._change(summary=event.value)
        self._judge()

    @on(Select.Changed, "#category")
    def _category_changed(self, event: Select.Changed) -> None:
        self._change(category=str(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "summary":
            self.post_message(Onward())
        else:
            self.screen.focus_next()

    def _change(self, **changes: object) -> None:
        self.plan = replace(self.plan, **changes)  # type: ignore[arg-type]
        self.post_message(Edited(**changes))

    def _judge(self) -> None:
        """Say below each field what is wrong with it, or what it will be."""
        rows = {row.field.id: row for row in self.query(Row)}
        name = self.names.name_problem(self.plan.name) if self.plan.name else ""
        rows["name"].say(name or "Unique in the catalogue and among yours", bad=bool(name))
        slug = self.names.slug_problem(self.plan.slug) if self.plan.slug else ""
        rows["slug"].say(slug or f"The folder: {self.plan.slug or '…'}/manifest.yaml", bad=bool(slug))
        rows["summary"].say(f"{len(self.plan.summary)} of {_SUMMARY} characters")

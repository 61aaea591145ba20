"""Step: what a cohort becomes."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from maniple.portal.wizard.pane import Edited, Onward, Pane
from maniple.portal.wizard.plan import Plan
from maniple.portal.wizard.present import KINDS, titled


class KindPane(Pane):
    """List, property or snapshot; moving the highlight chooses, enter goes on."""

    first: ClassVar[str] = "#kinds"

    def __init__(self) -> None:
        super().__init__(id="kind")

    def compose(self) -> ComposeResult:
        options: list[Option | None] = []
        for kind, (title, text) in KINDS.items():
            options += [None] if options else []
            options.append(Option(titled(title, text), id=kind))
        yield OptionList(*options, id="kinds", markup=False)

    def show(self, plan: Plan) -> None:
        kinds = self.query_one("#kinds", OptionList)
        with self.prevent(OptionList.OptionHighlighted):
            kinds.highlighted = list(KINDS).index(plan.kind)

    @on(OptionList.OptionHighlighted, "#kinds")
    def _chosen(self, event: OptionList.OptionHighlighted) -> None:
        self.post_message(Edited(kind=event.option_id))

    @on(OptionList.OptionSelected, "#kinds")
    def _entered(self, event: OptionList.OptionSelected) -> None:
        self.post_message(Edited(kind=event.option_id))
        self.post_message(Onward())

"""Step: which operation of the API is which call."""

from __future__ import annotations

import asyncio

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Select

from maniple.portal.wizard.pane import Edited, Pane, Row
from maniple.portal.wizard.plan import Plan
from maniple.portal.wizard.present import CALLS, candidate_text
from maniple.source.operation import ApiDescription
from maniple.usecases.importing import CALLS as CALLS_OF
from maniple.usecases.importing import Candidate, picked, ranked
from maniple.usecases.scaffolding.draft import Kind

_MOST_RANKED = 10
_MOST_OTHERS = 400
_NONE = ""


class OperationsPane(Pane):
    """A picker for each call: the likely operations first, the likeliest picked."""

    def __init__(self) -> None:
        super().__init__(id="operations")
        self.shown: tuple[ApiDescription, Kind] | None = None
        self.ranking: dict[str, tuple[Candidate, ...]] = {}

    def compose(self) -> ComposeResult:
        yield Vertical(id="pickers")

    def show(self, plan: Plan) -> None:
        if plan.api is None or self.shown == (plan.api, plan.kind):
            return
        self.shown = (plan.api, plan.kind)
        self._rank(plan.api, plan.kind)

    def enter(self) -> None:
        for picker in self.query(Select):
            picker.focus()
            return

    @work(exclusive=True, group="ranking")
    async def _rank(self, api: ApiDescription, kind: Kind) -> None:
        ranking = await asyncio.to_thread(ranked, api, kind)
        picks = picked(ranking)
        self.ranking = ranking
        rows = [self._picker(api, call, ranking[call], picks.get(call, _NONE)) for call in CALLS_OF[kind]]
        pickers = self.query_one("#pickers", Vertical)
        await pickers.remove_children()
        await pickers.mount_all(rows)
        self.post_message(Edited(picks={call: picks.get(call, _NONE) for call in CALLS_OF[kind]}))
        if self.display:
            self.enter()

    def _picker(self, api: ApiDescription, call: str, candidates: tuple[Candidate, ...], picked_id: str) -> Row:
        best = candidates[:_MOST_RANKED]
        ids = {each.operation.id for each in best}
        others = [each for each in api.operations if each.id not in ids][:_MOST_OTHERS]
        options = [(candidate_text(each), each.operation.id) for each in best]
        options += [(candidate_text(Candidate(each, 0.0, "")), each.id) for each in others]
        if picked_id and picked_id not in {id for _, id in options}:
            picked_id = _NONE
        select = Select(options, id=f"pick-{call}", prompt="None", value=picked_id or Select.NULL)
        return Row(call, select, self._why(call, picked_id))

    def _why(self, call: str, id: str) -> str:
        said = CALLS[call]
        why = next((each.why for each in self.ranking.get(call, ()) if each.operation.id == id), "")
        return f"{said} · guessed: {why}" if why else said

    @on(Select.Changed)
    def _picked(self, event: Select.Changed) -> None:
        call = (event.select.id or "").removeprefix("pick-")
        id = "" if event.value is Select.NULL else str(event.value)
        for row in self.query(Row):
            if row.field is event.select:
                row.say(self._why(call, id))
        picks = {
            (select.id or "").removeprefix("pick-"): "" if select.value is Select.NULL else str(select.value)
            for select in self.query(Select)
        }
        self.post_message(Edited(picks=picks))

"""The screen on which a new integration is begun."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Button, ContentSwitcher, Footer, Static

from maniple.errors import ManipleError, UsageError
from maniple.portal.confirm import Confirm
from maniple.portal.desk import Desk
from maniple.portal.wizard.connection import ConnectionPane
from maniple.portal.wizard.dialogs import ChangeDialog
from maniple.portal.wizard.kind import KindPane
from maniple.portal.wizard.operations import OperationsPane
from maniple.portal.wizard.pane import Edited, Onward, Pane
from maniple.portal.wizard.plan import Plan, Step, begin
from maniple.portal.wizard.present import ASKED, place_in_steps, place_text, said_of_api, stepper
from maniple.portal.wizard.review import ReviewPane
from maniple.portal.wizard.start import StartPane
from maniple.source.operation import ApiDescription
from maniple.usecases import scaffold
from maniple.usecases.draft import Draft
from maniple.usecases.importing import NEEDED, read_api
from maniple.usecases.naming import Names, read_names
from maniple.usecases.scaffold import Beginning
from maniple.usecases.scaffolding.revising import can_revise


class WizardScreen(Screen[None]):
    """Steps to a new integration. Nothing is written before the last one."""

    TITLE = "New integration"
    HELP = """
Go through the steps with ctrl+n (next) and ctrl+b (back); enter takes what is highlighted and goes on.
Nothing is written before Create; then the editor opens the new integration.

- Connection: the name is unique in the catalogue. The slug is the folder's name, and follows the name.
- Kind: what a cohort becomes at the partner.
- Start from: an example, a template, a copy, pasted curl commands, or an OpenAPI, Swagger or Postman file.
- Operations: which operation of the file is which call; the likeliest are picked.
- Review: every guess, why it was made, and the manifest. k keeps a guess, c or enter changes it.
"""
    DEFAULT_CSS = """
    WizardScreen {
        #wizard-head { height: auto; padding: 0 1; background: $panel; }
        #wizard-title { width: 1fr; text-style: bold; }
        #wizard-count { width: auto; color: $text-muted; }
        #wizard-steps { height: 1; padding: 0 1; background: $panel; }
        #wizard-asked { height: auto; padding: 1 1 0 1; text-style: bold; }
        #wizard-panes { height: 1fr; padding: 1 1 0 1; }
        #wizard-nav { height: auto; padding: 0 1; }
        #wizard-problem { width: 1fr; height: auto; padding: 0 1; color: $text-error; }
        #wizard-nav Button { margin: 0 0 0 1; }
        &.-short #wizard-asked { padding: 0 1; }
        &.-short #wizard-panes { padding: 0 1; }
        &.-short #wizard-nav Button { border: none; height: 1; min-width: 8; }
        &.-tall #wizard-problem { padding: 1 1; }
        &.-tall .row-label { padding: 1 1 0 0; }
        &.-short Row Input, &.-short Row SelectCurrent { border: none; height: 1; padding: 0 1; background: $surface; }
        &.-short Row Select { height: auto; }
        &.-short Row Input:focus, &.-short Row Select:focus > SelectCurrent { border: none; background: $primary 40%; }
        &.-short .review-notes { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+n", "next", "Next", tooltip="Go on to the next step; at the last one, write the files", priority=True
        ),
        Binding("ctrl+b", "back", "Back", tooltip="Go back to the step before; nothing is lost", priority=True),
        Binding("escape", "leave", "Leave", tooltip="Leave the new integration; asks when something was typed"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  as the base class has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    step: reactive[Step] = reactive[Step]("connection", init=False)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.plan = Plan()
        self.names = Names()
        self.beginning: Beginning | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="wizard-head"):
            yield Static("New integration", id="wizard-title", markup=False)
            yield Static("", id="wizard-count", markup=False)
        yield Static("", id="wizard-steps", markup=False)
        yield Static("", id="wizard-asked", markup=False)
        with ContentSwitcher(id="wizard-panes", initial="connection"):
            yield ConnectionPane()
            yield KindPane()
            yield StartPane(Path.cwd())
            yield OperationsPane()
            yield ReviewPane()
        with Horizontal(id="wizard-nav"):
            yield Static("", id="wizard-problem", markup=False)
            yield Button("Back", id="back")
            yield Button("Next", id="next", variant="primary")
        yield Footer()

    def on_mount(self) -> None:
        self._show()
        self._read_names()

    @property
    def folder(self) -> Path:
        """Where the integration will lie."""
        return self.desk.folder / (self.plan.slug or "new")

    @property
    def _pane(self) -> Pane:
        return self.query_one(f"#{self.step}", Pane)

    @work(exclusive=True, group="names")
    async def _read_names(self) -> None:
        self.names = await asyncio.to_thread(lambda: read_names(self.desk.folder, self.desk.catalogue_folders()))
        self.query_one(ConnectionPane).names = self.names
        self.query_one(StartPane).names = self.names

    def watch_step(self) -> None:
        self._show()

    def _show(self) -> None:
        """Show the current step."""
        self.query_one("#wizard-panes", ContentSwitcher).current = self.step
        self._pane.show(self.plan)
        self._show_frame()
        self.call_after_refresh(self._pane.enter)

    def _show_frame(self) -> None:
        steps = self.plan.steps
        self.query_one("#wizard-steps", Static).update(stepper(steps, self.step))
        self.query_one("#wizard-count", Static).update(place_in_steps(steps, self.step))
        self.query_one("#wizard-asked", Static).update(ASKED[self.step])
        self.query_one("#back", Button).disabled = self.step == steps[0]
        self.query_one("#next", Button).label = "Create" if self.step == "review" else "Next"
        self._say("")

    def _say(self, problem: str) -> None:
        self.query_one("#wizard-problem", Static).update(f"✗ {problem}" if problem else "")

    @on(Edited)
    def _edited(self, event: Edited) -> None:
        event.stop()
        begins_anew = event.changes.keys() & {"kind", "start", "template", "source", "curl", "file", "picks"}
        changes = {**event.changes, **({"changes": {}} if begins_anew else {})}
        before = self.plan
        self.plan = replace(before, **changes)
        if self.plan.steps != before.steps:
            self._show_frame()
        self._say("")

    @on(Onward)
    @on(Button.Pressed, "#next")
    def action_next(self) -> None:
        """Go on when the step is complete."""
        if self.app.screen is not self:
            return
        problem = self._problem()
        if problem:
            self._say(problem)
            return
        match self.step:
            case "start" if self.plan.start == "file" and self.plan.api is None:
                self._read_file(self.plan.file)
            case "review":
                self._create()
            case _:
                self._go(1)

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """Go back one step."""
        if self.step != self.plan.steps[0] and self.app.screen is self:
            self._go(-1)

    def _go(self, by: int) -> None:
        steps = self.plan.steps
        self.step = steps[steps.index(self.step) + by]
        if self.step == "review":
            self.beginning = None
            self.query_one(ReviewPane).wait()
            self._begin(self.plan)

    def _problem(self) -> str:
        """Why one cannot go on from this step; empty when one can."""
        plan = self.plan
        match self.step:
            case "connection":
                return self.names.name_problem(plan.name) or self.names.slug_problem(plan.slug)
            case "start" if plan.start == "copy" and not plan.source:
                return "There is nothing to copy here"
            case "start" if plan.start == "curl" and not plan.curl.strip():
                return "Paste a curl command first"
            case "start" if plan.start == "file" and not plan.file.strip():
                return "Type the path of the file first"
            case "operations" if not any(id for call, id in plan.picks.items() if call not in _OPTIONAL):
                return f"Pick an operation for `{NEEDED[plan.kind][0]}`"
            case "review" if self.beginning is None:
                return "The manifest cannot be made like this; go back and change it"
        return ""

    @work(exclusive=True, group="file")
    async def _read_file(self, path: str) -> None:
        """Read the description, and go on when it is one."""
        start = self.query_one(StartPane)
        start.say_of_file("Reading …")
        try:
            api = await asyncio.to_thread(_read, path)
        except ManipleError as refused:
            start.say_of_file(f"✗ {_sentence(refused)}", bad=True)
            self._say("The file cannot be used")
            return
        if path == self.plan.file and self.step == "start":
            self.plan = replace(self.plan, api=api)
            start.say_of_file(said_of_api(api))
            self._go(1)

    @work(exclusive=True, group="beginning")
    async def _begin(self, plan: Plan) -> None:
        """Make the files of the plan, and show them."""
        review = self.query_one(ReviewPane)
        try:
            beginning, draft = await asyncio.to_thread(_made, plan, self.folder)
        except ManipleError as refused:
            review.refuse(_sentence(refused))
            return
        self.beginning = beginning
        review.present(plan, beginning, draft)
        if self.step == "review" and self.app.screen is self:
            review.enter()

    @on(ReviewPane.ChangeAsked)
    def _change_asked(self, event: ReviewPane.ChangeAsked) -> None:
        place = event.row.place
        if not can_revise(place):
            self._say(f"`{place_text(place)}` is changed in the editor, which comes next")
            return

        def changed(answer: tuple[Any] | None) -> None:
            if answer is None or self.beginning is None:
                return
            try:
                scaffold.revise(self.beginning, place, answer[0], self.folder)
            except UsageError as refused:
                self._say(_sentence(refused))
                return
            self.plan = replace(self.plan, changes={**self.plan.changes, place: answer[0]})
            self._begin(self.plan)

        self.app.push_screen(ChangeDialog(event.row), changed)

    @work(exclusive=True, group="writing")
    async def _create(self) -> None:
        """Write the files, and work on them."""
        assert self.beginning is not None
        try:
            written = await asyncio.to_thread(scaffold.write, self.beginning, self.folder)
        except ManipleError as refused:
            self._say(_sentence(refused))
            return
        self._open(written[0])

    def _open(self, manifest: Path) -> None:
        """The editor takes the wizard's place."""
        app = self.app
        app.pop_screen()
        app.call_later(app.open_integration, manifest)  # type: ignore[attr-defined]

    def action_leave(self) -> None:
        """Leave, after asking when something was typed."""
        if not self.plan.typed:
            self.app.pop_screen()
            return

        def asked(leave: bool | None) -> None:
            if leave:
                self.app.pop_screen()

        text = "Nothing was written yet: what you typed is given up."
        self.app.push_screen(Confirm("Leave the new integration?", text, yes="Leave", risky=True), asked)


_OPTIONAL = ("rename_list", "delete_list", "verify")


def _read(path: str) -> ApiDescription:
    return read_api([Path(path.strip()).expanduser()])


def _made(plan: Plan, folder: Path) -> tuple[Beginning, Draft]:
    """What the plan makes, and all that is known of its manifest."""
    beginning = begin(plan, folder)
    draft = Draft(folder / scaffold.MANIFEST, beginning.text)
    _ = draft.destination
    return beginning, draft


def _sentence(refused: ManipleError) -> str:
    return f"{refused.message}; {refused.hint}" if refused.hint else refused.message

"""The testing panel: everything about trying the integration that is being written."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static, TabbedContent, TabPane
from textual.worker import get_current_worker

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.drafting import DraftScreen
from maniple.portal.testing.calls import CallsPane, reply_value
from maniple.portal.testing.edits import with_value
from maniple.portal.testing.form import SetupForm
from maniple.portal.testing.history import HistoryPane
from maniple.portal.testing.present import DIM, trouble_text
from maniple.portal.testing.users import UsersPane
from maniple.portal.testing.variables import VariablesPane
from maniple.usecases.draft import Draft
from maniple.usecases.picking import found_nodes, pick
from maniple.usecases.recording import record_case
from maniple.usecases.rehearsal import Answered, Ended, Event, Omitted, Rehearsal, Sent, Tell
from maniple.usecases.rehearsal_history import keep_call, read_history
from maniple.usecases.rehearsal_setup import Setup, keep_setup, read_list_id, read_setup
from maniple.usecases.reply_paths import Node
from maniple.usecases.setting import iso_time
from maniple.usecases.stand_in import StandIn
from maniple.usecases.study import Study, Trouble, study
from maniple.usecases.trying import save_users, try_all, try_call
from maniple.usecases.witness import TestCall

PAUSE = 0.12
"""Seconds without typing before the draft is looked at."""
KEEPING_PAUSE = 0.5
TABS = ("form", "users", "variables", "calls", "history")
FIRST = {"users": "#users-table", "variables": "#variables-table", "calls": "#call-list", "history": "#past"}
"""What has the focus when a part is gone to; in the form its first field."""


class TestingPanel(Vertical):
    """Form, Users, Variables, Calls, History. It lives on a DraftScreen."""

    __test__ = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t,f5", "test", "Test endpoint", tooltip="Make the chosen call with the test users"),
        Binding("e,f6", "test_all", "End to end", tooltip="Create a list, add, remove, clean up"),
        Binding("escape", "cancel", "Cancel", tooltip="Stop the test under way"),
        Binding("r", "regenerate", "Regenerate", tooltip="Make other test users"),
        Binding(
            "y", "copy_curl", "Copy as curl", tooltip="Copy the request as a curl command; secrets are shell variables"
        ),
        Binding("g", "golden_case", "Golden case", tooltip="Make a golden case of the last test of this call"),
        Binding(
            "w",
            "write_users",
            "Save users",
            show=False,
            tooltip="Write the test users to users.csv beside the manifest",
        ),
        Binding(
            "j", "jump", "Go to problem", show=False, tooltip="Go to the place in the manifest that stands in the way"
        ),
        Binding("ctrl+pagedown", "next_tab(1)", "Next part", show=False, tooltip="Show the next part"),
        Binding("ctrl+pageup", "next_tab(-1)", "Previous part", show=False, tooltip="Show the part before"),
        *(
            Binding(str(place), f"show_tab('{name}')", name.capitalize(), show=False, tooltip=f"Show {name}")
            for place, name in enumerate(TABS, 1)
        ),
    ]
    DEFAULT_CSS = """
    TestingPanel {
        height: 1fr;
        width: 1fr;
        background: $background;
        #trouble { display: none; height: auto; max-height: 5; padding: 0 1; background: $error 10%; }
        #trouble.-shown { display: block; }
        #testing-tabs { height: 1fr; }
        #testing-tabs > ContentSwitcher { height: 1fr; }
        TabPane { padding: 0; height: 1fr; }
        DataTable { background: transparent; }
        VerticalScroll, OptionList, DataTable, Tree { scrollbar-size-vertical: 1; }
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="testing-panel")
        self.desk = desk
        self.setup = Setup()
        self.study = Study()
        self.history: tuple[TestCall, ...] = ()
        self._last: dict[str, tuple[TestCall, ...]] = {}
        self._busy = ""
        self._waiting = {"open"}
        self._stand_in = StandIn(desk.clock, desk.environ)
        self._look: Timer | None = None
        self._keep: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="trouble", markup=False)
        with TabbedContent(id="testing-tabs", initial="form"):
            with TabPane("Form", id="form"):
                yield SetupForm()
            with TabPane("Users", id="users"):
                yield UsersPane()
            with TabPane("Variables", id="variables"):
                yield VariablesPane()
            with TabPane("Calls", id="calls"):
                yield CallsPane()
            with TabPane("History", id="history"):
                yield HistoryPane()

    @property
    def draft(self) -> Draft:
        """The draft that is worked on."""
        return cast("DraftScreen", self.screen).draft

    @property
    def is_settled(self) -> bool:
        """What is shown is about the draft and the set-up as they are, and no call is under way."""
        return not self._waiting and not self._busy

    @property
    def slug(self) -> str:
        """What test values and history are kept under: the integration's folder."""
        return self.draft.path.resolve().parent.name

    def on_mount(self) -> None:
        """Open what was kept, and look at the draft."""
        self.open_kept()
        self.watch(self.screen, "draft", self.on_draft, init=False)

    async def on_unmount(self) -> None:
        """Keep what is filled in, and end the simulated partner."""
        if self._keep is not None:
            self._keep_now()
        await self._stand_in.close()

    @work(thread=True, group="open")
    def open_kept(self) -> None:
        """Read what was filled in, and the calls that were made."""
        try:
            setup, history = read_setup(self.desk.home, self.slug), read_history(self.desk.home, self.slug)
        except ManipleError as error:
            self.call_later(self.tell_error, error)
            setup, history = Setup(), ()
        self.call_later(self._opened, setup, history)

    def _opened(self, setup: Setup, history: tuple[TestCall, ...]) -> None:
        self._waiting.discard("open")
        self.setup, self.history = setup, history
        for call in reversed(history):
            self._last[call.call] = (call,)
        self.query_one(HistoryPane).show(history)
        self.look()

    def on_draft(self) -> None:
        """The draft has changed: look at it when typing pauses."""
        self._waiting.add("look")
        if self._look is not None:
            self._look.stop()
        self._look = self.set_timer(PAUSE, self.look)

    @work(thread=True, exclusive=True, group="study")
    def look(self) -> None:
        """Find out what the draft makes of the set-up."""
        self._waiting.add("look")
        worker = get_current_worker()
        draft, setup = self.draft, self.setup
        found = study(draft, setup, self.desk.home, self.desk.environ, iso_time(self.desk.clock.now()))
        if not worker.is_cancelled:
            self.call_later(self._studied, found)

    async def _studied(self, found: Study) -> None:
        self._waiting.discard("look")
        self.study = found
        await self.query_one(SetupForm).show(found, self.setup)
        self.query_one(UsersPane).show(found, self.setup)
        self.query_one(VariablesPane).show(found)
        trouble = self.query_one("#trouble", Static)
        about = found.troubles[0] if found.troubles else None
        trouble.update(trouble_text(about) if about is not None else Content(""))
        trouble.set_class(about is not None, "-shown")
        self.show_calls()

    def show_calls(self) -> None:
        """Show the calls and what belongs to the one under the cursor."""
        pane = self.query_one(CallsPane)
        pane.show_calls(self.study, self.setup, self._last, self._busy)
        self.show_call()

    def show_call(self) -> None:
        """Show what belongs to the call under the cursor."""
        pane = self.query_one(CallsPane)
        name = pane.call or ""
        calls = self._last.get(name, ())
        pane.show_call(self.study, calls, self._marks(calls), self.study.curls.get(name, ""))

    def _marks(self, calls: tuple[TestCall, ...]) -> dict[Node, str]:
        tree, _ = reply_value(calls)
        exchanges = [exchange for call in calls for exchange in call.exchanges if exchange.call == call.call]
        return found_nodes(self.draft, exchanges[-1], tree) if tree is not None else {}

    # What is filled in.

    def change_setup(self, setup: Setup) -> None:
        """Work with other values from now on, and keep them."""
        if setup == self.setup:
            return
        self.setup = setup
        self.on_draft()
        if self._keep is not None:
            self._keep.stop()
        self._keep = self.set_timer(KEEPING_PAUSE, self._keep_now)

    def _keep_now(self) -> None:
        self._keep = None
        secret = self.study.program.secret_names if self.study.program is not None else frozenset(self.setup.settings)
        try:
            keep_setup(self.desk.home, self.slug, self.setup, secret)
        except ManipleError as error:
            self.tell_error(error)

    @on(SetupForm.Filled)
    def _filled(self, event: SetupForm.Filled) -> None:
        event.stop()
        if event.kind == "settings":
            self.change_setup(replace(self.setup, settings={**self.setup.settings, event.name: event.value}))
        else:
            self.change_setup(replace(self.setup, mappings={**self.setup.mappings, event.name: event.value}))

    @on(UsersPane.Taken)
    def _users_taken(self, event: UsersPane.Taken) -> None:
        event.stop()
        self.change_setup(replace(self.setup, users=event.path))

    @on(UsersPane.Regenerated)
    def action_regenerate(self) -> None:
        """Make other test users."""
        self.change_setup(replace(self.setup, users="", seed=self.setup.seed + 1))
        self.action_show_tab("users")

    @on(CallsPane.Target)
    def _target(self, event: CallsPane.Target) -> None:
        event.stop()
        self.change_setup(replace(self.setup, simulated=event.simulated, list_id=None, saved={}))
        self.query_one(CallsPane).show_calls(self.study, self.setup, self._last, self._busy)

    @on(CallsPane.ListId)
    def _list_id(self, event: CallsPane.ListId) -> None:
        event.stop()
        list_id = read_list_id(event.text)
        if list_id != self.setup.list_id:
            self.change_setup(replace(self.setup, list_id=list_id, saved={}))

    # Where things are.

    @on(CallsPane.Looked)
    def _looked(self, event: CallsPane.Looked) -> None:
        event.stop()
        self.show_call()

    @on(VariablesPane.Chosen)
    def _variable_chosen(self, event: VariablesPane.Chosen) -> None:
        event.stop()
        cast("DraftScreen", self.screen).jump(event.place)

    def action_jump(self) -> None:
        """Go to the place that stands in the way."""
        place = next((one.place for one in self.study.troubles if one.place is not None), None)
        if place is not None:
            cast("DraftScreen", self.screen).jump(place)

    def action_show_tab(self, name: str) -> None:
        """Bring one part to the front, and the focus into it."""
        self.query_one("#testing-tabs", TabbedContent).active = name
        self.call_after_refresh(self._enter, name)

    def action_next_tab(self, by: int) -> None:
        """Bring the part after or before to the front."""
        active = self.query_one("#testing-tabs", TabbedContent).active
        self.action_show_tab(TABS[(TABS.index(active) + by) % len(TABS)])

    def _enter(self, name: str) -> None:
        inside = self.query_one(f"#{name}", TabPane).query(FIRST.get(name, "Input, Select, Segments, Switch"))
        if inside:
            inside.first().focus()

    # Calling the partner.

    @on(CallsPane.Wanted)
    def _wanted(self, event: CallsPane.Wanted) -> None:
        event.stop()
        match event.what:
            case "test":
                self.action_test()
            case "all":
                self.action_test_all()
            case "cancel":
                self.action_cancel()

    def action_test(self) -> None:
        """Make the chosen call."""
        name = self.query_one(CallsPane).call
        if name is not None:
            self._begin(name)

    def action_test_all(self) -> None:
        """Create a list, add, remove, clean up."""
        self._begin(None)

    def _begin(self, name: str | None) -> None:
        self.action_show_tab("calls")
        if self._busy:
            self.notify("A test is under way: escape stops it", severity="warning")
            return
        trouble = self.study.troubles[0] if self.study.troubles else None
        if self.study.trial is None:
            self.notify(trouble.message if trouble else "Nothing can be tested yet", severity="error", markup=False)
            if trouble is not None and trouble.about in ("users", "settings"):
                self.action_show_tab("users" if trouble.about == "users" else "form")
            return
        self.query_one(CallsPane).query_one("#call-list").focus()
        self._busy = name or "all"
        self.refresh_bindings()
        self.run_worker(self._test(name), group="test", exclusive=True, exit_on_error=False)

    async def _test(self, name: str | None) -> None:
        """Make one call or all of them, and show what comes in."""
        setup, found = self.setup, self.study
        for each in found.calls if name is None else (name,):
            self._last.pop(each, None)
        self.show_calls()
        pane = self.query_one(CallsPane)
        try:
            if name is None:
                done = await try_all(found, setup, self._stand_in, self.tell(pane))
            else:
                done = await try_call(found, setup, name, self._stand_in, self.tell(pane))
        except ManipleError as error:
            pane.show_status(trouble_text(Trouble("requests", error.message, error.hint or "")))
        except asyncio.CancelledError:
            pane.show_status(
                Content.styled("! Cancelled: the partner may have acted on the last request", "$text-warning")
            )
            raise
        else:
            self._done(done, pane)
        finally:
            self._busy = ""
            if self.is_attached:
                self.refresh_bindings()
                self.show_calls()

    def _done(self, done: Rehearsal, pane: CallsPane) -> None:
        self.change_setup(replace(self.setup, list_id=done.list_id, saved=done.saved))
        failed = sum(call.result != "delivered" for call in done.calls)
        words = f"{len(done.calls)} call{'s' * (len(done.calls) != 1)} made, {failed} failed"
        parts: list[Any] = [("✗ " if failed else "✓ ", "$text-error" if failed else "$text-success"), words]
        for one in done.omitted:
            parts.append((f"\n– {one.call} was not made: {visible(one.why)}", DIM))
        if done.skipped:
            parts.append((f"\n! {len(done.skipped)} users skipped: {visible(done.skipped[0][1])}", "$text-warning"))
        pane.show_status(Content.assemble(*parts))
        pane.show_view("result")

    def tell(self, pane: CallsPane) -> Tell:
        """A function that shows what a test tells."""

        def told(event: Event) -> None:
            match event:
                case Sent():
                    step = f".{event.step}" if event.step else ""
                    self._busy = event.call if event.call in self.study.calls else self._busy
                    pane.show_status(Content(f"… {event.call}{step}: {event.method} {visible(event.url)}"))
                case Answered():
                    pass
                case Ended():
                    self._last[event.call.call] = (*self._last.get(event.call.call, ()), event.call)
                    self._waiting.add("history")
                    self.keep(event.call)
                case Omitted():
                    pass
            pane.show_calls(self.study, self.setup, self._last, self._busy)

        return told

    @work(thread=True, group="history")
    def keep(self, call: TestCall) -> None:
        """Keep a call in the history."""
        try:
            history = keep_call(self.desk.home, self.slug, call)
        except ManipleError as error:
            self.call_later(self.tell_error, error)
        else:
            self.call_later(self._kept, history)

    def _kept(self, history: tuple[TestCall, ...]) -> None:
        self._waiting.discard("history")
        self.history = history
        self.query_one(HistoryPane).show(history)

    def action_cancel(self) -> None:
        """Stop the test under way."""
        if self._busy:
            self.workers.cancel_group(self, "test")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is the screen's while nothing is under way."""
        del parameters
        return bool(self._busy) if action == "cancel" else True

    # What is made of calls.

    @property
    def chosen(self) -> TestCall | None:
        """The test that is looked at: in the history, else the last of the chosen call."""
        if self.query_one("#testing-tabs", TabbedContent).active == "history":
            return self.query_one(HistoryPane).call
        calls = self._last.get(self.query_one(CallsPane).call or "", ())
        if calls:
            return calls[-1]
        name = self.query_one(CallsPane).call
        return next((call for call in self.history if call.call == name), None)

    def action_copy_curl(self) -> None:
        """Copy a request as a curl command."""
        in_history = self.query_one("#testing-tabs", TabbedContent).active == "history"
        call = self.chosen
        exchanges = [exchange for exchange in call.exchanges if exchange.curl] if call is not None else []
        pane = self.query_one(CallsPane)
        text = exchanges[-1].curl if in_history and exchanges else self.study.curls.get(pane.call or "", "")
        if not text:
            self.notify("There is no request to copy", severity="warning")
            return
        self.app.copy_to_clipboard(text)
        if not in_history:
            pane.show_view("curl")
        self.notify("Copied as curl; its first lines name the variables to set", markup=False)

    def action_golden_case(self) -> None:
        """Make a golden case of the test that is looked at."""
        call, program = self.chosen, self.study.program
        if call is None or program is None:
            self.notify("Test a call first: a golden case is made of it", severity="warning")
            return
        try:
            made = record_case(self.draft.path.parent, program, call)
        except ManipleError as error:
            self.tell_error(error)
        else:
            self.notify(f"Added to {made.path.name}, line {made.line}: {made.name}", title="Golden case", markup=False)

    def action_write_users(self) -> None:
        """Write the users to `users.csv` beside the manifest."""
        if self.study.users is None:
            return
        path = self.draft.path.parent / "users.csv"
        try:
            save_users(path, self.study.users)
        except ManipleError as error:
            self.tell_error(error)
        else:
            self.change_setup(replace(self.setup, users=str(path)))
            self.notify("Wrote users.csv beside the manifest", markup=False)

    @on(CallsPane.Picked)
    def _picked(self, event: CallsPane.Picked) -> None:
        event.stop()
        calls = self._last.get(self.query_one(CallsPane).call or "", ())
        tree, _ = reply_value(calls)
        exchanges = [exchange for call in calls for exchange in call.exchanges if exchange.call == call.call]
        if self.study.program is None or tree is None:
            return
        try:
            picked = pick(self.draft, self.study.program, exchanges[-1], tree, event.node)
            cast("DraftScreen", self.screen).change(with_value(self.draft, picked.place, picked.value))
        except ManipleError as error:
            self.tell_error(error)
        else:
            self.notify(f"Written into the manifest: {picked.words}", markup=False)

    def tell_error(self, error: ManipleError) -> None:
        """Say what is wrong and what to do."""
        hint = f"\n{error.hint}" if error.hint else ""
        self.notify(f"{error.message}{hint}", severity="error", markup=False)

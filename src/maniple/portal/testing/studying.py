"""What the testing panel shows of a draft and of what is filled in, and how both are followed."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import Static, TabbedContent, TabPane
from textual.worker import get_current_worker

from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.drafting import DraftScreen
from maniple.portal.testing.calls import SHORT, CallsPane, last_exchange
from maniple.portal.testing.form import SetupForm
from maniple.portal.testing.history import HistoryPane
from maniple.portal.testing.present import trouble_text
from maniple.portal.testing.users import UsersPane
from maniple.portal.testing.variables import VariablesPane
from maniple.usecases.draft import Draft
from maniple.usecases.picking import found_nodes
from maniple.usecases.rehearsal_history import read_history
from maniple.usecases.rehearsal_setup import Setup, keep_setup, read_list_id, read_setup, tests_of
from maniple.usecases.rehearsal_users import users_file
from maniple.usecases.reply_paths import Node
from maniple.usecases.study import Study, study
from maniple.usecases.witness import TestCall
from maniple.usecases.words import iso_time

PAUSE = 0.12
"""Seconds without typing before the draft is looked at."""
KEEPING_PAUSE = 0.5
TABS = ("form", "users", "variables", "calls", "history")
FIRST = {"users": "#users-table", "variables": "#variables-table", "calls": "#call-list", "history": "#past"}
"""What has the focus when a part is gone to; in the form its first field."""


class StudyPanel(Vertical):
    """Form, Users, Variables, Calls, History of the draft of the DraftScreen that it lives on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "jump", "Go to problem", show=False, tooltip="Go to the place that stands in the way"),
        Binding("ctrl+pagedown", "next_tab(1)", "Next part", show=False, tooltip="Show the next part"),
        Binding("ctrl+pageup", "next_tab(-1)", "Previous part", show=False, tooltip="Show the part before"),
        *(
            Binding(str(place), f"show_tab('{name}')", name.capitalize(), show=False, tooltip=f"Show {name}")
            for place, name in enumerate(TABS, 1)
        ),
    ]
    DEFAULT_CSS = """
    StudyPanel {
        height: 1fr;
        width: 1fr;
        background: $background;
        #trouble { display: none; height: auto; max-height: 5; padding: 0 1; background: $error 10%; }
        #trouble.-shown { display: block; }
        #testing-tabs { height: 1fr; }
        &.-short #testing-tabs > ContentTabs Underline { display: none; }
        &.-short #testing-tabs > ContentTabs { height: 1; }
        &.-short #testing-tabs > ContentTabs Tab.-active { text-style: bold underline; }
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
        self._of: tuple[Draft, Setup] | None = None
        """What the study is of."""
        self._busy = ""
        self._waiting = {"open"}
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
        """What test values and history are kept under."""
        return tests_of(self.draft.path)

    def on_resize(self, event: Resize) -> None:
        """On a short terminal things stand closer."""
        self.set_class(event.size.height < SHORT, "-short")

    def on_mount(self) -> None:
        """Open what was kept, and look at the draft."""
        self.open_kept()
        self.watch(self.screen, "draft", self.on_draft, init=False)

    async def on_unmount(self) -> None:
        """Keep what is filled in."""
        if self._keep is not None:
            self._keep_now()

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
        found = self.study_of(draft, setup)
        if not worker.is_cancelled:
            self.call_later(self._studied, draft, setup, found)

    def study_of(self, draft: Draft, setup: Setup) -> Study:
        """What a draft makes of a set-up."""
        return study(draft, setup, self.desk.home, self.desk.environ, iso_time(self.desk.clock.now()))

    async def _studied(self, draft: Draft, setup: Setup, found: Study) -> None:
        if draft is self.draft and setup is self.setup:
            self._waiting.discard("look")
        self.study, self._of = found, (draft, setup)
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
        exchange = last_exchange(calls)
        tree = exchange.tree if exchange is not None else None
        return found_nodes(self.draft, exchange, tree) if exchange is not None and tree is not None else {}

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
        path = users_file(event.path, self.draft.path) if event.path else ""
        self.change_setup(replace(self.setup, users=path))
        # The same file may hold other users by now.
        self.on_draft()

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
        inside = self.query_one(f"#{name}", TabPane).query(FIRST.get(name, "Input, Select, Segments"))
        if inside:
            inside.first().focus()

    def tell_error(self, error: ManipleError) -> None:
        """Say what is wrong and what to do."""
        hint = f"\n{error.hint}" if error.hint else ""
        self.notify(f"{error.message}{hint}", severity="error", markup=False)

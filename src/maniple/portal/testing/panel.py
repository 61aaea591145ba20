"""The testing panel: everything about trying the integration that is being written."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Any, ClassVar, assert_never, cast

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import TabbedContent

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.drafting import DraftScreen
from maniple.portal.testing.calls import CallsPane, last_exchange
from maniple.portal.testing.history import HistoryPane
from maniple.portal.testing.present import DIM, trouble_text
from maniple.portal.testing.studying import StudyPanel
from maniple.usecases.picking import pick
from maniple.usecases.recording import record_case
from maniple.usecases.rehearsal import Answered, Ended, Event, Omitted, Rehearsal, Sent
from maniple.usecases.rehearsal_history import keep_call
from maniple.usecases.rehearsal_tokens import KeptTokens
from maniple.usecases.stand_in import StandIn
from maniple.usecases.study import Study, Trouble
from maniple.usecases.trying import save_users, try_all, try_call
from maniple.usecases.witness import TestCall


class TestingPanel(StudyPanel):
    """Shows what a draft makes of test values, and calls the partner or the simulator with them."""

    __test__ = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t,f8", "test", "Test endpoint", tooltip="Make the chosen call with the test users"),
        Binding("e,f9", "test_all", "End to end", tooltip="Create a list, add, remove, clean up"),
        Binding("escape", "cancel", "Cancel", tooltip="Stop the test under way"),
        Binding("y", "copy_curl", "Copy as curl", tooltip="Copy the request as curl; secrets are shell variables"),
        Binding("g", "golden_case", "Golden case", tooltip="Make a golden case of the last test of this call"),
        Binding("v", "next_view", "View", tooltip="The next view of the call: request, result, reply, expected, curl"),
        Binding(
            "p",
            "pick_path",
            "Pick path",
            tooltip="Go to the reply; enter there writes a value's path into the manifest",
        ),
        Binding("r", "regenerate", "Regenerate", tooltip="Make other test users"),
        Binding("s", "swap_target", "Simulator/partner", tooltip="Call the simulated partner, or the real one"),
        Binding("x", "clear_list", "Clear list id", tooltip="Forget the list that later calls go to"),
        Binding(
            "w", "write_users", "Save users", show=False, tooltip="Write the users to users.csv beside the manifest"
        ),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._one_at_a_time = threading.Lock()
        self._unkept = 0

    @property
    def is_settled(self) -> bool:
        """What is shown is about the draft and the set-up as they are, no call is under way, and all are kept."""
        return super().is_settled and not self._unkept

    def on_mount(self) -> None:
        """Know whom to call. What the other class does then is done too."""
        self._stand_in = StandIn(self.desk.clock, self.desk.environ, KeptTokens(self.desk.home, self.slug))

    async def on_unmount(self) -> None:
        """End the simulated partner. What the other class does then is done too."""
        await self._stand_in.close()

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
        self.query_one(CallsPane).query_one("#call-list").focus()
        self._busy = name or "all"
        self.refresh_bindings()
        self.run_worker(self._test(name), group="test", exclusive=True)

    async def _test(self, name: str | None) -> None:
        """Make one call or all of them, and show what comes in."""
        pane = self.query_one(CallsPane)
        try:
            found, setup = await self._fresh(), self.setup
            if found.trial is None:
                self._refuse(found)
                return
            for each in found.calls if name is None else (name,):
                self._last.pop(each, None)
            self.show_calls()
            if name is None:
                done = await try_all(found, setup, self._stand_in, self._tell)
            else:
                done = await try_call(found, setup, name, self._stand_in, self._tell)
        except ManipleError as error:
            pane.show_status(trouble_text(Trouble("requests", error.message, error.hint or "")))
        except asyncio.CancelledError:
            words = "! Cancelled: the partner may have acted on the last request"
            pane.show_status(Content.styled(words, "$text-warning"))
            raise
        else:
            self._done(done, pane)
        finally:
            self._busy = ""
            if self.is_attached:
                self.refresh_bindings()
                self.show_calls()

    async def _fresh(self) -> Study:
        """The study of what is there now, also when typing has not paused yet."""
        now = (self.draft, self.setup)
        return self.study if self._of == now else await asyncio.to_thread(self.study_of, *now)

    def _refuse(self, found: Study) -> None:
        """Say why nothing can be tested, where that is to be mended."""
        trouble = found.troubles[0]
        self.notify(trouble.message, severity="error", markup=False)
        if trouble.about in ("users", "settings"):
            self.action_show_tab("users" if trouble.about == "users" else "form")

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

    def _tell(self, event: Event) -> None:
        """Show what a test tells."""
        pane = self.query_one(CallsPane)
        match event:
            case Sent():
                step = f".{event.step}" if event.step else ""
                self._busy = event.call if event.call in self.study.calls else self._busy
                pane.show_status(Content(f"… {event.call}{step}: {event.method} {visible(event.url)}"))
            case Ended():
                self._last[event.call.call] = (*self._last.get(event.call.call, ()), event.call)
                self._unkept += 1
                self.keep(event.call)
            case Answered() | Omitted():
                pass
            case _:
                assert_never(event)
        pane.show_calls(self.study, self.setup, self._last, self._busy)

    @work(thread=True, group="history")
    def keep(self, call: TestCall) -> None:
        """Keep a call in the history, one after the other."""
        with self._one_at_a_time:
            try:
                history = keep_call(self.desk.home, self.slug, call)
            except ManipleError as error:
                self.call_later(self.tell_error, error)
                history = self.history
            self.call_later(self._kept, history)

    def _kept(self, history: tuple[TestCall, ...]) -> None:
        self._unkept -= 1
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

    def action_swap_target(self) -> None:
        """Call the other of simulator and partner."""
        self.action_show_tab("calls")
        self.query_one(CallsPane).swap_target()

    def action_next_view(self) -> None:
        """Show the call from another side."""
        self.query_one("#testing-tabs", TabbedContent).active = "calls"
        self.query_one(CallsPane).next_view()

    def action_pick_path(self) -> None:
        """Go to the reply, where a value can be chosen."""
        self.query_one("#testing-tabs", TabbedContent).active = "calls"
        self.query_one(CallsPane).go_to_reply()

    def action_clear_list(self) -> None:
        """Forget the list."""
        self.query_one(CallsPane).clear_list()

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
        exchange = last_exchange(self._last.get(self.query_one(CallsPane).call or "", ()))
        if self.study.program is None or exchange is None or exchange.tree is None:
            return
        try:
            picked = pick(self.draft, self.study.program, exchange, exchange.tree, event.node)
            cast("DraftScreen", self.screen).change(self.draft.with_value(picked.place, picked.value))
        except ManipleError as error:
            self.tell_error(error)
        else:
            self.notify(f"Written into the manifest: {picked.words}", markup=False)

"""Golden cases of a submission, and a sync of invented users with it."""

from __future__ import annotations

from collections.abc import Mapping

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.quality.lines import Lines
from maniple.portal.quality.present import DIM, case_lines, count_cases
from maniple.portal.review.present import progress_text, tried_text
from maniple.portal.review.trying import SyncUnderWay
from maniple.testing.golden import CasesReport
from maniple.usecases import reviewing
from maniple.usecases.bundle_trial import Account, Tried
from maniple.usecases.run import Progress

USERS = 20
"""Invented users of a trial sync."""


class TrialPane(VerticalScroll):
    """Runs the cases, and syncs with the simulator; a sync can be stopped."""

    HELP = "k runs the golden cases again. t syncs invented users with the simulator, twice: some leave in between; p does it with a test account of the partner."
    DEFAULT_CSS = """
    TrialPane {
        padding: 0 1;
        & Lines { height: auto; padding: 0; }
        & #trial-sync { margin-top: 1; }
    }
    """

    def __init__(self, desk: Desk, word: str) -> None:
        super().__init__(id="trial-pane")
        self.desk = desk
        self.word = word
        self.tried: Tried | None = None
        self._under_way: SyncUnderWay | None = None

    class Changed(Message):
        """A sync has begun, or is over."""

    class Ran(Message):
        """The golden cases were run, or could not be."""

        def __init__(self, found: CasesReport | ManipleError) -> None:
            super().__init__()
            self.found = found

    class Advanced(Message):
        """A sync is so far."""

        def __init__(self, run: int, progress: Progress) -> None:
            super().__init__()
            self.run, self.progress = run, progress

    class Ended(Message):
        """A sync is over: how it went, None when it was stopped, or why it could not be."""

        def __init__(self, found: Tried | ManipleError | None) -> None:
            super().__init__()
            self.found = found

    def compose(self) -> ComposeResult:
        yield Static("", id="cases-head")
        yield Lines(id="case-lines")
        yield Static(
            "No trial sync was made yet: t makes one with the simulator, p with a test account of the partner.",
            id="trial-sync",
        )

    def on_unmount(self) -> None:
        """Nobody waits for the sync any more."""
        self.stop()

    @property
    def under_way(self) -> bool:
        """A sync has begun and is not over."""
        return self._under_way is not None

    def show(self, report: CasesReport | None, calls: Mapping[str, str]) -> None:
        """Show how the golden cases went."""
        self.query_one("#cases-head", Static).update(Content.styled(count_cases(report), "bold $text-primary"))
        self.query_one("#case-lines", Lines).show(case_lines(report, calls))

    @work(thread=True, exclusive=True, group="cases")
    def run_cases(self) -> None:
        """Run the golden cases of the newest bundle."""
        try:
            with self.desk.workspace() as workspace:
                self.post_message(self.Ran(reviewing.run_bundle_cases(workspace, self.word)))
        except ManipleError as error:
            self.post_message(self.Ran(error))

    def on_trial_pane_ran(self, event: Ran) -> None:
        """Say how they went."""
        event.stop()
        words = event.found.message if isinstance(event.found, ManipleError) else count_cases(event.found)
        self.notify(visible(words), markup=False)

    def begin_sync(self, account: Account | None = None) -> None:
        """Sync invented users with the simulator, or with an account at the partner, unless that is under way."""
        if self._under_way is not None:
            return
        self._under_way = SyncUnderWay(self.desk, self.word, self._advance, users=USERS, account=account)
        begun = "a simulated partner is being started" if account is None else "connecting to the partner"
        self.query_one("#trial-sync", Static).update(f"… {begun}  (s stops)")
        self.post_message(self.Changed())
        self._sync(self._under_way)

    def stop(self) -> None:
        """Stop the sync."""
        if self._under_way is not None:
            self._under_way.stop()

    def _advance(self, run: int, progress: Progress) -> None:
        self.post_message(self.Advanced(run, progress))

    @work(thread=True, group="sync")
    def _sync(self, under_way: SyncUnderWay) -> None:
        try:
            self.post_message(self.Ended(under_way.run()))
        except ManipleError as error:
            self.post_message(self.Ended(error))

    def on_trial_pane_advanced(self, event: Advanced) -> None:
        """Show how far it is."""
        event.stop()
        if self._under_way is not None:
            self.query_one("#trial-sync", Static).update(progress_text(event.run, event.progress))

    def on_trial_pane_ended(self, event: Ended) -> None:
        """Show how it went."""
        event.stop()
        under_way, self._under_way = self._under_way, None
        whom = "the simulator" if under_way is None or under_way.account is None else "the partner's test account"
        text = self.query_one("#trial-sync", Static)
        match event.found:
            case None:
                text.update(Content.styled("– the trial sync was stopped", DIM))
            case ManipleError() as error:
                hint = f"\n  {visible(error.hint)}" if error.hint else ""
                text.update(Content.assemble((f"✗ no trial sync: {visible(error.message)}", "$text-error"), hint))
            case tried:
                self.tried = tried
                text.update(tried_text(tried, whom))
        self.post_message(self.Changed())

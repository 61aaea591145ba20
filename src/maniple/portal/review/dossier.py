"""One submission: what differs, what was found, what was tried, what was said, what is decided."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static, TabbedContent, TabPane
from textual.worker import get_current_worker

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError, Refused
from maniple.portal.desk import Desk
from maniple.portal.quality.lines import Lines
from maniple.portal.quality.present import finding_lines
from maniple.portal.review.decisions import Decision, approving, comment_on, deprecating, rejecting, requesting_changes
from maniple.portal.review.diff_view import DiffView
from maniple.portal.review.present import counts, dossier_heading, evidence_text, verdict_lines
from maniple.portal.review.requests_pane import RequestsPane
from maniple.portal.review.trial_pane import USERS, TrialPane
from maniple.portal.submit.present import entry_lines
from maniple.usecases import reviewing
from maniple.usecases.appraisal import calls_of_cases
from maniple.usecases.bundle_trial import Account
from maniple.usecases.documentation import page_of_rule
from maniple.usecases.reviewing import Dossier
from maniple.wiring import open_notifier

LOOK_AGAIN = 2.0
"""Seconds between looks at what others do."""
TABS = {
    "changes": "Changes",
    "verdict": "Verdict",
    "findings": "Findings",
    "evidence": "Evidence",
    "requests": "Requests",
    "trial": "Trial",
    "history": "History",
}
FIRST = {
    "changes": "#diff",
    "verdict": "#verdict-lines",
    "findings": "#finding-lines",
    "evidence": "#evidence-scroll",
    "requests": "#requests-pane",
    "trial": "#trial-pane",
    "history": "#history-lines",
}


class DossierScreen(Screen[None]):
    """Everything about a submission, and the decisions."""

    TITLE = "Submission"
    HELP = (
        "Everything about one submission: what differs from what is live, what speaks for and against, what was found, the "
        "test calls that came with it, the requests it makes, golden cases and a trial sync, and what was said. The "
        "digits show a part. c comments on the line under the cursor. Each decision asks before it is made."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve", tooltip="Publish it, after a question"),
        Binding("r", "request_changes", "Request changes", tooltip="Ask the author to amend it"),
        Binding("x", "reject", "Reject", tooltip="Turn it down for good, with a reason"),
        Binding("d", "deprecate", "Deprecate", tooltip="Nobody should connect it any more; syncs go on"),
        Binding("c", "comment", "Comment", tooltip="Say something about the line under the cursor, or about the whole"),
        Binding("k", "run_cases", "Cases", tooltip="Run its golden cases"),
        Binding("t", "try_sync", "Trial sync", tooltip="Sync invented users with it against the simulator"),
        Binding("p", "try_partner", "Partner", tooltip="The same with a test account of the partner"),
        Binding("s", "stop", "Stop", tooltip="Stop the trial sync"),
        Binding("o", "docs", "Rule's page", show=False, tooltip="What the rule under the cursor says"),
        Binding(
            "comma", "round(-1)", "Earlier round", key_display=",", show=False, tooltip="The bundle before this one"
        ),
        Binding(
            "full_stop", "round(1)", "Later round", key_display=".", show=False, tooltip="The bundle after this one"
        ),
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to the queue"),
        *(
            Binding(str(at), f"show_tab('{name}')", title, show=False, tooltip=f"Show {title.lower()}")
            for at, (name, title) in enumerate(TABS.items(), 1)
        ),
    ]
    CSS_PATH = "../styles/review.tcss"

    def __init__(self, desk: Desk, word: str) -> None:
        """`word` is the submission's id."""
        super().__init__()
        self.desk = desk
        self.word = word
        self.dossier: Dossier | None = None
        self.settled = False
        """What is shown is how things are, and nothing is under way."""
        self._round: int | None = None
        self._busy = False

    class Looked(Message):
        """The submission was looked at."""

        def __init__(self, dossier: Dossier, calls: dict[str, str], *, deep: bool) -> None:
            super().__init__()
            self.dossier, self.calls, self.deep = dossier, calls, deep

    class Failed(Message):
        """Something could not be done."""

        def __init__(self, error: ManipleError) -> None:
            super().__init__()
            self.error = error

    class Decided(Message):
        """Something was said or decided."""

        def __init__(self, words: str, warnings: tuple[str, ...]) -> None:
            super().__init__()
            self.words, self.warnings = words, warnings

    def compose(self) -> ComposeResult:
        yield Static("… looking at it", id="dossier-heading", markup=False)
        with TabbedContent(id="dossier-tabs", initial="changes"):
            titles = {name: f"{at} {title}" for at, (name, title) in enumerate(TABS.items(), 1)}
            with TabPane(titles["changes"], id="changes"):
                yield DiffView(id="diff")
                yield Static("Its files are those that are live.", id="same")
            with TabPane(titles["verdict"], id="verdict"):
                yield Lines(id="verdict-lines")
            with TabPane(titles["findings"], id="findings"):
                yield Lines(id="finding-lines")
            with TabPane(titles["evidence"], id="evidence"), VerticalScroll(id="evidence-scroll"):
                yield Static("", id="evidence-text")
            with TabPane(titles["requests"], id="requests"):
                yield RequestsPane(self.desk, self.word)
            with TabPane(titles["trial"], id="trial"):
                yield TrialPane(self.desk, self.word)
            with TabPane(titles["history"], id="history"):
                yield Lines(id="history-lines")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Look now, and now and then at what others do."""
        self.query_one("#diff").focus()
        self.look()
        self.set_interval(LOOK_AGAIN, self.look_again)

    # What is there

    @work(thread=True, exclusive=True, group="look")
    def look(self) -> None:
        """Find out everything, odd values last."""
        self.settled = False
        worker = get_current_worker()
        for deep in (False, True):
            if worker.is_cancelled:
                return
            try:
                with self.desk.workspace() as workspace:
                    dossier = reviewing.inspect(workspace, self.word, round=self._round, deep=deep)
            except ManipleError as error:
                self.post_message(self.Failed(error))
                return
            if not worker.is_cancelled:
                self.post_message(self.Looked(dossier, calls_of_cases(dossier.bundle), deep=deep))

    @work(thread=True, exclusive=True, group="look-again")
    def look_again(self) -> None:
        """Look at everything again if somebody did something."""
        dossier = self.dossier
        if dossier is None or not self.settled:
            return
        with self.desk.workspace() as workspace:
            row = workspace.store.find_submission(self.word)
            said = len(workspace.store.entries(row.id))
        if row != dossier.submission or said != len(dossier.entries):
            self.app.call_from_thread(self.look)

    def on_dossier_screen_looked(self, event: Looked) -> None:
        """Show what was found out."""
        first = self.dossier is None
        self.dossier = dossier = event.dossier
        self.settled = event.deep and not self._busy
        proposal = dossier.proposal
        heading = dossier_heading(dossier, self.desk.author, self.desk.clock.now())
        self.query_one("#dossier-heading", Static).update(heading)
        diff = self.query_one(DiffView)
        diff.show(dossier.differences, dossier.entries)
        diff.display = bool(dossier.differences)
        self.query_one("#same").display = not dossier.differences
        self.query_one("#verdict-lines", Lines).show(verdict_lines(dossier, trying=not event.deep))
        self.query_one("#finding-lines", Lines).show(finding_lines(proposal.findings))
        self.query_one("#evidence-text", Static).update(evidence_text(dossier))
        self.query_one(TrialPane).show(proposal.cases, event.calls)
        found = proposal.destination
        self.query_one("#history-lines", Lines).show(entry_lines(dossier.entries, found.document, found.path.name))
        self._show_counts(dossier)
        if first:
            self.query_one(RequestsPane).look()
        self.refresh_bindings()

    def _show_counts(self, dossier: Dossier) -> None:
        tabs = self.query_one("#dossier-tabs", TabbedContent)
        numbers = counts(dossier)
        for at, (name, title) in enumerate(TABS.items(), 1):
            if name in numbers:
                tabs.get_tab(name).label = Content(f"{at} {title} ({numbers[name]})")

    def on_dossier_screen_failed(self, event: Failed) -> None:
        """Tell who must act."""
        self._busy = False
        self.settled = True
        error = event.error
        hint = f"\n{visible(error.hint)}" if error.hint else ""
        if self.dossier is None:
            text = Content.assemble((f"✗ {visible(error.message)}", "bold $text-error"), hint)
            self.query_one("#dossier-heading", Static).update(text)
            return
        if isinstance(error, Refused):
            self.action_show_tab("verdict")
            hint = "".join(f"\n{visible(reason)}" for reason in error.reasons)
        self.notify(f"{visible(error.message)}{hint}", title=error.title, severity="error", markup=False)
        self.look()

    # Parts

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Decisions are there when they can be made."""
        if action == "stop":
            return self.query_one(TrialPane).under_way
        if action in ("try_sync", "try_partner"):
            return self.dossier is not None and not self.query_one(TrialPane).under_way
        if self.dossier is None:
            return action == "show_tab"
        state = self.dossier.submission.state
        match action:
            case "approve" | "request_changes":
                return state == "under_review"
            case "reject":
                return state in ("under_review", "changes_requested")
            case "deprecate":
                return state == "approved"
            case _:
                return True

    def action_show_tab(self, tab: str) -> None:
        """Show a part and go there."""
        self.query_one("#dossier-tabs", TabbedContent).active = tab
        self.query_one(FIRST[tab]).focus()

    def action_round(self, step: int) -> None:
        """Show another round."""
        if self.dossier is None:
            return
        wanted = self.dossier.shown.number + step
        if 1 <= wanted <= self.dossier.submission.round:
            self._round = wanted if wanted != self.dossier.submission.round else None
            self.look()
        else:
            self.notify(f"there is no round {wanted}", severity="warning")

    @on(Lines.Chosen)
    def show_place(self, event: Lines.Chosen) -> None:
        """To the line that it is about, among the changes."""
        dossier = self.dossier
        if dossier is None:
            return
        document = dossier.proposal.destination.document
        file = event.line.file or dossier.bundle.manifest
        line = None
        if document is not None and event.line.place and not event.line.file:
            line, _ = document.source.position(document.span(event.line.place, key=True).start)
        rows = self.query_one(DiffView).rows
        wanted = [at for at, row in enumerate(rows) if row.file == file and row.new_number == line]
        if not wanted:
            where = f"{file}:{line}" if line else file
            self.notify(f"{where} is as it is live: see the file itself", markup=False)
            return
        self.action_show_tab("changes")
        self.query_one(DiffView).highlighted = wanted[0]

    def action_docs(self) -> None:
        """Open the page about the rule under the cursor."""
        from maniple.portal.docs import DocsScreen

        focused = self.focused
        line = focused.line if isinstance(focused, Lines) else None
        page = page_of_rule(line.rule) if line is not None else None
        if page is None:
            self.notify("there is no page about this line", severity="warning")
            return
        self.app.push_screen(DocsScreen(page))

    # Trials

    def action_run_cases(self) -> None:
        """Run the golden cases."""
        self.action_show_tab("trial")
        self.query_one(TrialPane).run_cases()

    def action_try_sync(self) -> None:
        """Sync invented users against the simulator."""
        self.action_show_tab("trial")
        self.query_one(TrialPane).begin_sync()

    def action_try_partner(self) -> None:
        """Ask for a test account of the partner, then sync invented users with it."""
        from maniple.portal.review.account import AccountScreen

        if self.dossier is None:
            return

        def go_on(account: Account | None) -> None:
            if account is not None:
                self.action_show_tab("trial")
                self.query_one(TrialPane).begin_sync(account)

        self.app.push_screen(AccountScreen(self.desk, self.dossier, USERS), go_on)

    def action_stop(self) -> None:
        """Stop the trial sync."""
        self.query_one(TrialPane).stop()

    @on(TrialPane.Changed)
    def offer_stop(self) -> None:
        """A trial sync has begun, or is over."""
        self.refresh_bindings()

    # What is said and decided

    def action_comment(self) -> None:
        """Comment on the line under the cursor, or on the whole."""
        dossier = self.dossier
        if dossier is None:
            return
        diff = self.query_one(DiffView)
        at_diff = self.query_one("#dossier-tabs", TabbedContent).active == "changes"
        newest = dossier.shown.number == dossier.submission.round
        self._ask(comment_on(dossier, diff.row if at_diff and diff.display and newest else None))

    def action_approve(self) -> None:
        """Ask, then approve; with something in the way, show that."""
        dossier = self.dossier
        if dossier is None:
            return
        obstacles = dossier.proposal.obstacles
        if obstacles:
            self.action_show_tab("verdict")
            told = "\n".join(map(visible, obstacles[:3]))
            self.notify(told, title="Something stands in the way", severity="error", markup=False)
            return
        self._ask(approving(dossier, self.desk.author))

    def action_request_changes(self) -> None:
        """Ask what is to be changed, then send it back."""
        if self.dossier is not None:
            self._ask(requesting_changes(self.dossier))

    def action_reject(self) -> None:
        """Ask why, then reject."""
        if self.dossier is not None:
            self._ask(rejecting(self.dossier))

    def action_deprecate(self) -> None:
        """Ask why, then deprecate."""
        if self.dossier is not None:
            self._ask(deprecating(self.dossier))

    def _ask(self, decision: Decision) -> None:
        def go_on(text: str | None) -> None:
            if text is not None:
                self._busy = True
                self.settled = False
                self.decide(decision, text)

        self.app.push_screen(decision.say, go_on)

    @work(thread=True, group="decide")
    def decide(self, decision: Decision, text: str) -> None:
        """Do it in the control plane, and say so."""
        desk = self.desk
        try:
            with desk.workspace() as workspace:
                done = decision.act(workspace, text, desk.author, open_notifier(desk.environ))
        except ManipleError as error:
            self.post_message(self.Failed(error))
            return
        self.post_message(self.Decided(decision.words, done.warnings))

    def on_dossier_screen_decided(self, event: Decided) -> None:
        """Say what was done, and show how it stands now."""
        self._busy = False
        self.notify(event.words, markup=False)
        for warning in event.warnings:
            self.notify(visible(warning), severity="warning", markup=False)
        self.look()

"""Handing an integration in: exactly what is sent, what stands in the way, where it stands, what was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalGroup, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Label, Static, TextArea
from textual.worker import get_current_worker

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError, Refused
from maniple.portal.confirm import Confirm
from maniple.portal.desk import Desk
from maniple.portal.going import go_to
from maniple.portal.quality.lines import Lines
from maniple.portal.quality.present import compatibility_lines, evidence_lines, obstacle_lines
from maniple.portal.review.say import Say
from maniple.portal.submit.present import (
    entry_lines,
    files_text,
    heading,
    release_question,
    standing_text,
    submit_question,
    withdraw_question,
)
from maniple.usecases import submissions
from maniple.usecases.submitting import Prospect, checked_address, look_ahead, slug_of
from maniple.wiring import Workspace, open_notifier

LOOK_AGAIN = 2.0
"""Seconds between looks at what the reviewers do."""
EMAIL = "MANIPLE_EMAIL"
MINE = ("released", "under_review", "changes_requested")


class SubmitScreen(Screen[None]):
    """What would be sent of one integration, and what became of it."""

    TITLE = "Submit"
    HELP = (
        "Everything that a submission sends is listed here: read it before you confirm. What stands in the way comes "
        "first; enter goes to its place in the editor. Below it says where the integration stands, and what the "
        "reviewers said. Amended, it is submitted again as the next round."
    )
    CSS_PATH = "../styles/submit.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,ctrl+r", "submit", "Submit", tooltip="Send it to the reviewers, after a question"),
        Binding("i", "release", "Release internally", tooltip="Into the catalogue of this home, without a review"),
        Binding("a", "answer", "Answer", tooltip="Say something to the reviewers"),
        Binding("e", "edit", "Editor", tooltip="Work on the manifest"),
        Binding("w", "withdraw", "Withdraw", tooltip="Take the submission back"),
        Binding("n", "notices", "Notices", tooltip="What you were told"),
        Binding("escape", "app.pop_screen", "Back", tooltip="Back to where you were"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - the type is Textual's

    def __init__(self, desk: Desk, path: Path) -> None:
        super().__init__()
        self.desk = desk
        self.path = path
        self.prospect: Prospect | None = None
        self.settled = False
        """What is shown is how things are, odd values included, and nothing is under way."""
        self._busy = False

    class Looked(Message):
        """It was found out what would be sent."""

        def __init__(self, prospect: Prospect, *, deep: bool) -> None:
            super().__init__()
            self.prospect, self.deep = prospect, deep

    class Failed(Message):
        """Something could not be done."""

        def __init__(self, error: ManipleError) -> None:
            super().__init__()
            self.error = error

    class Finished(Message):
        """Something was done: the sentence for it, and warnings."""

        def __init__(self, words: str, warnings: tuple[str, ...]) -> None:
            super().__init__()
            self.words, self.warnings = words, warnings

    def compose(self) -> ComposeResult:
        yield Static(f" {visible(self.path.parent.name)}   … looking at it", id="submit-heading")
        with VerticalScroll(id="page"):
            with VerticalGroup(id="standing-group"):
                yield Label("Where it stands", classes="title")
                yield Static("", id="standing")
                yield Label("What was said", id="thread-title", classes="title")
                yield Lines(id="thread")
            with Container(id="columns"):
                with VerticalGroup(id="sent"):
                    yield from self._sent()
                with VerticalGroup(id="hand-in"):
                    yield from self._form()
        yield Footer(compact=True)

    def _sent(self) -> ComposeResult:
        yield Label("What stands in its way", id="obstacles-title", classes="title")
        yield Lines(id="obstacles")
        yield Static("", id="clear")
        yield Label("What is sent", classes="title")
        yield Static("", id="files")
        yield Label("Beside what is live", classes="title")
        yield Static("", id="compatibility")
        yield Label("Test calls that go along", classes="title")
        yield Static("", id="evidence")

    def _form(self) -> ComposeResult:
        yield Label("E-mail for decisions", classes="title")
        address = self.desk.environ.get(EMAIL, "")
        yield Input(address, placeholder="ada@acme.test; empty: in the portal only", compact=True, id="email")
        yield Label("Note to the reviewer", classes="title")
        note = TextArea(placeholder="What is new, what to look at", id="note", compact=True)
        note.cursor_blink = False
        yield note
        with Horizontal(id="buttons"):
            yield Button("Submit…", id="submit", variant="primary")
            yield Button("Release internally…", id="release")

    def on_mount(self) -> None:
        """Look now, and now and then at what the reviewers do."""
        self.query_one("#page").focus()
        self.query_one("#email", Input).cursor_blink = False
        self.look()
        self.set_interval(LOOK_AGAIN, self.look_again)

    def on_screen_resume(self) -> None:
        """The manifest may have been edited meanwhile."""
        if self.prospect is not None and not self._busy:
            self.look()

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
                    prospect = look_ahead(workspace, self.path, deep=deep)
            except ManipleError as error:
                self.post_message(self.Failed(error))
                return
            if not worker.is_cancelled:
                self.post_message(self.Looked(prospect, deep=deep))

    @work(thread=True, exclusive=True, group="look-again")
    def look_again(self) -> None:
        """Look at everything again if the reviewers did something."""
        prospect = self.prospect
        if prospect is None or not self.settled or self._busy:
            return
        with self.desk.workspace() as workspace:
            standing = submissions.state_of(workspace.store, slug_of(self.path, prospect.proposal))
            row = standing.submission
            said = len(workspace.store.entries(row.id)) if row is not None else 0
        if standing != prospect.standing or said != len(prospect.entries):
            self.app.call_from_thread(self.look)

    def on_submit_screen_looked(self, event: Looked) -> None:
        """Show what was found out."""
        first = self.prospect is None
        self.prospect = prospect = event.prospect
        proposal = prospect.proposal
        self.settled = event.deep and not self._busy
        self.query_one("#submit-heading", Static).update(heading(prospect))
        obstacles = obstacle_lines(proposal)
        self.query_one("#obstacles", Lines).show(obstacles)
        self.query_one("#obstacles").display = bool(obstacles)
        clear = Content.styled("✓ nothing stands in its way", "$text-success") if not obstacles else Content("")
        if prospect.unsaved:
            clear = Content.assemble(
                clear, ("\n▲ the portal holds text that is not saved: it is not sent", "$text-warning")
            )
        self.query_one("#clear", Static).update(clear)
        self.query_one("#files", Static).update(files_text(proposal))
        self.query_one("#compatibility", Static).update(Content("\n").join(compatibility_lines(proposal)))
        self.query_one("#evidence", Static).update(Content("\n").join(evidence_lines(proposal)))
        self.query_one("#standing", Static).update(standing_text(prospect.standing))
        found = proposal.destination
        thread = entry_lines(prospect.entries, found.document, found.path.name)
        self.query_one("#thread", Lines).show(thread)
        for name in ("#thread", "#thread-title"):
            self.query_one(name).display = bool(thread)
        self._show_buttons(bool(obstacles))
        if first and obstacles:
            self.query_one("#obstacles").focus()
        address = self.query_one("#email", Input)
        row = prospect.standing.submission
        if not address.value and row is not None and row.email:
            address.value = row.email
        self.refresh_bindings()

    def _show_buttons(self, blocked: bool) -> None:
        assert self.prospect is not None
        row, state = self.prospect.standing.submission, self.prospect.standing.state
        again = row is not None and state in ("under_review", "changes_requested")
        submit = self.query_one("#submit", Button)
        submit.label = f"Submit round {row.round + 1}…" if again and row is not None else "Submit…"
        submit.disabled = blocked
        release = self.query_one("#release", Button)
        release.display = state in ("draft", "released", "withdrawn", "rejected")
        release.disabled = bool(self.prospect.proposal.release_obstacles)

    def on_submit_screen_failed(self, event: Failed) -> None:
        """Tell who must act."""
        self._busy = False
        self.settled = True
        error = event.error
        if self.prospect is None:
            hint = f"\n {visible(error.hint)}" if error.hint else ""
            text = Content.assemble((f" ✗ {visible(error.message)}", "bold $text-error"), hint)
            self.query_one("#submit-heading", Static).update(text)
            return
        if isinstance(error, Refused):
            self.notify("\n".join(map(visible, error.reasons)), title=error.message, severity="error", markup=False)
            return
        hint = f"\n{visible(error.hint)}" if error.hint else ""
        self.notify(f"{visible(error.message)}{hint}", title=error.title, severity="error", markup=False)

    def on_submit_screen_finished(self, event: Finished) -> None:
        """Say what was done, and show how it stands now."""
        self._busy = False
        self.query_one("#note", TextArea).text = ""
        self.notify(event.words, markup=False)
        for warning in event.warnings:
            self.notify(visible(warning), severity="warning", markup=False)
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)
        self.look()

    # What can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Keys are there when they would do something."""
        if action not in ("submit", "release", "withdraw", "answer"):
            return True
        if self.prospect is None:
            return False
        state = self.prospect.standing.state
        match action:
            case "withdraw":
                return state in MINE
            case "answer":
                return state not in ("draft", "released")
            case "release":
                return state in ("draft", "released", "withdrawn", "rejected")
            case _:
                return True

    @on(Lines.Chosen)
    def go_there(self, event: Lines.Chosen) -> None:
        """To the place in the editor."""
        if event.line.file:
            self.notify(f"that is in {event.line.file}, beside the manifest", markup=False)
            return
        go_to(self.app, self.path, event.line.place)

    def action_edit(self) -> None:
        """To the editor."""
        go_to(self.app, self.path, ())

    def action_notices(self) -> None:
        """To what the author was told."""
        from maniple.portal.review.inbox import InboxScreen

        self.app.push_screen(InboxScreen(self.desk))

    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        """Ask, then submit; with something in the way, go to the list of it."""
        prospect = self._ready(internal=False)
        if prospect is None:
            return
        address = self._address()
        title, text = submit_question(prospect, self.desk.author, address)

        def go_on(yes: bool | None) -> None:
            if yes:
                self.do("submitted; a reviewer looks at it now", lambda workspace: self._submit(workspace, address))

        self.app.push_screen(Confirm(title, text, yes="Submit it"), go_on)

    @on(Button.Pressed, "#release")
    def action_release(self) -> None:
        """Ask, then release internally."""
        prospect = self._ready(internal=True)
        if prospect is None:
            return
        address = self._address()
        title, text = release_question(prospect, "this home")

        def go_on(yes: bool | None) -> None:
            if yes:
                words = "released internally; it can be connected now"
                self.do(words, lambda workspace: self._release(workspace, address))

        self.app.push_screen(Confirm(title, text, yes="Release it"), go_on)

    def action_withdraw(self) -> None:
        """Ask, then take it back."""
        standing = self.prospect.standing if self.prospect is not None else None
        row = standing.submission if standing is not None else None
        if standing is None or row is None:
            return
        title, text = withdraw_question(standing)

        def go_on(why: str | None) -> None:
            if why is not None:
                self.do("withdrawn", lambda workspace: self._withdraw(workspace, row.id, why))

        ask = "A word to the reviewers, if you like"
        self.app.push_screen(Say(title, text, yes="Withdraw it", ask=ask, needed=False, risky=True), go_on)

    def action_answer(self) -> None:
        """Write to the reviewers."""
        row = self.prospect.standing.submission if self.prospect is not None else None
        if row is None:
            return
        last = next((each for each in reversed(self.prospect.entries) if each.text), None) if self.prospect else None

        def go_on(text: str | None) -> None:
            if text is not None:
                self.do("answered", lambda workspace: self._answer(workspace, row.id, text))

        quote = f"{last.who}: {last.text.splitlines()[0]}" if last is not None else ""
        text = "The reviewers see it beside the submission, and are told by mail where that is set up."
        self.app.push_screen(Say(f"Answer about {row.name}", text, yes="Send", ask="Your answer", quote=quote), go_on)

    def _ready(self, *, internal: bool) -> Prospect | None:
        """What would be sent; None when something stands in the way, which is shown then."""
        prospect = self.prospect
        if prospect is None or self._busy:
            return None
        obstacles = prospect.proposal.in_the_way(internal=internal)
        if obstacles:
            self.query_one("#obstacles", Lines).focus()
            told = "\n".join(visible(each.text) for each in obstacles[:3])
            self.notify(told, title="Something stands in its way", severity="error", markup=False)
            return None
        return prospect

    def _address(self) -> str | None:
        return checked_address(self.query_one("#email", Input).value)

    def do(self, words: str, act: Callable[[Workspace], submissions.Done]) -> None:
        """Do something in the control plane, and say `words` when it is done."""
        self._busy = True
        self.settled = False
        self._do(words, act)

    @work(thread=True, group="do")
    def _do(self, words: str, act: Callable[[Workspace], submissions.Done]) -> None:
        try:
            with self.desk.workspace() as workspace:
                done = act(workspace)
        except ManipleError as error:
            self.post_message(self.Failed(error))
            return
        row = done.submission
        self.post_message(self.Finished(f"{visible(row.name)} {visible(row.version)} is {words}", done.warnings))

    def _submit(self, workspace: Workspace, address: str | None) -> submissions.Done:
        note, notifier = self.query_one("#note", TextArea).text, open_notifier(self.desk.environ)
        author = self.desk.author
        return submissions.submit(workspace, self.path, author=author, email=address, note=note, notifier=notifier)

    def _release(self, workspace: Workspace, address: str | None) -> submissions.Done:
        note = self.query_one("#note", TextArea).text
        return submissions.release_internally(workspace, self.path, author=self.desk.author, email=address, note=note)

    def _withdraw(self, workspace: Workspace, word: str, why: str) -> submissions.Done:
        notifier = open_notifier(self.desk.environ)
        return submissions.withdraw(workspace, word, author=self.desk.author, why=why, notifier=notifier)

    def _answer(self, workspace: Workspace, word: str, text: str) -> submissions.Done:
        notifier = open_notifier(self.desk.environ)
        return submissions.answer(workspace, word, text, author=self.desk.author, notifier=notifier)

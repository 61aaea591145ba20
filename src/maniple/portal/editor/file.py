"""A screen whose draft stands in a file: kept as it is typed, saved, brought together with edits made elsewhere."""

from __future__ import annotations

from dataclasses import replace

from textual.app import SuspendNotSupported
from textual.timer import Timer

from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.drafting import DraftScreen
from maniple.portal.editor.ask import Ask
from maniple.usecases.draft import Draft
from maniple.usecases.workshop import (
    AUTOSAVE_SECONDS,
    Opened,
    OutsideChange,
    autosave,
    discard,
    edit_elsewhere,
    outside_change,
    save,
)


class FileScreen(DraftScreen):
    """The draft of one file. Who makes a screen of it says what is to be seen."""

    def __init__(self, desk: Desk, opened: Opened) -> None:
        super().__init__(desk, Draft(opened.path, opened.text))
        self.opened = opened
        self._keeping: Timer | None = None
        self._asking = False
        self._put_off = ""
        """The digest of an edit made elsewhere that is to be decided later."""

    def show_file(self) -> None:
        """Say whether the draft is saved; the file or the draft has changed."""

    def show_text(self) -> None:
        """Bring the text to view: there is something in it to be decided."""

    @property
    def is_saved(self) -> bool:
        """The file has what is shown."""
        return self.opened.text == self.draft.text

    def keep_soon(self) -> None:
        """Keep the draft after a pause in typing."""
        if self._keeping is None:
            self._keeping = self.set_timer(AUTOSAVE_SECONDS, self.keep)

    def on_unmount(self) -> None:
        """Nothing that was typed is lost, however the screen is left."""
        if self._keeping is not None:
            self.keep()

    def keep(self) -> None:
        """Keep what was typed, so that nothing is lost when the terminal dies."""
        self._keeping = None
        if self.is_saved and self.opened.unsaved is not None:
            # What was kept before waits for an answer.
            return
        try:
            autosave(self.desk.home, self.opened, self.draft.text, self.desk.clock.now())
        except ManipleError as error:
            self.notify(str(error), title="Not kept", severity="error", markup=False)

    def action_save(self) -> None:
        """Write the file."""
        self.save_file()

    def save_file(self, *, as_typed: bool = False) -> bool:
        """Write the file; False when that could not be done."""
        try:
            outcome = save(self.desk.home, self.opened, self.draft.text, as_typed=as_typed)
        except ManipleError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False)
            return False
        match outcome:
            case Opened():
                self.opened = outcome
                self.change(self.draft.changed(outcome.text))
                self.show_file()
                self.notify(f"Saved {outcome.path.name}", timeout=2, markup=False)
                return True
            case OutsideChange():
                self._meet(outcome)
                return False

    def look_outside(self) -> None:
        """See whether the file was edited by something else."""
        if not self.is_current or self._asking:
            return
        try:
            change = outside_change(self.opened, self.draft.text)
        except ManipleError:
            return
        if change is not None and (change.merged is not None or change.theirs.digest != self._put_off):
            self._meet(change)

    def _meet(self, change: OutsideChange) -> None:
        """Take in an edit that was made elsewhere, or ask."""
        if change.merged is not None:
            self.opened = change.theirs
            self.change(self.draft.changed(change.merged))
            self.show_file()
            self.notify("The file was edited elsewhere; both edits are here now", markup=False)
            return
        gone = (
            "The file was deleted by something else."
            if not change.theirs.there
            else (f"The file was edited by something else, in {change.clashes} of the same places.")
        )
        answers = {"mine": "Keep mine"}
        if change.theirs.there:
            answers |= {"theirs": "Take theirs", "both": "Show both"}
        answers["later"] = "Decide later"
        self._asking = True
        self.app.push_screen(
            Ask("Edited elsewhere", gone, answers), lambda answer: self._met(change, answer or "later")
        )

    def _met(self, change: OutsideChange, answer: str) -> None:
        self._asking = False
        if answer == "later":
            self._put_off = change.theirs.digest
            return
        self.opened = change.theirs
        if answer == "theirs":
            self.change(self.draft.changed(change.theirs.text))
            discard(self.desk.home, self.opened.path)
        elif answer == "both":
            self.change(self.draft.changed(change.both))
            self.show_text()
        self.show_file()

    def ask_about_unsaved(self) -> None:
        """Ask what is to become of what was typed before and not saved."""
        question = "Something was typed here before and not saved. It was kept."
        answers = {"go": "Go on with it", "drop": "Forget it", "later": "Show the file, keep it"}
        self.app.push_screen(Ask("Not saved last time", question, answers), self._unsaved_answered)

    def _unsaved_answered(self, answer: str | None) -> None:
        unsaved = self.opened.unsaved
        if unsaved is None:
            return
        if answer == "go":
            self.opened = unsaved.since
            self.change(self.draft.changed(unsaved.text))
        elif answer == "drop":
            self.opened = replace(self.opened, unsaved=None)
            discard(self.desk.home, self.opened.path)

    async def action_elsewhere(self) -> None:
        """Save as it is typed, edit in the author's own editor, take in what came of it."""
        if not self.save_file(as_typed=True):
            return
        try:
            with self.app.suspend():
                edit_elsewhere(self.desk.environ, self.opened.path)
            self.look_outside()
        except SuspendNotSupported:
            self.notify("An editor of your own needs a terminal of its own", severity="warning", markup=False)
        except ManipleError as error:
            self.notify(str(error), severity="error", markup=False)

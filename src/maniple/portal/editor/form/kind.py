"""What a cohort becomes at the partner."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import RadioButton, RadioSet

from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.present import KINDS
from maniple.usecases.draft import Draft


class Dot(RadioButton):
    """A button that is empty when it is off: its colour is not the only sign."""

    def render(self) -> Content:
        """With a dot, or without."""
        self.BUTTON_INNER = "●" if self.value else " "
        return super().render()


class KindControl(Control):
    """List, property or snapshot, each explained in a sentence."""

    wide = True

    def compose(self) -> ComposeResult:
        """A button for each."""
        with RadioSet(compact=True):
            for kind, sentence in KINDS.items():
                yield Dot(Content.assemble((kind, "bold"), f"  {sentence}"), name=kind, compact=True)

    def show(self, draft: Draft) -> None:
        """Which it is."""
        kind = draft.value(self.place)
        buttons = self.query_one(RadioSet)
        for button in self.query(RadioButton):
            if button.value != (button.name == kind):
                with buttons.prevent(RadioSet.Changed), button.prevent(RadioButton.Changed):
                    button.value = button.name == kind

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        """Write it."""
        event.stop()
        if event.pressed.name != self.draft.value(self.place):
            self.put(event.pressed.name)

"""A map of the manifest as controls: the keys that are usual or written, and a picker for the others."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Label, Select

from maniple.portal.editor.findings import Findings
from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.sections import essential_keys
from maniple.portal.editor.form.slots import BODY, Slot, body_slots, slots_of, titled
from maniple.source.text import Path as Place
from maniple.usecases.authoring import into_steps
from maniple.usecases.draft import Draft


class MapForm(Control):
    """The controls of the keys of one map.

    `keys` are those that are shown in any case; without them, the usual ones of the definition. `nested`: it stands
    inside another form, with a title of its own.
    """

    wide = True

    def __init__(
        self,
        slot: Slot,
        place: Place,
        *,
        keys: tuple[str, ...] | None = None,
        hidden: frozenset[str] = frozenset(),
        picks: bool = True,
        nested: bool = False,
    ) -> None:
        super().__init__(slot, place)
        self.owner = slot.owner
        self.keys = keys
        self.hidden = hidden
        self.picks = picks
        self.nested = nested
        self.controls: dict[str, Control] = {}
        self._asked: list[str] = []
        """Keys that were picked and have no value yet."""
        self.add_class("map-form", *(["-nested"] if nested else []))

    def compose(self) -> ComposeResult:
        """Title and controls."""
        draft = self.draft
        if self.nested:
            yield Label(self.title(), classes="control-title")
        for key in self.wanted(draft):
            yield self._made(key, draft)
        if self.picks:
            offers = self._offers(draft)
            picker = Select(offers, prompt=picker_prompt(offers), compact=True, classes="setting-picker")
            picker.display = bool(offers)
            yield picker

    def wanted(self, draft: Draft) -> list[str]:
        """The keys that are shown, in order."""
        value = draft.value(self.place)
        held = set(value) if isinstance(value, dict) else set()
        if held & set(body_slots()) and BODY in slots_of(self.owner):
            held.add(BODY)
        usual = essential_keys(self.owner, self.place, value) if self.keys is None else self.keys
        more = [key for key in slots_of(self.owner) if self.picks and (key in held or key in self._asked)]
        return [key for key in dict.fromkeys((*usual, *more)) if key not in self.hidden and key in slots_of(self.owner)]

    def _offers(self, draft: Draft) -> list[tuple[Content, str]]:
        """The keys that are not shown, with their docs."""
        shown = {*self.wanted(draft), *self.hidden}
        slots = (slot for slot in slots_of(self.owner).values() if slot.key not in shown)
        return [
            (Content.assemble(slot.title, (f"  {slot.help}" if slot.help else "", "dim")), slot.key) for slot in slots
        ]

    def _offer(self, draft: Draft) -> None:
        for picker in self.query_children(".setting-picker").results(Select):
            offers = self._offers(draft)
            picker.display = bool(offers)
            picker.prompt = picker_prompt(offers)
            with picker.prevent(Select.Changed):
                picker.set_options(offers)

    def _made(self, key: str, draft: Draft) -> Control:
        from maniple.portal.editor.form.build import control_for
        from maniple.portal.editor.form.rows import RowsControl

        place = self.place if key == BODY else (*self.place, key)
        control = control_for(slots_of(self.owner)[key], place, draft)
        if not self.nested and self.keys == (key,) and isinstance(control, RowsControl):
            # The section has the title.
            control.nested = False
        control.findings = self.findings
        self.controls[key] = control
        return control

    def show(self, draft: Draft) -> None:
        """Bring the controls into line with the draft: those of new keys come, those of lost ones go."""
        wanted = self.wanted(draft)
        changed = False
        for key in [key for key in self.controls if key not in wanted]:
            self.controls.pop(key).remove()
            changed = True
        before: Control | None = None
        for key in wanted:
            control = self.controls.get(key)
            if control is None:
                control = self._made(key, draft)
                self._mount_after(control, before)
                changed = True
            elif control.ready:
                control.show(draft)
            before = control
        if changed:
            self._offer(draft)
        if changed:
            self.call_after_refresh(self.tell_again)

    def _mount_after(self, control: Control, before: Control | None) -> None:
        if before is not None:
            self.mount(control, after=before)
        else:
            self.mount(control, before=1 if self.nested else 0)

    def tell(self, findings: Findings) -> None:
        """Show what is wrong, each at its own control; what no control shows stands below."""
        self.findings = findings
        from maniple.portal.editor.form.present import finding_line

        shown = [self._place_of(key) for key in self.controls]
        for control in self.controls.values():
            control.findings = findings
            if control.ready:
                control.tell(findings)
        depth = len(self.place)
        own = [
            finding_line(finding)
            for where, finding in findings.placed
            if where[:depth] == self.place and not any(where[: len(place)] == place for place in shown)
        ]
        self._say(tuple(own[:3]) if self.place else ())

    def tell_again(self) -> None:
        """Show what is wrong at controls that came since."""
        if self.ready:
            self.tell(self.findings)

    def _place_of(self, key: str) -> Place:
        # The body's control stands for whichever body key is written.
        control = self.controls[key]
        return control.place if key != BODY else (*self.place, getattr(control, "format", "") or BODY)

    async def reveal(self, place: Place) -> bool:
        """Bring a place to view; a key that is not shown is shown now."""
        depth = len(self.place)
        if place[:depth] != self.place:
            return False
        if len(place) == depth:
            return self.take_focus()
        key = str(place[depth])
        if key in body_slots() and BODY in slots_of(self.owner):
            key = BODY
        if key not in self.controls and key in slots_of(self.owner) and key not in self.hidden:
            await self._ask(key)
        control = self.controls.get(key)
        return self.take_focus() if control is None else await control.reveal(place)

    async def on_select_changed(self, event: Select.Changed) -> None:
        """A further key is asked for."""
        if not event.select.has_class("setting-picker") or event.select.parent is not self:
            return
        event.stop()
        if event.value != event.select.value:
            # It is about a choice that is past.
            return
        if event.value is Select.NULL:
            return
        key = str(event.value)
        with event.select.prevent(Select.Changed):
            event.select.clear()
        if self.owner == "Call" and key == "steps":
            call = str(self.place[0])
            self.edit(lambda draft: into_steps(draft, call))
            return
        await self._ask(key)
        self.controls[key].take_focus()

    async def _ask(self, key: str) -> None:
        draft = self.draft
        self._asked.append(key)
        wanted = self.wanted(draft)
        position = wanted.index(key)
        control = self._made(key, draft)
        before = next((self.controls[each] for each in reversed(wanted[:position]) if each in self.controls), None)
        if before is not None:
            await self.mount(control, after=before)
        else:
            await self.mount(control, before=1 if self.nested else 0)
        control.show(draft)
        self._offer(draft)


def picker_prompt(offers: list[tuple[Content, str]]) -> str:
    """What a closed picker says: the first of what it offers."""
    titles = [titled(key) for _, key in offers]
    return f"+ {', '.join(titles[:4])}{' …' if len(titles) > 4 else ''}"

"""The whole form: sections that open, a list of them to jump by, a line that explains what is focused."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from maniple.manifest.model import CALL_NAMES
from maniple.portal.drafting import DraftScreen
from maniple.portal.editor.findings import Findings
from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.fold import Fold
from maniple.portal.editor.form.map_form import MapForm
from maniple.portal.editor.form.present import count_mark, mark_style, unreadable_note
from maniple.portal.editor.form.sections import Section, sections_of
from maniple.portal.editor.form.slots import MANIFEST, Shape, Slot, slots_of, titled
from maniple.portal.editor.form.special import ExampleName, Logo
from maniple.source.text import Path as Place
from maniple.usecases.authoring import calls_of, uses_cohort_name
from maniple.usecases.draft import Draft

_NAV_WIDTH = 92
"""Columns from which on the list of sections stands beside the form."""


class SectionFold(Fold):
    """One section."""

    @dataclass
    class Opened(Message):
        """A section was opened."""

        fold: SectionFold

    def __init__(self, section: Section) -> None:
        super().__init__(classes="section")
        self.section = section
        self.form: MapForm | None = None
        self.findings = Findings()
        self.marks = ""

    @property
    def draft(self) -> Draft:
        """The draft that is worked on."""
        screen = self.screen
        assert isinstance(screen, DraftScreen)
        return screen.draft

    def label(self) -> Content:
        """The title and how much is wrong in it."""
        return Content.assemble(self.section.title, (f"  {self.marks}" if self.marks else "", mark_style(self.marks)))

    async def fill(self) -> None:
        """Help, and the controls."""
        widgets: list[Widget] = [Static(Content(self.section.help), classes="section-help quiet", markup=False)]
        if self.section.name == "further":
            widgets.append(FurtherCalls())
        else:
            self.form = self._form()
            widgets.append(self.form)
        if self.section.name == "connection":
            widgets.append(Logo())
        if self.section.name == "cohort_name":
            widgets.append(ExampleName())
        if self.form is not None:
            self.form.findings = self.findings
        await self.mount_all(widgets)
        self._show_extras(self.draft)

    def _form(self) -> MapForm:
        if self.section.is_call:
            return MapForm(slots_of(MANIFEST)[self.section.name], (self.section.name,))
        slot = Slot("", self.section.title, self.section.help, Shape.MAP, owner=MANIFEST)
        rare = self.section.rare
        usual = tuple(key for key in self.section.keys if key not in rare)
        return MapForm(
            slot, (), keys=usual, hidden=frozenset(slots_of(MANIFEST)) - set(self.section.keys), picks=bool(rare)
        )

    async def open(self) -> None:
        """Show the controls with the draft of now, and close every other section: what is open costs at each key."""
        if self.opened:
            return
        known = len(self.children) > 1
        await super().open()
        if known:
            self.show(self.draft)
            self.tell(self.findings)
        self.post_message(self.Opened(self))

    def show(self, draft: Draft) -> None:
        """Bring the controls up to date, if they are seen."""
        if not self.opened:
            return
        if self.form is not None and self.form.ready:
            self.form.show(draft)
        self._show_extras(draft)

    def _show_extras(self, draft: Draft) -> None:
        for extra in self.query("Logo, ExampleName, FurtherCalls"):
            if isinstance(extra, Logo | ExampleName | FurtherCalls) and extra.is_mounted:
                extra.show(draft)
        if self.section.name == "cohort_name" and self.form is not None:
            used = uses_cohort_name(draft) or draft.value(("cohort_name",)) is not None
            self.form.display = used

    def tell(self, findings: Findings) -> None:
        """Mark what is wrong."""
        self.findings = findings
        mine = [finding for place, finding in findings.placed if self.section.holds(place)]
        marks = count_mark(mine)
        if marks != self.marks:
            self.marks = marks
            self.set_class(bool(marks), "-wrong")
            self.retitle()
        if self.opened and self.form is not None and self.form.ready:
            self.form.tell(findings)


class FurtherCalls(Vertical):
    """Buttons for calls that are not there yet."""

    def compose(self) -> ComposeResult:
        """One for each call of the language."""
        for name in CALL_NAMES:
            help_text = slots_of(MANIFEST)[name].help
            label = Content.assemble(f"+ {titled(name)}", (f"  {help_text}", "dim"))
            yield Button(label, name=name, compact=True, classes="add-call")

    def show(self, draft: Draft) -> None:
        """Those that are shown already need no button."""
        shown = calls_of(draft)
        for button in self.query(Button):
            button.display = button.name not in shown


class FormView(Vertical):
    """A draft as a form. Lives on a DraftScreen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="form-view")
        self.folds: dict[str, SectionFold] = {}
        self.findings = Findings()
        self.nav = OptionList(classes="form-nav", compact=True)

    def compose(self) -> ComposeResult:
        """The list of sections, the sections, the explaining line."""
        yield Static("", classes="form-banner", markup=False)
        with Horizontal(classes="form-columns"):
            yield self.nav
            yield VerticalScroll(classes="form-sections", can_focus=False)
        yield Static("", classes="form-help", markup=False)

    async def on_mount(self) -> None:
        """Show the draft; the first section begins open."""
        screen = self.screen
        assert isinstance(screen, DraftScreen)
        self._build(screen.draft)
        self.watch(screen, "draft", self.show, init=False)
        await self.folds["connection"].open()

    @property
    def draft(self) -> Draft:
        """The draft that is worked on."""
        screen = self.screen
        assert isinstance(screen, DraftScreen)
        return screen.draft

    def on_resize(self, event: events.Resize) -> None:
        """The list of sections stands beside the form where there is room."""
        self.set_class(event.size.width < _NAV_WIDTH, "-narrow")

    def show(self, draft: Draft) -> None:
        """Bring the form up to date. While the text cannot be read it stays as it was, and rests."""
        readable = draft.document is not None and isinstance(draft.document.data, dict | None)
        banner = self.query_one(".form-banner", Static)
        banner.display = not readable
        self.query_one(".form-columns").disabled = not readable
        if not readable:
            banner.update(Content(unreadable_note(draft)))
            return
        self._build(draft)
        for fold in self.folds.values():
            fold.show(draft)

    def _build(self, draft: Draft) -> None:
        """Sections come and go with the calls that a kind has."""
        sections = sections_of(draft)
        names = [section.name for section in sections]
        if names == list(self.folds):
            return
        column = self.query_one(".form-sections", VerticalScroll)
        folds: dict[str, SectionFold] = {}
        for name, fold in self.folds.items():
            if name not in names:
                fold.remove()
        before: SectionFold | None = None
        for section in sections:
            old = self.folds.get(section.name)
            fold = old or SectionFold(section)
            if old is None and before is None:
                column.mount(fold, before=0) if column.children else column.mount(fold)
            elif old is None:
                column.mount(fold, after=before)
            folds[section.name] = before = fold
        self.folds = folds
        self._fill_nav()

    def _fill_nav(self) -> None:
        nav = self.nav
        at = nav.highlighted
        nav.clear_options()
        nav.add_options(
            [
                Option(
                    Content.assemble(
                        fold.section.title, (f" {fold.marks}" if fold.marks else "", mark_style(fold.marks))
                    ),
                    id=name,
                )
                for name, fold in self.folds.items()
            ]
        )
        nav.highlighted = at

    def on_section_fold_opened(self, event: SectionFold.Opened) -> None:
        """One section is open at a time."""
        event.stop()
        for fold in self.folds.values():
            if fold is not event.fold and fold.opened:
                fold.close()
        self.call_after_refresh(self._bring_up, event.fold)

    def tell(self, findings: Findings) -> None:
        """Show what is wrong at its places."""
        self.findings = findings
        before = [fold.marks for fold in self.folds.values()]
        for fold in self.folds.values():
            if fold.is_mounted:
                fold.tell(findings)
        if before != [fold.marks for fold in self.folds.values()]:
            self._fill_nav()

    async def reveal(self, place: Place) -> bool:
        """Open what holds a place of the manifest, and focus it; False when no section does."""
        fold = next((each for each in self.folds.values() if each.section.holds(place)), None)
        if fold is None:
            return False
        await fold.open()
        fold.heading.focus()
        if fold.form is None:
            return True
        return await fold.form.reveal(place)

    def choose_section(self) -> None:
        """Ask for a section by name, and go there."""
        from maniple.portal.editor.jump import JumpList

        entries = [(name, fold.section.title, fold.marks) for name, fold in self.folds.items()]
        self.app.push_screen(JumpList(entries), self._jumped)

    async def _jumped(self, name: str | None) -> None:
        if name is not None:
            await self.open_section(name)

    async def open_section(self, name: str) -> None:
        """Open a section, bring it to the top and focus its first control."""
        fold = self.folds[name]
        await fold.open()
        if fold.form is None or not fold.form.display or not fold.form.take_focus():
            fold.heading.focus()
        # Rows come with the next refresh; only then is the height known.
        self.call_after_refresh(self.call_after_refresh, self._bring_up, fold)

    def _bring_up(self, fold: SectionFold) -> None:
        self.query_one(".form-sections", VerticalScroll).scroll_to_widget(fold, top=True, animate=False)

    @on(OptionList.OptionSelected, ".form-nav")
    async def nav_chosen(self, event: OptionList.OptionSelected) -> None:
        """Go to a section."""
        event.stop()
        if event.option_id is not None:
            await self.open_section(event.option_id)

    @on(Button.Pressed, ".add-call")
    def add_call(self, event: Button.Pressed) -> None:
        """Begin a call."""
        event.stop()
        name = event.button.name or ""
        screen = self.screen
        assert isinstance(screen, DraftScreen)
        screen.change(self.draft.with_value((name,), {"method": "POST", "url": "https://"}))
        self.call_after_refresh(self.open_section, name)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Explain what is focused."""
        control = next((each for each in event.widget.ancestors_with_self if isinstance(each, Control)), None)
        text = control.slot.help if control is not None else ""
        self.query_one(".form-help", Static).update(Content(text), layout=False)

    @property
    def sections(self) -> list[Section]:
        """The sections in order."""
        return [fold.section for fold in self.folds.values()]

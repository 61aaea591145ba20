"""Step: what to begin from."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from maniple.portal.wizard.pane import Edited, Onward, Pane
from maniple.portal.wizard.paths import PathField
from maniple.portal.wizard.plan import Plan, Start
from maniple.portal.wizard.present import STARTS, known_option, matching, template_option, titled
from maniple.usecases.naming import Names
from maniple.usecases.templates import TEMPLATES

_CURL = """curl -X POST https://api.acme.test/v1/lists/42/users \\
  -H "Authorization: Bearer ..." \\
  -d '{"users": ["u1"]}'"""


class StartPane(Pane):
    """On the left the ways to begin, on the right what the chosen one needs to know."""

    DEFAULT_CSS = """
    StartPane { layout: horizontal; }
    StartPane #starts { width: 40%; max-width: 46; height: 100%; }
    StartPane #needs { width: 1fr; height: 100%; padding: 0 1; }
    StartPane #needs > * { height: 1fr; }
    StartPane #templates, StartPane #sources { height: 1fr; }
    StartPane #curl { height: 1fr; min-height: 5; }
    StartPane .needs-note { height: auto; color: $text-muted; padding: 0 0 1 0; }
    StartPane #said { height: auto; padding: 1 0 0 0; }
    StartPane #said.-bad { color: $text-error; }
    .-narrow StartPane .start-wide { display: none; }
    """

    first: ClassVar[str] = "#starts"
    names: reactive[Names] = reactive(Names(), init=False)

    def __init__(self, here: Path) -> None:
        super().__init__(id="start")
        self.here = here
        self.plan = Plan()

    def compose(self) -> ComposeResult:
        yield OptionList(
            *(Option(titled(title, text), id=start) for start, (title, text) in STARTS.items()),
            id="starts",
            markup=False,
        )
        with ContentSwitcher(id="needs", initial="needs-scratch"):
            yield Static("Nothing else is needed: go on.", id="needs-scratch", classes="needs-note", markup=False)
            with Vertical(id="needs-template"):
                yield OptionList(id="templates", markup=False)
            with Vertical(id="needs-copy"):
                yield Input(id="filter", placeholder="Part of a name")
                yield OptionList(id="sources", markup=False)
            with Vertical(id="needs-curl"):
                yield Static(
                    "Paste one command, or several: those that create a list, add and remove users. Keys and tokens in "
                    "them are not kept.",
                    classes="needs-note",
                    markup=False,
                )
                yield TextArea(id="curl", placeholder=_CURL, tab_behavior="focus")
            with Vertical(id="needs-file"):
                yield PathField(self.here)
                yield Static("", id="said", markup=False)

    def show(self, plan: Plan) -> None:
        changed = plan.kind != self.plan.kind
        self.plan = plan
        with self.prevent(OptionList.OptionHighlighted, Input.Changed, TextArea.Changed):
            self.query_one("#starts", OptionList).highlighted = list(STARTS).index(plan.start)
            self.query_one("#needs", ContentSwitcher).current = f"needs-{plan.start}"
            self._show_templates(plan)
            self._show_sources(plan)
            if changed or self.query_one("#curl", TextArea).text != plan.curl:
                self.query_one("#curl", TextArea).text = plan.curl
            self.query_one(PathField).show(plan.file)

    def say_of_file(self, text: str, *, bad: bool = False) -> None:
        """Show below the path what the file is."""
        said = self.query_one("#said", Static)
        said.set_class(bad, "-bad")
        said.update(text)

    def watch_names(self) -> None:
        self._show_sources(self.plan)

    def _show_templates(self, plan: Plan) -> None:
        shown = self.query_one("#templates", OptionList)
        shown.clear_options()
        fitting = [each for each in TEMPLATES if each.kind == plan.kind]
        shown.add_options([Option(template_option(each), id=each.name) for each in fitting])
        names = [each.name for each in fitting]
        shown.highlighted = names.index(plan.template) if plan.template in names else 0
        if plan.template not in names:
            self.post_message(Edited(template=names[0]))

    def _show_sources(self, plan: Plan) -> None:
        shown = self.query_one("#sources", OptionList)
        found = matching(self.names.known, self.query_one("#filter", Input).value, plan.kind)
        paths = [str(each.path) for each in found]
        with self.prevent(OptionList.OptionHighlighted):
            shown.clear_options()
            shown.add_options([Option(known_option(each), id=str(each.path)) for each in found])
            shown.highlighted = paths.index(plan.source) if plan.source in paths else 0 if found else None
        chosen = plan.source if plan.source in paths else paths[0] if paths else ""
        if chosen != plan.source:
            self.post_message(Edited(source=chosen))

    @on(OptionList.OptionHighlighted, "#starts")
    def _start_chosen(self, event: OptionList.OptionHighlighted) -> None:
        self.query_one("#needs", ContentSwitcher).current = f"needs-{event.option_id}"
        self.post_message(Edited(start=event.option_id))

    @on(OptionList.OptionSelected, "#starts")
    def _start_entered(self, event: OptionList.OptionSelected) -> None:
        start: Start = event.option_id  # type: ignore[assignment]
        if start == "scratch":
            self.post_message(Onward())
            return
        needs = {"template": "#templates", "copy": "#filter", "curl": "#curl", "file": "#path"}
        self.query_one(needs[start]).focus()

    @on(OptionList.OptionHighlighted, "#templates")
    def _template_chosen(self, event: OptionList.OptionHighlighted) -> None:
        self.post_message(Edited(template=event.option_id))

    @on(OptionList.OptionHighlighted, "#sources")
    def _source_chosen(self, event: OptionList.OptionHighlighted) -> None:
        self.post_message(Edited(source=event.option_id))

    @on(OptionList.OptionSelected, "#templates")
    @on(OptionList.OptionSelected, "#sources")
    def _picked(self) -> None:
        self.post_message(Onward())

    @on(Input.Changed, "#filter")
    def _filtered(self) -> None:
        self._show_sources(self.plan)

    @on(Input.Submitted, "#filter")
    def _filter_entered(self) -> None:
        self.query_one("#sources").focus()

    @on(TextArea.Changed, "#curl")
    def _curl_typed(self, event: TextArea.Changed) -> None:
        self.post_message(Edited(curl=event.text_area.text))

    @on(PathField.Changed)
    def _file_typed(self, event: PathField.Changed) -> None:
        self.post_message(Edited(file=event.path, api=None))

    @on(PathField.Entered)
    def _file_entered(self) -> None:
        self.post_message(Onward())

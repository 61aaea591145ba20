"""The quality panel: the tier of the draft, what the next one needs, findings, golden cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static, TabbedContent, TabPane
from textual.worker import get_current_worker

from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.portal.quality.lines import Lines
from maniple.portal.quality.present import (
    DIM,
    Line,
    case_lines,
    count_cases,
    finding_lines,
    ladder,
    missing_lines,
    tier_head,
)
from maniple.usecases.appraisal import appraise, calls_of_cases
from maniple.usecases.documentation import Page, page_of_rule

if TYPE_CHECKING:
    from maniple.portal.drafting import DraftScreen
    from maniple.usecases.draft import Draft
    from maniple.usecases.proposal import Proposal

PAUSE = 0.15
"""Seconds without a change before the draft is looked at."""
LONG_PAUSE = 1.0
"""Seconds without a change before odd values are tried."""
TABS = ("tiers", "findings", "cases")


class QualityPanel(Vertical):
    """Tiers, findings and golden cases of the draft. It lives on a DraftScreen."""

    HELP = (
        "How good the integration is. Bronze may be submitted; what silver and gold ask for beyond that is listed, and "
        "enter goes to the place. d opens the page about the rule under the cursor. r runs the golden cases again."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "docs", "Rule's page", tooltip="What the rule under the cursor says, with examples"),
        Binding("r", "run", "Run cases", tooltip="Read the files beside the manifest again and run the golden cases"),
        *(
            Binding(str(at), f"show_tab('{name}')", name.capitalize(), show=False, tooltip=f"Show the {name}")
            for at, name in enumerate(TABS, 1)
        ),
    ]
    DEFAULT_CSS = """
    QualityPanel {
        height: 1fr;
        width: 1fr;
        background: $background;
        #tier, #ladder, #trouble { height: auto; padding: 0 1; }
        #trouble { display: none; background: $error 10%; max-height: 5; }
        #trouble.-shown { display: block; }
        TabbedContent, ContentSwitcher { height: 1fr; }
        TabPane { padding: 0 1; height: 1fr; }
        Lines { height: auto; max-height: 1fr; }
        .empty { display: none; padding: 0 1; }
        .empty.-shown { display: block; }
    }
    """

    class Appraised(Message):
        """The draft was looked at."""

        def __init__(self, draft: Draft, proposal: Proposal, calls: dict[str, str], *, deep: bool) -> None:
            super().__init__()
            self.draft, self.proposal, self.calls, self.deep = draft, proposal, calls, deep

    class Failed(Message):
        """The draft could not be looked at."""

        def __init__(self, error: ManipleError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="quality-panel")
        self.desk = desk
        self.proposal: Proposal | None = None
        self.settled = False
        """What is shown is about the draft as it is, odd values included."""
        self._telling = False
        """Somebody wants to hear how the golden cases went."""
        self._soon: Timer | None = None
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("Looking at the draft…", id="tier")
        yield Static("", id="ladder")
        yield Static("", id="trouble", markup=False)
        with TabbedContent(id="quality-tabs", initial="tiers"):
            with TabPane("1 Tiers", id="tiers"):
                yield Lines(id="missing")
                yield Static("", classes="empty", id="no-missing")
            with TabPane("2 Findings", id="findings"):
                yield Lines(id="found")
                yield Static("", classes="empty", id="no-findings")
            with TabPane("3 Cases", id="cases"):
                yield Lines(id="case-list")
                yield Static("", classes="empty", id="no-cases")

    @property
    def draft(self) -> Draft:
        """The draft that is worked on."""
        return cast("DraftScreen", self.screen).draft

    def on_mount(self) -> None:
        """Look at the draft now, and after every change."""
        self.look()
        self._later = self.set_timer(LONG_PAUSE, self.look_deeply)
        self.watch(self.screen, "draft", self.on_draft, init=False)

    def on_draft(self) -> None:
        """Look when typing pauses."""
        self.settled = False
        for timer in (self._soon, self._later):
            if timer is not None:
                timer.stop()
        self._soon = self.set_timer(PAUSE, self.look)
        self._later = self.set_timer(LONG_PAUSE, self.look_deeply)

    def look(self) -> None:
        """Find out everything but odd values."""
        self._look(deep=False)

    def look_deeply(self) -> None:
        """Find out everything."""
        self._look(deep=True)

    @work(thread=True, exclusive=True, group="quality")
    def _look(self, *, deep: bool) -> None:
        worker = get_current_worker()
        draft = self.draft
        try:
            proposal = appraise(draft, self.desk.home, tuple(self.desk.catalogue_folders()), deep=deep)
        except ManipleError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(error))
            return
        if not worker.is_cancelled:
            self.post_message(self.Appraised(draft, proposal, calls_of_cases(proposal.bundle), deep=deep))

    def on_quality_panel_appraised(self, event: Appraised) -> None:
        """Show what was found out, unless the draft has changed since."""
        event.stop()
        if event.draft is not self.draft:
            return
        self.proposal = proposal = event.proposal
        self.settled = event.deep
        self.query_one("#trouble").remove_class("-shown")
        self.query_one("#tier", Static).update(tier_head(proposal.quality))
        self.query_one("#ladder", Static).update(ladder(proposal.quality))
        missing = missing_lines(proposal.quality, trying=not event.deep)
        wanted = len(proposal.quality.missing) if proposal.quality is not None else "–"
        nothing = "everything that the tiers ask for is there" if proposal.quality else "see the findings: 2"
        self._fill("tiers", "#missing", "#no-missing", missing, nothing, f"1 Tiers ({wanted})")
        found = finding_lines(proposal.findings)
        self._fill("findings", "#found", "#no-findings", found, "✓ no findings", f"2 Findings ({len(found)})")
        cases = case_lines(proposal.cases, event.calls)
        failing = len(proposal.cases.failures) if proposal.cases is not None else 0
        title = f"3 Cases ({f'{failing} failing' if failing else len(cases)})"
        nothing = (
            "no golden cases yet: g in Testing makes one of a test call, or write `cases.yaml` beside the manifest"
        )
        self._fill("cases", "#case-list", "#no-cases", cases, nothing, title)
        if self._telling:
            self._telling = False
            self.notify(count_cases(proposal.cases), markup=False)

    def _fill(self, tab: str, lines: str, empty: str, shown: list[Line], nothing: str, title: str) -> None:
        self.query_one(lines, Lines).show(shown)
        self.query_one(lines).display = bool(shown)
        self.query_one(empty, Static).update(Content.styled(nothing, DIM))
        self.query_one(empty).set_class(not shown, "-shown")
        self.query_one("#quality-tabs", TabbedContent).get_tab(tab).label = Content(title)

    def on_quality_panel_failed(self, event: Failed) -> None:
        """Say why there is nothing to show."""
        event.stop()
        self.settled = True
        hint = f"\n{event.error.hint}" if event.error.hint else ""
        self.query_one("#tier", Static).update(Content.styled("✗ the quality cannot be found out", "bold $text-error"))
        self.query_one("#trouble", Static).update(Content(f"{event.error.message}{hint}"))
        self.query_one("#trouble").add_class("-shown")

    # What can be done

    @property
    def lines(self) -> Lines:
        """The list that is shown."""
        tab = self.query_one("#quality-tabs", TabbedContent).active
        return self.query_one({"tiers": "#missing", "findings": "#found", "cases": "#case-list"}[tab], Lines)

    @on(Lines.Chosen)
    def jump(self, event: Lines.Chosen) -> None:
        """Go to the place in the manifest."""
        event.stop()
        line = event.line
        if line.place and not line.file:
            cast("DraftScreen", self.screen).jump(line.place)
        elif line.file:
            self.notify(f"that is in {line.file}, beside the manifest", markup=False)
        else:
            self.notify("that is about the manifest as a whole", markup=False)

    def action_show_tab(self, tab: str) -> None:
        """Show a list and go there."""
        self.query_one("#quality-tabs", TabbedContent).active = tab
        self.lines.focus()

    def action_docs(self) -> None:
        """Open the page about the rule under the cursor."""
        from maniple.portal.docs import DocsScreen

        line = self.lines.line
        page: Page | None = page_of_rule(line.rule) if line is not None else None
        if page is None:
            self.notify("there is no page about this line", severity="warning")
            return
        self.app.push_screen(DocsScreen(page))

    def action_run(self) -> None:
        """Run the golden cases, as the files are now, and say how they went."""
        self._telling = True
        self.action_show_tab("cases")
        self._look(deep=self.settled)

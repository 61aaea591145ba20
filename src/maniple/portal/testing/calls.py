"""The calls of the manifest: what each sends, what came back, what is expected, and the list between them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import Button, Input, OptionList, Static, TabbedContent, TabPane
from textual.widgets.option_list import Option

from maniple.diagnostics.cells import visible
from maniple.portal.testing.present import DIM, call_line, result_text, trouble_text
from maniple.portal.testing.reply_tree import ReplyTree
from maniple.portal.testing.segments import Segments
from maniple.usecases.exchange_text import preview_lines
from maniple.usecases.preview import Preview
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.reply_paths import ExpectedReply, Node, expected_reply
from maniple.usecases.study import Study
from maniple.usecases.witness import Exchange, TestCall

SHORT = 24
"""Lines below which things stand closer."""
VIEWS = ("request", "result", "reply", "expected", "curl")
FIRST_BATCHES = 3
"""Requests of a call that are shown."""


class CallsPane(Vertical):
    """The calls, and for the one under the cursor: Request, Result, Reply, Expected, curl."""

    DEFAULT_CSS = """
    CallsPane {
        height: 1fr;
        padding: 0 1;
        .row { height: 1; }
        .name { width: auto; color: $text-muted; margin-right: 1; }
        #list-id { width: 1fr; background: $surface; &:focus { background: $surface-lighten-1; } }
        #clear-list { min-width: 9; margin-left: 1; }
        #call-list { height: auto; max-height: 8; margin: 1 0; border: none; padding: 0; background: $surface; }
        #call-list > .option-list--option-highlighted { background: $primary 30%; color: $foreground; text-style: none; }
        #buttons { height: 1; }
        #buttons Button { margin-right: 1; min-width: 10; }
        #status { height: auto; color: $text-muted; }
        #views { height: 1fr; }
        #views TabPane { padding: 0; }
        #views VerticalScroll { height: 1fr; }
        ReplyTree { height: 1fr; background: transparent; padding: 0; }
        &.-short #call-list { margin: 0; max-height: 5; }
        &.-short #status { max-height: 2; }
        &.-short Underline { display: none; }
        &.-short Tabs { height: 1; }
        &.-short Tab.-active { text-style: bold underline; }
        #status.-silent { display: none; }
        .note { color: $text-muted; height: auto; }
    }
    """

    class Target(Message):
        """Calls go to the simulator from now on, or to the partner."""

        def __init__(self, *, simulated: bool) -> None:
            super().__init__()
            self.simulated = simulated

    class ListId(Message):
        """Another list id was typed; empty: none."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Picked(Message):
        """A value of the reply was chosen for the manifest."""

        def __init__(self, node: Node) -> None:
            super().__init__()
            self.node = node

    class Wanted(Message):
        """A button was pressed: `test`, `all` or `cancel`."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    class Looked(Message):
        """Another call is looked at."""

    def __init__(self) -> None:
        super().__init__(id="calls-pane")
        self._names: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        with Horizontal(classes="row"):
            yield Static("To", classes="name")
            yield Segments([("simulator", True), ("partner", False)], True, id="target")
        with Horizontal(classes="row"):
            yield Static("$list_id", classes="name", markup=False)
            yield Input(placeholder="filled by create_list", id="list-id", compact=True)
            yield Button("✕ clear", id="clear-list", compact=True, tooltip="Forget the list")
        yield OptionList(id="call-list", markup=False)
        with Horizontal(id="buttons"):
            yield Button(
                "Test endpoint", id="test", variant="primary", compact=True, tooltip="Make this call; t does it too"
            )
            yield Button("End to end", id="all", compact=True, tooltip="Create, add, remove, clean up; e does it too")
            yield Button("Cancel", id="cancel", compact=True, disabled=True, tooltip="Stop; escape does it too")
        yield Static("", id="status", classes="-silent", markup=False)
        with TabbedContent(id="views"):
            with TabPane("Request", id="view-request"), VerticalScroll():
                yield Static("", id="request", markup=False)
            with TabPane("Result", id="view-result"), VerticalScroll():
                yield Static("", id="result", markup=False)
            with TabPane("Reply", id="view-reply"):
                yield Static("", id="reply-note", classes="note", markup=False)
                yield ReplyTree(id="reply-tree")
            with TabPane("Expected", id="view-expected"), VerticalScroll():
                yield Static("", id="expected", markup=False)
            with TabPane("curl", id="view-curl"), VerticalScroll():
                yield Static("", id="curl", markup=False)

    def on_resize(self, event: Resize) -> None:
        """On a short terminal the calls take less room."""
        self.set_class(event.size.height < SHORT, "-short")

    @property
    def call(self) -> str | None:
        """The call under the cursor."""
        at = self.query_one("#call-list", OptionList).highlighted
        return self._names[at] if at is not None and at < len(self._names) else None

    def show_calls(self, study: Study, setup: Setup, last: Mapping[str, tuple[TestCall, ...]], busy: str) -> None:
        """Show the calls with how each went last; `busy` is the one under way."""
        options = self.query_one("#call-list", OptionList)
        lines = [
            call_line(name, (last.get(name) or (None,))[0], busy=name == busy, many=len(last.get(name, ())))
            for name in study.calls
        ]
        if self._names != study.calls:
            at = options.highlighted
            self._names = study.calls
            options.clear_options()
            options.add_options([Option(line) for line in lines])
            if lines:
                first = study.calls.index("create_list") if "create_list" in study.calls else 0
                options.highlighted = first if at is None else min(at, len(lines) - 1)
        else:
            for place, line in enumerate(lines):
                options.replace_option_prompt_at_index(place, line)
        self.query_one("#target", Segments).press(setup.simulated)
        box = self.query_one("#list-id", Input)
        text = "" if setup.list_id is None else str(setup.list_id)
        if box.value != text and not box.has_focus:
            with self.prevent(Input.Changed):
                box.value = text
        for button in ("#test", "#all"):
            self.query_one(button, Button).disabled = bool(busy) or study.trial is None
        self.query_one("#cancel", Button).disabled = not busy

    def show_status(self, status: Content) -> None:
        """Say what is going on."""
        line = self.query_one("#status", Static)
        line.update(status)
        line.set_class(not status.plain, "-silent")

    def show_call(self, study: Study, calls: tuple[TestCall, ...], marks: Mapping[Node, str], curl: str) -> None:
        """Show what belongs to the call under the cursor."""
        self.query_one("#request", Static).update(self._request(study))
        result = (
            result_text(calls) if calls else Content.styled("Not tested yet: t tests this call, e all of them", DIM)
        )
        self.query_one("#result", Static).update(result)
        self.query_one("#expected", Static).update(self._expected(study))
        self.query_one("#curl", Static).update(
            Content(visible_lines(curl)) if curl else Content.styled("Nothing is sent", DIM)
        )
        self._reply(calls, marks)

    def show_view(self, view: str) -> None:
        """Bring one of the views to the front."""
        self.query_one("#views", TabbedContent).active = f"view-{view}"

    def next_view(self) -> None:
        """Bring the view after this one to the front."""
        views = self.query_one("#views", TabbedContent)
        at = VIEWS.index(views.active.removeprefix("view-"))
        self.show_view(VIEWS[(at + 1) % len(VIEWS)])

    def go_to_reply(self) -> None:
        """Bring the reply's tree to the front, and the focus into it."""
        self.show_view("reply")
        self.call_after_refresh(self.query_one(ReplyTree).focus)

    def _request(self, study: Study) -> Content:
        if study.preview is None:
            trouble = study.trouble("manifest", "users", "settings", "requests")
            return trouble_text(trouble) if trouble is not None else Content("")
        return request_text(study.preview, self.call)

    def _expected(self, study: Study) -> Content:
        call = study.program.calls.get(self.call or "") if study.program is not None else None
        return expected_text(expected_reply(call)) if call is not None else Content("")

    def _reply(self, calls: tuple[TestCall, ...], marks: Mapping[Node, str]) -> None:
        note = self.query_one("#reply-note", Static)
        tree = self.query_one(ReplyTree)
        exchange = last_exchange(calls)
        value = exchange.tree if exchange is not None else None
        tree.display = value is not None
        if exchange is None or value is None:
            note.update(Content(no_tree_text(exchange)))
            return
        what = "list id" if self.call == "create_list" else "refused users"
        note.update(Content(f"enter or p on a value: it becomes the path of the {what}"))
        tree.fill(value, marks, f"reply {exchange.status}")

    @on(OptionList.OptionHighlighted, "#call-list")
    def _looked(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(self.Looked())

    @on(OptionList.OptionSelected, "#call-list")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Wanted("test"))

    @on(Segments.Chosen, "#target")
    def _target(self, event: Segments.Chosen) -> None:
        event.stop()
        self.post_message(self.Target(simulated=bool(event.value)))

    def swap_target(self) -> None:
        """Call the other of simulator and partner."""
        self.query_one("#target", Segments).action_step(1)

    def clear_list(self) -> None:
        """Forget the list."""
        self.query_one("#list-id", Input).value = ""

    @on(Input.Changed, "#list-id")
    def _list_id(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.ListId(event.value.strip()))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "clear-list":
            self.clear_list()
        else:
            self.post_message(self.Wanted(str(event.button.id)))

    @on(ReplyTree.Picked)
    def _picked(self, event: ReplyTree.Picked) -> None:
        event.stop()
        self.post_message(self.Picked(event.node))


def of_call(previewed: Preview, call: str | None) -> Preview:
    """The part of a preview that is of one call."""
    places = [place for place, request in enumerate(previewed.requests) if request.call == call]
    requests = tuple(previewed.requests[place] for place in places)
    return Preview(requests, previewed.skipped, tuple(previewed.conditions[place] for place in places))


def request_text(previewed: Preview, call: str | None) -> Content:
    """The first requests of a call, as `maniple preview` prints them, and the users left out."""
    part = of_call(previewed, call)
    if not part.requests:
        return Content.styled("Nothing is sent for these users; a test makes the call nevertheless where it can", DIM)
    first = Preview(part.requests[:FIRST_BATCHES], (), part.conditions[:FIRST_BATCHES])
    lines = [Content.styled(line, "bold") if heading else Content(line) for line, heading in preview_lines(first)]
    further = len(part.requests) - FIRST_BATCHES
    if further > 0:
        lines.append(Content.styled(f"… {further:,} more requests", DIM))
    for id_, reason in part.skipped[:10]:
        lines.append(Content.assemble(("skipped ", "$text-warning"), f"{visible(id_ or '(no id)')}: {visible(reason)}"))
    if len(part.skipped) > 10:
        lines.append(Content(f"… {len(part.skipped) - 10:,} more users skipped"))
    return Content("\n").join(lines)


def expected_text(expected: ExpectedReply) -> Content:
    """The reply that the manifest's paths are made for; what they find is marked."""
    parts: list[Any] = []
    if expected.note:
        parts.append((f"{expected.note}\n", DIM))
    if not expected.tree and not expected.marked:
        return Content.assemble(*parts, ("Any 2xx will do: the manifest reads nothing in the reply", DIM))
    words = dict(expected.marked)
    text = json.dumps(expected.tree, ensure_ascii=False, indent=2)
    for line in text.split("\n"):
        found = next((mark for mark in words.values() if _is_marked(line, mark, expected)), None)
        shown = visible(line)
        parts.append((shown, "reverse") if found else shown)
        parts.append((f"  ◀ {found}", "bold $text-accent") if found else "")
        parts.append("\n")
    return Content.assemble(*parts)


def _is_marked(line: str, mark: str, expected: ExpectedReply) -> bool:
    """The line shows the value of a node that is marked so."""
    for node, word in expected.marked:
        value: Any = expected.tree
        for key in node:
            value = value[key]
        if word == mark and isinstance(value, str) and json.dumps(value) in line:
            return True
    return False


def last_exchange(calls: tuple[TestCall, ...]) -> Exchange | None:
    """The last exchange of a call with the partner, its sign-in apart."""
    exchanges = [exchange for call in calls for exchange in call.exchanges if exchange.call == call.call]
    return exchanges[-1] if exchanges else None


def no_tree_text(exchange: Exchange | None) -> str:
    """Why there is no tree of a reply."""
    if exchange is None:
        return "Test the call: its reply appears here as a tree"
    if exchange.status == 0:
        return "No answer came"
    if exchange.cut:
        return "The reply is too large to be shown as a tree"
    return "The reply is neither JSON nor XML: no path finds anything in it"


def visible_lines(text: str) -> str:
    """Text of several lines with its control characters escaped."""
    return "\n".join(visible(line) for line in text.split("\n"))

"""How the partner is authenticated: a picker over every kind, and the options of the one that is chosen."""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Label, Select, Static

from maniple.portal.editor.findings import Findings
from maniple.portal.editor.form.control import Control
from maniple.portal.editor.form.map_form import MapForm
from maniple.portal.editor.form.rows import RowsControl
from maniple.portal.editor.form.slots import Shape, Slot, auth_kinds, described, titled
from maniple.source.text import Path as Place
from maniple.usecases.authoring import choose_auth
from maniple.usecases.draft import Draft

_NAMES = {
    "none": "No authentication",
    "basic": "Basic authentication",
    "bearer": "Bearer token",
    "header": "Authentication header",
    "custom": "Custom headers",
    "oauth2_client_credentials": "OAuth 2, client credentials",
    "oauth2_refresh": "OAuth 2, refresh token",
    "oauth1": "OAuth 1.0a",
    "jwt_bearer": "JWT bearer",
    "hmac": "HMAC signature",
    "aws_sigv4": "AWS Signature 4",
}


class AuthForm(Control):
    """One auth: its kind, the kind's own words, its options."""

    wide = True

    def __init__(self, slot: Slot, place: Place) -> None:
        super().__init__(slot, place)
        self.form: MapForm | None = None
        self.kind = ""

    def compose(self) -> ComposeResult:
        """The picker and the words; the options come with the kind."""
        kinds = [
            (Content.assemble(_NAMES.get(kind, titled(kind)), (f"  {described(owner)}", "dim")), kind)
            for kind, owner in auth_kinds().items()
        ]
        yield Horizontal(
            Label(Content("Method"), classes="control-title"),
            Select(kinds, value="none", allow_blank=False, compact=True, classes="control-select auth-kind"),
            classes="control-row",
        )
        yield Static("", classes="quiet auth-words", markup=False)

    def show(self, draft: Draft) -> None:
        """The kind and its options."""
        if not self.ready:
            return
        kind = str(draft.value((*self.place, "kind"), "none"))
        if kind != self.kind:
            self.kind = kind
            self._change_form(kind)
        elif self.form is not None and self.form.ready:
            self.form.show(draft)

    def _change_form(self, kind: str) -> None:
        if self.form is not None:
            self.form.remove()
            self.form = None
        owner = auth_kinds().get(kind)
        self.query_one(".auth-words", Static).update(Content(described(owner) if owner else "There is no such kind."))
        select = self.query_one(".auth-kind", Select)
        if owner is not None and select.value != kind:
            with select.prevent(Select.Changed):
                select.value = kind
        if owner is not None and kind != "none":
            slot = replace(self.slot, owner=owner, shape=Shape.MAP)
            self.form = MapForm(slot, self.place, hidden=frozenset({"kind"}))
            self.form.findings = self.findings
            self.mount(self.form)

    def tell(self, findings: Findings) -> None:
        """At the options."""
        self.findings = findings
        if self.form is None:
            super().tell(findings)
            return
        self._say(())
        if self.form.ready:
            self.form.tell(findings)

    async def reveal(self, place: Place) -> bool:
        """Go to the option, or to the picker."""
        depth = len(self.place)
        if place[:depth] != self.place:
            return False
        if self.form is not None and len(place) > depth and place[depth] != "kind":
            return await self.form.reveal(place)
        self.query_one(".auth-kind", Select).focus()
        return True

    @on(Select.Changed, ".auth-kind")
    def choose(self, event: Select.Changed) -> None:
        """Another kind."""
        event.stop()
        if event.value != event.select.value:
            # It is about a choice that is past.
            return
        kind, place = str(event.value), self.place
        if kind != self.kind:
            self.edit(lambda draft: choose_auth(draft, place, kind))


class AuthControl(Control):
    """One auth, or a list of them of which each holds under a condition."""

    wide = True

    def __init__(self, slot: Slot, place: Place) -> None:
        super().__init__(slot, place)
        self.inner: Control | None = None

    def show(self, draft: Draft) -> None:
        """The one or the list."""
        many = isinstance(draft.value(self.place), list)
        if self.inner is None or isinstance(self.inner, RowsControl) != many:
            if self.inner is not None:
                self.inner.remove()
            self.inner = RowsControl(self.slot, self.place) if many else AuthForm(self.slot, self.place)
            self.inner.findings = self.findings
            self.mount(self.inner)
        elif self.inner.ready:
            self.inner.show(draft)

    def tell(self, findings: Findings) -> None:
        """Where it belongs."""
        self.findings = findings
        if self.inner is not None and self.inner.ready:
            self.inner.tell(findings)

    async def reveal(self, place: Place) -> bool:
        """Go there."""
        return self.inner is not None and await self.inner.reveal(place)

"""One header with an API key."""

from __future__ import annotations

from typing import ClassVar, Literal

from maniple.auth.kind import Additions, AuthKind, DefaultField, Render
from maniple.template.text import text_of


class HeaderAuth(AuthKind):
    """Sends the API key in a header of the partner's choice, for example `Authorization: App <key>`."""

    default_fields: ClassVar[tuple[DefaultField, ...]] = (DefaultField("api_key", "API Key"),)

    kind: Literal["header"]
    name: str = "Authorization"
    """The header's name."""
    value: str = "$api_key"
    """The header's value."""

    def additions(self, render: Render) -> Additions:
        return Additions(((self.name, text_of(render(self.value))),))

    def sets_header(self) -> tuple[str, ...]:
        return (self.name,)

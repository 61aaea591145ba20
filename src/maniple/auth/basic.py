"""HTTP Basic authentication."""

from __future__ import annotations

import base64
from typing import ClassVar, Literal

from maniple.auth.kind import Additions, AuthKind, DefaultField, Render
from maniple.template.text import text_of


class BasicAuth(AuthKind):
    """Sends `Authorization: Basic base64(username:password)`. A password without value is empty (RFC 7617)."""

    default_fields: ClassVar[tuple[DefaultField, ...]] = (
        DefaultField("api_key", "API Key"),
        DefaultField("api_secret", "API Secret", optional=True),
    )

    kind: Literal["basic"]
    username: str = "$api_key"
    """The user name, usually the API key."""
    password: str = "$api_secret"  # noqa: S105  a template, not a password
    """The password, often empty."""

    def additions(self, render: Render) -> Additions:
        credentials = f"{text_of(render(self.username))}:{text_of(render(self.password))}"
        return Additions((("Authorization", f"Basic {base64.b64encode(credentials.encode()).decode()}"),))

    def sets_header(self) -> tuple[str, ...]:
        return ("Authorization",)

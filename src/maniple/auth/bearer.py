"""Bearer token."""

from __future__ import annotations

from typing import ClassVar, Literal

from maniple.auth.kind import Additions, AuthKind, DefaultField, Render
from maniple.template.text import text_of


class BearerAuth(AuthKind):
    """Sends the token as `Authorization: Bearer <token>` (RFC 6750)."""

    default_fields: ClassVar[tuple[DefaultField, ...]] = (DefaultField("bearer_token", "Bearer Token"),)

    kind: Literal["bearer"]
    token: str = "$bearer_token"  # noqa: S105  a template, not a token
    """The token."""

    def additions(self, render: Render) -> Additions:
        return Additions((("Authorization", f"Bearer {text_of(render(self.token))}"),))

    def sets_header(self) -> tuple[str, ...]:
        return ("Authorization",)

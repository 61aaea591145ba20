"""Credentials wherever the partner wants them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from maniple.auth.kind import Additions, AuthKind, Render
from maniple.template.text import text_of


class CustomAuth(AuthKind):
    """Merges headers, query parameters and body members into every call, for partners with several keys."""

    kind: Literal["custom"]
    headers: dict[str, str] = Field(default_factory=dict)
    """Header names and values."""
    query: dict[str, str] = Field(default_factory=dict)
    """Query parameters."""
    json_: dict[str, Any] = Field(default_factory=dict, alias="json")
    """Members merged into a JSON body that is an object, into a form, or added as parts of a multipart body."""

    def additions(self, render: Render) -> Additions:
        return Additions(
            tuple((name, text_of(render(value))) for name, value in self.headers.items()),
            tuple((name, text_of(render(value))) for name, value in self.query.items()),
            {name: render(value) if isinstance(value, str) else value for name, value in self.json_.items()},
        )

    def sets_header(self) -> tuple[str, ...]:
        return tuple(self.headers)

    def sets_query(self) -> tuple[str, ...]:
        return tuple(self.query)

"""No authentication."""

from __future__ import annotations

from typing import Literal

from maniple.auth.kind import AuthKind


class NoneAuth(AuthKind):
    """Sends no credentials."""

    kind: Literal["none"]

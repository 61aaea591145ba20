"""What would be submitted of a destination: its bundle, and all that a reviewer would see of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maniple.diagnostics.model import Diagnostic
from maniple.review.compat import Compatibility
from maniple.review.tiers import Quality
from maniple.testing.golden import CasesReport
from maniple.usecases.bundle import Bundle
from maniple.usecases.destinations import Destination
from maniple.wiring import Workspace

Evidence = Sequence[Mapping[str, Any]]
"""Recorded test calls, redacted already. Each: `{"call": "add_users", "accepted": true, "simulated": false, "at": 1790000000.0, "request": {"method", "url", "headers", "body"}, "reply": {"status", "headers", "body", "ms"}, "reason": null}`."""


@dataclass(frozen=True)
class Proposal:
    """What would be sent, and what stands in its way."""

    destination: Destination
    bundle: Bundle
    findings: tuple[Diagnostic, ...]
    quality: Quality
    cases: CasesReport | None
    """How the golden cases went; None when there are none."""
    compatibility: Compatibility | None
    """Against the live version; None when there is none."""
    live_version: str | None
    affected_syncs: int
    """Syncs that run with the live version."""
    evidence: Evidence
    obstacles: tuple[str, ...]
    """Why it cannot be submitted, as sentences; empty when it can."""


def propose(workspace: Workspace, path: Path, *, evidence: Evidence = ()) -> Proposal:
    """What would be submitted of the destination at `path` (its folder or manifest); nothing is written.

    Blocks for up to seconds (golden cases, odd values): call it in a thread. Raises UsageError when there is no manifest,
    OperatorError when it cannot be read.
    """
    raise NotImplementedError

"""What an author sees before handing an integration in, and after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maniple.delivery.mail import is_address
from maniple.errors import ManipleError, UsageError
from maniple.store.control.submission_rows import EntryRow
from maniple.usecases.proposal import Proposal, propose
from maniple.usecases.submissions import Standing, state_of
from maniple.usecases.workshop import read
from maniple.wiring import Workspace


@dataclass(frozen=True)
class Prospect:
    """What would be sent, where the integration stands, what was said, and whether the portal holds text that is not in
    the file."""

    proposal: Proposal
    standing: Standing
    entries: tuple[EntryRow, ...] = ()
    unsaved: bool = False


def look_ahead(workspace: Workspace, path: Path, *, deep: bool) -> Prospect:
    """All that an author should know of the destination at `path`. Blocks as `propose` does; raises what it raises."""
    proposal = propose(workspace, path, deep=deep)
    standing = state_of(workspace.store, slug_of(path, proposal))
    row = standing.submission
    entries = tuple(workspace.store.entries(row.id)) if row is not None else ()
    return Prospect(proposal, standing, entries, _unsaved(workspace, path))


def slug_of(path: Path, proposal: Proposal) -> str:
    """What the integration is called: as its manifest says, or as its folder is."""
    manifest = proposal.destination.manifest
    return manifest.slug if manifest is not None else path.resolve().parent.name


def _unsaved(workspace: Workspace, path: Path) -> bool:
    try:
        return read(workspace.home, path).unsaved is not None
    except ManipleError:
        return False


def checked_address(text: str) -> str | None:
    """An e-mail address, or None for none. Raises UsageError."""
    address = text.strip() or None
    if address is not None and not is_address(address):
        raise UsageError(f"`{address}` is no e-mail address", hint="write it as `ada@acme.test`, or leave it empty")
    return address

"""What `submit`, `release` and `review` have in common."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Parameter

from maniple.cli.screen import Screen, note, stderr, stdout
from maniple.cli.words import octets, plural, utc
from maniple.errors import UsageError

if TYPE_CHECKING:
    from maniple.review.tiers import Missing, Quality
    from maniple.store.control.submission_rows import SubmissionRow
    from maniple.usecases.proposal import Evidence, Proposal
    from maniple.wiring import Workspace

EMAIL = "MANIPLE_EMAIL"
Note: TypeAlias = Annotated[str, Parameter(name="--note", metavar="TEXT", help="What to say about it.")]
AuthorEmail: TypeAlias = Annotated[
    str | None,
    Parameter(name="--email", metavar="ADDRESS", help=f"Where decisions are mailed to; else what {EMAIL} says."),
]
EvidenceFile: TypeAlias = Annotated[
    Path | None,
    Parameter(name="--evidence", metavar="FILE.json", help="Test calls, instead of those this home remembers."),
]


def author_email(given: str | None) -> str | None:
    """The author's address, as given or as the environment says."""
    return given or os.environ.get(EMAIL)


def read_evidence_file(path: Path | None) -> Evidence | None:
    """Evidence from a file; None when none is named. Raises UsageError."""
    if path is None:
        return None
    from maniple.usecases.proposal import read_evidence

    try:
        return read_evidence(path.read_bytes())
    except OSError as cause:
        raise UsageError(f"`{path}` cannot be read: {cause.strerror}") from cause


def agreed(
    workspace: Workspace, place: Path, evidence: Evidence | None, question: str, *, internal: bool = False
) -> bool:
    """The person has seen what would be sent and says yes; where nobody can be asked it is meant.

    What stands in the way is raised by the use case, which looks for itself.
    """
    from maniple.cli.asking import confirm
    from maniple.usecases.proposal import propose

    if not sys.stdin.isatty():
        return True
    proposal = propose(workspace, place, evidence=evidence)
    show_proposal(proposal)
    blocked = proposal.release_obstacles if internal else proposal.obstacles
    if not blocked and not confirm(question):
        note("nothing was sent")
        return False
    return True


def confirmed(what: str, question: str, *, yes: bool) -> bool:
    """The person means it. Raises UsageError where nobody can be asked and nobody said `--yes`."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError(what, hint="say so with `--yes`")
    from maniple.cli.asking import confirm

    note(f"{what}.")
    return confirm(question)


def show_proposal(proposal: Proposal) -> None:
    """What would be sent, its tier, and what stands in its way."""
    screen = stdout()
    manifest = proposal.destination.manifest
    screen.line(
        screen.paint(f"{manifest.name} {manifest.version}" if manifest else str(proposal.destination.path), "bold")
    )
    for name, content in sorted(proposal.bundle.files.items()):
        screen.line(f"  {name}  {octets(len(content))}")
    calls = proposal.evidence.get("calls", ())
    screen.line(f"  evidence of {plural(len(calls), 'test call')}, without secrets")
    show_quality(screen, proposal.quality)
    show_compatibility(screen, proposal)
    for obstacle in proposal.obstacles:
        screen.line(f"{screen.paint('✗', 'red')} {obstacle}")


def show_quality(screen: Screen, quality: Quality | None) -> None:
    """The tier, and what the next one asks for."""
    if quality is None:
        screen.line(f"quality  {screen.paint('the manifest cannot be read', 'red')}")
        return
    screen.line(f"quality  {screen.paint(quality.tier or 'below bronze', 'bold')}")
    if quality.next_tier is None:
        return
    needed = quality.needed(quality.next_tier)
    screen.line(f"  {quality.next_tier} needs {plural(len(needed), 'thing')}:")
    for missing in needed:
        screen.line(f"  - {missing.message}{place_of(missing)}")
    for missing, why in quality.exempted:
        screen.line(f"  exempt from {missing.rule}: {why}")


def place_of(missing: Missing) -> str:
    """Where something is missing, as words behind a sentence."""
    path = ".".join(str(step) for step in missing.path)
    file = "" if missing.file.startswith("manifest.") else missing.file
    return f" ({' '.join(word for word in (file, path) if word)})" if file or path else ""


def show_compatibility(screen: Screen, proposal: Proposal) -> None:
    """The verdict against what is live, every difference, and who is affected."""
    found = proposal.compatibility
    if found is None:
        screen.line("compatibility  nothing is live yet")
        return
    screen.line(f"compatibility  {screen.paint(found.verdict, 'bold')}")
    for each in found.differences:
        mark = screen.paint("✗ breaking:", "red") if each.breaking else "·"
        place = ".".join(str(step) for step in each.path)
        screen.line(f"  {mark} {each.message}{f' ({place})' if place else ''}")
    if proposal.affected_syncs:
        using = "sync uses" if proposal.affected_syncs == 1 else "syncs use"
        fate = "nothing changes there" if found.breaking else "the next run takes the new version"
        screen.line(f"  {proposal.affected_syncs:,} {using} {found.old_version}: {fate}")


def tell_warnings(warnings: tuple[str, ...]) -> None:
    """What went on beside it."""
    for warning in warnings:
        note(f"{stderr().paint('warning:', 'bold yellow')} {warning}")


def submission_json(row: SubmissionRow) -> dict[str, Any]:
    """A submission as plain data."""
    return {
        "id": row.id,
        "slug": row.slug,
        "name": row.name,
        "version": row.version,
        "author": row.author,
        "email": row.email,
        "state": row.state,
        "round": row.round,
        "created_at": utc(row.created_at),
        "updated_at": utc(row.updated_at),
    }

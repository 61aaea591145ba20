"""`maniple submit`: a destination handed in for review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from maniple.cli.handing_in import (
    AuthorEmail,
    EvidenceFile,
    Note,
    agreed,
    author_email,
    read_evidence_file,
    show_proposal,
    submission_json,
    tell_warnings,
)
from maniple.cli.inputs import manifest_paths
from maniple.cli.parameters import AsJson, DestinationWord, flag
from maniple.cli.screen import hint, note, stdout
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.usecases.proposal import Evidence
    from maniple.wiring import Workspace

app = App(
    name="submit",
    help_epilogue="""\
What is sent: the manifest, its golden cases, README, logo and quality.yaml, what
`maniple check --deep` finds, and test calls without secrets. Handed in again, it
is the next round of the same submission. --into needs no database: it writes
integrations/<slug>, ready for a branch and a pull request.

Examples:
  maniple submit my-partner
  maniple submit my-partner --dry-run
  maniple submit my-partner --note "Limits corrected" --email ada@acme.test --yes
  maniple submit my-partner --into ../maniple""",
)


@app.default
def submit(
    path: DestinationWord,
    /,
    *,
    note: Note = "",
    email: AuthorEmail = None,
    evidence: EvidenceFile = None,
    into: Annotated[
        Path | None, Parameter(name="--into", metavar="FOLDER", help="Write a folder for a branch instead.")
    ] = None,
    dry_run: Annotated[bool, flag("--dry-run", "Show what would be sent and what stands in its way.")] = False,
    yes: Annotated[bool, flag("--yes", "Do not ask.")] = False,
    json: AsJson = False,
) -> int:
    """Hand a destination in for review."""
    from maniple.usecases.submissions import submit as hand_in
    from maniple.wiring import Workspace, open_notifier, person

    place = manifest_paths([path])[0]
    shown = read_evidence_file(evidence)
    if into is not None:
        return _write_branch(place, into, shown, json=json)
    address = author_email(email)
    with Workspace.open() as workspace:
        if dry_run:
            return _dry_run(workspace, place, shown, json=json)
        if not yes and not json and not agreed(workspace, place, shown, f"Submit as {person()}?"):
            return ExitCode.OK
        done = hand_in(
            workspace, place, author=person(), email=address, note=note, evidence=shown, notifier=open_notifier()
        )
    if json:
        stdout().json(submission_json(done.submission))
        return ExitCode.OK
    row = done.submission
    screen = stdout()
    screen.line(f"{screen.paint('✓', 'green')} submitted {row.name} {row.version}, round {row.round} ({row.id})")
    tell_warnings(done.warnings)
    hint(f"`maniple review show {row.slug}` shows how it stands; `maniple review notices` what you are told")
    return ExitCode.OK


def _dry_run(workspace: Workspace, place: Path, shown: Evidence | None, *, json: bool) -> int:
    from maniple.usecases.proposal import propose

    proposal = propose(workspace, place, evidence=shown)
    if json:
        stdout().json({"files": sorted(proposal.bundle.files), **proposal.report})
    else:
        show_proposal(proposal)
        note("dry run: nothing was sent")
    return ExitCode.FINDINGS if proposal.obstacles else ExitCode.OK


def _write_branch(place: Path, into: Path, shown: Evidence | None, *, json: bool) -> int:
    from maniple.store.home import Home
    from maniple.usecases.branch_folder import write_branch

    branch = write_branch(place, into, Home.locate(), evidence=shown)
    screen = stdout()
    if json:
        files = {"written": list(branch.written), "deleted": list(branch.deleted)}
        screen.json({"folder": str(branch.folder), **files, "tier": branch.proposal.report["tier"]})
        return ExitCode.OK
    for word, names in (("wrote", branch.written), ("deleted", branch.deleted)):
        for name in names:
            screen.line(f"{word} {branch.folder / name}")
    if not branch.written and not branch.deleted:
        screen.line(f"{branch.folder} is as it should be")
    hint(f"next: `git add {branch.folder}`, commit, and open a pull request")
    return ExitCode.OK

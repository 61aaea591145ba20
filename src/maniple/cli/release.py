"""`maniple release`: a destination in the catalogue of this home, without a review."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App

from maniple.cli.handing_in import (
    AuthorEmail,
    EvidenceFile,
    Note,
    agreed,
    author_email,
    read_evidence_file,
    submission_json,
    tell_warnings,
)
from maniple.cli.inputs import manifest_paths
from maniple.cli.parameters import AsJson, DestinationWord, flag
from maniple.cli.screen import hint, stdout
from maniple.errors import ExitCode

app = App(
    name="release",
    help_epilogue="""\
Everybody who works with this MANIPLE_HOME can connect it at once. It is marked as
internal until a submission of it is approved. Nothing may be wrong with the
manifest, and its golden cases must pass; a tier is not asked for.

Examples:
  maniple release my-partner
  maniple release my-partner --note "For the pilot" --yes --json""",
)


@app.default
def release(
    path: DestinationWord,
    /,
    *,
    note: Note = "",
    email: AuthorEmail = None,
    evidence: EvidenceFile = None,
    yes: Annotated[bool, flag("--yes", "Do not ask.")] = False,
    json: AsJson = False,
) -> int:
    """Release a destination internally."""
    from maniple.usecases.submissions import release_internally
    from maniple.wiring import Workspace, person

    place = manifest_paths([path])[0]
    shown, address = read_evidence_file(evidence), author_email(email)
    with Workspace.open() as workspace:
        question = f"Release internally as {person()}?"
        if not yes and not json and not agreed(workspace, place, shown, question, internal=True):
            return ExitCode.OK
        done = release_internally(workspace, place, author=person(), email=address, note=note, evidence=shown)
    row = done.submission
    screen = stdout()
    if json:
        screen.json(submission_json(row))
        return ExitCode.OK
    screen.line(f"{screen.paint('✓', 'green')} released {row.name} {row.version} internally ({row.id})")
    tell_warnings(done.warnings)
    hint(f"next: `maniple connect {row.slug}`; `maniple submit {path}` asks for the review")
    return ExitCode.OK

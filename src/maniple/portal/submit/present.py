"""The texts of handing in: what is sent, where it stands, what was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from textual.content import Content

from maniple.diagnostics.cells import visible
from maniple.portal import states
from maniple.portal.going import place_on_line
from maniple.portal.quality.present import DIM, Line, count_cases, count_findings, tier_words
from maniple.source.text import Document
from maniple.store.control.submission_rows import EntryKind, EntryRow
from maniple.usecases.integrations import State
from maniple.usecases.proposal import Proposal
from maniple.usecases.submissions import Standing
from maniple.usecases.submitting import Prospect
from maniple.usecases.words import octets, plural

STATES: Final[Mapping[State, tuple[str, str, str]]] = {
    state: (sign, "approved, live" if state == "approved" else word, f"${colour}")
    for state, (sign, word, colour) in states.STATES.items()
}
"""For each state its sign, its word said in full, the theme's colour."""
NEXT: Final[Mapping[State, str]] = {
    "draft": "Nobody else has seen it. s submits it for review, i releases it internally.",
    "released": "Everybody who works with this home can connect it. s asks for the review.",
    "under_review": "A reviewer has it. Amend it and submit again, answer with a, or take it back with w.",
    "changes_requested": "A reviewer asks for changes, below. Amend it in the editor (enter on a comment goes there), "
    "answer with a, and submit again with s.",
    "approved": "It is in the catalogue, and syncs use it from their next run on. To change it, give it a higher "
    "version and submit it again.",
    "rejected": "The reason is below. Submitted again, it is a new submission.",
    "withdrawn": "You took it back. s submits it again, as a new submission.",
    "deprecated": "Nobody should connect it any more; syncs go on. The reason is below.",
}
SAID: Final[Mapping[EntryKind, tuple[str, str]]] = {
    "released": ("◈", "released it internally"),
    "submitted": ("→", "submitted it"),
    "comment": ("✎", "commented"),
    "answer": ("↳", "answered"),
    "changes_requested": ("✎", "asked for changes"),
    "approved": ("✓", "approved it"),
    "rejected": ("✗", "rejected it"),
    "withdrawn": ("↩", "took it back"),
    "deprecated": ("⊘", "deprecated it"),
}


def state_words(state: State) -> Content:
    """A state as sign and word."""
    sign, word, colour = STATES[state]
    return Content.styled(f"{sign} {word}", f"bold {colour}")


def moment(seconds: float) -> str:
    """When something was, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def heading(prospect: Prospect) -> Content:
    """Name, version, state and tier in a line."""
    manifest = prospect.proposal.destination.manifest
    name = f"{manifest.name} {manifest.version}" if manifest is not None else prospect.proposal.destination.path.name
    quality = prospect.proposal.quality
    tier = tier_words(quality.tier) if quality is not None else "✗ cannot be read"
    return Content.assemble((f" {visible(name)}", "bold"), "   ", state_words(prospect.standing.state), f"   {tier}")


def standing_text(standing: Standing) -> Content:
    """Where it stands, and what comes next."""
    parts: list[Content | str | tuple[str, str]] = [state_words(standing.state)]
    row, live = standing.submission, standing.live
    if row is not None:
        parts.append(f"  round {row.round}, version {visible(row.version)}, handed in by {visible(row.author)}")
        parts.append((f"\n{visible(row.id)}", DIM))
    if live is not None:
        kind = "internally" if live.internal else f"since {moment(live.at)} UTC"
        parts.append(f"\nlive: version {visible(live.version)}, {kind}")
    parts.append((f"\n{NEXT[standing.state]}", DIM))
    return Content.assemble(*parts)


def files_text(proposal: Proposal) -> Content:
    """Every file with its size."""
    files = proposal.bundle.own
    width = max((len(visible(name)) for name in files), default=0)
    lines = [f"{visible(name).ljust(width)}  {octets(len(content)):>12}" for name, content in sorted(files.items())]
    calls = len(proposal.evidence.get("calls", ()))
    lines.append(f"{'report'.ljust(width)}  {count_findings(proposal.findings)}; {count_cases(proposal.cases)}")
    lines.append(f"{'evidence'.ljust(width)}  {plural(calls, 'test call')}, without secrets")
    return Content("\n".join(lines))


def weight(proposal: Proposal) -> str:
    """How much is sent, in a few words."""
    files = proposal.bundle.own
    return f"{plural(len(files), 'file')} ({octets(sum(map(len, files.values())))})"


def submit_question(prospect: Prospect, author: str, address: str | None) -> tuple[str, str]:
    """What submitting does: title and text."""
    proposal, row = prospect.proposal, prospect.standing.submission
    manifest = proposal.destination.usable().manifest
    amends = row is not None and prospect.standing.state in ("released", "under_review", "changes_requested")
    rounds = f", as round {row.round + 1}" if amends and row is not None else ""
    calls = plural(len(proposal.evidence.get("calls", ())), "test call")
    told = f"by mail at {address} and here" if address else "here in the portal; no e-mail address is given"
    return (
        f"Submit {manifest.name} {manifest.version}{rounds}?",
        f"The reviewers get {weight(proposal)}, the report and the evidence of {calls}, in the name of {author}.\n"
        f"Nothing is published until a reviewer approves it. You are told {told}.",
    )


def release_question(prospect: Prospect, home: str) -> tuple[str, str]:
    """What releasing internally does: title and text."""
    manifest = prospect.proposal.destination.usable().manifest
    return (
        f"Release {manifest.name} {manifest.version} internally?",
        f"Everybody who works with {home} can connect it at once, and nobody else sees it.\n"
        "It is marked as internal: no reviewer has looked at it. It stays so until a submission of it is approved, or "
        "until you withdraw it.",
    )


def withdraw_question(standing: Standing) -> tuple[str, str]:
    """What taking it back does: title and text."""
    row = standing.submission
    assert row is not None
    text = (
        "It leaves the catalogue of this home. Connections that were made go on with the copy that they keep."
        if standing.state == "released"
        else "The reviewers have nothing to do any more. What was said is kept; submitted again, it begins anew."
    )
    return f"Withdraw {row.name} {row.version}?", text


def entry_lines(entries: Iterable[EntryRow], document: Document | None, manifest: str) -> list[Line]:
    """What was said and decided, the newest first. A comment on a line of the manifest leads to its place."""
    return [_entry_line(each, document, manifest) for each in reversed(list(entries))]


def _entry_line(entry: EntryRow, document: Document | None, manifest: str) -> Line:
    sign, did = SAID[entry.kind]
    on = f" on {visible(entry.file)}{f':{entry.line}' if entry.line else ''}" if entry.file else ""
    parts: list[str | tuple[str, str]] = [
        (f"{sign} {visible(entry.who)} {did}{on}", "bold"),
        (f"  round {entry.round}, {moment(entry.at)} UTC", DIM),
    ]
    parts += [f"\n  {visible(line)}" for line in entry.text.splitlines()]
    leads = entry.file == manifest and entry.line is not None and document is not None
    place = place_on_line(document, entry.line) if leads and document is not None and entry.line else ()
    return Line(Content.assemble(*parts), place, entry.kind, "" if leads else entry.file or "", leads=True)

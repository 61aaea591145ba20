"""The texts of the review desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from textual.content import Content

from maniple.diagnostics.cells import visible
from maniple.portal.quality.present import (
    DIM,
    Line,
    affected,
    compatibility_lines,
    ladder,
    missing_lines,
    obstacle_lines,
    tier_head,
)
from maniple.portal.submit.present import state_words
from maniple.usecases.bundle_trial import Tried
from maniple.usecases.exchange_text import preview_lines
from maniple.usecases.preview import Preview
from maniple.usecases.reviewing import Dossier, Waiting
from maniple.usecases.run import Progress
from maniple.usecases.words import octets, plural

MOST_REQUESTS: Final = 20
"""Requests of a preview that are shown."""


def ago(seconds: float) -> str:
    """How long something waits."""
    for size, unit in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            amount = int(seconds // size)
            return f"{amount} {unit}{'s' if unit == 'day' and amount > 1 else ''}"
    return "just now"


def _since(seconds: float) -> str:
    return f"{ago(seconds)} ago" if seconds >= 60 else "just now"


COLUMNS: Final = (
    ("Name", 22),
    ("State", 20),
    ("Waits", 9),
    ("Tier", 7),
    ("Changes", 14),
    ("Version", 10),
    ("Author", 18),
    ("Round", 6),
    ("Syncs", 6),
    ("Id", 16),
)
"""The queue's columns with their cells, the most wanted first; a narrow terminal leaves the last ones out."""


def queue_head(width: int) -> Content:
    """The titles of the columns that fit."""
    return Content.styled("".join(f"{title:<{cells}}" for title, cells in _columns(width)), f"bold {DIM}")


def queue_line(waiting: Waiting, me: str, width: int) -> Content:
    """A submission in the queue."""
    row = waiting.submission
    author = f"{visible(row.author)} (you)" if row.author == me else visible(row.author)
    changes = Content.styled("✗ breaking", "$text-error") if waiting.breaking else Content("✓ compatible")
    cells = {
        "Name": Content.styled(visible(row.name), "bold"),
        "State": state_words(row.state),
        "Waits": Content(ago(waiting.age)),
        "Tier": Content(waiting.tier or "–"),
        "Changes": changes,
        "Version": Content(visible(row.version)),
        "Author": Content(author),
        "Round": Content(str(row.round)),
        "Syncs": Content(str(waiting.affected_syncs)),
        "Id": Content.styled(row.id, DIM),
    }
    return Content("").join([_fitted(cells[title], room) for title, room in _columns(width)])


def _columns(width: int) -> list[tuple[str, int]]:
    shown: list[tuple[str, int]] = []
    for title, cells in COLUMNS:
        if sum(room for _, room in shown) + cells > width:
            break
        shown.append((title, cells))
    return shown


def _fitted(content: Content, room: int) -> Content:
    cut = content.truncate(room - 1, ellipsis=True) if content.cell_length >= room else content
    return cut.append(" " * (room - cut.cell_length))


def dossier_heading(dossier: Dossier, me: str, now: float) -> Content:
    """Who handed in what, how it stands, and what a reviewer must know before deciding."""
    row, shown = dossier.submission, dossier.shown
    address = f" <{visible(row.email)}>" if row.email else ""
    parts: list[Content | str | tuple[str, str]] = [
        (f"{visible(row.name)} {visible(shown.version)}", "bold"),
        "   ",
        state_words(row.state),
        f"   by {visible(row.author)}{address}, {_since(now - shown.at)}, round {shown.number}",
    ]
    if shown.number != row.round:
        parts.append((f"  ▲ not the newest, which is {row.round}", "$text-warning"))
    if row.author == me:
        parts.append(("\n▲ you handed this in yourself: better let somebody else decide", "$text-warning"))
    if dossier.live_author not in (None, row.author):
        parts.append((f"\n▲ what is live was handed in by {visible(str(dossier.live_author))}", "$text-warning"))
    if shown.note:
        parts.append(f"\n“{visible(' '.join(shown.note.split()))}”")
    return Content.assemble(*parts)


def counts(dossier: Dossier) -> dict[str, int]:
    """How many there are of what the parts list."""
    return {
        "changes": len(dossier.differences),
        "findings": len(dossier.proposal.findings),
        "evidence": len(dossier.proposal.evidence.get("calls", ())),
        "history": len(dossier.entries),
    }


def verdict_lines(dossier: Dossier, *, trying: bool) -> list[Line]:
    """What speaks for and against: obstacles, compatibility, tier and what it lacks."""
    proposal = dossier.proposal
    lines = [Line(Content.styled("Compared with what is live", "bold $text-primary"), leads=False)]
    lines += [Line(each, leads=False) for each in compatibility_lines(proposal)]
    lines.append(Line(Content.styled("\nWhat stands in the way of approving", "bold $text-primary"), leads=False))
    obstacles = obstacle_lines(proposal)
    nothing = Line(Content.styled("✓ nothing", "$text-success"), leads=False)
    lines += obstacles or [nothing]
    lines.append(Line(Content.assemble(("\nTier  ", "bold $text-primary"), tier_head(proposal.quality)), leads=False))
    lines.append(Line(ladder(proposal.quality), leads=False))
    return lines + missing_lines(proposal.quality, trying=trying)


def evidence_text(dossier: Dossier) -> Content:
    """Every test call with its requests and replies, as they were recorded; secrets are not in them."""
    blocks: list[Content] = []
    for call in dossier.proposal.evidence.get("calls", ()):
        if isinstance(call, dict):
            blocks.append(_call_text(call))
    if not blocks:
        return Content.styled("No test calls came with it.", DIM)
    return Content("\n\n").join(blocks)


def _call_text(call: dict[str, Any]) -> Content:
    good = call.get("result") == "delivered"
    sign, colour = ("✓", "$text-success") if good else ("✗", "$text-error")
    why = f": {call['reason']}" if call.get("reason") else ""
    parts: list[str | tuple[str, str]] = [
        (visible(f"{sign} {call.get('call')} {call.get('operation') or ''}".rstrip()), f"bold {colour}"),
        visible(f"  {call.get('result')}{why}, {call.get('target')}, {plural(int(call.get('users') or 0), 'user')}"),
        (visible(f"  {call.get('at') or ''}"), DIM),
    ]
    for exchange in call.get("exchanges") or ():
        parts += _exchange_text(exchange) if isinstance(exchange, dict) else []
    return Content.assemble(*parts)


def _exchange_text(exchange: dict[str, Any]) -> list[str | tuple[str, str]]:
    request, reply = exchange.get("request") or {}, exchange.get("reply") or {}
    took = f"{reply.get('ms')} ms, {octets(int(reply.get('bytes') or 0))}"
    return [
        (f"\n  → {visible(str(request.get('method')))} {visible(str(request.get('url')))}", "$text-accent"),
        *(f"\n    {visible(f'{name}: {value}')}" for name, value in request.get("headers") or ()),
        _body(request.get("body")),
        (f"\n  ← {visible(str(reply.get('status')))}  {visible(took)}", "$text-accent"),
        f"  read as {visible(str(exchange.get('read_as')))}: {visible(str(exchange.get('because')))}",
        _body(reply.get("body")),
    ]


def _body(body: object) -> str:
    if not body:
        return ""
    return "".join(f"\n    {visible(line)}" for line in str(body).splitlines()[:20])


def preview_text(preview: Preview) -> Content:
    """The requests for invented users, as `maniple preview` prints them."""
    lines = [
        Content.styled(line, "bold $text-primary") if heading else Content(line)
        for line, heading in preview_lines(preview, most=MOST_REQUESTS)
    ]
    return Content("\n").join(lines)


def tried_text(tried: Tried, whom: str) -> Content:
    """How the syncs of an invented cohort went."""
    parts: list[str | tuple[str, str]] = [(f"A cohort of invented users was synced twice with {whom}\n", "bold")]
    for run in tried.runs:
        good = run.status.startswith("succeeded") and not run.rejected
        sign, colour = ("✓", "$text-success") if good else ("✗", "$text-error")
        parts.append((f"{sign} run {run.number}: {run.status.replace('_', ' ')}", f"bold {colour}"))
        parts.append(
            f"  {run.added:,} added, {run.removed:,} removed, {run.skipped:,} skipped, {run.rejected:,} refused, "
            f"{plural(run.requests, 'request')}\n"
        )
        if run.reason:
            parts.append(f"  {visible(run.reason)}: {visible(run.message or '')}\n")
    match tried.list_deleted:
        case True:
            parts.append("the list was deleted at the partner")
        case False:
            parts.append(("▲ the list could not be deleted, and is still at the partner", "$text-warning"))
        case None:
            pass
    return Content.assemble(*parts)


def progress_text(run: int, progress: Progress) -> Content:
    """How far a trial sync is."""
    of = f" {progress.done:,} of {progress.total:,} users" if progress.total else ""
    return Content(f"… run {run}: {visible(progress.phase)}{of}, {plural(progress.requests, 'request')}  (s stops)")


def approve_question(dossier: Dossier, me: str, home: str) -> tuple[str, str]:
    """What approving does: title and text."""
    row, proposal = dossier.submission, dossier.proposal
    text = (
        f"It is published for everybody who works with {home}, and can be synced at once, with no restart.\n"
        f"{affected(proposal)[:1].upper()}{affected(proposal)[1:]}.\n{_told(dossier)}"
    )
    if row.author == me:
        text = f"You handed this in yourself: nobody else has looked at it.\n{text}"
    return f"Approve {row.name} {row.version}?", text


def changes_question(dossier: Dossier) -> tuple[str, str]:
    """What requesting changes does: title and text."""
    row = dossier.submission
    return (
        f"Request changes to {row.name} {row.version}?",
        f"{row.author} amends it and hands in round {row.round + 1}; until then it waits for no reviewer.\n{_told(dossier)}",
    )


def reject_question(dossier: Dossier) -> tuple[str, str]:
    """What rejecting does: title and text."""
    row = dossier.submission
    return (
        f"Reject {row.name} {row.version}?",
        f"This submission ends; {row.author} would have to begin a new one. What is live stays as it is.\n{_told(dossier)}",
    )


def deprecate_question(dossier: Dossier) -> tuple[str, str]:
    """What deprecating does: title and text."""
    row = dossier.submission
    text = "Whoever connects it from now on is warned; connections and syncs that there are go on."
    return f"Deprecate {row.name} {row.version}?", f"{text}\n{_told(dossier)}"


def _told(dossier: Dossier) -> str:
    row = dossier.submission
    by = f"by mail at {row.email} and in the portal" if row.email else "in the portal; no e-mail address was given"
    return f"{row.author} is told {by}."


def count(waiting: Sequence[Waiting], *, everything: bool) -> str:
    """How many submissions are listed."""
    if everything:
        return plural(len(waiting), "submission")
    return f"{plural(len(waiting), 'submission')} waiting for a decision" if waiting else "nothing waits for a decision"

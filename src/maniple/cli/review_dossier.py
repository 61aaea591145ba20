"""A submission shown to a reviewer: as text, and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maniple.cli.handing_in import show_compatibility, show_quality, submission_json
from maniple.cli.screen import Screen, hint, stdout
from maniple.cli.words import ago, moment, octets, plural, utc

if TYPE_CHECKING:
    from maniple.store.control.submission_rows import EntryRow
    from maniple.usecases.reviewing import Dossier

MOST_LINES = 60
"""Lines of a difference that `show` prints; `diff` prints all."""
SAID = {
    "released": "released it internally",
    "submitted": "submitted it",
    "comment": "commented",
    "answer": "answered",
    "changes_requested": "asked for changes",
    "approved": "approved it",
    "rejected": "rejected it",
    "withdrawn": "took it back",
    "deprecated": "deprecated it",
}


def show_dossier(dossier: Dossier, now: float) -> None:
    """Everything about a submission; `now` is in seconds since the Unix epoch."""
    screen = stdout()
    _head(screen, dossier, now)
    show_compatibility(screen, dossier.proposal)
    show_quality(screen, dossier.proposal.quality)
    _findings(screen, dossier)
    _cases(screen, dossier)
    _evidence(screen, dossier)
    _differences(screen, dossier)
    screen.line(screen.paint("thread", "bold"))
    for entry in dossier.entries:
        _entry(screen, entry)


def diff_line(screen: Screen, line: str) -> None:
    """One line of a patch; its first character says the same as its colour."""
    style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    screen.line(screen.paint(line, style) if style else line)


def _head(screen: Screen, dossier: Dossier, now: float) -> None:
    from maniple.store.control.submissions import WORDS

    row, shown = dossier.submission, dossier.shown
    state = screen.paint(WORDS[row.state], "bold")
    screen.line(f"{screen.paint(row.name, 'bold')} {shown.version} ({row.slug})  {state}, round {row.round}")
    address = f" <{row.email}>" if row.email else ""
    screen.line(f"  {row.id}, by {row.author}{address}, {ago(now - shown.at)}")
    earlier = f"; this is round {shown.number}" if shown.number != row.round else ""
    screen.line(f"  bundle of {octets(shown.size)}, sha256 {shown.sha256[:16]}{earlier}")
    if dossier.live_author not in (None, row.author):
        screen.line(f"  {screen.paint('!', 'yellow')} what is live was handed in by {dossier.live_author}")
    if shown.note:
        screen.paragraph(shown.note, "  > ")
    for obstacle in dossier.proposal.obstacles if row.state == "under_review" else ():
        screen.line(f"{screen.paint('✗', 'red')} cannot be approved: {obstacle}")


def _findings(screen: Screen, dossier: Dossier) -> None:
    from maniple.diagnostics.render import render_line

    findings = dossier.proposal.findings
    screen.line(f"{screen.paint('findings', 'bold')}  {plural(len(findings), 'finding') if findings else 'none'}")
    for finding in findings:
        screen.line(f"  {render_line(finding)}")


def _cases(screen: Screen, dossier: Dossier) -> None:
    report = dossier.proposal.cases
    title = screen.paint("cases", "bold")
    if report is None:
        screen.line(f"{title}  none")
        return
    screen.line(f"{title}  {plural(len(report.results), 'case')} run, {len(report.failures):,} failed")
    for result in report.failures:
        screen.line(f"  {screen.paint('✗', 'red')} {result.name} (line {result.line}): {result.problems[0]}")


def _evidence(screen: Screen, dossier: Dossier) -> None:
    tested = dossier.proposal.report["tested"]
    screen.line(f"{screen.paint('evidence', 'bold')}  {plural(len(tested), 'test call') if tested else 'none'}")
    for call in tested:
        good = call["result"] == "delivered"
        mark = screen.paint("✓", "green") if good else screen.paint("✗", "red")
        why = f": {call['reason']}" if call["reason"] else ""
        screen.line(f"  {mark} {call['call']} at the {call['target']}, {call['result']}{why} ({call['at']})")
    for check in dossier.proposal.checks:
        screen.line(f"  {check.by} on {check.day}: {check.what}")


def _differences(screen: Screen, dossier: Dossier) -> None:
    title = screen.paint("files", "bold")
    screen.line(f"{title}  {plural(len(dossier.differences), 'file')} differ from what is live")
    left = MOST_LINES
    for each in dossier.differences:
        if each.old is None and each.new is not None:
            screen.line(f"  {each.name} is new, {plural(len(each.new.splitlines()), 'line')}")
            continue
        for line in each.lines[:left]:
            diff_line(screen, line)
        left = max(0, left - len(each.lines))
    if left == 0:
        hint(f"`maniple review diff {dossier.submission.slug}` shows all lines")


def _entry(screen: Screen, entry: EntryRow) -> None:
    place = f" on {entry.file}" + (f":{entry.line}" if entry.line else "") if entry.file else ""
    screen.line(f"  {moment(entry.at)}  {entry.who} {SAID[entry.kind]}{place} (round {entry.round})")
    if entry.text:
        for line in entry.text.splitlines():
            screen.paragraph(line, "    ")


def dossier_json(dossier: Dossier) -> dict[str, Any]:
    """Everything about a submission as plain data."""
    return {
        **submission_json(dossier.submission),
        "shown_round": dossier.shown.number,
        "sha256": dossier.shown.sha256,
        "note": dossier.shown.note,
        **dossier.proposal.report,
        "files": [
            {"file": each.name, "new": each.old is None, "gone": each.new is None, "lines": list(each.lines)}
            for each in dossier.differences
        ],
        "thread": [entry_json(entry) for entry in dossier.entries],
    }


def entry_json(entry: EntryRow) -> dict[str, Any]:
    """Something that was said or decided, as plain data."""
    return {
        "at": utc(entry.at),
        "who": entry.who,
        "kind": entry.kind,
        "round": entry.round,
        "text": entry.text,
        "file": entry.file,
        "line": entry.line,
    }

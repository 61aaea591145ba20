"""A run's report for a person: the figures on stdout, what to do next on stderr."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from maniple.cli.screen import Screen, hint, stderr, stdout
from maniple.cli.table import cut_to
from maniple.cli.words import MARKS, count, lasting, plural, rate
from maniple.diagnostics.cells import cell_count, visible
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.usecases.estimate import Estimate
    from maniple.usecases.report import RunReport


def status_cell(status: str) -> tuple[str, str]:
    """A run's status with its mark."""
    from maniple.usecases.report import TITLES

    mark, style = MARKS[status]
    return f"{mark} {TITLES[status]}", style


def show_report(report: RunReport, connection: str, again: str) -> int:
    """Show what a run did; `again` is the command that runs the sync once more. Answers with the exit code."""
    screen = stdout()
    text, style = status_cell(report.status)
    place = f"{visible(report.cohort_name)} -> {visible(connection)}"
    screen.line(f"{screen.paint(text, style)}  {place}, run {report.number} ({report.run_id})")
    _show_figures(screen, _figures(report))
    if report.status == "failed":
        tell_failure(report, connection, again)
        return ExitCode.FAILED
    if report.in_doubt or report.unsent:
        hint(f"the next sync sends what is missing: `{again}`")
    return ExitCode.OK


def show_estimate(estimate: Estimate) -> None:
    """Show what a run would send."""
    screen = stdout()
    screen.line("dry run: nothing was sent")
    figures: list[tuple[str, str]] = [
        ("cohort", _cohort(estimate.cohort_users, estimate.duplicates)),
        ("would be added", count(estimate.adds)),
        ("would be removed", count(estimate.removes)),
        ("unchanged", count(estimate.unchanged)),
        *_rare(("shared", estimate.shared, _SHARED), ("drifted", estimate.drifted, _DRIFTED)),
        *_by_reason("skipped", sum(estimate.skipped_by_reason.values()), estimate.skipped_by_reason),
        ("calls", ", ".join(f"{number:,} {name}" for name, number in estimate.calls.items()) or "none"),
        ("takes about", lasting(estimate.seconds)),
    ]
    _show_figures(screen, figures)


def _show_figures(screen: Screen, figures: Sequence[tuple[str, str]]) -> None:
    room = max(cell_count(title) for title, _ in figures) + 2
    for title, figure in figures:
        screen.line(f"  {title}{' ' * (room - cell_count(title))}{figure}")


LONGEST_REASON = 50
_SHARED = "another member still holds the identifier, so nothing is sent"
_DRIFTED = "the identifier changed: the old one is removed, the new one added"


def _figures(report: RunReport) -> list[tuple[str, str]]:
    seconds = lasting(report.seconds)
    speed = f", {rate(report.users_per_s)}" if report.users_per_s else ""
    doubt = "no answer says whether the partner has them; the next sync sends them again"
    return [
        *([("list", f"{visible(str(report.list_id))}{_created(report)}")] if report.list_id is not None else []),
        ("cohort", _cohort(report.cohort_users, report.duplicates)),
        ("added", count(report.added)),
        ("removed", count(report.removed)),
        ("unchanged", count(report.unchanged)),
        *_rare(("shared", report.shared, _SHARED), ("drifted", report.drifted, _DRIFTED)),
        *_by_reason("skipped", report.skipped, report.skipped_by_reason),
        *_by_reason("rejected", report.rejected, report.rejected_by_reason),
        *_rare(("in doubt", report.in_doubt, doubt), ("not sent", report.unsent, "the next sync sends them")),
        ("requests", f"{count(report.requests)}, {plural(report.retries, 'retry', 'retries')}"),
        ("members now", count(report.members)),
        ("time", f"{seconds}{speed}" + (f", resumed {plural(report.resumed, 'time')}" if report.resumed else "")),
    ]


def _created(report: RunReport) -> str:
    return " (created)" if report.list_created else ""


def _cohort(users: int, duplicates: int) -> str:
    return plural(users, "user") + (f", {plural(duplicates, 'duplicate row')}" if duplicates else "")


def _rare(*rows: tuple[str, int, str]) -> list[tuple[str, str]]:
    return [(title, f"{count(number)}  ({meaning})") for title, number, meaning in rows if number]


def _by_reason(title: str, number: int, reasons: Mapping[str, int]) -> list[tuple[str, str]]:
    rows = [(title, count(number))]
    for reason, users in sorted(reasons.items(), key=lambda item: -item[1]):
        rows.append((f"  {cut_to(visible(reason), LONGEST_REASON)}", count(users)))
    return rows


def tell_failure(report: RunReport, connection: str, again: str) -> None:
    """Say on stderr why a run failed, and what to do next."""
    screen = stderr()
    _panel(screen, report.reason or "The run failed", report.message or "")
    sync = shlex.quote(f"{connection}/{report.cohort_name}")
    hint(f"`maniple errors {sync}` shows each reason; `maniple export {report.run_id}` lists the users")
    hint(f"what was accepted is kept; the next sync sends what is missing: `{again}`")


def _panel(screen: Screen, title: str, message: str) -> None:
    """Reason and message in a frame; outside a terminal as plain lines."""
    if not screen.terminal:
        screen.line(f"error: {visible(title)}" + (f": {visible(message)}" if message else ""))
        return
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    console = Console(file=screen.stream, width=min(screen.width, 100), no_color=not screen.color)
    console.print(Panel(Text(visible(message or title)), title=Text(f"✗ {visible(title)}"), border_style="red"))

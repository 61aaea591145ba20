"""A report as text for people and as data for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .report import Report, Row


def as_text(report: Report) -> str:
    """A line for each endpoint, below it what is wrong or known to differ, and a line of sums."""
    width = max((len(row.endpoint) for row in report.rows), default=0)
    lines = []
    for row in sorted(report.rows, key=lambda row: (row.destination, row.endpoint)):
        calls = ", ".join(sorted(row.calls))
        lines.append(f"{row.destination:<30} {row.endpoint:<{width}} {row.requests:>4}  {row.verdict:<16} {calls}")
        lines += [f"    {kind}: {text}" for kind, text in _details(row)]
    lines += [f"listed in vain: {each}" for each in report.stale]
    sums = Counter(row.verdict for row in report.rows)
    requests = sum(row.requests for row in report.rows)
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(sums.items()))
    return "\n".join([*lines, f"{requests} requests to {len(report.rows)} endpoints: {told}"])


def _details(row: Row) -> list[tuple[str, str]]:
    return [
        *(("problem", f"{each} ({count})") for each, count in row.problems.items()),
        *(("unknown", f"{each} ({count})") for each, count in row.unknown.items()),
        *(("differs", f"{each.found} - {each.reason}") for each in row.deviations),
        *((("reason", row.undescribed.reason),) if row.undescribed else ()),
    ]


def as_data(report: Report) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "endpoints": [
            {
                "destination": row.destination,
                "endpoint": row.endpoint,
                "calls": sorted(row.calls),
                "requests": row.requests,
                "description": row.description or None,
                "verdict": row.verdict,
                "problems": sorted(row.problems),
                "unknown": sorted(row.unknown),
                "deviations": [{"found": each.found, "reason": each.reason} for each in row.deviations],
                "reason": row.undescribed.reason if row.undescribed else None,
            }
            for row in sorted(report.rows, key=lambda row: (row.destination, row.endpoint))
        ],
        "stale": list(report.stale),
    }

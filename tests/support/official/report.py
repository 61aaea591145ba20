"""Every destination against its descriptions: a row for each endpoint that its golden cases use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from maniple.wire import Request

from .destinations import PARTNERS, UNLISTED, Partner, Undescribed
from .deviations import DEVIATIONS, Deviation
from .documents import ROOT, read_description
from .requests import rendered_requests
from .validate import Finding, validate

Verdict = Literal["valid", "listed deviation", "invalid", "no description"]


@dataclass
class Row:
    """One endpoint of a destination. `problems` and `unknown` are those that no deviation explains."""

    destination: str
    endpoint: str
    description: str
    calls: set[str] = field(default_factory=set)
    requests: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    deviations: list[Deviation] = field(default_factory=list)
    undescribed: Undescribed | None = None

    @property
    def verdict(self) -> Verdict:
        """The row in a word or two."""
        if self.problems or self.unknown:
            return "invalid"
        if self.undescribed is not None:
            return "no description"
        return "listed deviation" if self.deviations else "valid"


@dataclass(frozen=True)
class Report:
    """The rows of some destinations, and what the tables list in vain: a deviation that is none (any more)."""

    rows: tuple[Row, ...]
    stale: tuple[str, ...]


def destinations() -> list[str]:
    """The destinations of the repository."""
    return sorted(folder.name for folder in (ROOT / "integrations").iterdir() if (folder / "cases.yaml").is_file())


def report_on(
    folder: Path,
    slugs: list[str],
    partners: dict[str, Partner] = PARTNERS,
    deviations: tuple[Deviation, ...] = DEVIATIONS,
) -> Report:
    """Validate every request of the golden cases of `slugs` against the descriptions in `folder`."""
    rows: dict[tuple[str, str], Row] = {}
    used: set[Undescribed | Deviation] = set()
    for slug in slugs:
        known = [each for each in deviations if each.destination == slug]
        for _, request in rendered_requests(ROOT / "integrations" / slug):
            _judge(folder, slug, partners.get(slug, UNLISTED), known, request, rows, used)
    listed: list[tuple[str, Undescribed | Deviation]]
    listed = [(slug, each) for slug in slugs for each in partners.get(slug, UNLISTED).undescribed]
    listed += [(each.destination, each) for each in deviations if each.destination in slugs]
    stale = [_said(slug, each) for slug, each in listed if each not in used]
    return Report(tuple(rows.values()), tuple(stale))


def _judge(
    folder: Path,
    slug: str,
    partner: Partner,
    known: list[Deviation],
    request: Request,
    rows: dict[tuple[str, str], Row],
    used: set[Undescribed | Deviation],
) -> None:
    description, finding = _find(folder, partner, request)
    endpoint = finding.endpoint or f"{request.method} {_bare(request.url)}"
    row = rows.setdefault((slug, endpoint), Row(slug, endpoint, description))
    row.calls.add(request.call)
    row.requests += 1
    if finding.endpoint is None:
        row.undescribed = _undescribed(partner, request)
        if row.undescribed is None:
            row.problems["no description has this endpoint"] += 1
        else:
            used.add(row.undescribed)
    for found, counter in ((finding.problems, row.problems), (finding.unknown, row.unknown)):
        for each in found:
            explained = next((one for one in known if _explains(one, endpoint, each)), None)
            if explained is None:
                counter[each] += 1
                continue
            used.add(explained)
            if explained not in row.deviations:
                row.deviations.append(explained)


def _find(folder: Path, partner: Partner, request: Request) -> tuple[str, Finding]:
    """The description that has a request's path, and how the request fits it: the best of those that have it."""
    found = [(each.path, validate(read_description(folder, each), request)) for each in partner.descriptions]
    fitting = [(path, finding) for path, finding in found if finding.endpoint is not None]
    return min(fitting, key=lambda each: len(each[1].problems), default=("", Finding(None)))


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _undescribed(partner: Partner, request: Request) -> Undescribed | None:
    asked = f"{request.method} {request.url}"
    return next((each for each in partner.undescribed if fnmatchcase(asked, each.pattern)), None)


def _explains(deviation: Deviation, endpoint: str, found: str) -> bool:
    pattern = deviation.found.replace("[", "[[]")
    return deviation.endpoint == endpoint and fnmatchcase(found, pattern)


def _said(slug: str, listed: Undescribed | Deviation) -> str:
    if isinstance(listed, Undescribed):
        return f"{slug}: every endpoint like `{listed.pattern}` is described, or none is asked"
    return f"{slug}: {listed.endpoint} does not deviate (any more): {listed.found}"

"""The documentation that lies beside the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maniple.errors import OperatorError

_DOCS = Path(__file__).resolve().parents[3] / "docs"
_CHAPTERS = {"guides": "Guide", "reference": "Reference", "concepts": "Concept", "rules": "Rule"}


@dataclass(frozen=True)
class Page:
    """A page, not read yet."""

    title: str
    about: str
    path: Path


def list_pages(docs: Path = _DOCS) -> list[Page]:
    """Every page, guides first; none where the documentation is not installed."""
    return [
        Page(_title(path), word, path)
        for chapter, word in _CHAPTERS.items()
        for path in sorted((docs / chapter).glob("[!_]*.md"))
    ]


def read_page(page: Page) -> str:
    """A page's Markdown. Raises OperatorError."""
    try:
        return page.path.read_text(encoding="utf-8")
    except OSError as cause:
        raise OperatorError(f"`{page.path}` cannot be read: {cause.strerror}") from cause


def page_of_rule(rule: str, docs: Path = _DOCS) -> Page | None:
    """The page about a diagnostic's code, or the one that lists what the tiers ask for; None without either."""
    place = docs / "rules" / f"{rule}.md" if rule.isupper() else docs / "guides" / "review.md"
    return next((page for page in list_pages(docs) if page.path == place), None) if rule else None


def _title(path: Path) -> str:
    """What a page is called: its first heading."""
    try:
        with path.open(encoding="utf-8") as lines:
            first = next((line for line in lines if line.startswith("# ")), "")
    except OSError:
        first = ""
    return first.removeprefix("# ").strip().replace("`", "") or path.stem

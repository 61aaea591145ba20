"""What a new destination may be called: names are unique in the catalogue and among the author's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from maniple.errors import UsageError
from maniple.source.characters import read_bytes
from maniple.source.read import read_document
from maniple.usecases.destinations import MANIFEST_NAMES, read_content
from maniple.usecases.scaffold import LONGEST_NAME, check_slug, slug_of


@dataclass(frozen=True, slots=True)
class Known:
    """A destination that is there already. `own`: it lies in the author's folder."""

    slug: str
    name: str
    kind: str
    summary: str
    path: Path
    own: bool


@dataclass(frozen=True)
class Names:
    """Every destination that is there, and what lies in the author's folder."""

    known: tuple[Known, ...] = ()
    taken: frozenset[str] = field(default=frozenset(), repr=False)

    def name_problem(self, name: str) -> str:
        """Why a display name cannot be; empty when it can."""
        wanted = _plain(name)
        if not wanted:
            return "A name is needed"
        if len(name.strip()) > LONGEST_NAME:
            return f"{LONGEST_NAME} characters at most"
        if not slug_of(name):
            return "A name has letters or digits"
        for each in self.known:
            if _plain(each.name) == wanted:
                where = "one of yours" if each.own else "in the catalogue"
                return f"`{each.name}` is there already: `{each.slug}`, {where}"
        return ""

    def slug_problem(self, slug: str) -> str:
        """Why a slug cannot be; empty when it can."""
        try:
            check_slug(slug)
        except UsageError as refused:
            return f"Lower-case letters, digits and single hyphens; {refused.hint}"
        if slug in self.taken:
            return f"Your folder has `{slug}` already"
        if any(each.slug == slug for each in self.known):
            return f"The catalogue has `{slug}` already"
        return ""

    def free_slug(self, name: str) -> str:
        """The slug that a name makes, with a number when that is taken."""
        slug = slug_of(name)
        if not slug or not self.slug_problem(slug):
            return slug
        numbered = (f"{slug}-{number}" for number in range(2, 1000))
        return next((each for each in numbered if not self.slug_problem(each)), slug)


def read_names(own: Path, catalogue: Iterable[Path]) -> Names:
    """What is there in the author's folder and in those of the catalogue; what cannot be read has its folder's name."""
    known: list[Known] = []
    seen: set[Path] = set()
    for root, mine in ((own, True), *((folder, False) for folder in catalogue)):
        if root.resolve() in seen or not root.is_dir():
            continue
        seen.add(root.resolve())
        for folder in sorted(each for each in root.iterdir() if each.is_dir()):
            path = next((folder / name for name in MANIFEST_NAMES if (folder / name).is_file()), None)
            if path is not None:
                known.append(_known(folder.name, path, own=mine))
    taken = frozenset(each.name for each in own.iterdir()) if own.is_dir() else frozenset()
    return Names(tuple(known), taken)


def _known(slug: str, path: Path, *, own: bool) -> Known:
    try:
        source, _ = read_bytes(str(path), read_content(path))
    except OSError:
        source = None
    document = read_document(source)[0] if source is not None else None
    said = document.data if document is not None and isinstance(document.data, dict) else {}
    texts = {key: said.get(key) for key in ("name", "kind", "summary")}
    name, kind, summary = (value if isinstance(value, str) else "" for value in texts.values())
    return Known(slug, name or slug, kind, summary, path, own)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()

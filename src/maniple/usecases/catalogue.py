"""What the catalogue holds of an integration, who uses it, and which names are taken."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.manifest.load import load_manifest
from maniple.store.control.submission_rows import OPEN, SubmissionRow
from maniple.store.home import Home
from maniple.usecases.bundle import Bundle, gather
from maniple.usecases.destinations import MANIFEST_NAMES, read_content
from maniple.usecases.mark import Mark, mark_in
from maniple.usecases.publication import version_folder
from maniple.wiring import integration_folders

if TYPE_CHECKING:
    from maniple.manifest.model import Manifest
    from maniple.store.control.store import ControlStore
    from maniple.store.control.submissions import Move
    from maniple.wiring import Workspace


@dataclass(frozen=True)
class Live:
    """A destination as the catalogue holds it. `path` is where connections find its manifest, `files` the folder of it."""

    path: Path
    manifest: Manifest
    mark: Mark | None
    files: Path

    @property
    def version(self) -> str:
        """Its version."""
        return self.manifest.version

    @property
    def internal(self) -> bool:
        """Nobody has reviewed it."""
        return self.mark is not None and self.mark.internal

    @property
    def bundle(self) -> Bundle:
        """Its files. Raises OperatorError."""
        return gather(self.files, logo=self.manifest.logo)


@dataclass(frozen=True)
class Surroundings:
    """Where a destination would be published: the folders of the catalogue, the most specific first, and what is kept of
    connections and submissions; None when there is no such thing."""

    folders: tuple[Path, ...]
    store: ControlStore | None = None
    home: Home | None = None
    """Where earlier versions are kept."""

    @classmethod
    def of(cls, workspace: Workspace) -> Surroundings:
        """The home's own folder comes first: what was published there. What authors are at work on is not live."""
        folders = dict.fromkeys(
            (workspace.home.integrations.resolve(), *integration_folders(workspace.home, here=False))
        )
        return cls(tuple(folders), workspace.store, workspace.home)


def live_version(around: Surroundings, slug: str, *, apart_from: Path | None = None) -> Live | None:
    """What the catalogue holds under this slug. `apart_from` is a folder in which somebody is at work."""
    for folder in around.folders:
        place = folder / slug
        if apart_from is not None and place.resolve() == apart_from.resolve():
            continue
        path = _manifest_in(place)
        files = _settled(around, slug, place)
        kept = _manifest_in(files) if files is not None else None
        manifest = _read(kept) if kept is not None else None
        if path is not None and files is not None and manifest is not None:
            return Live(path, manifest, mark_in(files), files)
    return None


def _manifest_in(folder: Path) -> Path | None:
    return next((folder / name for name in MANIFEST_NAMES if (folder / name).is_file()), None)


def _settled(around: Surroundings, slug: str, place: Path) -> Path | None:
    """The folder itself. Where an approval was killed after it wrote and before it was recorded, the folder of the version
    that is recorded; None when there is none."""
    mark = mark_in(place)
    if mark is None or around.store is None or around.home is None:
        return place
    known = around.store.publication(slug)
    if known is not None and (known.submission_id, known.at) == (mark.submission, mark.at):
        return place
    if mark.submission not in [row.id for row in around.store.list_submissions(slug=slug)]:
        return place
    return version_folder(around.home, slug, known.version) if known is not None else None


def affected_syncs(around: Surroundings, live: Live | None) -> int:
    """How many syncs use what is live."""
    if live is None or around.store is None:
        return 0
    path = str(live.path.resolve())
    using = {each.id for each in around.store.list_connections() if each.manifest_path == path}
    return sum(sync.connection_id in using for sync in around.store.list_syncs()) if using else 0


def moved_connections(
    home: Home, live: Live | None, submitted: SubmissionRow, bundle: Bundle, *, breaking: bool
) -> dict[str, Move]:
    """What becomes of connections to what is live once a bundle is published, by the path of their manifest.

    Those of a breaking version stay with the one that they were made for, which has a folder of its own.
    """
    from maniple.store.control.submissions import Move

    if live is None:
        return {}
    old = str(live.path.resolve())
    own = (home.integrations / submitted.slug).resolve()
    if not breaking:
        text = bundle.files[bundle.manifest].decode("utf-8")
        return {old: Move(str(own / bundle.manifest), submitted.version, text)}
    kept = version_folder(home, submitted.slug, live.version).resolve() / live.path.name
    return {old: Move(str(kept))} if live.path.parent.resolve() == own and kept.is_file() else {}


def name_taken(around: Surroundings, name: str, slug: str) -> str | None:
    """The slug of another integration with this display name: in the catalogue, or in a submission that is open."""
    wanted = _plain(name)
    if around.store is not None:
        published = [(each.slug, each.name) for each in around.store.list_publications()]
        handed_in = [(each.slug, each.name) for each in around.store.list_submissions(OPEN)]
        for other, called in (*published, *handed_in):
            if other != slug and _plain(called) == wanted:
                return other
    for folder in around.folders:
        for path in sorted(folder.glob("*/manifest.*")):
            if path.parent.name != slug and path.name in MANIFEST_NAMES and _is_named(path, wanted):
                return path.parent.name
    return None


def _is_named(path: Path, wanted: str) -> bool:
    # Reading a manifest whole takes a hundred times as long as looking for a word in it.
    try:
        content = read_content(path)
    except OSError:
        return False
    if wanted not in _plain(content.decode("utf-8", "replace")):
        return False
    manifest = load_manifest(str(path), content).manifest
    return manifest is not None and _plain(manifest.name) == wanted


def _plain(name: str) -> str:
    """A name as it is compared: without regard to case, width and spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _read(path: Path) -> Manifest | None:
    try:
        return load_manifest(str(path), read_content(path)).manifest
    except OSError:
        return None

"""The author's integrations: a folder with one folder each; listed, copied, deleted and put back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from maniple.diagnostics.model import blocking
from maniple.errors import OperatorError, UsageError
from maniple.store.control.submission_rows import NoticeRow, SubmissionState
from maniple.store.drafts import Drafts
from maniple.store.home import Home
from maniple.store.trash import Deleted, Trash
from maniple.usecases.destinations import load_file, manifest_in
from maniple.usecases.standing import mark_seen, notices, standings

if TYPE_CHECKING:
    from maniple.source.text import Document
    from maniple.source.text import Path as Place
    from maniple.store.control.store import ControlStore

State: TypeAlias = Literal["draft"] | SubmissionState
"""Where an integration stands. A draft has been seen by nobody else; an approved one is live in the catalogue."""

FIRST_VERSION = "1.0.0"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*( [A-Za-z0-9_-]+)*")
_YAML_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_LEFT_BEHIND = (".*", "__pycache__")


@dataclass(frozen=True)
class Integration:
    """One of the author's integrations, as far as it is seen without opening its manifest."""

    slug: str
    path: Path
    """Its manifest."""
    edited: float
    """When a file of it was last written, in seconds since the Unix epoch."""
    unsaved: bool = False
    """Something was typed for its manifest and not saved."""


@dataclass(frozen=True)
class Details:
    """What an integration's manifest says, and what was found in it. Texts are empty when it cannot be read."""

    name: str = ""
    kind: str = ""
    category: str = ""
    version: str = ""
    summary: str = ""
    errors: int = 0
    """Findings that keep it from being used."""
    warnings: int = 0
    tier: str = ""
    """`bronze`, `silver`, `gold`, or empty when it has none."""


def list_integrations(home: Home, folder: Path) -> list[Integration]:
    """The integrations in `folder`, the one edited last first; nothing is read of their manifests. Raises OperatorError."""
    drafts = Drafts(home)
    try:
        places = [place for place in folder.iterdir() if place.is_dir() and not place.name.startswith(".")]
    except FileNotFoundError:
        return []
    except OSError as cause:
        raise OperatorError(f"`{folder}` cannot be read: {cause.strerror}") from cause
    found = [
        Integration(place.name, manifest, _edited(place), drafts.has(manifest))
        for place in places
        if (manifest := manifest_in(place)) is not None
    ]
    return sorted(found, key=lambda integration: (-integration.edited, integration.slug))


def details_of(home: Home, path: Path) -> Details:
    """What is known of an integration when its manifest is read and checked, as a submission would be.

    Takes some hundredths of a second, and more of one that may be gold. Raises OperatorError.
    """
    # The first look at the folder does not wait for what reads manifests.
    from maniple.usecases.catalogue import Surroundings
    from maniple.usecases.proposal import propose_into

    # A list does not compare with what is live: the screen of a submission does.
    nowhere = Surroundings(())
    proposal = propose_into(nowhere, home, path, deep=False)
    if proposal.quality is not None and proposal.quality.tier == "silver":
        proposal = propose_into(nowhere, home, path)
    errors = len(blocking(proposal.findings))
    warnings = sum(finding.severity == "warning" for finding in proposal.findings)
    manifest = proposal.destination.manifest
    if manifest is None:
        return Details(*_texts(proposal.destination.document), max(1, errors), warnings)
    texts = (manifest.name, manifest.kind, manifest.category, manifest.version, manifest.summary)
    return Details(*texts, errors, warnings, (proposal.quality.tier if proposal.quality else None) or "")


def _texts(document: Document | None) -> tuple[str, str, str, str, str]:
    """What can be told of a manifest that cannot be used."""
    data = document.data if document is not None and isinstance(document.data, dict) else {}
    name, kind, category, version, summary = (
        value if isinstance(value := data.get(key), str) else ""
        for key in ("name", "kind", "category", "version", "summary")
    )
    return name, kind, category, version, summary


def states(store: ControlStore) -> dict[str, State]:
    """Where the integrations stand that are more than drafts, by slug."""
    return {slug: standing.state for slug, standing in standings(store).items()}


def unread(store: ControlStore, author: str) -> int:
    """How many messages an author has from reviewers that were not read yet."""
    return len(notices(store, author))


def read_messages(store: ControlStore, author: str) -> list[NoticeRow]:
    """What an author has been told, the latest first; from now on all of it counts as read."""
    told = notices(store, author, unseen=False)
    mark_seen(store, author)
    return told


def matches(words: str, *texts: str) -> bool:
    """Whether every word occurs in one of the texts, in whatever case."""
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in words.casefold().split())


def suggest_slug(name: str) -> str:
    """A slug made of a name; empty when it has no letter or digit."""
    from slugify import slugify

    return slugify(name, max_length=64, word_boundary=True)


def clone(source: Path, folder: Path, slug: str, name: str) -> Path:
    """Copy the integration with the manifest `source` to `folder/slug`, under another name; the copy's manifest.

    Everything beside the manifest is copied, comments stay, and the copy begins at version 1.0.0. Raises UsageError for
    a slug that cannot be one or is taken, and for an empty name; OperatorError when it cannot be written.
    """
    from maniple.usecases.scaffold import check_slug

    check_slug(slug)
    if not name.strip():
        raise UsageError("a name is missing", hint="type the name that end users are to see")
    target = folder / slug
    if target.exists():
        raise UsageError(f"`{slug}` is taken: there is a folder `{target}`", hint="choose another slug")
    document = load_file(source).document
    try:
        shutil.copytree(source.parent, target, ignore=shutil.ignore_patterns(*_LEFT_BEHIND))
        if document is not None:
            values = {"slug": slug, "name": name.strip(), "version": FIRST_VERSION}
            (target / source.name).write_bytes(_with_texts(document, values).encode("utf-8", "surrogatepass"))
    except (OSError, shutil.Error) as cause:
        shutil.rmtree(target, ignore_errors=True)
        raise OperatorError(f"`{target}` cannot be written: {cause}") from cause
    return target / source.name


def delete(home: Home, integration: Integration, now: float) -> Deleted:
    """Move an integration to the home's trash, where it stays for 30 days. Raises OperatorError."""
    return Trash(home).take(integration.path.parent, now)


def last_deleted(home: Home, folder: Path) -> Deleted | None:
    """What was deleted from `folder` last and can be put back."""
    return next(iter(Trash(home).list_deleted(folder)), None)


def put_back(home: Home, deleted: Deleted) -> None:
    """Undo a deletion. Raises UsageError when there is something in its place, OperatorError."""
    Trash(home).put_back(deleted)


def _edited(folder: Path) -> float:
    times = [0.0]
    for file in folder.iterdir():
        try:
            times.append(file.stat().st_mtime)
        except OSError:
            # Editors come and go with files of their own.
            continue
    return max(times)


def _with_texts(document: Document, values: Mapping[str, str]) -> str:
    """The document's text with other texts at keys of its root; keys that are not there are left out."""
    text = document.source.text
    places: list[tuple[Place, str]] = [((key,), value) for key, value in values.items() if (key,) in document.values]
    for place, value in sorted(places, key=lambda entry: document.values[entry[0]].start, reverse=True):
        span = document.values[place]
        quoted = not _PLAIN.fullmatch(value) or value.lower() in _YAML_WORDS
        if place == ("version",) and not text[span.start : span.end].startswith(('"', "'")):
            quoted = False
        quoted = quoted or document.source.name.endswith(".json")
        text = text[: span.start] + (json.dumps(value, ensure_ascii=False) if quoted else value) + text[span.end :]
    return text

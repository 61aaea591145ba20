"""Beginning a destination: a folder with a manifest and everything that belongs beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from slugify import slugify

from maniple.errors import OperatorError, UsageError
from maniple.source.operation import ApiDescription
from maniple.source.text import Path as Place
from maniple.usecases.destinations import MANIFEST_NAMES, load_content
from maniple.usecases.importing import chosen, draft_from_api, read_api
from maniple.usecases.scaffolding.companions import cases_text, readme_text, settings_text, users_text
from maniple.usecases.scaffolding.copies import copied
from maniple.usecases.scaffolding.draft import Draft, Guess, Kind, named_after
from maniple.usecases.scaffolding.guess import guess
from maniple.usecases.scaffolding.manifest_text import manifest_text
from maniple.usecases.scaffolding.revising import revised
from maniple.usecases.scaffolding.starters import starter
from maniple.usecases.templates import template_files

MANIFEST = "manifest.yaml"
LONGEST_NAME = 80
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG = 64
_SCHEMA_LEVELS = 3
"""How far above a destination's folder the schemas are looked for."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a new destination is called. Without a name it has one made from the slug; without a summary, likewise."""

    slug: str
    name: str = ""
    category: str = ""
    summary: str = ""

    @property
    def shown(self) -> str:
        """The display name."""
        return self.name or named_after(self.slug)


@dataclass(frozen=True)
class Beginning:
    """A new destination before it is written: the content of its files, the manifest first.

    `guesses` is what its author has to look at, `notes` what was not taken over. Only a beginning that was guessed, and
    no copy, has a draft.
    """

    files: Mapping[str, bytes]
    draft: Draft | None = field(default=None, repr=False)

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """The guesses, in the order of the manifest."""
        return self.draft.guesses if self.draft is not None else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the author is told besides."""
        return self.draft.notes if self.draft is not None else ()

    @property
    def text(self) -> str:
        """The manifest."""
        return next(iter(self.files.values())).decode()


def begin_from_scratch(identity: Identity, kind: Kind, folder: Path) -> Beginning:
    """An example to change. Raises UsageError for a slug that cannot be one, as all of these do."""
    check_slug(identity.slug)
    return _begun(starter(identity.slug, kind), identity, folder)


def begin_from_curl(identity: Identity, kind: Kind, text: str, folder: Path) -> Beginning:
    """What the `curl` commands in `text` say. Raises UsageError when there is none."""
    check_slug(identity.slug)
    return _begun(guess(identity.slug, kind, text), identity, folder)


def begin_from_api(
    identity: Identity, kind: Kind, paths: Sequence[Path], picks: Mapping[str, str], folder: Path
) -> Beginning:
    """What a description of the API says of the picked operations, by call; what is not picked is guessed.

    An empty pick means that there is no such call. Raises UsageError.
    """
    return begin_from_description(identity, kind, read_api(paths), picks, folder)


def begin_from_description(
    identity: Identity, kind: Kind, api: ApiDescription, picks: Mapping[str, str], folder: Path
) -> Beginning:
    """The same from a description that was read before."""
    check_slug(identity.slug)
    return _begun(draft_from_api(identity.slug, kind, api, chosen(api, kind, picks)), identity, folder)


def begin_from_template(identity: Identity, template: str, folder: Path) -> Beginning:
    """A template with the new name in it. Raises UsageError when there is no such template."""
    check_slug(identity.slug)
    return Beginning(_with_schemas(copied(template_files(template), _changes(identity), sample=True), folder))


def begin_from_destination(identity: Identity, path: Path, folder: Path) -> Beginning:
    """A copy of the destination in the folder `path`, under a new name. Raises UsageError when it cannot be copied."""
    check_slug(identity.slug)
    files = _destination_files(path)
    return Beginning(_with_schemas(copied(files, _changes(identity), sample=False), folder))


def revise(beginning: Beginning, place: Place, value: Any, folder: Path) -> Beginning:
    """The beginning with another value at the place of a guess, which is then none. Raises UsageError if it cannot be."""
    if beginning.draft is None:
        raise UsageError("a copy has no guesses to change")
    return _written(revised(beginning.draft, place, value), folder)


def write(beginning: Beginning, folder: Path) -> list[Path]:
    """Write the files into `folder`, which is made; the manifest comes first.

    Raises UsageError when one of them is there, OperatorError when the folder cannot be written.
    """
    for name in beginning.files:
        if (folder / name).exists():
            raise UsageError(f"`{folder / name}` exists already", hint="choose another slug, or delete the folder")
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in beginning.files.items():
            with (folder / name).open("xb") as file:
                file.write(content)
            written.append(folder / name)
    except OSError as cause:
        raise OperatorError(f"`{folder}` cannot be written: {cause.strerror}") from cause
    return written


def scaffold(slug: str, kind: Kind = "list", curl: str | None = None, into: Path | None = None) -> list[Path]:
    """Write a new destination into the folder `into/slug`, and answer with its files, the manifest first.

    `curl` is text with `curl` commands to begin from. Raises UsageError for a slug that cannot be one, a file that is
    there already, or a text without a command; OperatorError when the folder cannot be written.
    """
    folder = (into if into is not None else default_folder()) / slug
    check_slug(slug)
    identity = Identity(slug)
    return write(
        begin_from_curl(identity, kind, curl, folder)
        if curl is not None
        else begin_from_scratch(identity, kind, folder),
        folder,
    )


def default_folder() -> Path:
    """Where a new destination goes when nobody says: `integrations` if it is a folder here, else here."""
    return Path("integrations") if Path("integrations").is_dir() else Path()


def slug_of(name: str) -> str:
    """The slug that a display name makes, empty when nothing of it can be in one.

    >>> slug_of("Acme Engage!"), slug_of("Übung & Co"), slug_of("!")
    ('acme-engage', 'ubung-co', '')
    """
    return slugify(name, max_length=_LONGEST_SLUG, word_boundary=True)


def check_slug(slug: str) -> None:
    """Raises UsageError that suggests a slug made from what was typed."""
    if _SLUG.fullmatch(slug) and len(slug) <= _LONGEST_SLUG:
        return
    better = slug_of(Path(slug).name)
    raise UsageError(
        f"`{slug}` cannot be a slug: lower-case letters, digits and single hyphens, {_LONGEST_SLUG} at most",
        hint=f"type `{better}`" if better else "type a name such as `acme-engage`",
    )


def texts_of(draft: Draft, folder: Path) -> dict[str, str]:
    """The text of every file of a draft that is to lie in `folder`, by the file's name."""
    manifest = manifest_text(draft, _schema(folder, "manifest.v1.json"))
    loaded = load_content(folder / MANIFEST, manifest.encode(), folder=folder)
    return {
        MANIFEST: manifest,
        "cases.yaml": cases_text(draft, loaded.program, _schema(folder, "cases.v1.json")),
        "README.md": readme_text(draft),
        "users.csv": users_text(draft),
        "settings.example.json": settings_text(draft),
    }


def _begun(draft: Draft, identity: Identity, folder: Path) -> Beginning:
    draft = replace(
        draft,
        title=identity.name[:LONGEST_NAME],
        category=identity.category or draft.category,
        summary=identity.summary or draft.summary,
    )
    return _written(draft, folder)


def _written(draft: Draft, folder: Path) -> Beginning:
    return Beginning({name: text.encode() for name, text in texts_of(draft, folder).items()}, draft)


def _changes(identity: Identity) -> dict[str, str]:
    """What a copy says otherwise than what it is copied from."""
    changes = {"slug": identity.slug, "name": identity.shown, "version": "0.1.0"}
    changes |= {"category": identity.category} if identity.category else {}
    return changes | ({"summary": identity.summary} if identity.summary else {})


def _destination_files(path: Path) -> dict[str, bytes]:
    """The files of a destination that belong to a copy, the manifest first."""
    folder = path.parent if path.is_file() else path
    manifest = (
        path if path.is_file() else next((path / name for name in MANIFEST_NAMES if (path / name).is_file()), None)
    )
    if manifest is None:
        raise UsageError(f"`{path}` holds no manifest", hint=f"a destination is a folder with a `{MANIFEST}`")
    try:
        beside = sorted(each for each in folder.iterdir() if each.name in _COPIED or each.suffix == ".png")
        return {each.name: each.read_bytes() for each in (manifest, *beside) if each.stat().st_size <= _MOST_BYTES}
    except OSError as cause:
        raise OperatorError(f"`{folder}` cannot be read: {cause.strerror}") from cause


_COPIED = ("cases.yaml", "README.md", "users.csv", "settings.example.json")
_MOST_BYTES = 4_000_000


def _with_schemas(files: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    """The files with the line for editors that fits their new folder."""
    kinds = {**dict.fromkeys(MANIFEST_NAMES[:2], "manifest.v1.json"), "cases.yaml": "cases.v1.json"}
    made: dict[str, bytes] = {}
    for name, content in files.items():
        if name in kinds:
            plain = re.sub(rb"\A# yaml-language-server:[^\n]*\n", b"", content)
            schema = _schema(folder, kinds[name])
            content = (f"# yaml-language-server: $schema={schema}\n".encode() if schema else b"") + plain  # noqa: PLW2901
        made[name] = content
    return made


def _schema(folder: Path, name: str) -> str | None:
    """The way from a destination's folder to a JSON Schema in `schemas` above it."""
    place = folder.resolve()
    for parent in list(place.parents)[:_SCHEMA_LEVELS]:
        if (parent / "schemas").is_dir():
            return os.path.relpath(parent / "schemas" / name, place).replace(os.sep, "/")
    return None

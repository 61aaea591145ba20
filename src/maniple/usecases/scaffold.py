"""Beginning a destination: a folder with a manifest and everything that belongs beside it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from slugify import slugify

from maniple.errors import OperatorError, UsageError
from maniple.usecases.destinations import load_content
from maniple.usecases.scaffolding.companions import cases_text, readme_text, settings_text, users_text
from maniple.usecases.scaffolding.draft import Draft, Kind
from maniple.usecases.scaffolding.guess import guess
from maniple.usecases.scaffolding.manifest_text import manifest_text
from maniple.usecases.scaffolding.starters import starter

MANIFEST = "manifest.yaml"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG = 64
_SCHEMA_LEVELS = 3
"""How far above a destination's folder the schemas are looked for."""


def scaffold(slug: str, kind: Kind = "list", curl: str | None = None, into: Path | None = None) -> list[Path]:
    """Write a new destination into the folder `into/slug`, and answer with its files, the manifest first.

    `curl` is text with `curl` commands, from which the calls are guessed; credentials in them are not copied.
    Without `into` it is `integrations/` of the working directory if there is one, else the working directory.
    A destination of kind `snapshot` can be written and not yet run: its files say so.

    Raises UsageError for a slug that cannot be one, for text without a usable command, and when a file is there
    already; OperatorError when the folder cannot be written.
    """
    check_slug(slug)
    folder = (into if into is not None else default_folder()) / slug
    draft = guess(slug, kind, curl) if curl is not None else starter(slug, kind)
    texts = texts_of(draft, folder)
    for name in texts:
        if (folder / name).exists():
            raise UsageError(f"`{folder / name}` exists already", hint="choose another slug, or delete the folder")
    return _write(folder, texts)


def default_folder() -> Path:
    """Where a new destination goes when nobody says: `integrations` if it is a folder here, else here."""
    return Path("integrations") if Path("integrations").is_dir() else Path()


def check_slug(slug: str) -> None:
    """Raises UsageError that suggests a slug made from what was typed."""
    if _SLUG.fullmatch(slug) and len(slug) <= _LONGEST_SLUG:
        return
    better = slugify(Path(slug).name, max_length=_LONGEST_SLUG, word_boundary=True)
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


def _schema(folder: Path, name: str) -> str | None:
    """The way from a destination's folder to a JSON Schema in `schemas` above it."""
    place = folder.resolve()
    for parent in list(place.parents)[:_SCHEMA_LEVELS]:
        if (parent / "schemas").is_dir():
            return os.path.relpath(parent / "schemas" / name, place).replace(os.sep, "/")
    return None


def _write(folder: Path, texts: dict[str, str]) -> list[Path]:
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8", newline="") as file:
                file.write(text)
            written.append(folder / name)
    except OSError as cause:
        raise OperatorError(f"`{folder}` cannot be written: {cause.strerror}") from cause
    return written

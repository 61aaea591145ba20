"""Putting an integration into the catalogue of a home: its folder, its earlier versions, its mark."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.errors import OperatorError
from maniple.store.home import Home
from maniple.usecases.bundle import BELONGING, Bundle
from maniple.usecases.destinations import MANIFEST_NAMES
from maniple.usecases.mark import MARK, Mark, mark_in

if TYPE_CHECKING:
    from maniple.store.control.store import ControlStore


def version_folder(home: Home, slug: str, version: str) -> Path:
    """Where a version of an integration stays, whatever comes after it."""
    return home.versions / version / slug


def publish(home: Home, slug: str, bundle: Bundle, mark: Mark) -> Path:
    """Make a bundle what the home's catalogue holds under `slug`, and answer with its manifest.

    Whoever reads the manifest meanwhile gets the old one or the new one: it is replaced last and at once. The version
    is kept in a folder of its own too. Raises OperatorError.
    """
    files = {**bundle.own, MARK: _json(mark)}
    folder = home.integrations / slug
    try:
        _put(home, version_folder(home, slug, mark.version), files)
        _put(home, folder, files)
    except OSError as cause:
        raise OperatorError(
            f"`{folder}` cannot be written: {cause.strerror}", hint="make space on that disk, or make it writable"
        ) from cause
    return folder / bundle.manifest


def bring_up(home: Home, store: ControlStore) -> None:
    """Publish here what was published elsewhere with the same database, on a server that several machines use.

    Raises OperatorError.
    """
    if store.engine.dialect.name == "sqlite":
        return
    for row in store.list_publications():
        mark = Mark(row.version, row.internal, row.by, row.at, row.submission_id, row.deprecation)
        found = mark_in(home.integrations / row.slug)
        if found is None or (found.submission, found.at) != (mark.submission, mark.at):
            publish(home, row.slug, Bundle.unpack(store.bundle(row.submission_id, row.round)), mark)
        elif found.deprecated != mark.deprecated:
            remark(home, row.slug, mark)


def withdraw(home: Home, slug: str) -> None:
    """Take an integration out of the catalogue; connections go on with the copy that they keep. Raises OperatorError."""
    folder = home.integrations / slug
    try:
        for name in MANIFEST_NAMES:
            # First, for a folder without a manifest is no destination.
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
    except OSError as cause:
        raise OperatorError(f"`{folder}` cannot be deleted: {cause.strerror}") from cause


def remark(home: Home, slug: str, mark: Mark) -> None:
    """Change the mark of what is published, if it is. Raises OperatorError."""
    for folder in (home.integrations / slug, version_folder(home, slug, mark.version)):
        if folder.is_dir():
            try:
                _replace(folder / MARK, _json(mark))
            except OSError as cause:
                raise OperatorError(f"`{folder}` cannot be written: {cause.strerror}") from cause


def _json(mark: Mark) -> bytes:
    return json.dumps(asdict(mark), ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"


def _put(home: Home, folder: Path, files: Mapping[str, bytes]) -> None:
    """Make `files` all that `folder` holds."""
    home.make(folder.parent)
    if not folder.is_dir():
        _put_new(home, folder, files)
        return
    manifests = [name for name in files if name in MANIFEST_NAMES]
    for name in (*(name for name in files if name not in manifests), *manifests):
        _replace(folder / name, files[name])
    for path in folder.iterdir():
        if path.name not in files and (path.name in BELONGING or path.suffix == ".png"):
            path.unlink(missing_ok=True)


def _put_new(home: Home, folder: Path, files: Mapping[str, bytes]) -> None:
    """A new folder is there whole or not at all."""
    incoming = Path(tempfile.mkdtemp(prefix=".incoming-", dir=home.make(home.versions)))
    try:
        for name, content in files.items():
            _write(incoming / name, content)
        incoming.chmod(0o700)
        incoming.rename(folder)
    except BaseException:
        shutil.rmtree(incoming, ignore_errors=True)
        raise


def _replace(path: Path, content: bytes) -> None:
    written = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _write(written, content)
        written.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            written.unlink(missing_ok=True)
        raise


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

"""A destination's files as one value: what a submission sends and the catalogue keeps."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from maniple.errors import OperatorError, UsageError
from maniple.usecases.destinations import MANIFEST_NAMES, manifest_files

CASES = ("cases.yaml", "cases.yml", "cases.json")
README = "README.md"
QUALITY = "quality.yaml"
BELONGING = (*MANIFEST_NAMES, *CASES, README, "logo.png", QUALITY)
"""The files of an integration. A logo of another name belongs when the manifest names it."""
REPORT = "report.json"
EVIDENCE = "evidence.json"
MOST_FILES = 20
MOST_BYTES = 20_000_000
"""Of all files together, uncompressed."""
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest that the archive's format knows; the same for all, so that equal files make equal archives."""


@dataclass(frozen=True)
class Bundle:
    """Files by name."""

    files: Mapping[str, bytes]

    @property
    def manifest(self) -> str:
        """The name of the manifest's file. Raises UsageError when there is none."""
        found = next((name for name in MANIFEST_NAMES if name in self.files), None)
        if found is None:
            raise UsageError("there is no manifest among these files")
        return found

    @property
    def cases(self) -> str | None:
        """The name of the golden cases' file."""
        return next((name for name in CASES if name in self.files), None)

    @property
    def own(self) -> dict[str, bytes]:
        """The files of the integration itself, without the report and the evidence."""
        return {name: content for name, content in self.files.items() if name not in (REPORT, EVIDENCE)}

    def text(self, name: str) -> str | None:
        """A file as text; None when it is not there. What is not UTF-8 is shown as replacement characters."""
        content = self.files.get(name)
        return content.decode("utf-8", "replace") if content is not None else None

    def with_files(self, files: Mapping[str, bytes]) -> Bundle:
        """The bundle with further files."""
        return Bundle({**self.files, **files})

    def pack(self) -> bytes:
        """The bundle as one zip archive; equal files give equal bytes."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name in sorted(self.files):
                entry = zipfile.ZipInfo(name, _MOMENT)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, self.files[name])
        return packed.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> Bundle:
        """The bundle in an archive made by `pack`. Raises OperatorError when it is damaged or holds something else."""
        try:
            with zipfile.ZipFile(io.BytesIO(packed)) as archive:
                entries = archive.infolist()
                sound = len(entries) <= MOST_FILES and sum(entry.file_size for entry in entries) <= MOST_BYTES
                if not sound or any(not is_plain(entry.filename) for entry in entries):
                    raise OperatorError("the bundle in the database is not one that maniple made")
                return cls({entry.filename: archive.read(entry) for entry in entries})
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as cause:
            raise OperatorError("the bundle in the database is damaged", hint="put a copy of it back") from cause


def is_plain(name: str) -> bool:
    """The name of a file that lies directly in its folder, and is not hidden."""
    return bool(name) and not name.startswith(".") and not set(name) & set("/\\:\0") and name.isprintable()


def digest(packed: bytes) -> str:
    """The SHA-256 of a bundle's bytes."""
    return hashlib.sha256(packed).hexdigest()


def gather(path: Path, *, logo: str | None = None) -> Bundle:
    """The files that belong to the destination at `path` (its folder or manifest). `logo` is what the manifest names.

    Raises UsageError when there is no manifest or the files are too large, OperatorError when one cannot be read.
    """
    manifest = manifest_files(path)[0]
    folder = manifest.parent
    files: dict[str, bytes] = {}
    for name in _names(folder, manifest.name, logo):
        try:
            files[name] = (folder / name).read_bytes()
        except OSError as cause:
            raise OperatorError(f"`{folder / name}` cannot be read: {cause.strerror}") from cause
    size = sum(map(len, files.values()))
    if size > MOST_BYTES:
        raise UsageError(f"the files in `{folder}` have {size:,} bytes, and {MOST_BYTES:,} are allowed")
    return Bundle(files)


def _names(folder: Path, manifest: str, logo: str | None) -> Iterable[str]:
    """One manifest, one file of cases, and what else belongs."""
    yield manifest
    cases = next((name for name in CASES if (folder / name).is_file()), None)
    for name in (cases, README, QUALITY, logo or "logo.png"):
        if name is not None and (folder / name).is_file():
            yield name

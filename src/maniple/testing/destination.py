"""Reading destinations from folders: the manifest compiled, the golden cases validated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.errors import ManifestError, OperatorError, UsageError
from maniple.manifest.cases import Cases
from maniple.manifest.load import load_manifest, read_named, validate
from maniple.runtime.compile import try_compile
from maniple.runtime.program import Program
from maniple.source.text import Document

MANIFEST_NAMES = ("manifest.yaml", "manifest.yml", "manifest.json")
CASES_NAMES = ("cases.yaml", "cases.yml", "cases.json")


@dataclass(frozen=True)
class ReadCases:
    """A destination's golden cases as they were read. `cases` is None when a finding blocks."""

    path: Path
    cases: Cases | None
    document: Document | None
    diagnostics: tuple[Diagnostic, ...]

    def line(self, position: int) -> int:
        """The line of the file on which case number `position` (from 0) begins."""
        if self.document is None:
            return 1
        return self.document.source.position(self.document.span(("cases", position)).start)[0]


def read_program(path: Path) -> Program:
    """The program of a manifest file. Raises ManifestError and OperatorError."""
    loaded = load_manifest(str(path), read_file(path))
    if loaded.manifest is None or blocking(loaded.diagnostics):
        raise ManifestError(blocking(loaded.diagnostics))
    compilation = try_compile(loaded.manifest, loaded.document)
    if compilation.program is None:
        raise ManifestError(blocking(compilation.diagnostics))
    return compilation.program


def read_cases(path: Path) -> ReadCases:
    """The golden cases of a file, with findings instead of exceptions. Raises OperatorError."""
    document, findings = read_named(str(path), read_file(path))
    if document is None or blocking(findings):
        return ReadCases(path, None, document, tuple(findings))
    cases, shape = validate(document, Cases)
    return ReadCases(path, cases, document, (*findings, *shape))


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises OperatorError."""
    try:
        return path.read_bytes()
    except OSError as cause:
        raise OperatorError(f"`{path}` cannot be read: {cause.strerror}") from cause


def manifest_paths(path: Path) -> list[Path]:
    """The manifests at `path`: a file, a destination's folder, or a folder of such folders, in order of their names.

    Raises UsageError when there is none.
    """
    if path.is_file():
        return [path]
    if not path.exists():
        raise UsageError(f"there is no file or folder `{path}`")
    own = named_in(path, MANIFEST_NAMES)
    below = sorted(folder for folder in path.iterdir() if folder.is_dir()) if own is None else []
    found = [own, *(named_in(folder, MANIFEST_NAMES) for folder in below)]
    manifests = [manifest for manifest in found if manifest is not None]
    if not manifests:
        raise UsageError(f"`{path}` holds no manifest", hint=f"a destination is a folder with a `{MANIFEST_NAMES[0]}`")
    return manifests


def named_in(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first file of `folder` that has one of `names`."""
    return next((folder / name for name in names if (folder / name).is_file()), None)

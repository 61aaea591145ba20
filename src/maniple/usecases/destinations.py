"""Finding and loading destinations: by slug from the catalogue's folders, or by path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.diagnostics.suggest import hint_for
from maniple.errors import ManifestError, OperatorError, UsageError
from maniple.source.characters import MAX_BYTES
from maniple.usecases.mark import mark_in

if TYPE_CHECKING:
    from maniple.manifest.model import Manifest
    from maniple.runtime.program import Program, VariableRow
    from maniple.source.text import Document

MANIFEST_NAMES = ("manifest.yaml", "manifest.yml", "manifest.json")


@dataclass(frozen=True)
class Destination:
    """A destination loaded from a file: its program is None when a finding blocks."""

    path: Path
    content: bytes = field(repr=False)
    manifest: Manifest | None
    document: Document | None
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    variables: tuple[VariableRow, ...] = ()

    def usable(self) -> Program:
        """The program. Raises ManifestError with every blocking finding."""
        if self.program is None:
            raise ManifestError(blocking(self.diagnostics))
        return self.program


@dataclass(frozen=True)
class CatalogueEntry:
    """A destination of the catalogue. `problems` counts what keeps it from being used.

    `internal`: it was released without a review. `deprecated` says why it should not be used any more.
    """

    slug: str
    name: str
    category: str
    kind: str
    version: str
    summary: str
    path: Path
    problems: int = 0
    internal: bool = False
    deprecated: str | None = None


def manifest_files(path: Path) -> list[Path]:
    """The manifests at `path`: a file, a destination's folder, or a folder of destinations.

    Raises UsageError when there is none.
    """
    if path.is_file():
        return [path]
    if not path.exists():
        raise UsageError(f"there is no file or folder `{path}`")
    own = manifest_in(path)
    if own is not None:
        return [own]
    found = [
        manifest
        for folder in sorted(path.iterdir())
        if folder.is_dir() and (manifest := manifest_in(folder)) is not None
    ]
    if not found:
        raise UsageError(f"`{path}` holds no manifest", hint=f"a destination is a folder with a `{MANIFEST_NAMES[0]}`")
    return found


def manifest_in(folder: Path) -> Path | None:
    """The manifest of a destination's folder, if it has one."""
    return next((folder / name for name in MANIFEST_NAMES if (folder / name).is_file()), None)


def read_content(path: Path) -> bytes:
    """The bytes of a file that should be a manifest; of one that is too large only enough to see that. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def load_file(path: Path) -> Destination:
    """Load and compile one manifest file; findings are part of the answer."""
    try:
        content = read_content(path)
    except OSError as cause:
        raise OperatorError(f"`{path}` cannot be read: {cause.strerror}") from cause
    folder = path.resolve().parent if path.name in MANIFEST_NAMES else None
    return load_content(path, content, folder=folder)


def load_content(path: Path, content: bytes, *, folder: Path | None = None) -> Destination:
    """Load and compile a manifest whose bytes are at hand."""
    # Who only lists folders does not wait for the language.
    from maniple.manifest.load import load_manifest
    from maniple.runtime.compile import try_compile

    loaded = load_manifest(
        str(path),
        content,
        folder=folder.name if folder else None,
        in_catalogue=bool(folder and folder.parent.name == "integrations"),
    )
    if loaded.manifest is None:
        return Destination(path, content, None, loaded.document, None, loaded.diagnostics)
    compilation = try_compile(loaded.manifest, loaded.document)
    findings = (*loaded.diagnostics, *compilation.diagnostics)
    program = compilation.program if not blocking(findings) else None
    return Destination(path, content, loaded.manifest, loaded.document, program, findings, compilation.variables)


def find_destination(word: str, folders: list[Path]) -> Destination:
    """The destination with this slug, or at this path. Raises UsageError when there is none."""
    path = Path(word)
    if path.exists() and (path.is_file() or manifest_in(path)):
        return load_file(manifest_files(path)[0])
    if "/" in word or word.endswith((".yaml", ".yml", ".json")):
        raise UsageError(f"there is no manifest at `{word}`")
    for folder in folders:
        manifest = manifest_in(folder / word)
        if manifest is not None:
            return load_file(manifest)
    known = sorted(
        {path.name for folder in folders for path in folder.iterdir() if path.is_dir() and manifest_in(path)}
    )
    raise UsageError(
        f"there is no destination `{word}`",
        hint=hint_for(word, known) or "`maniple destinations` lists them; a path to a manifest works too",
    )


def catalogue(folders: list[Path]) -> Iterator[CatalogueEntry]:
    """Every destination in `folders`; the first folder wins where two hold one slug."""
    seen: set[str] = set()
    for folder in folders:
        for path in sorted(folder.iterdir()):
            manifest_path = manifest_in(path) if path.is_dir() else None
            if manifest_path is None or path.name in seen:
                continue
            seen.add(path.name)
            yield _entry(path.name, load_file(manifest_path))


def _entry(slug: str, destination: Destination) -> CatalogueEntry:
    manifest = destination.manifest
    mark = mark_in(destination.path.parent)
    problems = len(blocking(destination.diagnostics))
    if manifest is None:
        return CatalogueEntry(
            slug, slug, "", "", "", "cannot be read: see `maniple check`", destination.path, max(1, problems)
        )
    return CatalogueEntry(
        manifest.slug,
        manifest.name,
        manifest.category,
        manifest.kind,
        manifest.version,
        manifest.summary,
        destination.path,
        problems,
        mark is not None and mark.internal,
        mark.deprecated if mark is not None else None,
    )

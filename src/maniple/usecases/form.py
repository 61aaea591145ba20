"""Bringing manifests into canonical form: key order, white space; comments stay with their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from maniple.errors import ManifestError, OperatorError
from maniple.manifest.load import read_named
from maniple.manifest.order import canonical_order
from maniple.source.edit import reorder
from maniple.usecases.destinations import manifest_files, read_content


@dataclass(frozen=True)
class Formed:
    """A manifest file and its canonical text."""

    path: Path
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """The file is not in canonical form."""
        return self.before != self.after


def form(paths: Sequence[Path]) -> list[Formed]:
    """The canonical text of every manifest at `paths`; nothing is written. Raises ManifestError for one that cannot be read."""
    files = [manifest for path in paths for manifest in manifest_files(path)]
    return [_form_file(path) for path in dict.fromkeys(files)]


def _form_file(path: Path) -> Formed:
    content = read_content(path)
    document, findings = read_named(str(path), content)
    if document is None:
        raise ManifestError(findings)
    return Formed(path, content.decode("utf-8-sig"), reorder(document, canonical_order))


def write(formed: Formed) -> None:
    """Replace the file by its canonical text, at once. Raises OperatorError."""
    draft = formed.path.with_name(f".{formed.path.name}.draft")
    try:
        draft.write_text(formed.after, encoding="utf-8", newline="")
        draft.replace(formed.path)
    except OSError as cause:
        draft.unlink(missing_ok=True)
        raise OperatorError(f"`{formed.path}` cannot be written: {cause.strerror}") from cause

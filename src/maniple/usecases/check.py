"""Checking manifests: everything that is wrong with each, and whether it may be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.manifest.cases import Cases
from maniple.manifest.exemptions import QualityFile
from maniple.manifest.load import read_named, validate
from maniple.review.lint import lint, lint_files
from maniple.source.text import Document
from maniple.usecases.destinations import MANIFEST_NAMES, load_file, manifest_files, read_content

CASES = "cases.yaml"
QUALITY = "quality.yaml"


@dataclass(frozen=True)
class Checked:
    """A manifest file and what was found."""

    path: Path
    findings: tuple[Diagnostic, ...]
    trials: int = 0
    """Requests that were made with odd values."""

    @property
    def blocked(self) -> bool:
        """Some finding keeps it from being used."""
        return bool(blocking(self.findings))


def check(
    paths: list[Path], *, deep: bool = False, seed: int = 0, show: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Checked]:
    """Check every manifest at `paths`, with the golden cases beside it. Raises UsageError for a path without any.

    With `deep` also its requests are made with odd values (`review.trials`). `show` is told how many are done, and of how
    many.
    """
    files = list(dict.fromkeys(manifest for path in paths for manifest in manifest_files(path)))
    checked: list[Checked] = []
    for path in files:
        show(len(checked), len(files))
        checked.append(_check_file(path, seed if deep else None))
    return checked


def _check_file(path: Path, seed: int | None) -> Checked:
    """With a `seed` for trials."""
    destination = load_file(path)
    findings = list(destination.diagnostics)
    made = 0
    if destination.manifest is not None and destination.document is not None and destination.program is not None:
        findings.extend(lint(destination.manifest, destination.document, destination.program))
        if seed is not None:
            from maniple.review.trials import try_values

            trials = try_values(destination.program, destination.document, seed=seed)
            findings.extend(trials.findings)
            made = trials.made
    if path.name in MANIFEST_NAMES:
        findings.extend(_check_folder(path, destination.document))
    return Checked(path, tuple(findings), made)


def _check_folder(path: Path, document: Document | None) -> list[Diagnostic]:
    """What is wrong with the files beside a destination's manifest."""
    beside = {file.name for file in path.resolve().parent.iterdir()}
    findings = lint_files(document, beside) if document is not None else []
    if CASES in beside:
        findings.extend(check_cases(path.parent / CASES))
    if QUALITY in beside:
        findings.extend(_check_form(path.parent / QUALITY, QualityFile))
    return findings


def check_cases(path: Path) -> list[Diagnostic]:
    """What is wrong with the form of a file of golden cases."""
    return _check_form(path, Cases)


def _check_form(path: Path, model: type[Cases] | type[QualityFile]) -> list[Diagnostic]:
    document, findings = read_named(str(path), read_content(path))
    if document is None:
        return findings
    return [*findings, *validate(document, model)[1]]

"""From bytes to a validated manifest, with findings instead of exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from maniple.diagnostics.codes import finding
from maniple.diagnostics.from_pydantic import diagnostics_from
from maniple.diagnostics.model import Diagnostic
from maniple.manifest.model import Manifest
from maniple.source.characters import read_bytes
from maniple.source.read import read_document
from maniple.source.text import Document


@dataclass(frozen=True)
class Loaded:
    """What reading a manifest gave: the manifest when it has the right shape, its document, the findings."""

    manifest: Manifest | None
    document: Document | None
    diagnostics: tuple[Diagnostic, ...]


def load_manifest(name: str, content: bytes, *, folder: str | None = None, in_catalogue: bool = False) -> Loaded:
    """Read a manifest. `name` is shown in findings; `folder` is the folder that holds it, which should be its slug."""
    document, findings = read_named(name, content)
    if document is None:
        return Loaded(None, None, tuple(findings))
    manifest, shape = validate(document, Manifest)
    findings = [*findings, *shape]
    if manifest is not None and folder is not None and manifest.slug != folder:
        findings.append(
            finding(
                "MAN502",
                f"the slug is `{manifest.slug}`, and the folder is `{folder}`",
                document=document,
                path=("slug",),
                severity="error" if in_catalogue else "warning",
                hint=f"rename the folder, or write `slug: {folder}`",
            )
        )
    return Loaded(manifest, document, tuple(findings))


def read_named(name: str, content: bytes) -> tuple[Document | None, list[Diagnostic]]:
    """The document in `content`, as YAML or JSON by its name."""
    source, findings = read_bytes(name, content)
    if source is None:
        return None, findings
    document, more = read_document(source)
    return document, [*findings, *more]


def validate(document: Document, model: type[Any]) -> tuple[Any, list[Diagnostic]]:
    """A model made from a document, or the findings that forbid it."""
    assert issubclass(model, BaseModel)
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, diagnostics_from(error, document, model)

"""A destination's files as one value: what a submission sends and the catalogue keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BELONGING = ("manifest.yaml", "manifest.yml", "manifest.json", "cases.yaml", "README.md", "logo.png", "quality.yaml")
"""The files of an integration. A logo of another name belongs when the manifest names it."""
REPORT = "report.json"
EVIDENCE = "evidence.json"


@dataclass(frozen=True)
class Bundle:
    """Files by name."""

    files: Mapping[str, bytes]

    def text(self, name: str) -> str | None:
        """A file as text; None when it is not there."""
        raise NotImplementedError

    def pack(self) -> bytes:
        """The bundle as one archive; equal files give equal bytes."""
        raise NotImplementedError

    @classmethod
    def unpack(cls, packed: bytes) -> Bundle:
        """The bundle in an archive made by `pack`. Raises OperatorError when it is damaged."""
        raise NotImplementedError


def gather(path: Path) -> Bundle:
    """The files that belong to the destination at `path` (its folder or manifest). Raises UsageError and OperatorError."""
    raise NotImplementedError

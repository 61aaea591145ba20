"""Whether connections and lists made with one version of a manifest go on with another."""

from __future__ import annotations

from dataclasses import dataclass

from maniple.manifest.model import Manifest
from maniple.source.text import Path


@dataclass(frozen=True)
class Difference:
    """One difference that an end user or a sync may notice. `path` is its place: in the new manifest, or in the old one
    for what is gone. Breaking: connections or lists made with the old version would not go on as they were."""

    message: str
    path: Path
    breaking: bool = False
    gone: bool = False
    """The place is in the old manifest."""


@dataclass(frozen=True)
class Compatibility:
    """All differences, the breaking ones first."""

    old_version: str
    new_version: str
    differences: tuple[Difference, ...]

    @property
    def breaking(self) -> tuple[Difference, ...]:
        """The differences that need a new major version."""
        return tuple(each for each in self.differences if each.breaking)

    @property
    def major(self) -> bool:
        """The new version has a higher major number."""
        return int(self.new_version.split(".")[0]) > int(self.old_version.split(".")[0])

    @property
    def obstacle(self) -> str | None:
        """Why the version number is wrong, as a sentence; None when it is right."""
        raise NotImplementedError

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""
        raise NotImplementedError


def compare(old: Manifest, new: Manifest) -> Compatibility:
    """Every difference between two versions of one destination."""
    raise NotImplementedError

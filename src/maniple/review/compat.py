"""Whether connections and lists made with one version of a manifest go on with another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from maniple.diagnostics.suggest import listed
from maniple.manifest.model import Manifest
from maniple.review.compat_calls import changes_of_calls
from maniple.review.compat_setup import changes_of_setup
from maniple.review.difference import Difference

Precedence: TypeAlias = tuple[int, int, int, int, tuple[tuple[int, int, str], ...]]
TEXTS: Final = ("name", "category", "summary", "description", "logo", "maintainer", "sources")
"""What only the catalogue shows."""


@dataclass(frozen=True)
class Compatibility:
    """All differences, the breaking ones first, each group in the order of the manifest."""

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
        return precedence(self.new_version)[0] > precedence(self.old_version)[0]

    @property
    def obstacle(self) -> str | None:
        """Why the version number is wrong, as a sentence; None when it is right."""
        old, new = precedence(self.old_version), precedence(self.new_version)
        if new <= old:
            than = "is live already" if new == old else f"is lower than {self.old_version}, which is live"
            return f"version {self.new_version} {than}: write a higher one, such as `version: {self.wanted}`"
        if self.breaking and not self.major:
            return (
                f"{_counted(len(self.breaking), 'breaking change')} since {self.old_version}: "
                f"write a new major version, `version: {self.wanted}`"
            )
        return None

    @property
    def wanted(self) -> str:
        """The lowest version number that these differences allow."""
        major, minor, patch = precedence(self.old_version)[:3]
        if self.breaking:
            return f"{major + 1}.0.0"
        return f"{major}.{minor + 1}.0" if self.differences else f"{major}.{minor}.{patch + 1}"

    @property
    def verdict(self) -> str:
        """The whole in one sentence."""
        if not self.differences:
            return f"the same as {self.old_version}"
        harmless = len(self.differences) - len(self.breaking)
        if not self.breaking:
            return f"compatible with {self.old_version}: {_counted(harmless, 'change')}, none of them breaking"
        others = f" and {_counted(harmless, 'other')}" if harmless else ""
        return f"not compatible with {self.old_version}: {_counted(len(self.breaking), 'breaking change')}{others}"


def compare(old: Manifest, new: Manifest) -> Compatibility:
    """Every difference between two versions of one destination that an end user or a sync may notice."""
    found = [*changes_of_setup(old, new), *changes_of_calls(old, new), *_texts(old, new)]
    return Compatibility(old.version, new.version, tuple(sorted(found, key=lambda each: not each.breaking)))


def _texts(old: Manifest, new: Manifest) -> Iterator[Difference]:
    if old.name != new.name:
        yield Difference(f"the display name was `{old.name}`, and is `{new.name}`", ("name",))
    changed = [name for name in TEXTS[1:] if getattr(old, name) != getattr(new, name)]
    if changed:
        yield Difference(f"{listed(changed, last='and')} changed", (changed[0],))


def precedence(version: str) -> Precedence:
    """What versions are sorted by, as semver 2.0.0 (clause 11) says; build metadata is no part of a manifest's version.

    >>> precedence("1.2.0-rc.1") < precedence("1.2.0-rc.10") < precedence("1.2.0") < precedence("1.10.0")
    True
    """
    core, _, rest = version.partition("-")
    major, minor, patch = (int(number) for number in re.findall(r"\d+", core)[:3])
    marks = tuple((0, int(mark), "") if mark.isdigit() else (1, 0, mark) for mark in rest.split(".") if mark)
    return major, minor, patch, 0 if rest else 1, marks


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

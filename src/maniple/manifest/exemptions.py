"""`quality.yaml`: what a person has looked at that no rule can, and which rules an integration need not meet."""

from __future__ import annotations

from pydantic import Field

from maniple.manifest.base import ManifestModel


class Exemption(ManifestModel):
    """One rule that does not fit this partner."""

    rule: str = Field(min_length=1, max_length=60)
    """The rule's name or a finding's code, as `maniple review` shows it."""
    why: str = Field(min_length=10, max_length=500)
    """Why it does not fit, with a source; a reviewer reads it."""


class HumanCheck(ManifestModel):
    """Something that a person has tried."""

    what: str = Field(min_length=5, max_length=500)
    """What was done and seen, as a sentence."""
    by: str = Field(min_length=1, max_length=120)
    """Who did it."""
    day: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    """When, such as `2026-11-20`."""


class QualityFile(ManifestModel):
    """The file as a whole; both lists may be left out."""

    exemptions: list[Exemption] = Field(default_factory=list)
    """Rules of silver and gold that do not fit this partner; bronze has no exemptions."""
    checks: list[HumanCheck] = Field(default_factory=list)
    """What a person has tried."""

"""Bronze, silver, gold: how far an integration has come, and what the next tier asks for.

Bronze may be submitted. Silver tells its end users what goes wrong and has been tried. Gold survives what partners and
odd values do, and can be checked against the partner at any time. `docs/guides/review.md` lists the rules in words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from maniple.diagnostics.model import Diagnostic
from maniple.manifest.model import Manifest
from maniple.review.exemptions import QualityFile
from maniple.source.text import Path

Tier: TypeAlias = Literal["bronze", "silver", "gold"]
TIERS: Final[tuple[Tier, ...]] = ("bronze", "silver", "gold")
"""From the lowest to the highest."""


@dataclass(frozen=True)
class Beside:
    """What lies beside a manifest, as far as the tiers look at it."""

    names: Collection[str] = ()
    """Names of the files."""
    readme: str = ""
    logo_fault: str | None = None
    """Why the logo cannot be shown; None when it can, or when there is none."""
    cases: Mapping[str, int] = field(default_factory=dict)
    """Golden cases by call."""
    failing: Sequence[str] = ()
    """Names of the cases that do not pass."""
    refusals: int = 0
    """Cases whose replies refuse something."""
    exemptions: QualityFile = QualityFile()
    """What `quality.yaml` says."""


@dataclass(frozen=True)
class TestedCall:
    """That a call was tried. `simulated`: with the simulator in the partner's place."""

    __test__ = False

    call: str
    accepted: bool
    simulated: bool = False


@dataclass(frozen=True)
class Missing:
    """What keeps an integration from a tier. `path` is the place in the manifest, empty for the whole of it."""

    tier: Tier
    rule: str
    """A stable name, or the code of a finding; `quality.yaml` may exempt from it."""
    message: str
    path: Path = ()
    file: str = "manifest.yaml"
    hint: str | None = None


@dataclass(frozen=True)
class Quality:
    """`tier` is None below bronze. `missing` is everything up to gold, the lowest tier first."""

    tier: Tier | None
    missing: tuple[Missing, ...]
    exempted: tuple[tuple[Missing, str], ...] = ()
    """What `quality.yaml` exempts from, each with its reason."""

    @property
    def next_tier(self) -> Tier | None:
        """The lowest tier that is not reached; None at gold."""
        return self.missing[0].tier if self.missing else None

    def needed(self, tier: Tier) -> tuple[Missing, ...]:
        """What this tier asks for and the lower ones do not."""
        return tuple(missing for missing in self.missing if missing.tier == tier)


def quality(
    manifest: Manifest,
    findings: Sequence[Diagnostic],
    files: Beside,
    evidence: Sequence[TestedCall] = (),
    *,
    trials: int = 0,
) -> Quality:
    """The tier of a manifest that can be read. `findings` are those of `maniple check`, `trials` how many requests were made
    with odd values (0: it was not tried)."""
    raise NotImplementedError

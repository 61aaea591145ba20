"""The guide to reviews says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from maniple.manifest.exemptions import QualityFile
from maniple.review import tiers
from maniple.review.tiers import TIER_OF_CODE

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "review.md").read_text()
ROWS = re.findall(r"^\| (bronze|silver|gold) \| `([a-z-]+)` \|", GUIDE, re.MULTILINE)


def test_every_rule_of_the_tiers_is_in_the_guide_at_its_tier() -> None:
    code = Path(tiers.__file__).read_text()
    rules = {(tier, rule) for tier, rule in re.findall(r'Missing\(\s*"(bronze|silver|gold)",\s*"([a-z-]+)"', code)}

    assert rules == set(ROWS)


def test_every_finding_that_keeps_from_a_tier_is_in_the_guide() -> None:
    told = {
        tier: set(re.findall(r"MAN\d+", row))
        for tier, row in re.findall(r"^\| (\w+) \| findings \| (.*)$", GUIDE, re.M)
    }

    assert told == {
        "bronze": {code for code, tier in TIER_OF_CODE.items() if tier == "bronze"},
        "silver": {code for code, tier in TIER_OF_CODE.items() if tier == "silver"},
        "gold": set(),
    }


def test_the_quality_file_of_the_guide_can_be_read() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)

    found = QualityFile.model_validate(yaml.safe_load(block))

    assert (["read-back"], ["Ada"]) == ([each.rule for each in found.exemptions], [each.by for each in found.checks])

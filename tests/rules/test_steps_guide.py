"""The examples of the guide to several requests are parts of a manifest that has no fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from changed_base import summaries

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "several-requests.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("part", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_guide_is_checked_without_a_finding(part: str) -> None:
    assert summaries(part) == []


def test_the_guide_has_examples() -> None:
    assert len(EXAMPLES) >= 5

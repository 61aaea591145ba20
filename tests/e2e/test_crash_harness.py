"""`tools/crash` plays rounds of killed syncs, and judges them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from _crash.cohort import Cohorts
from _crash.command import main
from _crash.figures import Figures


def test_two_rounds_of_killed_syncs_lose_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--rounds", "2", "--seed", "3", "--json"])

    out, told = capsys.readouterr()
    figures = json.loads(out)
    assert ["rounds", "kills", "lost", "wrong", "repeated_requests", "max_in_flight"] == list(figures)
    assert (0, 2, 0, 0) == (code, figures["rounds"], figures["lost"], figures["wrong"]), told
    assert figures["kills"] >= 2
    assert 2 <= figures["max_in_flight"] <= 4


@pytest.mark.parametrize(
    "bad",
    [
        Figures(kills=2, lost=1),
        Figures(kills=2, wrong=1),
        Figures(kills=2, repeated_requests=9),
        Figures(kills=2, faults=["round-1: `sync` hung"]),
    ],
)
def test_figures_with_anybody_lost_or_wrong_or_too_much_repeated_are_not_sound(bad: Figures) -> None:
    assert not bad.is_sound
    assert Figures(kills=2, repeated_requests=8).is_sound


def test_a_changed_cohort_has_users_who_leave_who_enter_and_whose_identifier_changes() -> None:
    cohorts = Cohorts(Random(1), "round-1")
    before = cohorts.first()
    after = cohorts.changed(before)

    stay = set(before.users) & set(after.users)
    assert set(before.users) - stay
    assert set(after.users) - stay
    assert {f"{before.users[number]}x" for number in stay if before.users[number] != after.users[number]}
    assert cohorts.rest(after).wanted < after.wanted

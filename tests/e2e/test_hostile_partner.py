"""A sync against each way in which a partner misbehaves: it ends exact, or failed in words with the next one exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.testing.simulator.hostile import hostility_named
from support.hostile_story import PARALLEL, telling

MONDAY = [f"u{number}" for number in range(160)]
TUESDAY = [f"u{number}" for number in range(40, 200)]
OVERCOME = (
    "throttle",
    "throttle-bare",
    "flaky",
    "lossy",
    "hang",
    "reset",
    "drip",
    "huge",
    "duplicate",
    "skew",
)
"""Profiles that one run copes with when the list is there and no answer has to be understood."""
EXPLAINED = {
    "redirect": "unclassified",
    "truncated": "The answer cannot be read",
    "garbage": "The answer cannot be read",
    "errors-inside": "Acme is busy",
}
"""Profiles whose trouble is not worth a second try, with the reason that a failed run gives."""


@pytest.mark.parametrize("profile", OVERCOME)
def test_one_run_ends_exact_in_spite_of_the_partner(tmp_path: Path, profile: str) -> None:
    with telling(tmp_path, profile) as story:
        for cohort in (MONDAY, TUESDAY):
            report = story.sync(cohort)

            assert "succeeded" == report.status
            assert sorted(cohort) == story.members(report)
        assert story.state["troubles"][profile] > 0


def test_answers_out_of_order_are_taken_for_what_they_answer(tmp_path: Path) -> None:
    with telling(tmp_path, "uneven,rejects", seed=3) as story:
        report = story.sync(MONDAY)

        assert "succeeded_with_skips" == report.status
        assert len(MONDAY) - report.rejected == report.members == len(story.members(report))
        assert PARALLEL == story.simulator.most_at_once


def test_all_troubles_together_are_overcome_too(tmp_path: Path) -> None:
    with telling(tmp_path, "throttle,throttle-bare,flaky,lossy,hang,reset,huge,duplicate,skew") as story:
        for cohort in (MONDAY, TUESDAY):
            report = story.sync(cohort)
            assert "succeeded" == report.status
            assert sorted(cohort) == story.members(report)
        assert 0 == story.state["batches_seen"]["needless"]


@pytest.mark.parametrize(("profile", "reason"), EXPLAINED.items())
def test_what_no_second_try_mends_fails_with_its_reason_and_the_next_run_mends_it(
    tmp_path: Path, profile: str, reason: str
) -> None:
    with telling(tmp_path, profile) as story:
        for cohort in (MONDAY, TUESDAY):
            report, failed = story.sync_until_done(cohort)
            assert sorted(cohort) == story.members(report)
            assert {reason} >= {one.reason for one in failed}
        assert story.state["troubles"][profile] > 0


def test_no_redirect_is_followed_whether_to_a_private_host_or_to_itself(tmp_path: Path) -> None:
    with telling(tmp_path, "redirect") as story:
        failed = story.sync(MONDAY)

        assert ("failed", failed.requests) == (failed.status, story.state["requests"])
        assert {} == story.simulator.unknown
        assert story.state["refused"]["307"] == story.state["troubles"]["redirect"] > 0


def test_users_refused_inside_a_success_are_told_and_tried_again(tmp_path: Path) -> None:
    with telling(tmp_path, "rejects") as story:
        report = story.sync(MONDAY)
        again = story.sync(MONDAY)

        refused = set(MONDAY) - set(story.members(report))
        assert ("succeeded_with_skips", {"REFUSED": len(refused)}) == (report.status, report.rejected_by_reason)
        assert 0 < len(refused) == again.rejected < len(MONDAY) / 10


def test_users_whom_the_partner_drops_in_silence_count_as_members(tmp_path: Path) -> None:
    # Nothing in the answers tells: only reading the list back can.
    with telling(tmp_path, "drops") as story:
        report = story.sync(MONDAY)
        again = story.sync(MONDAY)

        held = story.members(report)
        assert ("succeeded", len(MONDAY), 0) == (report.status, report.members, again.added)
        assert len(MONDAY) > len(held) > len(MONDAY) * 0.9


def test_a_list_that_is_deleted_midway_is_made_again_and_filled(tmp_path: Path) -> None:
    with telling(tmp_path, "list-gone") as story:
        report = story.sync(MONDAY)

        assert ("succeeded", True) == (report.status, report.list_created)
        assert sorted(MONDAY) == story.members(report)
        assert {"404"} == set(story.state["refused"])


def test_a_token_that_expires_midway_is_renewed_and_the_sync_ends_exact(tmp_path: Path) -> None:
    token = {"kind": "oauth2_client_credentials", "token_url": "https://login.acme.test/token"}
    with telling(tmp_path, "expiry", settings={"client_id": "acme-1", "client_secret": "s-1"}, auth=token) as story:
        report = story.sync(MONDAY)

        assert "succeeded" == report.status
        assert sorted(MONDAY) == story.members(report)
        assert story.state["troubles"]["expiry"] >= 2
        assert story.state["calls"]["auth"] >= 3


def test_a_deleted_list_without_a_rule_for_it_fails_and_nobody_counts_as_sent(tmp_path: Path) -> None:
    with telling(tmp_path, None, errors=[]) as story:
        story.sync(MONDAY)
        story.simulator.reset()

        report = story.sync(TUESDAY)

        assert ("failed", "unclassified", 0, 0) == (report.status, report.reason, report.added, report.removed)


def test_a_partner_who_is_down_is_told_and_what_is_left_is_sent_when_it_is_back(tmp_path: Path) -> None:
    with telling(tmp_path, "down") as story:
        report = story.sync(MONDAY)
        story.simulator.hostility = hostility_named(None)
        mended = story.sync(MONDAY)

        assert ("failed", 9, len(MONDAY)) == (report.status, report.requests, report.unsent)
        assert "succeeded" == mended.status
        assert sorted(MONDAY) == story.members(mended)


def test_a_list_whose_making_was_answered_badly_is_a_failure_that_names_who_must_act(tmp_path: Path) -> None:
    with telling(tmp_path, "garbage", seed=3) as story:
        failed = story.sync(["u1"])
        mended = story.sync(["u1"])

        where = "there is no list id at `id` in the response. The destination's manifest must say where it is."
        assert ("failed", f"The partner answered 200, but {where}") == (failed.status, failed.message)
        assert ["u1"] == story.members(mended)

"""Answers that do not tell whether the work was done, and users who leave before the next run."""

from __future__ import annotations

from pathlib import Path

from support.hostile_story import REJECTS, telling
from support.manifests import BASE

USERS = [f"u{number}" for number in range(160)]


def test_a_504_after_the_work_leaves_nobody_behind_who_has_left_since(tmp_path: Path) -> None:
    with telling(tmp_path, "duplicate") as story:
        story.sync(USERS, retries=0)
        report, _ = story.sync_until_done(["u1"])

        assert ["u1"] == story.members(report)


def test_an_answer_that_cannot_be_read_leaves_nobody_behind_who_has_left_since(tmp_path: Path) -> None:
    with telling(tmp_path, "truncated", success="ok") as story:
        story.sync(USERS)
        report, _ = story.sync_until_done(["u1"])

        assert ["u1"] == story.members(report)


def test_users_refused_in_an_answer_that_cannot_be_read_are_not_taken_for_members(tmp_path: Path) -> None:
    adds = {**BASE["add_users"], "rejects": REJECTS, "batch": {"items": 40}}
    with telling(tmp_path, "rejects,truncated", add_users=adds) as story:
        report, _ = story.sync_until_done(USERS)

        assert report.members == len(story.members(report))

"""The texts of the portal's home."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.portal.home.present import (
    ago,
    categories,
    checks,
    masthead,
    row_details,
    shown_path,
    state_words,
    tile_lines,
)
from maniple.usecases.destinations import CatalogueEntry
from maniple.usecases.integrations import Details, Integration

DAY = 86_400.0
ENTRY = CatalogueEntry("acme", "Acme", "ad-networks", "list", "1.0.0", "Ads for everybody who has a shop", Path("x"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5.0, "just now"),
        (59.0, "just now"),
        (60.0, "1 min ago"),
        (3_600.0, "1 h ago"),
        (DAY, "yesterday"),
        (2 * DAY, "2 days ago"),
        (31 * DAY, "2026-11-24"),
    ],
)
def test_how_long_ago_something_was_is_said_in_few_words(seconds: float, words: str) -> None:
    assert words == ago(seconds, 1_795_500_000.0)


def test_a_folder_is_shown_from_here_or_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "mine" == shown_path(Path("mine"), {})
    assert "this folder" == shown_path(Path("."), {})
    assert "~/mine" == shown_path(Path("/home/ada/mine"), {"HOME": "/home/ada"})
    assert "/srv/mine" == shown_path(Path("/srv/mine"), {"HOME": "/home/ada"})


def test_errors_count_more_than_warnings() -> None:
    assert "✗ 2 errors" == checks(Details(errors=2, warnings=3))[0]
    assert "▲ 1 warning" == checks(Details(warnings=1))[0]
    assert "✓ clean" == checks(Details())[0]
    assert "…" == checks(None)[0]


def test_a_state_is_a_sign_and_a_word() -> None:
    assert "● live" == state_words("approved")
    assert "✎ changes requested" == state_words("changes_requested")


def test_a_summary_is_broken_between_words_and_cut_after_two_lines() -> None:
    assert ("Acme", "ad networks · list", "Ads for everybody", "who has a shop") == tile_lines(ENTRY, 18)
    assert ("Acme", "ad network…", "Ads for", "everybody …") == tile_lines(ENTRY, 11)


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"problems": 2}, "✗ 2 errors · ad networks · list"),
        ({"internal": True}, "◈ internal · ad networks · list"),
        ({"deprecated": "use Bolt"}, "⊘ deprecated · ad networks · list"),
    ],
)
def test_a_tile_says_what_one_must_know_before_using_it(changes: dict[str, object], facts: str) -> None:
    entry = CatalogueEntry(**{**ENTRY.__dict__, **changes})  # type: ignore[arg-type]

    assert facts == tile_lines(entry, 40)[1]


def test_categories_are_counted_and_in_order() -> None:
    entries = [ENTRY, ENTRY, CatalogueEntry("b", "B", "other", "list", "1.0.0", "", Path("x"))]

    assert [("every category", ""), ("ad networks (2)", "ad-networks"), ("other (1)", "other")] == categories(entries)


def test_new_messages_are_announced_with_their_key() -> None:
    assert " maniple  mine  ada   ✉ 2 new messages  [m]" == masthead("mine", "ada", 2).plain
    assert " maniple  mine  ada" == masthead("mine", "ada", 0).plain


def test_what_is_not_read_yet_says_so() -> None:
    assert "being read" in row_details(Integration("acme", Path("x"), 0.0), None, "draft").plain

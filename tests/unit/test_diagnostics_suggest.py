"""What the author probably meant."""

from __future__ import annotations

import pytest

from maniple.diagnostics.suggest import closest, hint_for, listed


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("list_idd", "list_id"),
        ("lsit_id", "list_id"),
        ("listId", "list_id"),
        ("list-id", "list_id"),
        ("LIST_ID", "list_id"),
        ("item", "items"),
        ("api_keys", "api_key"),
        ("statuz", "status"),
        ("something_else", None),
        ("x", None),
        ("", None),
        ("a" * 5000, None),
    ],
)
def test_the_likest_candidate_is_found(word: str, expected: str | None) -> None:
    assert closest(word, ["api_key", "items", "list_id", "status"]) == expected


def test_a_word_is_not_its_own_correction() -> None:
    assert closest("items", ["items", "item"]) == "item"


def test_the_first_of_two_equally_like_candidates_wins() -> None:
    assert closest("bat", ["cat", "hat"]) == "cat"


def test_a_stricter_cutoff_finds_less() -> None:
    assert closest("cart", ["cat"], cutoff=0.8) is None


def test_the_hint_asks() -> None:
    assert hint_for("list_idd", ["list_id"]) == "did you mean `list_id`?"
    assert hint_for("zzz", ["list_id"]) is None


def test_words_are_listed_as_a_phrase() -> None:
    assert [listed([]), listed(["a"]), listed("ab"), listed("abc", last="and"), listed("abcd", most=2)] == [
        "",
        "`a`",
        "`a` or `b`",
        "`a`, `b` and `c`",
        "`a`, `b` and 2 more",
    ]

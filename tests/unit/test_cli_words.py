"""Numbers and moments as a person reads them."""

from __future__ import annotations

import time

import pytest

from maniple.cli import words


def test_thousands_have_commas() -> None:
    assert words.plural(1_234_567, "user") == "1,234,567 users"


def test_one_is_singular() -> None:
    assert (words.plural(1, "retry", "retries"), words.plural(2, "retry", "retries")) == ("1 retry", "2 retries")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (7_199, "1 h ago"),
        (86_400, "1 day ago"),
        (200_000, "2 days ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert words.ago(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7_500, "2 h 5 min")],
)
def test_a_length_of_time_has_two_units_at_most(seconds: float, text: str) -> None:
    assert words.lasting(seconds) == text


def test_a_moment_for_programs_is_utc() -> None:
    assert words.utc(1_795_500_000.9) == "2026-11-24T06:00:00Z"


def test_a_moment_for_people_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert words.moment(1_795_500_000.9) == "2026-11-24 15:00"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("number", "text"), [(1, "1 byte"), (9_999, "9,999 bytes"), (12_300, "12.3 kB")])
def test_a_size_is_told_in_bytes_until_it_is_large(number: int, text: str) -> None:
    assert words.octets(number) == text

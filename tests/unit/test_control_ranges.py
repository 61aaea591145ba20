"""Sets of plan rows as ranges, and where each row of a plan stands."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from maniple.store.control.ledger import settled_ranges
from maniple.store.control.ranges import merged, without
from maniple.store.control.rows import BatchRow, BatchState, Ranges, SettledRanges

pieces = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def rows(ranges: list[tuple[int, int]] | Ranges) -> set[int]:
    return {row for start, stop in ranges for row in range(start, stop)}


def batch(start: int, count: int, state: BatchState, part: int = 0) -> BatchRow:
    return BatchRow("add", 0, part, start, count, state)


def test_ranges_that_touch_or_overlap_become_one() -> None:
    assert merged([(10, 20), (0, 5), (5, 8), (12, 15), (30, 30)]) == ((0, 8), (10, 20))


def test_taking_away_leaves_what_is_between() -> None:
    assert without(((0, 10), (20, 30)), ((2, 4), (8, 22), (25, 26))) == ((0, 2), (4, 8), (22, 25), (26, 30))


@given(pieces)
def test_merging_keeps_the_rows_and_parts_the_ranges(ranges: list[tuple[int, int]]) -> None:
    together = merged(ranges)
    assert rows(together) == rows(ranges)
    assert all(stop < start for (_, stop), (start, _) in itertools.pairwise(together))


@given(pieces, pieces)
def test_taking_away_is_the_difference_of_the_rows(
    ranges: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    left = without(merged(ranges), merged(others))
    assert rows(left) == rows(ranges) - rows(others)
    assert left == merged(left)


def test_a_batch_left_sending_is_in_doubt() -> None:
    ledger = [batch(0, 100, "delivered"), batch(100, 100, "sending"), batch(200, 50, "failed")]
    assert settled_ranges(ledger) == SettledRanges(((0, 100),), ((100, 200),), ((200, 250),))


def test_neighbours_of_one_state_are_one_range() -> None:
    assert settled_ranges([batch(100, 100, "delivered"), batch(0, 100, "delivered")]).delivered == ((0, 200),)


def test_the_pieces_of_a_split_batch_speak_for_their_rows() -> None:
    ledger = [
        batch(0, 100, "failed"),
        batch(0, 50, "delivered", part=1),
        batch(50, 25, "in_doubt", part=2),
        batch(75, 25, "failed", part=3),
    ]
    assert settled_ranges(ledger) == SettledRanges(((0, 50),), ((50, 75),), ((75, 100),))


def test_nothing_recorded_is_nothing_settled() -> None:
    assert settled_ranges([]) == SettledRanges()

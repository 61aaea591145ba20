from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maniple.errors import Bug
from maniple.store.data.fates import stretches
from maniple.store.data.plane import Fate, Folded, RowVerdict, fold_membership, plan_changes


def write(path: Path, pairs: Sequence[tuple[str, str]], doubted: Sequence[str] = ()) -> Path:
    columns = {
        "member_id": [member for member, _ in pairs],
        "m_email": [email for _, email in pairs],
        "doubt": [member in doubted for member, _ in pairs],
    }
    schema = pa.schema([("member_id", pa.string()), ("m_email", pa.string()), ("doubt", pa.bool_())])
    pq.write_table(pa.table(columns, schema=schema), path)
    return path


def plan(here: Path, wanted: Sequence[tuple[str, str]], accepted: Path | None) -> Path:
    schema = pa.schema([("member_id", pa.string()), ("m_email", pa.string())])
    pq.write_table(pa.table([[m for m, _ in wanted], [e for _, e in wanted]], schema=schema), here / "resolved")
    pq.write_table(schema.empty_table(), here / "skips")
    plan_changes(here / "resolved", here / "skips", accepted, ["email"], ["email"], here / "plan")
    return here / "plan"


def members(path: Path) -> dict[str, bool]:
    table = pq.read_table(path)
    doubts: list[Any] = table["doubt"].to_pylist() if "doubt" in table.column_names else [False] * table.num_rows
    return dict(zip(table["member_id"].to_pylist(), doubts, strict=True))


FIVE = [(str(number), f"{number}@a") for number in range(5)]


def test_a_first_run_keeps_what_was_delivered_and_what_is_in_doubt(tmp_path: Path) -> None:
    fates = [Fate("add", 0, 2, "delivered"), Fate("add", 2, 1, "in_doubt"), Fate("add", 3, 1, "unsent")]
    folded = fold_membership(None, plan(tmp_path, FIVE, None), fates, [], tmp_path / "new")

    assert {"0": False, "1": False, "2": True} == members(tmp_path / "new")
    assert Folded(members=3, doubts=1) == folded


def test_a_verdict_speaks_louder_than_the_fate_of_the_batch(tmp_path: Path) -> None:
    verdicts = [RowVerdict("add", 1, "rejected", "unknown"), RowVerdict("add", 3, "skipped", "too large")]
    fates = [Fate("add", 0, 2, "delivered"), Fate("add", 2, 2, "in_doubt")]
    fold_membership(None, plan(tmp_path, FIVE, None), fates, verdicts, tmp_path / "new")

    assert {"0": False, "2": True} == members(tmp_path / "new")


def test_the_first_of_two_verdicts_on_a_row_counts(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted", FIVE)
    verdicts = [RowVerdict("remove", 0, "skipped", "no value"), RowVerdict("remove", 0, "rejected", "unknown")]
    directory = plan(tmp_path, FIVE[1:], accepted)
    fold_membership(accepted, directory, [Fate("remove", 0, 1, "delivered")], verdicts, tmp_path / "new")

    assert {"0", "1", "2", "3", "4"} == set(members(tmp_path / "new"))


def test_verdicts_may_come_as_a_parquet_file(tmp_path: Path) -> None:
    verdict = {"operation": "add", "row": 4, "kind": "rejected", "reason": "unknown", "message": None}
    pq.write_table(pa.Table.from_pylist([verdict]), tmp_path / "verdicts")
    directory = plan(tmp_path, FIVE, None)
    fold_membership(None, directory, [Fate("add", 0, 5, "delivered")], tmp_path / "verdicts", tmp_path / "new")

    assert {"0", "1", "2", "3"} == set(members(tmp_path / "new"))


def test_a_remove_without_answer_stays_in_doubt(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted", FIVE)
    directory = plan(tmp_path, FIVE[2:], accepted)
    fates = [Fate("remove", 0, 1, "in_doubt"), Fate("remove", 1, 1, "delivered")]
    folded = fold_membership(accepted, directory, fates, [], tmp_path / "new")

    assert {"0": True, "2": False, "3": False, "4": False} == members(tmp_path / "new")
    assert Folded(members=4, doubts=1) == folded


def test_a_doubted_member_that_is_sent_again_is_settled(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted", FIVE, doubted=["3"])
    directory = plan(tmp_path, FIVE, accepted)
    fold_membership(accepted, directory, [Fate("add", 0, 1, "delivered")], [], tmp_path / "new")

    assert dict.fromkeys("01234", False) == members(tmp_path / "new")


def test_a_leaver_stays_when_the_doubted_pair_that_shared_its_identifier_is_refused(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted", [("1", "a@a"), ("2", "a@a")], doubted=["1"])
    directory = plan(tmp_path, [("1", "a@a")], accepted)
    fold_membership(accepted, directory, [], [RowVerdict("add", 0, "rejected", "unknown")], tmp_path / "new")

    assert {"2": False} == members(tmp_path / "new")


def test_thousands_of_small_fates_fold_like_one(tmp_path: Path) -> None:
    many = [(str(number), f"{number}@a") for number in range(3000)]
    fates = [Fate("add", row, 1, "in_doubt" if row % 3 else "delivered") for row in range(2999)]
    folded = fold_membership(None, plan(tmp_path, many, None), fates, [], tmp_path / "new")

    assert Folded(members=2999, doubts=1999) == folded


def test_nothing_sent_leaves_the_membership_as_it_was(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted", FIVE, doubted=["3"])
    directory = plan(tmp_path, [("9", "9@a")], accepted)
    fold_membership(accepted, directory, [], [], tmp_path / "new")

    assert members(accepted) == members(tmp_path / "new")


def test_a_plan_against_a_membership_needs_it_again(tmp_path: Path) -> None:
    directory = plan(tmp_path, FIVE, write(tmp_path / "accepted", FIVE[:1]))

    with pytest.raises(Bug, match="was folded without it"):
        fold_membership(None, directory, [], [], tmp_path / "new")


def test_a_verdict_on_a_row_that_is_not_there_is_refused(tmp_path: Path) -> None:
    directory = plan(tmp_path, FIVE, None)

    with pytest.raises(Bug, match="there is a verdict on an add row that the plan does not have"):
        fold_membership(None, directory, [], [RowVerdict("add", 5, "rejected", "unknown")], tmp_path / "new")


def test_neighbours_of_one_state_are_one_stretch_and_gaps_are_unsent() -> None:
    fates = [Fate("add", 4, 2, "delivered"), Fate("remove", 0, 9, "in_doubt"), Fate("add", 2, 2, "delivered")]

    assert [(0, 2, "unsent"), (2, 6, "delivered"), (6, 9, "unsent")] == stretches("add", fates, 9)


@pytest.mark.parametrize("second", [Fate("add", 3, 2, "in_doubt"), Fate("add", 8, 2, "in_doubt")])
def test_fates_that_overlap_or_go_too_far_are_refused(second: Fate) -> None:
    with pytest.raises(Bug, match="overlaps or goes too far"):
        stretches("add", [Fate("add", 0, 4, "delivered"), second], 9)

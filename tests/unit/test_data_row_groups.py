"""Taking the batches of a plan file from its row groups."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maniple.errors import OperatorError
from maniple.store.data.plane import PlanFile


def written(path: Path, count: int, row_group: int = 4) -> PlanFile:
    columns = {
        "member_id": pa.array([str(row) for row in range(count)], pa.string()),
        "m_email": pa.array([f"{row}@a" if row % 4 else None for row in range(count)], pa.string()),
        "m_age": pa.array(list(range(count)), pa.int64()),
        "m_mixed": pa.array(['"x"'] * count, pa.json_(pa.utf8())),
    }
    pq.write_table(pa.table(columns), path, row_group_size=row_group)
    return PlanFile(path)


def test_a_batch_says_which_of_its_columns_hold_only_text(tmp_path: Path) -> None:
    found = list(written(tmp_path / "plan", 8).batches(4, ["amplitude_id", "email", "age", "mixed"]))

    assert [{"amplitude_id"}, {"amplitude_id"}] == [batch.text for batch in found]


def test_a_row_group_that_all_skip_is_passed_over(tmp_path: Path) -> None:
    plan = written(tmp_path / "plan", 16)

    found = [batch.rows["amplitude_id"] for batch in plan.batches(4, ["amplitude_id"], {0, 1, 2}.__contains__)]
    assert [["12", "13", "14", "15"]] == found


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_after_they_are_closed_there_are_no_more_batches(tmp_path: Path, taken: int) -> None:
    batches = written(tmp_path / "plan", 16).batches(4, ["amplitude_id"])
    for _ in range(taken):
        next(batches)
    batches.close()
    batches.close()

    assert None is next(batches, None)


def test_a_batch_may_lie_in_several_row_groups(tmp_path: Path) -> None:
    found = list(written(tmp_path / "plan", 10).batches(7, ["amplitude_id", "age"]))

    assert [["0", "1", "2", "3", "4", "5", "6"], ["7", "8", "9"]] == [batch.rows["amplitude_id"] for batch in found]
    assert [[0, 1, 2, 3, 4, 5, 6], [7, 8, 9]] == [batch.rows["age"] for batch in found]


def test_a_row_group_that_is_damaged_is_the_operators_problem(tmp_path: Path) -> None:
    plan = written(tmp_path / "plan", 12)
    content = bytearray((tmp_path / "plan").read_bytes())
    content[4:200] = bytes(196)
    (tmp_path / "plan").write_bytes(content)

    with pytest.raises(OperatorError, match="the plan file"):
        list(plan.batches(4, ["amplitude_id"]))

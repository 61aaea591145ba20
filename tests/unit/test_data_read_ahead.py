"""Taking the batches of a plan file while the next row group is read."""

from __future__ import annotations

import threading
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


def readers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("plan")]


def test_after_a_wait_the_next_batch_is_at_hand(tmp_path: Path) -> None:
    batches = written(tmp_path / "plan", 12).batches(4, ["amplitude_id"])
    found = []
    while True:
        batches.wait()
        assert batches.at_hand()
        batch = next(batches, None)
        if batch is None:
            break
        found.append(batch.rows["amplitude_id"])

    assert [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9", "10", "11"]] == found


def test_a_batch_says_which_of_its_columns_hold_only_text(tmp_path: Path) -> None:
    found = list(written(tmp_path / "plan", 8).batches(4, ["amplitude_id", "email", "age", "mixed"]))

    assert [{"amplitude_id"}, {"amplitude_id"}] == [batch.text for batch in found]


def test_a_row_group_that_all_skip_is_passed_over(tmp_path: Path) -> None:
    plan = written(tmp_path / "plan", 16)

    found = [batch.rows["amplitude_id"] for batch in plan.batches(4, ["amplitude_id"], {0, 1, 2}.__contains__)]
    assert [["12", "13", "14", "15"]] == found


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_no_thread_is_left_when_batches_are_closed(tmp_path: Path, taken: int) -> None:
    batches = written(tmp_path / "plan", 12).batches(4, ["amplitude_id"])
    for _ in range(taken):
        next(batches)
    batches.close()
    batches.close()

    assert [] == readers()
    assert None is next(batches, None)


def test_no_thread_is_left_when_all_batches_are_taken(tmp_path: Path) -> None:
    assert 3 == len(list(written(tmp_path / "plan", 12).batches(4, ["amplitude_id"])))
    assert [] == readers()


def test_a_row_group_that_is_damaged_is_the_operators_problem(tmp_path: Path) -> None:
    plan = written(tmp_path / "plan", 12)
    content = bytearray((tmp_path / "plan").read_bytes())
    content[4:200] = bytes(196)
    (tmp_path / "plan").write_bytes(content)

    with pytest.raises(OperatorError, match="the plan file"):
        list(plan.batches(4, ["amplitude_id"]))

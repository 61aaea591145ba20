from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maniple.errors import Bug, OperatorError
from maniple.store.data.plane import PlanBatch, PlanFile


def written(path: Path, count: int, row_group: int = 4) -> PlanFile:
    columns = {
        "member_id": pa.array([str(row) for row in range(count)], pa.string()),
        "m_email": pa.array([f"{row}@a" if row % 5 else None for row in range(count)], pa.string()),
        "m_mixed": pa.array([f'{{"row": {row}}}' if row % 2 else '"x"' for row in range(count)], pa.json_(pa.utf8())),
        "u_plan": pa.array(["pro"] * count, pa.string()),
        "u_tags": pa.array([f"[{row}]" if row % 2 else None for row in range(count)], pa.json_(pa.utf8())),
        "u_age": pa.array(list(range(count)), pa.int64()),
    }
    pq.write_table(pa.table(columns), path, row_group_size=row_group)
    return PlanFile(path)


def test_a_plan_file_knows_its_rows(tmp_path: Path) -> None:
    assert 10 == written(tmp_path / "plan", 10).rows


def test_batches_hold_the_asked_columns_across_row_groups(tmp_path: Path) -> None:
    found = list(written(tmp_path / "plan", 7).batches(3, ["amplitude_id", "email"]))

    assert [
        PlanBatch(0, 0, {"amplitude_id": ["0", "1", "2"], "email": [None, "1@a", "2@a"]}),
        PlanBatch(1, 3, {"amplitude_id": ["3", "4", "5"], "email": ["3@a", "4@a", None]}),
        PlanBatch(2, 6, {"amplitude_id": ["6"], "email": ["6@a"]}),
    ] == found


@pytest.mark.parametrize("size", [1, 7, 1000, 9000, 100_000])
def test_batches_of_any_size_are_the_whole_plan_in_order(tmp_path: Path, size: int) -> None:
    found = list(written(tmp_path / "plan", 20_003, row_group=6000).batches(size, ["amplitude_id"]))

    assert [str(row) for row in range(20_003)] == [row for batch in found for row in batch.rows["amplitude_id"]]
    assert [(at, at * size) for at in range(len(found))] == [(batch.index, batch.start) for batch in found]


def test_skipped_batches_are_left_out(tmp_path: Path) -> None:
    plan = written(tmp_path / "plan", 12)

    found = [batch.rows["amplitude_id"] for batch in plan.batches(2, ["amplitude_id"], {0, 1, 3, 5}.__contains__)]
    assert [["4", "5"], ["8", "9"]] == found


def test_nothing_is_read_when_all_batches_are_skipped(tmp_path: Path) -> None:
    assert [] == list(written(tmp_path / "plan", 12).batches(5, ["email"], lambda _: True))


def test_the_carried_properties_are_a_map_in_the_order_of_the_plan(tmp_path: Path) -> None:
    found = written(tmp_path / "plan", 6).read(3, 2, ["user"])

    assert {"user": [{"plan": "pro", "tags": [3], "age": 3}, {"plan": "pro", "tags": None, "age": 4}]} == found
    assert ["plan", "tags", "age"] == list(found["user"][0])


def test_mixed_values_come_as_they_were(tmp_path: Path) -> None:
    assert {"mixed": ["x", {"row": 1}]} == written(tmp_path / "plan", 2).read(0, 2, ["mixed"])


def test_a_plan_that_carries_nothing_has_empty_maps(tmp_path: Path) -> None:
    pq.write_table(pa.table({"member_id": ["1", "2"]}), tmp_path / "plan")

    assert {"user": [{}, {}]} == PlanFile(tmp_path / "plan").read(0, 2, ["user"])


def test_rows_are_read_at_random_up_to_the_end(tmp_path: Path) -> None:
    plan = written(tmp_path / "plan", 10)

    assert {"email": ["7@a", "8@a", "9@a"]} == plan.read(7, 99, ["email"])
    assert {"email": []} == plan.read(10, 5, ["email"])


def test_an_empty_plan_has_no_batches(tmp_path: Path) -> None:
    assert [] == list(written(tmp_path / "plan", 0).batches(5, ["email", "user"]))


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Bug, match="the plan file `plan` has no column `m_phone`"):
        written(tmp_path / "plan", 3).read(0, 1, ["phone"])


@pytest.mark.parametrize("content", [None, b"PAR1 not all"])
def test_a_missing_or_damaged_plan_is_the_operators_problem(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "plan").write_bytes(content)

    with pytest.raises(OperatorError, match="the plan file"):
        PlanFile(tmp_path / "plan")

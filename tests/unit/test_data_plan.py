from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maniple.errors import Bug, OperatorError
from maniple.store.data.plane import Fate, Folded, Planned, fold_membership, open_plan, plan_changes

Rows = Sequence[Mapping[str, Any]]


def write(path: Path, rows: Rows, **types: pa.DataType) -> Path:
    names = list(rows[0]) if rows else ["member_id", "m_email"]
    schema = pa.schema([(name, types.get(name, pa.string())) for name in names])
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return path


def pair(member_id: str, email: Any) -> dict[str, Any]:
    return {"member_id": member_id, "m_email": email}


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


def plan(here: Path, wanted: Path, accepted: Path | None, mappings: Sequence[str] = ("email",)) -> Planned:
    skips = write(here / "skips.parquet", [], member_id=pa.string())
    return plan_changes(wanted, skips, accepted, mappings, mappings[:1], here / "plan")


def delivered(planned: Planned) -> list[Fate]:
    return [Fate("remove", 0, planned.removes, "delivered"), Fate("add", 0, planned.adds, "delivered")]


def test_a_first_plan_is_the_file_of_the_resolved_members(tmp_path: Path) -> None:
    wanted = write(tmp_path / "resolved.parquet", [pair("2", "b"), pair("1", "a")])

    assert Planned(adds=2, removes=0, shared=0, unchanged=0, drifted=0) == plan(tmp_path, wanted, None)
    assert os.path.samefile(wanted, tmp_path / "plan" / "adds.parquet")
    assert [] == rows(tmp_path / "plan" / "removes.parquet")
    assert [] == rows(tmp_path / "plan" / "shared.parquet")


def test_a_first_run_delivered_whole_makes_the_plan_the_membership(tmp_path: Path) -> None:
    wanted = write(tmp_path / "resolved.parquet", [pair("2", "b"), pair("1", "a")])
    planned = plan(tmp_path, wanted, None)
    folded = fold_membership(None, tmp_path / "plan", delivered(planned), [], tmp_path / "new.parquet")

    assert Folded(members=2, doubts=0) == folded
    assert os.path.samefile(wanted, tmp_path / "new.parquet")


def test_carried_properties_are_not_kept_in_the_membership(tmp_path: Path) -> None:
    wanted = write(tmp_path / "resolved.parquet", [{**pair("1", "a"), "u_plan": "pro"}])
    planned = plan(tmp_path, wanted, None)
    fold_membership(None, tmp_path / "plan", delivered(planned), [], tmp_path / "new.parquet")

    assert [{**pair("1", "a"), "doubt": False}] == rows(tmp_path / "new.parquet")


def test_an_empty_membership_is_a_first_run(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted.parquet", [])
    wanted = write(tmp_path / "resolved.parquet", [pair("1", "a")])
    planned = plan(tmp_path, wanted, accepted)

    assert Planned(adds=1, removes=0, shared=0, unchanged=0, drifted=0) == planned
    assert Folded(members=1, doubts=0) == fold_membership(
        accepted, tmp_path / "plan", delivered(planned), [], tmp_path / "new.parquet"
    )


def test_an_empty_cohort_removes_everyone(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted.parquet", [pair("2", "b"), pair("1", "a")])
    wanted = write(tmp_path / "resolved.parquet", [])
    planned = plan(tmp_path, wanted, accepted)

    assert Planned(adds=0, removes=2, shared=0, unchanged=0, drifted=0) == planned
    removes = [(row["member_id"], row["m_email"]) for row in rows(tmp_path / "plan" / "removes.parquet")]
    assert [("1", "a"), ("2", "b")] == removes
    folded = fold_membership(accepted, tmp_path / "plan", delivered(planned), [], tmp_path / "new.parquet")
    assert (Folded(members=0, doubts=0), []) == (folded, rows(tmp_path / "new.parquet"))


def test_adds_carry_the_properties_of_the_cohort(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted.parquet", [pair("1", "a")])
    wanted = write(
        tmp_path / "resolved.parquet",
        [{**pair(member, member), "u_plan": f"plan {member}"} for member in ("3", "1", "2")],
    )
    plan(tmp_path, wanted, accepted)

    found = [(row["member_id"], row["u_plan"]) for row in rows(tmp_path / "plan" / "adds.parquet")]
    assert [("3", "plan 3"), ("1", "plan 1"), ("2", "plan 2")] == found


def test_a_drifted_member_is_counted_once(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted.parquet", [pair("1", "a"), pair("1", "b"), pair("2", "c")])
    wanted = write(tmp_path / "resolved.parquet", [pair("1", "new"), pair("2", "c")])

    assert Planned(adds=1, removes=2, shared=0, unchanged=1, drifted=1) == plan(tmp_path, wanted, accepted)


def test_a_value_that_only_changed_its_type_is_no_change(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted.parquet", [pair("1", "7"), pair("2", "8"), pair("3", "x")])
    wanted = write(tmp_path / "resolved.parquet", [pair("1", 7), pair("2", 9)], m_email=pa.int64())
    planned = plan(tmp_path, wanted, accepted)

    assert Planned(adds=1, removes=2, shared=0, unchanged=1, drifted=1) == planned


def test_a_membership_of_two_types_keeps_each_value_as_it_was_sent(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted.parquet", [pair("1", "7"), pair("2", "8")])
    wanted = write(tmp_path / "resolved.parquet", [pair("1", 7), pair("2", 9)], m_email=pa.int64())
    planned = plan(tmp_path, wanted, accepted)
    new = tmp_path / "new.parquet"
    fold_membership(accepted, tmp_path / "plan", delivered(planned), [], new)

    assert {("1", '"7"'), ("2", "9")} == {(row["member_id"], row["m_email"]) for row in rows(new)}
    assert Planned(adds=0, removes=0, shared=0, unchanged=2, drifted=0) == plan(tmp_path, wanted, new)


def test_a_new_mapping_sends_everyone_again(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted.parquet", [pair("1", "a"), pair("2", "b")])
    wanted = write(tmp_path / "resolved.parquet", [{**pair("1", "a"), "m_phone": "5"}])
    planned = plan(tmp_path, wanted, accepted, ["email", "phone"])

    assert Planned(adds=1, removes=1, shared=1, unchanged=0, drifted=1) == planned
    new = tmp_path / "new.parquet"
    fold_membership(accepted, tmp_path / "plan", delivered(planned), [], new)
    assert [{**pair("1", "a"), "m_phone": "5", "doubt": False}] == rows(new)


def test_pairs_that_only_a_mapping_now_gone_told_apart_become_one(tmp_path: Path) -> None:
    both = [{**pair("1", "a"), "m_phone": phone} for phone in ("5", "6")]
    accepted = write(tmp_path / "accepted.parquet", both)
    wanted = write(tmp_path / "resolved.parquet", [pair("1", "a")])
    planned = plan(tmp_path, wanted, accepted)

    assert Planned(adds=0, removes=0, shared=0, unchanged=1, drifted=0) == planned
    new = tmp_path / "new.parquet"
    assert Folded(members=1, doubts=0) == fold_membership(accepted, tmp_path / "plan", [], [], new)


@pytest.mark.parametrize(("doubts", "expected"), [((True, False), 0), ((True, True), 1)])
def test_pairs_that_become_one_are_in_doubt_only_if_both_were(
    tmp_path: Path, doubts: tuple[bool, bool], expected: int
) -> None:
    both = [{**pair("1", "a"), "m_phone": str(at), "doubt": doubt} for at, doubt in enumerate(doubts)]
    accepted = write(tmp_path / "accepted.parquet", both, doubt=pa.bool_())
    plan(tmp_path, write(tmp_path / "resolved.parquet", [pair("1", "a")]), accepted)

    new = tmp_path / "new.parquet"
    assert Folded(members=1, doubts=expected) == fold_membership(accepted, tmp_path / "plan", [], [], new)


def test_the_same_input_gives_the_same_files(tmp_path: Path) -> None:
    accepted = write(tmp_path / "accepted.parquet", [pair(str(n), f"{n % 700}@a") for n in range(2000)])
    wanted = write(tmp_path / "resolved.parquet", [pair(str(n), f"{n % 900}@a") for n in range(1500, 4000)])
    plan(tmp_path, wanted, accepted)
    names = ("adds.parquet", "removes.parquet", "shared.parquet")
    first = [rows(tmp_path / "plan" / name) for name in names]
    plan(tmp_path, wanted, accepted)

    assert first == [rows(tmp_path / "plan" / name) for name in names]


def test_a_plan_knows_what_it_was_made_for(tmp_path: Path) -> None:
    wanted = write(tmp_path / "resolved.parquet", [pair("1", "a")])
    planned = plan(tmp_path, wanted, None)
    folder = open_plan(tmp_path / "plan")

    assert (("email",), ("email",), True, planned) == (
        folder.mappings,
        folder.identity,
        folder.first,
        folder.planned,
    )


def test_an_unfinished_plan_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="there is no finished plan in"):
        open_plan(tmp_path)


def test_an_unknown_identity_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Bug, match="`phone` is no mapping"):
        plan_changes(tmp_path / "x", tmp_path / "y", None, ["email"], ["phone"], tmp_path / "plan")
    assert not (tmp_path / "plan").exists()

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maniple.store.data.plane import Fate, RowVerdict, export_csv, plan_changes


def write(path: Path, rows: Sequence[Mapping[str, str | None]], names: Sequence[str]) -> Path:
    schema = pa.schema([(name, pa.string()) for name in names])
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return path


def plan(here: Path, wanted: Mapping[str, str], accepted: Mapping[str, str], skipped: Mapping[str, str]) -> Path:
    pair = ["member_id", "m_email"]
    resolved = write(here / "resolved", [{"member_id": m, "m_email": e} for m, e in wanted.items()], pair)
    before = write(here / "accepted", [{"member_id": m, "m_email": e} for m, e in accepted.items()], pair)
    skips = write(
        here / "skips",
        [{"member_id": m or None, "m_email": "raw", "reason": why, "mapping": "email"} for m, why in skipped.items()],
        [*pair, "reason", "mapping"],
    )
    plan_changes(resolved, skips, before if accepted else None, ["email"], ["email"], here / "plan")
    return here / "plan"


def exported(
    here: Path,
    fates: Sequence[Fate] = (),
    verdicts: Sequence[RowVerdict] = (),
    label: str = "Email",
) -> list[list[str]]:
    count = export_csv(here / "plan", fates, verdicts, here / "skips", here / "out.csv", ["email"], {"email": label})
    with (here / "out.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert count == len(rows)
    assert ["amplitude_id", "operation", label, "skip_detected", "skip_reason"] == header
    return rows


def test_every_change_and_every_skip_is_one_row(tmp_path: Path) -> None:
    wanted = {str(number): f"{number}@a" for number in range(5)}
    plan(tmp_path, wanted, {"8": "8@a", "9": "9@a"}, {"7": "unresolved mapping", "": "missing id"})
    fates = [Fate("add", 0, 2, "delivered"), Fate("add", 2, 1, "in_doubt"), Fate("remove", 0, 1, "delivered")]
    verdicts = [RowVerdict("add", 1, "rejected", "Unknown user", "no such"), RowVerdict("add", 3, "skipped", "too big")]

    assert [
        ["0", "added", "0@a", "false", ""],
        ["1", "added", "1@a", "true", "rejected by partner: Unknown user"],
        ["2", "added", "2@a", "true", "in doubt: the partner did not say whether it was done"],
        ["3", "added", "3@a", "true", "too big"],
        ["4", "added", "4@a", "true", "not sent"],
        ["8", "removed", "8@a", "false", ""],
        ["9", "removed", "9@a", "true", "not sent"],
        ["7", "added", "raw", "true", "unresolved mapping"],
        ["", "added", "raw", "true", "missing id"],
    ] == exported(tmp_path, fates, verdicts)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_spreadsheet_finds_no_formula(tmp_path: Path, first: str) -> None:
    plan(tmp_path, {f"{first}1": f"{first}2"}, {}, {})
    verdicts = [RowVerdict("add", 0, "skipped", f"{first}3")]

    assert [[f"'{first}1", "added", f"'{first}2", "true", f"'{first}3"]] == exported(tmp_path, [], verdicts)


def test_a_header_is_no_formula_and_stands_once(tmp_path: Path) -> None:
    plan(tmp_path, {"1": "a"}, {}, {})
    export_csv(tmp_path / "plan", [], [], tmp_path / "skips", tmp_path / "a.csv", ["email"], {"email": "=1+1"})
    export_csv(tmp_path / "plan", [], [], tmp_path / "skips", tmp_path / "b.csv", ["email"], {"email": "Operation"})

    assert "amplitude_id,operation,'=1+1,skip_detected,skip_reason" == (tmp_path / "a.csv").read_text().split("\n")[0]
    assert "Operation (email)" in (tmp_path / "b.csv").read_text().split("\n")[0]


def test_quotes_commas_and_line_ends_survive(tmp_path: Path) -> None:
    plan(tmp_path, {"a,b": 'say "x"\r\ny\rz'}, {}, {})

    assert [["a,b", "added", 'say "x"\r\ny\rz', "true", "not sent"]] == exported(tmp_path)


def test_an_open_file_is_written_to(tmp_path: Path) -> None:
    plan(tmp_path, {"1": "a"}, {}, {})
    out = io.BytesIO()

    assert 1 == export_csv(tmp_path / "plan", [], [], tmp_path / "skips", out, ["email"], {})
    expected = b"amplitude_id,operation,email,skip_detected,skip_reason\n1,added,a,true,not sent\n"
    assert expected == out.getvalue()


def test_values_of_other_types_are_written_as_text(tmp_path: Path) -> None:
    plan(tmp_path, {"1": "a"}, {}, {})
    table = pa.table({"member_id": ["1", "2"], "m_email": pa.array(['"x"', "7"], pa.json_(pa.utf8()))})
    pq.write_table(table, tmp_path / "plan" / "adds.parquet")

    assert [["1", "added", "x", "true", "not sent"], ["2", "added", "7", "true", "not sent"]] == exported(tmp_path)

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maniple.errors import CohortError, OperatorError
from maniple.sources.file import open_cohort
from maniple.store.data.plane import Snapshot, snapshot


def take(
    tmp_path: Path, content: str | bytes, properties: Sequence[str] = (), name: str = "c.csv"
) -> tuple[Snapshot, list[tuple[Any, ...]]]:
    """The counts of a snapshot, and its rows."""
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    cohort = open_cohort(tmp_path / name)
    counts = snapshot(cohort, cohort.id_column(), properties, tmp_path / "run" / "snapshot.parquet")
    return counts, read(tmp_path)


def read(tmp_path: Path) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in pq.read_table(tmp_path / "run" / "snapshot.parquet").to_pylist()]


def refusal(tmp_path: Path, content: str | bytes, name: str = "c.csv", properties: Sequence[str] = ()) -> CohortError:
    with pytest.raises(CohortError) as caught:
        take(tmp_path, content, properties, name)
    assert not (tmp_path / "run" / "snapshot.parquet").exists()
    return caught.value


def test_csv_values_stay_text_as_written(tmp_path: Path) -> None:
    text = "user_id,zip,phone,number,day,flag\n007,00123,+15551234,1e5,2024-07-15,true\n"
    _, rows = take(tmp_path, text, ["zip", "phone", "number", "day", "flag"])

    assert [("007", "00123", "+15551234", "1e5", "2024-07-15", "true")] == rows


def test_quotes_commas_and_line_ends_in_values_are_kept(tmp_path: Path) -> None:
    _, rows = take(tmp_path, 'user_id,email\r\n1,"a,""b""\nc"\r\n2, x \r\n', ["email"])

    assert [("1", 'a,"b"\nc'), ("2", " x ")] == rows


@pytest.mark.parametrize("word", ["NULL", "null", "NaN", "\\N", "#", "None"])
def test_no_word_means_null(tmp_path: Path, word: str) -> None:
    _, rows = take(tmp_path, f"user_id,email\n1,{word}\n", ["email"])

    assert [("1", word)] == rows


def test_only_the_needed_columns_are_taken(tmp_path: Path) -> None:
    _, rows = take(tmp_path, "user_id,a,b,c\n1,x,y,z\n", ["c", "a", "c"])

    assert [("1", "z", "x")] == rows


def test_a_tab_separates_the_fields_of_tsv(tmp_path: Path) -> None:
    _, rows = take(tmp_path, "user_id\temail\n1\ta,b\n", ["email"], "c.tsv")

    assert [("1", "a,b")] == rows


def test_gzip_and_a_byte_order_mark_are_read_through(tmp_path: Path) -> None:
    packed = gzip.compress(b"\xef\xbb\xbfuser_id,email\n1,a\n") + gzip.compress(b"2,b\n")

    assert [("1", "a"), ("2", "b")] == take(tmp_path, packed, ["email"], "c.csv.gz")[1]


def test_the_first_row_of_an_id_counts(tmp_path: Path) -> None:
    counts, rows = take(tmp_path, "user_id,email\n2,a\n1,b\n2,c\n2,d\n3,e\n", ["email"])

    assert [("2", "a"), ("1", "b"), ("3", "e")] == rows
    assert Snapshot(rows=3, duplicates=2, missing_ids=0) == counts


def test_rows_without_id_are_kept_and_counted(tmp_path: Path) -> None:
    counts, rows = take(tmp_path, "user_id,email\n,a\n1,b\n,a\n", ["email"])

    assert [(None, "a"), ("1", "b"), (None, "a")] == rows
    assert Snapshot(rows=1, duplicates=0, missing_ids=2) == counts


@pytest.mark.parametrize("text", ["\n\nuser_id\n1\n\n2\n\n", "user_id\r\n1\r\n\r\n2\r\n\r\n", 'user_id\n1\n""\n2'])
def test_blank_lines_are_no_users(tmp_path: Path, text: str) -> None:
    counts, rows = take(tmp_path, text)

    assert [("1",), ("2",)] == rows
    assert Snapshot(rows=2, duplicates=0, missing_ids=0) == counts


@pytest.mark.parametrize("text", ["user_id,email\r\n1,a\n2,b\r\n", "user_id,email\n1,a\r\n2,b\n"])
def test_a_file_may_mix_its_line_ends(tmp_path: Path, text: str) -> None:
    _, rows = take(tmp_path, text, ["email"])

    assert [("1", "a"), ("2", "b")] == rows
    assert ["snapshot.parquet"] == [path.name for path in (tmp_path / "run").iterdir()]


def test_a_cohort_may_be_empty(tmp_path: Path) -> None:
    assert (Snapshot(rows=0, duplicates=0, missing_ids=0), []) == take(tmp_path, "user_id,email\n", ["email"])


@pytest.mark.parametrize("name", ["a*.csv", "a[1].csv", "a?.csv", "a'b.csv", "run=5.csv"])
def test_a_file_name_is_no_pattern(tmp_path: Path, name: str) -> None:
    (tmp_path / "a1.csv").write_text("user_id\nother\n")

    assert [("1",)] == take(tmp_path, "user_id\n1\n", name=name)[1]


def test_columns_that_differ_in_capital_letters_are_told_apart(tmp_path: Path) -> None:
    table = pa.table({"Email": ["big"], "email": ["small"], "USER_ID": ["x"], "user_id": ["1"]})
    pq.write_table(table, tmp_path / "c.parquet")

    assert [("1", "small")] == take(tmp_path, (tmp_path / "c.parquet").read_bytes(), ["email"], "c.parquet")[1]


def test_two_needed_columns_may_not_differ_only_in_capital_letters(tmp_path: Path) -> None:
    error = refusal(tmp_path, "user_id,Email,email\n1,a,b\n", properties=["Email", "email"])

    assert "the columns `Email` and `email` differ only in capital letters" == error.message


def test_a_missing_property_is_named_with_the_likely_one(tmp_path: Path) -> None:
    error = refusal(tmp_path, "user_id,email\n1,a\n", properties=["e_mail"])

    assert f"`{tmp_path}/c.csv` has no column `e_mail`; it has `user_id` and `email`" == error.message
    assert "did you mean `email`?" == error.hint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("user_id,email\n1,a\n2,b,c\n", "line 3 of `{path}` has 3 fields, the header has 2"),
        ('user_id,email\n1,"a\n\n"\n2\n', "line 5 of `{path}` has 1 field, the header has 2"),
        (b"user_id,email\n1,\xff\n", "`{path}` is not UTF-8 at byte 16"),
        (b"user_id,email\n1," + b"a" * 3_000_000 + b"\xff\n", "`{path}` is not UTF-8 at byte 3000016"),
        ('user_id,email\n1,"a\n', "the row after line 1 of `{path}` cannot be read: unexpected end of data"),
    ],
)
def test_the_place_of_a_fault_is_named(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert message.format(path=tmp_path / "c.csv") == refusal(tmp_path, content, properties=["email"]).message


def test_a_cut_off_gzip_file_is_refused(tmp_path: Path) -> None:
    lines = b"".join(b"%d,user%d\n" % (number, number * 7919) for number in range(9000))
    error = refusal(tmp_path, gzip.compress(b"user_id,email\n" + lines)[:-4000], "c.csv.gz")

    assert f"`{tmp_path}/c.csv.gz` ends too early or is damaged" == error.message


def test_parquet_values_keep_their_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "user_id": pa.array([9007199254740993], pa.int64()),
            "age": pa.array([42], pa.uint8()),
            "score": pa.array([0.5], pa.float32()),
            "paying": [True],
            "day": [date(2024, 7, 15)],
            "seen": [datetime(2024, 7, 15, 12, 30, tzinfo=UTC)],
            "tags": [["a", "b"]],
            "price": [Decimal("1.50")],
            "gone": pa.array([""]),
            "broken": [float("nan")],
        }
    )
    pq.write_table(table, tmp_path / "c.parquet")
    names = [name for name in table.column_names if name != "user_id"]
    _, rows = take(tmp_path, (tmp_path / "c.parquet").read_bytes(), names, "c.parquet")

    expected = ("9007199254740993", 42, 0.5, True, "2024-07-15", "2024-07-15 12:30:00+00", '["a","b"]', "1.50")
    assert [(*expected, None, None)] == rows


def test_whole_numbers_in_a_table_with_gaps_are_ids_without_fraction(tmp_path: Path) -> None:
    pq.write_table(pa.table({"user_id": [7.0, None, 7.5]}), tmp_path / "c.parquet")

    rows = take(tmp_path, (tmp_path / "c.parquet").read_bytes(), name="c.parquet")[1]
    assert [("7",), (None,), ("7.5",)] == rows


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (['"1"', '"x"'], ["1", "x"]),
        (["1", "null"], [1, None]),
        (["true", "false"], [True, False]),
        (['""', '"2024-07-15"'], [None, "2024-07-15"]),
        (["1", '"1"'], ["1", '"1"']),
        (["1.5", "1"], ["1.5", "1"]),
        (['{"a": [1, null]}', "18446744073709551615"], ['{"a":[1,null]}', "18446744073709551615"]),
    ],
)
def test_json_values_of_one_kind_make_a_column_of_that_kind(
    tmp_path: Path, values: list[str], expected: list[Any]
) -> None:
    lines = "".join(f'{{"user_id": {row}, "it/~ \\"s": {value}}}\n' for row, value in enumerate(values))
    _, rows = take(tmp_path, lines, ['it/~ "s'], "c.jsonl")

    assert [("0", expected[0]), ("1", expected[1])] == rows


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (b"[1]", "is an array, not a JSON object"),
        (b"7", "is a number, not a JSON object"),
        (b'{"user_id": 1', "is not JSON: unexpected end of data"),
        (b'{"user_id": "\xff"}', "is not UTF-8"),
        (b'{"user_id": 1}, {"user_id": 2}', "is not JSON: unexpected content after document"),
    ],
)
def test_a_bad_json_line_is_named(tmp_path: Path, line: bytes, wrong: str) -> None:
    error = refusal(tmp_path, b'{"user_id": 1}\n\n' + line + b"\n", "c.jsonl")

    assert error.message.startswith(f"line 3 of `{tmp_path}/c.jsonl` {wrong}")


def test_too_little_memory_is_the_operators_problem(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("user_id\n" + "".join(f"{number}\n" for number in range(200_000)))

    with pytest.raises(OperatorError, match="1MB of memory is not enough for this cohort"):
        snapshot(open_cohort(tmp_path / "c.csv"), "user_id", [], tmp_path / "s.parquet", memory="1MB")


def test_a_snapshot_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    take(tmp_path, "user_id\n1\n")
    with pytest.raises(CohortError):
        take(tmp_path, "user_id\n2\n3,x\n")

    assert [("1",)] == read(tmp_path)
    assert ["snapshot.parquet"] == [path.name for path in (tmp_path / "run").iterdir()]


def test_nothing_but_the_snapshot_is_left_behind(tmp_path: Path) -> None:
    take(tmp_path, "user_id\n1\n1\n")

    assert ["snapshot.parquet"] == [path.name for path in (tmp_path / "run").iterdir()]

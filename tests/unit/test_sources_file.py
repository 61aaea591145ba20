from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maniple.errors import CohortError, OperatorError
from maniple.sources.file import CohortFile, open_cohort


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(path: Path) -> CohortError:
    with pytest.raises(CohortError) as caught:
        open_cohort(path)
    return caught.value


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("c.csv", "user_id,email\n1,a\n", "csv"),
        ("c.CSV", "user_id,email\n1,a\n", "csv"),
        ("c.tsv", "user_id\temail\n1\ta\n", "tsv"),
        ("c.jsonl", '{"user_id": 1, "email": "a"}\n', "jsonl"),
        ("c.ndjson", '{"user_id": 1, "email": "a"}\n', "jsonl"),
        ("cohort", '{"user_id": 1, "email": "a"}\n', "jsonl"),
        ("cohort", "user_id\temail\n1\ta\n", "tsv"),
        ("cohort.txt", "user_id,email\n1,a\n", "csv"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_kind_is_told_by_suffix_or_content(
    tmp_path: Path, name: str, text: str, expected: str, packed: bool
) -> None:
    path = written(tmp_path / (f"{name}.gz" if packed else name), gzip.compress(text.encode()) if packed else text)
    cohort = open_cohort(path)

    assert (expected, "gzip" if packed else "none") == (cohort.format, cohort.compression)
    assert ["email", "user_id"] == sorted(cohort.columns())


def test_gzip_is_told_by_its_first_bytes_not_by_the_suffix(tmp_path: Path) -> None:
    path = written(tmp_path / "c.csv", gzip.compress(b"user_id\n1\n"))

    assert CohortFile(path, "csv", "gzip", ("user_id",)) == open_cohort(path)


def test_parquet_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    pq.write_table(pa.table({"user_id": [1], "Plan": ["x"], "plan": ["y"]}), tmp_path / "c.csv")

    assert ["user_id", "Plan", "plan"] == open_cohort(tmp_path / "c.csv").columns()


def test_parquet_in_gzip_is_refused_with_the_way_out(tmp_path: Path) -> None:
    pq.write_table(pa.table({"user_id": [1]}), tmp_path / "c.parquet")
    error = refusal(written(tmp_path / "c.parquet.gz", gzip.compress((tmp_path / "c.parquet").read_bytes())))

    assert f"`{tmp_path}/c.parquet.gz` is a Parquet file compressed with gzip" == error.message
    assert "unpack it with `gunzip` first: Parquet files are already compressed inside" == error.hint


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("c.csv", b"", "is empty"),
        ("c.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("c.csv", b"\n\n\n", "has no header line"),
        ("c.csv", b",,\n1,2,3\n", "has no header line"),
        ("c.xlsx", b"PK\x03\x04rest", "is a spreadsheet or a zip archive"),
        ("c.csv", "user_id\n1\n".encode("utf-16"), "is UTF-16 text"),
        ("c.csv.zst", b"\x28\xb5\x2f\xfdrest", "is compressed with Zstandard"),
        ("c.csv.gz", b"\x1f\x8b\x08broken", "is not a sound gzip file"),
        ("c.parquet", b"user_id\n1\n", "is called Parquet but is none"),
        ("c.jsonl", b"\n  \n", "holds no users"),
        ("c.csv", b"user_id,na\xffme\n", "is not UTF-8 at byte 10"),
    ],
)
def test_a_file_that_is_no_cohort_is_refused(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    assert f"`{tmp_path / name}` {expected}" == refusal(written(tmp_path / name, content)).message


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    message = refusal(written(tmp_path / "c.parquet", b"PAR1 this is not all")).message

    assert message.startswith(f"`{tmp_path}/c.parquet` cannot be read as Parquet: ")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert f"there is no file `{tmp_path}/c.csv`" == refusal(tmp_path / "c.csv").message


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert f"`{tmp_path}` is a folder, not a file" == refusal(tmp_path).message


def test_a_file_that_may_not_be_read_is_the_operators_problem(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.symlink_to(path)

    with pytest.raises(OperatorError, match="cannot be read"):
        open_cohort(path)


def test_a_column_may_be_named_only_once(tmp_path: Path) -> None:
    error = refusal(written(tmp_path / "c.csv", "user_id,email,email\n1,a,b\n"))

    assert f"the header of `{tmp_path}/c.csv` names `email` more than once" == error.message
    assert "rename one of the columns" == error.hint


@pytest.mark.parametrize(
    ("name", "header", "called", "wanted"),
    [
        ("c.csv", "user_id;email", "semicolons", "commas; a file with tabs must be called `.tsv`"),
        ("c.csv", "user_id\temail", "tabs", "commas; a file with tabs must be called `.tsv`"),
        ("c.tsv", "user_id,email", "commas", "tabs"),
    ],
)
def test_another_delimiter_is_named(tmp_path: Path, name: str, header: str, called: str, wanted: str) -> None:
    error = refusal(written(tmp_path / name, f"{header}\n"))

    assert f"the columns of `{tmp_path / name}` are separated by {called}" == error.message
    assert f"save the file with {wanted}" == error.hint


def test_a_byte_order_mark_and_spaces_are_no_part_of_a_name(tmp_path: Path) -> None:
    path = written(tmp_path / "c.csv", b"\xef\xbb\xbfuser_id, email ,\n1,a,\n")

    assert ["user_id", "email"] == open_cohort(path).columns()


def test_blank_lines_before_the_header_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path / "c.csv", "\r\n\r\nuser_id\r\n1\r\n")

    assert CohortFile(path, "csv", "none", ("user_id",), blank_lines=2) == open_cohort(path)


def test_the_keys_of_all_lines_are_the_columns(tmp_path: Path) -> None:
    path = written(tmp_path / "c.jsonl", '{"user_id": 1}\n' * 3000 + '{"user_id": 2, "late [x]": 1}\n')

    assert ["late [x]", "user_id"] == open_cohort(path).columns()


def cohort(*names: str) -> CohortFile:
    return CohortFile(Path("c.csv"), "csv", "none", names)


def test_the_amplitude_id_is_preferred_as_id() -> None:
    assert "amplitude_id" == cohort("user_id", "amplitude_id").id_column()


def test_the_user_id_is_the_next_best_id() -> None:
    assert "user_id" == cohort("email", "user_id").id_column()


def test_the_given_id_column_wins() -> None:
    assert "email" == cohort("email", "amplitude_id").id_column("email")


def test_a_given_id_column_must_be_there() -> None:
    with pytest.raises(CohortError) as caught:
        cohort("email", "amplitude_id").id_column("emial")

    assert "`c.csv` has no column `emial`; it has `email` and `amplitude_id`" == caught.value.message
    assert "did you mean `email`?" == caught.value.hint


def test_without_an_id_column_the_flag_is_named() -> None:
    with pytest.raises(CohortError) as caught:
        cohort("email", "plan").id_column()

    expected = "`c.csv` has no `amplitude_id` or `user_id` column; it has `email` and `plan`"
    assert expected == caught.value.message
    assert "name the column of the user ids with `--id-column`" == caught.value.hint


def test_a_first_line_that_is_a_user_is_recognised() -> None:
    with pytest.raises(CohortError) as caught:
        cohort("1", "a@b.test").id_column()

    assert "the first line must name the columns, it looks like a user" == caught.value.hint


@pytest.mark.parametrize(("head", "scheme"), [(b"SQLite format 3\x00", "sqlite"), (b"\x00" * 8 + b"DUCK", "duckdb")])
def test_a_database_is_to_be_asked_with_a_query(tmp_path: Path, head: bytes, scheme: str) -> None:
    path = tmp_path / "users.db"
    path.write_bytes(head + bytes(100))

    with pytest.raises(CohortError, match="is a database") as caught:
        open_cohort(path)

    assert (caught.value.hint or "").startswith(f"`{scheme}:///{path}` reads users from it")

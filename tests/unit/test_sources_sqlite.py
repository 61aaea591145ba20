"""Cohorts that a query to a SQLite file answers."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from maniple.errors import CohortError
from maniple.sources.reading import Reading
from maniple.sources.sqlite_query import SQLiteQuery
from support.reading import refusal, take


@pytest.fixture
def path(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "users.db")
    connection.execute("CREATE TABLE users (user_id TEXT, email TEXT, total REAL, visits INTEGER)")
    rows = [("u1", "a@b.test", 9.5, 3), ("u2", None, 1.25, None), ("ü3", "x\ny 🎉", None, 2**62)]
    connection.executemany("INSERT INTO users VALUES (?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return tmp_path / "users.db"


def test_a_table_is_a_cohort(path: Path, tmp_path: Path) -> None:
    rows = take(SQLiteQuery(path, "SELECT * FROM users"), tmp_path, ["email", "total", "visits"])

    assert [("u1", "a@b.test", "9.5", 3), ("u2", None, "1.25", None), ("ü3", "x\ny 🎉", None, 2**62)] == rows


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("42", 42),
        ("1.5", "1.5"),
        ("''", None),
        ("NULL", None),
        ("date('2026-07-15')", "2026-07-15"),
        ("""'{"a": 1}'""", '{"a": 1}'),
        ("x'00ff'", "00ff"),
        ("9e999", None),
    ],
)
def test_values_keep_the_types_that_sqlite_has(path: Path, tmp_path: Path, expression: str, value: object) -> None:
    assert [("u1", value)] == take(SQLiteQuery(path, f"SELECT 'u1' AS user_id, {expression} AS v"), tmp_path, ["v"])


def test_a_column_may_hold_values_of_several_kinds(path: Path, tmp_path: Path) -> None:
    query = "SELECT 'u1' AS user_id, 1 AS v UNION ALL SELECT 'u2', 'one'"

    assert [("u1", "1"), ("u2", '"one"')] == take(SQLiteQuery(path, query), tmp_path, ["v"])


def test_a_query_may_answer_nobody(path: Path, tmp_path: Path) -> None:
    assert [] == take(SQLiteQuery(path, "SELECT * FROM users WHERE 0;"), tmp_path, ["email"])


def test_rows_are_told_of_as_they_come(path: Path, tmp_path: Path) -> None:
    told: list[int] = []
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 25000) SELECT i AS user_id FROM n"

    take(SQLiteQuery(path, query), tmp_path, reading=Reading(told.append))

    assert [10_000, 20_000, 25_000] == told


def test_a_query_that_runs_long_can_be_stopped(path: Path, tmp_path: Path) -> None:
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS user_id FROM n"
    reading = Reading()
    threading.Timer(0.3, reading.stop).start()

    with pytest.raises(CohortError, match="interrupted"):
        take(SQLiteQuery(path, query), tmp_path, reading=reading)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM users RETURNING user_id",
        "ATTACH 'other.db' AS other",
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE t AS SELECT 1",
        "VACUUM INTO 'copy.db'",
        "SELECT 1 AS user_id; DELETE FROM users",
    ],
)
def test_nothing_but_one_select_is_run(path: Path, tmp_path: Path, query: str) -> None:
    before = path.read_bytes()

    _, hint = refusal(SQLiteQuery(path, query), tmp_path)

    assert hint == "a cohort is what one SELECT answers"
    assert path.read_bytes() == before
    assert ["run", "users.db"] == sorted(file.name for file in tmp_path.iterdir())


def test_sqlite_says_what_is_wrong_with_the_query(path: Path, tmp_path: Path) -> None:
    message, _ = refusal(SQLiteQuery(path, "SELECT * FROM usrs"), tmp_path)

    assert f"`sqlite:///{path}` cannot be read: no such table: usrs" == message


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "users.db").write_bytes(b"user_id,email\n" * 100)

    message, hint = refusal(SQLiteQuery(tmp_path / "users.db", "SELECT 1 AS user_id FROM users"), tmp_path)

    assert f"`sqlite:///{tmp_path}/users.db` cannot be read: file is not a database" == message
    assert hint == "a DuckDB file is named `duckdb:///PATH`"


def test_a_missing_database_is_named_and_not_made(tmp_path: Path) -> None:
    message, _ = refusal(SQLiteQuery(tmp_path / "no.db", "SELECT 1"), tmp_path)

    assert f"there is no database `{tmp_path}/no.db`" == message
    assert not (tmp_path / "no.db").exists()


def test_two_columns_of_one_name_are_refused(path: Path, tmp_path: Path) -> None:
    message, _ = refusal(SQLiteQuery(path, "SELECT a.*, b.* FROM users a JOIN users b"), tmp_path)

    expected = "answers `email`, `total`, `user_id` and `visits` more than once"
    assert f"the query to `sqlite:///{path}` {expected}" == message


def test_a_look_names_the_columns_without_reading_the_users(path: Path) -> None:
    query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS user_id, 1 AS b FROM n"

    assert ["user_id", "b"] == SQLiteQuery(path, query).look().columns()

"""Cohorts that a DuckDB query answers."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from maniple.errors import CohortError, UsageError
from maniple.sources.duckdb_query import DuckDBQuery
from maniple.sources.reading import Reading
from support.reading import refusal, take


def asking(here: Path, query: str) -> DuckDBQuery:
    """A query without a database, seen from `here`."""
    return DuckDBQuery(None, query, here)


def database(here: Path, *statements: str) -> Path:
    path = here / "users.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_a_table_of_a_database_file_is_a_cohort(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE users AS SELECT 'u1' AS user_id, 'a@b.test' AS email")

    assert [("u1", "a@b.test")] == take(DuckDBQuery(path, "FROM users", tmp_path), tmp_path, ["email"])


def test_files_are_named_as_seen_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user_id,total\nu1,5\nu2,500\n")

    query = "SELECT user_id FROM 'users.csv' WHERE total > 90"

    assert [("u2",)] == take(asking(tmp_path, query), tmp_path)


def test_several_files_are_one_cohort(tmp_path: Path) -> None:
    for part in ("1", "2"):
        (tmp_path / f"part{part}.csv").write_text(f"user_id\nu{part}\n")

    assert [("u1",), ("u2",)] == take(asking(tmp_path, "FROM 'part*.csv' ORDER BY user_id"), tmp_path)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("42", 42),
        ("9223372036854775807", 9223372036854775807),
        ("18446744073709551615::UBIGINT", "18446744073709551615"),
        ("sum(12345678901234567890::HUGEINT)", "12345678901234567890"),
        ("1.50::DECIMAL(9, 2)", "1.50"),
        ("0.1::DOUBLE", 0.1),
        ("'nan'::DOUBLE", None),
        ("true", True),
        ("NULL", None),
        ("''", None),
        ("'héllo 🎉'", "héllo 🎉"),
        ("DATE '2026-07-15'", "2026-07-15"),
        ("TIMESTAMP '2026-07-15 12:30:00.5'", "2026-07-15 12:30:00.5"),
        ("TIMESTAMPTZ '2026-07-15 12:30:00+02'", "2026-07-15 10:30:00+00"),
        ("TIME '12:30'", "12:30:00"),
        ("INTERVAL 3 DAY", "3 days"),
        ("'5b30857f-0bfa-48b5-ac0b-5c64e28078d1'::UUID", "5b30857f-0bfa-48b5-ac0b-5c64e28078d1"),
        ("'gold'::ENUM('gold', 'silver')", "gold"),
        ("""'{"a": [1, 2]}'::JSON""", '{"a": [1, 2]}'),
        ("['x', NULL]", '["x",null]'),
        ("{'a': 1, 'b': ['c']}", '{"a":1,"b":["c"]}'),
        ("MAP {'k': 1}", '{"k":1}'),
        ("'ab'::BLOB", "ab"),
    ],
)
def test_values_keep_their_types_or_become_text(tmp_path: Path, expression: str, value: object) -> None:
    source = asking(tmp_path, f"SELECT 'u1' AS user_id, {expression} AS v")

    assert [("u1", value)] == take(source, tmp_path, ["v"])


@pytest.mark.parametrize(
    ("expression", "member"),
    [("7", "7"), ("7.0::DOUBLE", "7"), ("123456789012345678901::HUGEINT", "123456789012345678901")],
)
def test_an_id_is_text(tmp_path: Path, expression: str, member: str) -> None:
    assert [(member,)] == take(asking(tmp_path, f"SELECT {expression} AS user_id"), tmp_path)


def test_the_order_of_the_query_says_which_row_of_an_id_counts(tmp_path: Path) -> None:
    rows = "FROM (VALUES ('u1', 1), ('u1', 3), ('u1', 2)) AS t(user_id, v) ORDER BY v DESC"

    assert [("u1", 3)] == take(asking(tmp_path, rows), tmp_path, ["v"])


def test_a_query_may_answer_nobody(tmp_path: Path) -> None:
    assert [] == take(asking(tmp_path, "SELECT 'u1' AS user_id, 1 AS v WHERE false"), tmp_path, ["v"])


def test_a_query_may_end_with_a_semicolon(tmp_path: Path) -> None:
    assert [("u1",)] == take(asking(tmp_path, "SELECT 'u1' AS user_id -- all\n ;\n"), tmp_path)


def test_rows_are_told_of_as_they_come(tmp_path: Path) -> None:
    told: list[int] = []

    take(asking(tmp_path, "SELECT i AS user_id FROM range(150_000) AS t(i)"), tmp_path, reading=Reading(told.append))

    assert sorted(told) == told
    assert len(told) > 1
    assert told[-1] == 150_000


def test_a_query_that_runs_long_can_be_stopped(tmp_path: Path) -> None:
    source = asking(tmp_path, "SELECT count(*) AS user_id FROM range(1_000_000) a, range(1_000_000_000) b WHERE a <> b")
    reading = Reading()
    threading.Timer(0.3, reading.stop).start()

    with pytest.raises(CohortError):
        take(source, tmp_path, reading=reading)


def test_a_database_is_not_written_to(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE users AS SELECT 'u1' AS user_id")

    with pytest.raises(UsageError) as caught:
        DuckDBQuery(path, "DELETE FROM users RETURNING user_id", tmp_path).look()

    assert f"the query to `duckdb:///{path}` is not one SELECT" == caught.value.message


@pytest.mark.parametrize(
    "query",
    [
        "",
        "-- nothing",
        "SELECT 1 AS user_id; SELECT 2 AS user_id",
        "INSTALL httpfs",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.db'",
        "SET memory_limit = '100GB'",
    ],
)
def test_only_one_select_is_run(tmp_path: Path, query: str) -> None:
    message, hint = refusal(asking(tmp_path, query), tmp_path)

    assert ("the query to `duckdb:` is not one SELECT", "a cohort is what one SELECT answers") == (message, hint)
    assert ["run"] == [path.name for path in tmp_path.iterdir()]


def test_what_needs_an_extension_is_refused_without_a_look_at_the_network(tmp_path: Path) -> None:
    message, hint = refusal(asking(tmp_path, "FROM 'https://files.example/users.csv'"), tmp_path)

    assert message.startswith("`duckdb:` cannot be read: ")
    assert hint == "extensions are not loaded: only what DuckDB brings along can be read"


def test_a_variable_of_the_program_is_no_table(tmp_path: Path) -> None:
    message, _ = refusal(asking(tmp_path, "FROM tmp_path"), tmp_path)

    assert message.startswith("`duckdb:` cannot be read: Table with name tmp_path does not exist!")


def test_duckdb_says_what_is_wrong_with_the_query(tmp_path: Path) -> None:
    path = database(tmp_path, "CREATE TABLE users AS SELECT 'u1' AS user_id")

    message, _ = refusal(DuckDBQuery(path, "FROM usrs", tmp_path), tmp_path)

    expected = 'Table with name usrs does not exist! Did you mean "users"?'
    assert f"`duckdb:///{path}` cannot be read: {expected}" == message


def test_duckdb_says_what_is_wrong_with_a_value_in_the_middle(tmp_path: Path) -> None:
    query = "SELECT CASE WHEN i < 100_000 THEN i ELSE error('no more') END AS user_id FROM range(200_000) t(i)"

    assert "`duckdb:` cannot be read: no more" == refusal(asking(tmp_path, query), tmp_path)[0]


def test_a_missing_database_is_named_and_not_made(tmp_path: Path) -> None:
    message, _ = refusal(DuckDBQuery(tmp_path / "no.duckdb", "SELECT 1", tmp_path), tmp_path)

    assert f"there is no database `{tmp_path}/no.duckdb`" == message
    assert not (tmp_path / "no.duckdb").exists()


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    message, hint = refusal(asking(tmp_path, "SELECT 1 AS user_id, 2 AS user_id"), tmp_path)

    assert "the query to `duckdb:` answers `user_id` more than once" == message
    assert hint == "give each column a name of its own, such as `SELECT u.id AS user_id`"


def test_a_look_names_the_columns_without_reading_the_users(tmp_path: Path) -> None:
    header = asking(tmp_path, "SELECT error('read') AS user_id, 1 AS \"E mail\"").look()

    assert ["user_id", "E mail"] == header.columns()


def test_a_missing_property_is_named_with_the_source(tmp_path: Path) -> None:
    message, hint = refusal(asking(tmp_path, "SELECT 1 AS user_id, 'a' AS email"), tmp_path, ["e_mail"])

    assert ("`duckdb:` has no column `e_mail`; it has `user_id` and `email`", "did you mean `email`?") == (
        message,
        hint,
    )

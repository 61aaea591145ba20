"""Cohorts that a query to a real PostgreSQL server answers."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from maniple.errors import CohortError, OperatorError, UsageError
from maniple.sources.postgresql_query import PostgreSQLQuery
from maniple.sources.reading import Reading
from maniple.sources.source import kept_source, read_source, recall_source
from support.postgres import Postgres, postgres
from support.reading import refusal, take


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        running.run(
            "CREATE TABLE users (user_id text, email text, visits bigint)",
            "INSERT INTO users VALUES ('u1', 'a@b.test', 3), ('u2', NULL, NULL), ('ü3', E'x\n\"y\", 🎉', 9223372036854775807)",
            "CREATE ROLE guarded LOGIN PASSWORD 'PG-SECRET-1'",
            "GRANT SELECT ON users TO guarded",
        )
        running.ask_for_passwords("guarded")
        yield running


def asking(server: Postgres, query: str) -> PostgreSQLQuery:
    return PostgreSQLQuery(server.url(), query)


def test_a_table_is_a_cohort(server: Postgres, tmp_path: Path) -> None:
    rows = take(asking(server, "SELECT * FROM users ORDER BY visits NULLS FIRST"), tmp_path, ["email", "visits"])

    assert [("u2", None, None), ("u1", "a@b.test", 3), ("ü3", 'x\n"y", 🎉', 9223372036854775807)] == rows


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("42", 42),
        ("42::smallint", 42),
        ("1.50::numeric(9, 2)", "1.50"),
        ("123456789012345678901234567890.5::numeric", "123456789012345678901234567890.5"),
        ("'NaN'::numeric", None),
        ("0.1::float8", 0.1),
        ("'Infinity'::float8", None),
        ("true", True),
        ("false", False),
        ("NULL::int", None),
        ("NULL", None),
        ("''", None),
        (r"'\N'", r"\N"),
        (r"'\.'", r"\."),
        ("'a,\"b\"'", 'a,"b"'),
        ("DATE '2026-07-15'", "2026-07-15"),
        ("TIMESTAMP '2026-07-15 12:30:00.5'", "2026-07-15 12:30:00.5"),
        ("TIMESTAMPTZ '2026-07-15 12:30:00+02'", "2026-07-15 10:30:00+00"),
        ("INTERVAL '3 days'", "3 days"),
        ("'5b30857f-0bfa-48b5-ac0b-5c64e28078d1'::uuid", "5b30857f-0bfa-48b5-ac0b-5c64e28078d1"),
        ("""'{"a": [1, 2]}'::jsonb""", '{"a": [1, 2]}'),
        ("""E'{"a":\n1}'::json""", '{"a":\n1}'),
        ("'null'::jsonb", None),
        ("ARRAY['x', NULL]", '["x",null]'),
        ("ARRAY[[1], [2]]", "[[1],[2]]"),
        ("ROW(1, 'a')", '{"f1":1,"f2":"a"}'),
        ("'[1,5)'::int4range", "[1,5)"),
        (r"'\x00ff'::bytea", r"\x00ff"),
        ("'10.0.0.1'::inet", "10.0.0.1"),
    ],
)
def test_values_keep_their_types_or_become_text(
    server: Postgres, tmp_path: Path, expression: str, value: object
) -> None:
    assert [("u1", value)] == take(asking(server, f"SELECT 'u1' AS user_id, {expression} AS v"), tmp_path, ["v"])


@pytest.mark.parametrize(
    ("expression", "member"), [("7", "7"), ("7::numeric", "7"), ("2::numeric ^ 70", "1180591620717411303424")]
)
def test_an_id_is_text(server: Postgres, tmp_path: Path, expression: str, member: str) -> None:
    assert [(member.partition(".")[0],)] == take(asking(server, f"SELECT trunc({expression}) AS user_id"), tmp_path)


def test_a_row_without_an_id_is_no_user(server: Postgres, tmp_path: Path) -> None:
    query = "SELECT * FROM (VALUES ('u1'), (NULL), (''), ('u2')) AS t(user_id)"

    assert [("u1",), (None,), (None,), ("u2",)] == take(asking(server, query), tmp_path)


def test_a_query_may_answer_nobody(server: Postgres, tmp_path: Path) -> None:
    assert [] == take(asking(server, "SELECT * FROM users WHERE false;\n"), tmp_path, ["email", "visits"])


def test_columns_that_differ_in_capital_letters_are_told_apart(server: Postgres, tmp_path: Path) -> None:
    query = """SELECT 'u1' AS user_id, 'big' AS "Email", 'small' AS email"""

    assert [("u1", "small")] == take(asking(server, query), tmp_path, ["email"])


def test_the_order_of_the_query_says_which_row_of_an_id_counts(server: Postgres, tmp_path: Path) -> None:
    query = "SELECT 'u1' AS user_id, v FROM generate_series(1, 100000) AS t(v) ORDER BY v DESC"

    assert [("u1", 100_000)] == take(asking(server, query), tmp_path, ["v"])


def test_rows_are_told_of_as_they_come(server: Postgres, tmp_path: Path) -> None:
    told: list[int] = []

    take(asking(server, "SELECT generate_series(1, 25000) AS user_id"), tmp_path, reading=Reading(told.append))

    assert [10_000, 20_000, 25_000] == told


def test_a_query_that_runs_long_can_be_stopped(server: Postgres, tmp_path: Path) -> None:
    reading = Reading()
    threading.Timer(0.5, reading.stop).start()

    with pytest.raises(CohortError, match="canceling statement due to user request"):
        take(asking(server, "SELECT pg_sleep(3600)::text AS user_id"), tmp_path, reading=reading)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM users RETURNING user_id",
        "INSERT INTO users VALUES ('u9') RETURNING user_id",
        "WITH gone AS (DELETE FROM users RETURNING user_id) SELECT * FROM gone",
        "SELECT nextval('counter')::text AS user_id",
        "SELECT 1 AS user_id; DELETE FROM users",
        "SELECT 1 AS user_id) TO STDOUT; DELETE FROM users; COPY (SELECT 1",
        "SELECT set_config('transaction_read_only', 'off', true) AS user_id, lo_create(0)",
        "TRUNCATE users",
        "",
    ],
)
def test_nothing_is_changed(server: Postgres, tmp_path: Path, query: str) -> None:
    server.run("CREATE SEQUENCE IF NOT EXISTS counter")

    with pytest.raises((CohortError, UsageError)):
        take(asking(server, query), tmp_path)

    assert [(3,)] == server.run("SELECT count(*) FROM users")
    assert [] == list((tmp_path / "run").glob("*"))


def test_a_change_is_refused_with_what_a_cohort_is(server: Postgres, tmp_path: Path) -> None:
    message, hint = refusal(asking(server, "DELETE FROM users RETURNING user_id"), tmp_path)

    assert f"`{server.url()}` cannot be read: cannot execute SELECT in a read-only transaction" == message
    assert hint == "a cohort is what one SELECT answers"


def test_postgresql_says_what_is_wrong_with_the_query(server: Postgres, tmp_path: Path) -> None:
    assert (
        f'`{server.url()}` cannot be read: relation "usrs" does not exist'
        == (refusal(asking(server, "SELECT * FROM usrs"), tmp_path)[0])
    )


def test_postgresql_says_what_is_wrong_with_a_value_in_the_middle(server: Postgres, tmp_path: Path) -> None:
    query = "SELECT 100 / (20000 - i) AS user_id FROM generate_series(1, 30000) AS t(i)"

    assert f"`{server.url()}` cannot be read: division by zero" == refusal(asking(server, query), tmp_path)[0]


def test_two_columns_of_one_name_are_refused(server: Postgres, tmp_path: Path) -> None:
    message, _ = refusal(asking(server, "SELECT 1 AS user_id, 2 AS user_id"), tmp_path)

    assert f"the query to `{server.url()}` answers `user_id` more than once" == message


def test_a_look_names_the_columns_without_reading_the_users(server: Postgres) -> None:
    assert ["user_id", "E mail"] == asking(server, 'SELECT pg_sleep(3600) AS user_id, 1 AS "E mail"').look().columns()


def test_the_password_comes_from_the_environment(
    server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "PG-SECRET-1")

    rows = take(PostgreSQLQuery(server.url("guarded"), "SELECT user_id FROM users ORDER BY 1 LIMIT 1"), tmp_path)

    assert [("u1",)] == rows


def test_the_password_comes_from_a_file(server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pgpass"
    file.write_text("*:*:*:guarded:PG-SECRET-1\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))

    assert ["user_id"] == PostgreSQLQuery(server.url("guarded"), "SELECT user_id FROM users").look().columns()


@pytest.mark.parametrize("password", [None, "WRONG-SECRET-2"])
def test_a_wrong_password_is_told_of_without_it(
    server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str | None
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    if password is not None:
        monkeypatch.setenv("PGPASSWORD", password)

    message, hint = refusal(PostgreSQLQuery(server.url("guarded"), "SELECT 1"), tmp_path)

    assert "password" in message
    assert "SECRET" not in message
    assert hint == "set it in `PGPASSWORD`, or write it into `~/.pgpass`"


def test_a_server_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    message, _ = refusal(PostgreSQLQuery("postgresql://u@127.0.0.1:9/db", "SELECT 1"), tmp_path)

    assert message.startswith("`postgresql://u@127.0.0.1:9/db` cannot be read: connection failed")
    assert "Connection refused" in message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:SECRET@h/db",
        "postgres://:SECRET@h/db",
        "postgresql://u:@h/db",
        "postgresql://h/db?user=u&password=SECRET",
        "postgresql://h/db?sslpassword=SECRET",
        "postgresql://u:SECRET@[h/db",
    ],
)
def test_a_url_with_a_password_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_source(url, "SELECT 1")

    assert caught.value.message.startswith("the URL of the database ")
    assert "SECRET" not in f"{caught.value.message} {caught.value.hint}"


def test_what_a_run_keeps_of_its_source_names_it() -> None:
    source = PostgreSQLQuery("postgresql://u@h:5433/db?sslmode=require", "SELECT 1")

    assert source == recall_source(kept_source(source))


def test_without_the_driver_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(OperatorError) as caught:
        PostgreSQLQuery("postgresql://h/db", "SELECT 1").look()

    assert caught.value.hint == "`pip install 'maniple[postgresql]'`"

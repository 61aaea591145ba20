"""Cohorts that are kept in databases, on the command line."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_cli_terminal import terminal

from maniple.testing.simulator.app import Simulator
from support.command import Command, partner
from support.object_store import object_store
from support.postgres import postgres

NAMED = ("--cohort", "Big spenders")
NOBODY = "http://127.0.0.1:9"
LONG = "SELECT count(*) AS user_id FROM range(1_000_000) a, range(1_000_000_000) b WHERE a <> b"


@pytest.fixture
def simulator() -> Iterator[tuple[str, Simulator]]:
    with partner("iterable") as running:
        yield running


@pytest.fixture
def maniple(tmp_path: Path, simulator: tuple[str, Simulator]) -> Command:
    command = Command(tmp_path)
    command.connect(simulator[0])
    return command


def members(simulator: Simulator) -> list[str]:
    (users,) = simulator.shown()["partners"]["iterable"]["lists"].values()
    return sorted(users["members"])


def reading(maniple: Command) -> bool:
    """A run is fetching its cohort."""
    return bool(list((maniple.folder / "home" / "data").glob("syn_*/run_*/cohort")))


def wait_until_it_reads(maniple: Command, process: subprocess.Popen[str]) -> None:
    while not reading(maniple):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def test_a_table_is_synced_and_synced_again(maniple: Command, simulator: tuple[str, Simulator]) -> None:
    database = sqlite3.connect(maniple.folder / "users.db", isolation_level=None)
    database.execute("CREATE TABLE users AS SELECT 'u1' AS user_id UNION ALL SELECT 'u2'")
    query = maniple.write("buyers.sql", "-- everyone who bought", "SELECT user_id FROM users;")
    words = ("sync", "prod", "sqlite:///users.db", "--query-file", query, *NAMED, "--json")

    first = maniple(*words)
    database.execute("UPDATE users SET user_id = 'u3' WHERE user_id = 'u1'")
    second = maniple(*words)

    assert (first.code, first.json["added"], first.json["removed"]) == (0, 2, 0), first.err
    assert (second.code, second.json["added"], second.json["removed"], second.json["unchanged"]) == (0, 1, 1, 1)
    assert ["u2", "u3"] == members(simulator[1])
    assert not reading(maniple)


def test_a_dry_run_of_a_query_leaves_nothing_behind(maniple: Command) -> None:
    maniple.write("users.csv", "user_id,total", "u1,5", "u2,500")

    done = maniple(
        *("sync", "prod", "duckdb:", "--query", "SELECT user_id FROM 'users.csv' WHERE total > 90"),
        *(*NAMED, "--dry-run", "--json"),
    )

    assert (done.code, done.json["adds"]) == (0, 1), done.err
    assert [] == list((maniple.folder / "home" / "data").iterdir())
    assert [] == maniple("syncs", "--json").json


def test_a_query_that_cannot_be_run_makes_no_sync(maniple: Command) -> None:
    done = maniple("sync", "prod", "duckdb:", "--query", "SELECT user_id FROM 'users.csv'", *NAMED)

    assert (done.code, done.out) == (2, "")
    assert done.err == 'error: `duckdb:` cannot be read: No files found that match the pattern "users.csv"\n'
    assert [] == maniple("syncs", "--json").json


def test_a_run_killed_while_it_reads_reads_again_from_wherever_it_is_resumed(
    maniple: Command, simulator: tuple[str, Simulator]
) -> None:
    maniple.write("users.csv", "user_id", "u1", "u2")
    slow = "SELECT user_id FROM 'users.csv' WHERE (SELECT sum(hash(i)) FROM range(400_000_000) t(i)) > 0"
    process = maniple.begin("sync", "prod", "duckdb:", "--query", slow, *NAMED)
    wait_until_it_reads(maniple, process)
    process.kill()
    process.communicate()

    elsewhere = maniple.folder / "elsewhere"
    elsewhere.mkdir()
    home = {"MANIPLE_HOME": str(maniple.folder / "home")}
    done = replace(maniple, folder=elsewhere, environ=home)("resume", "latest", "--json")

    assert (done.code, done.json["added"]) == (0, 2), done.err
    assert ["u1", "u2"] == members(simulator[1])
    assert not reading(maniple)


def test_the_copy_of_a_killed_run_is_gone_after_the_next(maniple: Command) -> None:
    process = maniple.begin("sync", "prod", "duckdb:", "--query", LONG, *NAMED)
    wait_until_it_reads(maniple, process)
    process.kill()
    process.communicate()
    maniple.write("users.csv", "user_id", "u1")

    done = maniple("sync", "prod", "users.csv", *NAMED)

    assert done.code == 0, done.err
    assert not reading(maniple)


def test_ctrl_c_ends_a_long_query(maniple: Command) -> None:
    process = maniple.begin("sync", "prod", "duckdb:", "--query", LONG, *NAMED)
    wait_until_it_reads(maniple, process)
    process.send_signal(signal.SIGINT)

    _, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert err.startswith("stopped\n")
    assert not reading(maniple)


def test_a_person_sees_how_many_rows_were_read(maniple: Command) -> None:
    query = "SELECT 'u' || i AS user_id FROM range(200_000) t(i) WHERE (SELECT sum(hash(j)) FROM range(i % 9) s(j)) > 1"
    shown = terminal(maniple, "sync", "prod", "duckdb:", "--query", query, *NAMED, "--yes")

    shown.expect(r"Reading the cohort.*\d,\d{3} rows")

    shown.close(force=True)


def test_a_query_is_given_once(maniple: Command) -> None:
    done = maniple("sync", "prod", "duckdb:", "--query", "SELECT 1", "--query-file", "q.sql", *NAMED)

    assert (done.code, done.err.splitlines()[0]) == (2, "error: `--query` and `--query-file` say the same thing")


def test_the_command_for_the_next_sync_gives_the_query_again(maniple: Command) -> None:
    done = maniple(
        "sync", "prod", "duckdb:", "--query", "SELECT 1 AS user_id", *NAMED, "--via", NOBODY, "--retries", "0"
    )

    again = f"maniple sync prod duckdb: --query 'SELECT 1 AS user_id' --cohort 'Big spenders' --via {NOBODY}"
    assert (done.code, f"`{again}`" in done.err) == (3, True), done.err


def test_a_query_to_postgresql_leaves_no_password_behind(maniple: Command, simulator: tuple[str, Simulator]) -> None:
    with postgres() as server:
        server.run(
            "CREATE TABLE users AS SELECT 'u1' AS user_id UNION ALL SELECT 'u2'",
            "CREATE ROLE guarded LOGIN PASSWORD 'PG-SECRET-1'",
            "GRANT SELECT ON users TO guarded",
        )
        server.ask_for_passwords("guarded")
        words = ("sync", "prod", server.url("guarded"), "--query", "SELECT user_id FROM users", *NAMED, "--json")

        refused = maniple(*words)
        done = maniple(*words, PGPASSWORD="PG-SECRET-1")

    assert (refused.code, refused.json["error"]["hint"]) == (2, "set it in `PGPASSWORD`, or write it into `~/.pgpass`")
    assert (done.code, done.json["added"]) == (0, 2), done.err
    assert ["u1", "u2"] == members(simulator[1])
    assert [] == [path for path in (maniple.folder / "home").rglob("*") if holds(path, b"PG-SECRET-1")]


def test_objects_of_a_store_leave_no_secret_behind(maniple: Command, simulator: tuple[str, Simulator]) -> None:
    with object_store() as store:
        store.put("buyers/1.csv", b"user_id\nu1\n")
        store.put("buyers/2.csv", b"user_id\nu2\n")
        words = ("sync", "prod", "s3://cohorts/buyers/", *NAMED, "--json")

        missing = maniple("sync", "prod", "s3://cohorts/byers/", *NAMED, **store.environ)
        estimate = maniple(*words, "--dry-run", **store.environ)
        done = maniple(*words, **store.environ)

    assert (missing.code, missing.err) == (2, "error: there is no object `s3://cohorts/byers/`\n")
    assert (estimate.code, estimate.json["adds"], done.code, done.json["added"]) == (0, 2, 0, 2), done.err
    assert ["u1", "u2"] == members(simulator[1])
    assert not reading(maniple)
    secret = store.environ["AWS_SECRET_ACCESS_KEY"].encode()
    assert [] == [path for path in (maniple.folder / "home").rglob("*") if holds(path, secret)]


def test_a_password_in_a_url_is_refused_without_showing_it(maniple: Command) -> None:
    done = maniple("sync", "prod", "postgresql://u:PG-SECRET-1@127.0.0.1:9/db", "--query", "SELECT 1", *NAMED)

    assert done.code == 2
    assert "PG-SECRET-1" not in done.out + done.err
    assert [] == [path for path in (maniple.folder / "home").rglob("*") if holds(path, b"PG-SECRET-1")]


def holds(path: Path, octets: bytes) -> bool:
    return path.is_file() and octets in path.read_bytes()

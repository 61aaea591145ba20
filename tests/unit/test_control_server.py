"""The control plane in a real PostgreSQL server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from maniple.errors import OperatorError, UsageError
from maniple.runtime.outcome import Verdict
from maniple.store.control.rows import BatchRow
from maniple.store.control.store import ControlStore
from maniple.store.home import Home
from maniple.store.journal import Journal
from support.command import Command, partner
from support.postgres import Postgres, postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def url(server: Postgres, tmp_path: Path) -> str:
    """An empty database."""
    name = f"d{abs(hash(tmp_path))}"
    server.run(f"CREATE DATABASE {name}")
    return server.url(database=name)


def opened(here: Path, url: str) -> ControlStore:
    return ControlStore.open(Home(here / "home"), url=url)


def connection_in(store: ControlStore) -> str:
    made = store.create_connection(
        *("prod",),
        slug="acme",
        manifest_path="acme",
        manifest_version="1.0.0",
        manifest_text="",
        settings={"region": "eu"},
        secret_settings={"api_key": "KEY-SECRET-1"},
        mappings={},
    )
    return made.id


def test_the_whole_story_is_told_from_a_server(tmp_path: Path, url: str) -> None:
    maniple = replace(Command(tmp_path), environ={"MANIPLE_DATABASE_URL": url})
    maniple.write("users.csv", "user_id", "u1", "u2")
    maniple.write("later.csv", "user_id", "u2", "u3")
    with partner("iterable") as (there, simulator):
        connected = maniple.connect(there)
        first = maniple("sync", "prod", "users.csv", "--cohort", "Buyers", "--json")
        second = maniple("sync", "prod", "later.csv", "--cohort", "Buyers", "--json")
        (users,) = simulator.shown()["partners"]["iterable"]["lists"].values()
    history = maniple("history", "Buyers", "--json")
    exported = maniple("export", "latest")

    assert connected.code == 0, connected.err
    assert (first.code, first.json["added"]) == (0, 2), first.err
    assert (second.code, second.json["added"], second.json["removed"], second.json["unchanged"]) == (0, 1, 1, 1)
    assert ["u2", "u3"] == sorted(users["members"])
    assert [2, 1] == [run["number"] for run in history.json]
    assert (exported.code, len(exported.out.splitlines())) == (0, 3)
    assert not (tmp_path / "home" / "maniple.db").exists()


def test_what_one_process_wrote_another_reads(tmp_path: Path, url: str) -> None:
    connection_in(opened(tmp_path, url))

    row = opened(tmp_path, url).find_connection("prod")

    assert ("acme", {"region": "eu"}) == (row.slug, row.settings)


def test_secrets_are_sealed_there_too(tmp_path: Path, url: str, server: Postgres) -> None:
    store = opened(tmp_path, url)
    connection_in(store)

    assert {"api_key": "KEY-SECRET-1"} == store.secret_settings(store.find_connection("prod"))
    assert b"KEY-SECRET-1" not in bytes(store.find_connection("prod").sealed_settings or b"")


def test_several_that_open_an_empty_database_make_its_tables_once(tmp_path: Path, url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: opened(tmp_path, url), range(4)))

    assert [[], [], [], []] == [store.list_connections() for store in stores]


def test_writers_take_turns(tmp_path: Path, url: str) -> None:
    store = opened(tmp_path, url)
    connection = connection_in(store)
    begun = threading.Barrier(4)

    def make_one(number: int) -> str:
        begun.wait()
        sync = store.get_or_create_sync(connection, cohort_name=f"Buyers {number}", cohort_id="c1")
        return store.start_run(sync.id, manifest_version="1.0.0").id

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make_one, range(4)))

    (sync,) = store.list_syncs(connection)
    assert [4, 3, 2, 1] == [run.number for run in store.history(sync.id)]


async def test_the_ledger_is_kept_there(tmp_path: Path, url: str) -> None:
    store = opened(tmp_path, url)
    sync = store.get_or_create_sync(connection_in(store), cohort_name="Buyers", cohort_id="c1")
    run = store.start_run(sync.id, manifest_version="1.0.0")

    async with Journal(store, run.id) as journal:
        for index in range(3):
            journal.settled(
                BatchRow("add", index, 0, index * 10, 10, "delivered", rejected=1),
                [Verdict(index, "rejected", "no such user", "unknown")],
            )

    assert ["delivered"] * 3 == [batch.state for batch in store.batches(run.id)]
    assert [(0, "no such user"), (11, "no such user"), (22, "no such user")] == (
        [(verdict.row, verdict.reason) for verdict in store.verdicts(run.id)]
    )


def test_a_database_of_somebody_else_is_refused(tmp_path: Path, url: str, server: Postgres) -> None:
    store = opened(tmp_path, url)
    with store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE alembic_version RENAME TO songs")

    with pytest.raises(OperatorError, match="is not a maniple database") as caught:
        opened(tmp_path, url)

    assert "name another database in `MANIPLE_DATABASE_URL`" == caught.value.hint


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path, url: str) -> None:
    store = opened(tmp_path, url)
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")

    with pytest.raises(OperatorError, match="was written by a newer version of maniple"):
        opened(tmp_path, url)


def test_a_writer_that_holds_everybody_up_is_told_of(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maniple.store.control.server.BUSY_MILLISECONDS", 200)
    one, other = opened(tmp_path, url), opened(tmp_path, url)

    with one.writing(), pytest.raises(OperatorError, match="canceling statement due to lock timeout"):
        connection_in(other)


def test_a_server_that_is_not_there_is_told_of_without_the_password(tmp_path: Path) -> None:
    maniple = Command(tmp_path)

    done = maniple("connections", "--json", MANIPLE_DATABASE_URL="postgresql://u:PG-SECRET-1@127.0.0.1:9/db")

    assert done.code == 4
    assert "the database of `MANIPLE_DATABASE_URL` cannot be used: " in json.loads(done.out)["error"]["detail"]
    assert "PG-SECRET-1" not in done.out + done.err


@pytest.mark.parametrize("url", ["mysql://h/db", "sqlite:///x.db", "users.db", "postgresql+asyncpg://h/db"])
def test_the_url_is_one_of_postgresql(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError) as caught:
        opened(tmp_path, url)

    assert "`MANIPLE_DATABASE_URL` is not the URL of a PostgreSQL database" == caught.value.message

"""Opening the control plane's database, and what stands in its way."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from maniple.errors import Bug, ExitCode, OperatorError
from maniple.store.control.store import ControlStore
from maniple.store.control.tables import metadata
from maniple.store.home import Home
from maniple.store.migrations import HEAD, KNOWN

OPEN = """
import sys
from pathlib import Path
from maniple.store.control.store import ControlStore
from maniple.store.home import Home
print("ready", flush=True)
sys.stdin.readline()
store = ControlStore.open(Home(Path(sys.argv[1])))
print(len(store.list_connections()), flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def ordinary_home() -> Iterator[Home]:
    """A home used by a user whom file modes bind: root may write anywhere."""
    with tempfile.TemporaryDirectory() as directory:
        if os.geteuid() != 0:
            yield Home(Path(directory) / "home")
            return
        os.chown(directory, 65534, 65534)
        os.seteuid(65534)
        try:
            yield Home(Path(directory) / "home")
        finally:
            os.seteuid(0)


def shape(database: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    connection.close()
    return [(name, " ".join(sql.split())) for name, sql in rows if name != "alembic_version"]


def hold_write_lock(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def wait_for_nobody(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA busy_timeout = 0")


def allow_no_more_pages(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA max_page_count = 1")


def fill(store: ControlStore) -> None:
    store.create_connection(
        "acme",
        slug="acme",
        manifest_path="manifest.yaml",
        manifest_version="1.0.0",
        manifest_text="x" * 100_000,
        settings={},
        secret_settings={},
        mappings={},
    )


def test_migrations_end_in_the_tables_of_the_code(home: Home, tmp_path: Path) -> None:
    ControlStore.open(home).close()
    engine = create_engine(f"sqlite:///{tmp_path}/direct.db")
    metadata.create_all(engine)
    engine.dispose()
    assert shape(home.database) == shape(tmp_path / "direct.db")


def test_alembic_sees_no_difference_either(home: Home) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    store = ControlStore.open(home)
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    store.close()


def test_the_head_constant_is_the_newest_step() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from maniple.store import migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    assert [step.revision for step in reversed(list(script.walk_revisions()))] == list(KNOWN)


def test_going_back_leaves_no_table(home: Home) -> None:
    from alembic import command
    from alembic.config import Config

    from maniple.store import migrations

    store = ControlStore.open(home)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    store.close()
    assert shape(home.database) == []


def test_opening_a_database_of_today_does_not_load_alembic(home: Home) -> None:
    ControlStore.open(home).close()
    script = (
        "import sys; from pathlib import Path; from maniple.store.home import Home;"
        "from maniple.store.control.store import ControlStore;"
        "ControlStore.open(Home(Path(sys.argv[1]))); print('alembic' in sys.modules, 'cryptography' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(home.path)], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def test_pragmas_of_every_connection(home: Home) -> None:
    store = ControlStore.open(home)
    with store.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 10_000, "foreign_keys": 1}
    store.close()


def test_a_failed_transaction_leaves_no_trace(home: Home) -> None:
    store = ControlStore.open(home)
    with contextlib.suppress(KeyboardInterrupt), store.writing() as connection:
        connection.execute(text("CREATE TABLE extra (id INTEGER)"))
        raise KeyboardInterrupt
    store.close()
    assert "extra" not in [name for name, _ in shape(home.database)]


def test_a_statement_that_breaks_a_rule_is_a_fault_of_ours(home: Home) -> None:
    store = ControlStore.open(home)
    with pytest.raises(Bug) as caught:
        store.get_or_create_sync("con_unknown", cohort_name="a", cohort_id="1")
    assert caught.value.message == "the database refused a statement: FOREIGN KEY constraint failed"
    store.close()


def test_processes_that_open_a_new_home_together_all_get_it(home: Home) -> None:
    command = [sys.executable, "-c", OPEN, str(home.path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(4)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 4
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[0] for process in processes] == ["0\n"] * 4


def test_a_database_of_a_newer_version_is_refused(home: Home) -> None:
    store = ControlStore.open(home)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    store.close()
    with pytest.raises(OperatorError) as caught:
        ControlStore.open(home)
    assert caught.value.message == (
        f"the database `{home.database}` was written by a newer version of maniple (revision `0099`)"
    )
    assert caught.value.hint == "use that version, or name another directory in `MANIPLE_HOME`"
    assert caught.value.exit_code == ExitCode.OPERATOR


def test_a_database_of_somebody_else_is_refused(home: Home) -> None:
    other = sqlite3.connect(home.create().database)
    other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    with pytest.raises(OperatorError) as caught:
        ControlStore.open(home)
    assert caught.value.message == f"`{home.database}` is not a maniple database"
    assert [name for name, _ in shape(home.database)] == ["songs"]


def test_a_file_that_is_no_database_is_refused(home: Home) -> None:
    home.create().database.write_text("Dear diary, " * 1000)
    with pytest.raises(OperatorError) as caught:
        ControlStore.open(home)
    assert caught.value.message == f"`{home.database}` is not a maniple database, or it is damaged"
    assert caught.value.hint == "put a copy of it back, or name another directory in `MANIPLE_HOME`"


def test_a_damaged_database_is_told(home: Home) -> None:
    store = ControlStore.open(home)
    fill(store)
    store.close()
    octets = bytearray(home.database.read_bytes())
    # Everything behind the first page, which holds the list of tables.
    octets[4096:] = b"\xaa" * (len(octets) - 4096)
    home.database.write_bytes(bytes(octets))
    with pytest.raises(OperatorError) as caught:
        ControlStore.open(home).list_connections()
    assert caught.value.message == f"the database `{home.database}` is damaged"
    assert caught.value.hint == f"put a copy back, or save what can be read with `sqlite3 {home.database} .recover`"


def test_a_locked_database_is_told(home: Home) -> None:
    store = ControlStore.open(home)
    store.engine.dispose()
    event.listen(store.engine, "connect", wait_for_nobody)
    holder = hold_write_lock(home.database)
    with pytest.raises(OperatorError) as caught:
        fill(store)
    assert caught.value.message == f"the database `{home.database}` is locked by another process"
    assert caught.value.hint == (
        f"wait until the other maniple process is done, or see with `fuser {home.database}` which one it is"
    )
    assert store.list_connections() == []
    holder.close()
    fill(store)
    assert [row.name for row in store.list_connections()] == ["acme"]
    store.close()


def test_a_full_disk_is_told_and_leaves_nothing_half_written(home: Home) -> None:
    store = ControlStore.open(home)
    store.engine.dispose()
    event.listen(store.engine, "connect", allow_no_more_pages)
    with pytest.raises(OperatorError) as caught:
        fill(store)
    assert caught.value.message == f"there is no space left for the database `{home.database}`"
    assert caught.value.hint == "make space on that disk and try again"
    assert store.list_connections() == []
    store.close()


def test_a_read_only_database_is_told(ordinary_home: Home) -> None:
    ControlStore.open(ordinary_home).close()
    ordinary_home.database.chmod(0o400)
    store = ControlStore.open(ordinary_home)
    with pytest.raises(OperatorError) as caught:
        fill(store)
    assert caught.value.message == f"the database `{ordinary_home.database}` cannot be written to"
    assert caught.value.hint == (
        "make the file and its directory writable, or name another directory in `MANIPLE_HOME`"
    )
    assert store.list_connections() == []
    store.close()


def test_a_read_only_home_is_told(ordinary_home: Home) -> None:
    ordinary_home.create().path.chmod(0o500)
    with pytest.raises(OperatorError) as caught:
        ControlStore.open(ordinary_home)
    assert caught.value.message == f"`{ordinary_home.path}` cannot be written to"


def test_an_unreadable_database_is_told(ordinary_home: Home) -> None:
    ControlStore.open(ordinary_home).close()
    ordinary_home.database.chmod(0o000)
    with pytest.raises(OperatorError) as caught:
        ControlStore.open(ordinary_home)
    assert caught.value.message == f"the database `{ordinary_home.database}` cannot be opened: Permission denied"
    assert caught.value.hint == (
        "make the file and its directory readable and writable, or name another directory in `MANIPLE_HOME`"
    )


def test_the_tables_can_be_made_in_postgresql_too() -> None:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    made = [str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in metadata.sorted_tables]
    assert [statement.split()[2] for statement in made] == [
        "connections",
        "submissions",
        "entries",
        "notices",
        "publications",
        "rounds",
        "syncs",
        "tokens",
        "runs",
        "batches",
        "verdicts",
    ]
    assert "ROWID" not in "".join(made)


def test_a_database_from_before_submissions_is_brought_up_to_date_with_all_that_is_in_it(tmp_path: Path) -> None:
    from maniple.store.migrations.upgrade import upgrade

    home = Home(tmp_path / "home").create()
    engine = create_engine(f"sqlite:///{home.database}")
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO connections (id, name, slug, manifest_path, manifest_version, manifest_text, settings,"
                " mappings, targets, allow_private, created_at, updated_at)"
                " VALUES ('con_1', 'prod', 'acme', 'm', '1.0.0', '', '{}', '{}', '{}', 0, 1, 1)"
            )
        )
    engine.dispose()
    store = ControlStore.open(home)

    assert (["prod"], []) == ([row.name for row in store.list_connections()], store.list_submissions())
    store.close()

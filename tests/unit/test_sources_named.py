"""How a person names the source of a cohort."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.errors import CohortError, UsageError
from maniple.sources.duckdb_query import DuckDBQuery
from maniple.sources.source import CohortSource, FileSource, fetched, kept_source, read_source, recall_source
from maniple.sources.sqlite_query import SQLiteQuery

HERE = Path("/srv/cohorts")
ASK = "SELECT user_id FROM users"


@pytest.mark.parametrize(
    ("word", "source"),
    [
        ("sqlite:///users.db", SQLiteQuery(HERE / "users.db", ASK)),
        ("sqlite:///../users.db", SQLiteQuery(Path("/srv/users.db"), ASK)),
        ("SQLite:////data/users.db", SQLiteQuery(Path("/data/users.db"), ASK)),
        ("duckdb:///users.duckdb", DuckDBQuery(HERE / "users.duckdb", ASK, HERE)),
        ("duckdb:", DuckDBQuery(None, ASK, HERE)),
        ("duckdb://", DuckDBQuery(None, ASK, HERE)),
    ],
)
def test_a_url_and_a_query_name_a_database(word: str, source: CohortSource) -> None:
    assert source == read_source(word, ASK, HERE)


@pytest.mark.parametrize("word", ["users.csv", "/data/users.csv", "a:b.csv", "duckdb.csv"])
def test_every_other_word_is_a_path(word: str) -> None:
    assert FileSource(Path(word)) == read_source(word)


def test_a_file_may_be_called_like_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ftp:").mkdir()
    (tmp_path / "ftp:" / "users.csv").write_text("user_id\n1\n")
    monkeypatch.chdir(tmp_path)

    assert FileSource(Path("ftp://users.csv")) == read_source("ftp://users.csv")


@pytest.mark.parametrize(
    ("word", "query", "message", "hint"),
    [
        ("mysql://h/db", ASK, "cohorts are not read from `mysql://`", "a cohort is a path"),
        ("sqlite:///users.db", None, "`sqlite:///users.db` needs a query", "add `--query "),
        ("duckdb:", "  ", "`duckdb:` needs a query", "add `--query "),
        ("sqlite://users.db", ASK, "`sqlite://users.db` does not name a file", "write `sqlite:///users.db`"),
        ("sqlite://", ASK, "`sqlite://` does not name a file", "write `sqlite:///PATH`"),
        ("users.csv", ASK, "a query goes to a database, and `users.csv` is none", "`duckdb:` with a query"),
    ],
)
def test_what_does_not_fit_together_is_refused(word: str, query: str | None, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_source(word, query, HERE)

    assert message == caught.value.message
    assert (caught.value.hint or "").startswith(hint)


@pytest.mark.parametrize(
    "source",
    [
        FileSource(Path("/data/users.csv")),
        SQLiteQuery(Path("/data/users.db"), ASK),
        DuckDBQuery(Path("/data/users.duckdb"), ASK, HERE),
        DuckDBQuery(None, ASK, HERE),
    ],
)
def test_what_a_run_keeps_of_its_source_names_it_from_everywhere(source: CohortSource) -> None:
    assert source == recall_source(kept_source(source))


def test_an_error_about_the_copy_names_the_source(tmp_path: Path) -> None:
    source = DuckDBQuery(None, "SELECT 1 AS user_id", tmp_path)

    with pytest.raises(CohortError) as caught, fetched(source, tmp_path / "run") as cohort:
        raise CohortError(f"line 7 of `{cohort.path}` is odd")

    assert "line 7 of `duckdb:` is odd" == str(caught.value) == caught.value.message

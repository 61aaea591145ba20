"""Cohorts in objects of a real S3-compatible store."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from maniple.errors import CohortError, UsageError
from maniple.sources.s3_objects import S3Objects
from maniple.sources.source import fetched, kept_source, read_source, recall_source
from support.object_store import ObjectStore, object_store
from support.reading import refusal, take


@pytest.fixture(scope="module")
def running() -> Iterator[ObjectStore]:
    with object_store() as store:
        yield store


@pytest.fixture
def store(running: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    for name, value in running.environ.items():
        monkeypatch.setenv(name, value)
    return running


def parquet(**columns: list[Any]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def str_only(value: object) -> str:
    """Part of a test's name; octets are no words."""
    return value if isinstance(value, str) and len(value) < 30 else ""


def objects(key: str) -> S3Objects:
    source = read_source(f"s3://cohorts/{key}")
    assert isinstance(source, S3Objects)
    return source


@pytest.mark.parametrize(
    ("key", "octets"),
    [
        ("one/users.csv", b"user_id,email\nu1,a@b.test\n"),
        ("one/users.csv.gz", gzip.compress(b"user_id,email\nu1,a@b.test\n")),
        ("one/users.tsv", b"user_id\temail\nu1\ta@b.test\n"),
        ("one/users.jsonl", b'{"user_id": "u1", "email": "a@b.test"}\n'),
        ("one/users.parquet", parquet(user_id=["u1"], email=["a@b.test"])),
        ("one/no suffix [x]?", b"user_id,email\nu1,a@b.test\n"),
    ],
    ids=str_only,
)
def test_an_object_is_read_like_a_file(store: ObjectStore, tmp_path: Path, key: str, octets: bytes) -> None:
    store.put(key, octets)

    assert [("u1", "a@b.test")] == take(objects(key), tmp_path, ["email"])


def test_an_object_of_many_chunks_comes_whole(store: ObjectStore, tmp_path: Path) -> None:
    text = "user_id,email\n" + "".join(f"u{number},user-{number}@example.test\n" for number in range(600_000))
    store.put("big.csv", text.encode())

    rows = take(objects("big.csv"), tmp_path, ["email"])

    assert (600_000, ("u599999", "user-599999@example.test")) == (len(rows), rows[-1])


def test_a_prefix_is_all_objects_below_it(store: ObjectStore, tmp_path: Path) -> None:
    store.put("below/a/1.csv", b"user_id\nu1\n")
    store.put("below/a/deep/2.csv", b"user_id\nu2\n")
    store.put("below/a/_SUCCESS", b"")
    store.put("below/a/.tmp/3.csv", b"user_id\nu3\n")
    store.put("below/ab.csv", b"user_id\nu4\n")

    assert [("u1",), ("u2",)] == take(objects("below/a/"), tmp_path)


@pytest.mark.parametrize(
    ("key", "ids"),
    [
        ("star/*.csv", ["u1", "u2"]),
        ("star/day=*/x.csv", ["u3"]),
        ("star/**.csv", ["u1", "u2", "u3"]),
        ("star/a*", ["u1"]),
    ],
)
def test_a_star_is_any_characters_of_a_name(store: ObjectStore, tmp_path: Path, key: str, ids: list[str]) -> None:
    store.put("star/a.csv", b"user_id\nu1\n")
    store.put("star/b.csv", b"user_id\nu2\n")
    store.put("star/day=1/x.csv", b"user_id\nu3\n")

    assert ids == [row[0] for row in take(objects(key), tmp_path)]


@pytest.mark.parametrize(
    "parts",
    [
        (b'user_id,v\nu1,"a\nb"\nu2,c', b"\xef\xbb\xbfuser_id,v\r\nu3,d\r\nu1,again"),
        (gzip.compress(b'\n\nuser_id,v\nu1,"a\nb"\nu2,c\n'), b'user_id,"v"\nu3,d\n\nu1,x\n'),
        (b'{"user_id": "u1", "v": "a\\nb"}\n{"v": "c", "user_id": "u2"}', b'{"user_id": "u3", "v": "d"}\n'),
        (parquet(user_id=["u1", "u2"], v=["a\nb", "c"]), parquet(v=["d", "x"], user_id=["u3", "u1"])),
    ],
    ids=["csv", "gzip", "jsonl", "parquet"],
)
def test_several_objects_are_one_cohort(
    store: ObjectStore, tmp_path: Path, request: pytest.FixtureRequest, parts: tuple[bytes, bytes]
) -> None:
    place = request.node.callspec.indices["parts"]
    for number, part in enumerate(parts):
        store.put(f"several/{place}/part-{number}", part)

    assert [("u1", "a\nb"), ("u2", "c"), ("u3", "d")] == take(objects(f"several/{place}/"), tmp_path, ["v"])


def test_numbers_of_two_widths_are_one_column(store: ObjectStore, tmp_path: Path) -> None:
    store.put("widths/1.parquet", parquet(user_id=[1], v=pa.array([1], pa.int32())))
    store.put("widths/2.parquet", parquet(user_id=[2], v=pa.array([2**40], pa.int64())))

    assert [("1", 1), ("2", 2**40)] == take(objects("widths/"), tmp_path, ["v"])


@pytest.mark.parametrize(
    ("name", "parts", "message"),
    [
        (
            "columns",
            (b"user_id,a\n1,2\n", b"user_id,b\n1,2\n"),
            "`s3://cohorts/odd/columns/0` has the columns `user_id` and `a`, "
            "and `s3://cohorts/odd/columns/1` has `user_id` and `b`",
        ),
        (
            "order",
            (b"user_id,a\n1,2\n", b"a,user_id\n1,2\n"),
            "`s3://cohorts/odd/order/1` has its columns in another order than `s3://cohorts/odd/order/0`",
        ),
        (
            "kinds",
            (b"user_id\n1\n", parquet(user_id=["1"])),
            "`s3://cohorts/odd/kinds/0` and `s3://cohorts/odd/kinds/1` are of two kinds, `csv` and `parquet`",
        ),
        (
            "types",
            (parquet(user_id=["1"], v=[{"a": 1}]), parquet(user_id=["1"], v=[1.5])),
            "`s3://cohorts/odd/types/0` and the files after it cannot be joined: ",
        ),
        ("row", (b"user_id,a\n1,2\n", b"user_id,a\n1,2\n1,2,3\n"), "line 3 of `s3://cohorts/odd/row/1` has 3 fields"),
        ("text", (b"user_id\n1\n", b"user_id\n\xff\n"), "`s3://cohorts/odd/text/1` is not UTF-8 at byte 8"),
        ("empty", (b"user_id\n1\n", b""), "`s3://cohorts/odd/empty/1` is empty"),
        (
            "cut",
            (b"user_id\n1\n", gzip.compress(b"user_id\n" + b"1\n" * 99_999)[:-20]),
            "`s3://cohorts/odd/cut/1` ends too early or is damaged",
        ),
    ],
    ids=str_only,
)
def test_objects_that_are_no_cohort_together_are_named(
    store: ObjectStore, tmp_path: Path, name: str, parts: tuple[bytes, bytes], message: str
) -> None:
    for number, part in enumerate(parts):
        store.put(f"odd/{name}/{number}", part)

    assert refusal(objects(f"odd/{name}/"), tmp_path)[0].startswith(message)


@pytest.mark.parametrize("key", ["none/users.csv", "none/", "none/*.csv"])
def test_objects_that_are_not_there_are_told_of_at_once(store: ObjectStore, key: str) -> None:
    with pytest.raises(CohortError) as caught:
        objects(key).look()

    assert f"there is no object `s3://cohorts/{key}`" == caught.value.message


def test_a_bucket_that_is_not_there_is_told_of(store: ObjectStore) -> None:
    with pytest.raises(CohortError, match=r"there is no object `s3://other/users\.csv`"):
        S3Objects("other", "users.csv").look()


def test_a_folder_is_named_with_a_slash(store: ObjectStore) -> None:
    store.put("folder/users.csv", b"user_id\nu1\n")

    with pytest.raises(CohortError) as caught:
        objects("folder").look()

    assert "`s3://cohorts/folder/` are all objects in it" == caught.value.hint


def test_wrong_credentials_are_told_of_without_them(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "WRONG-SECRET-2")

    with pytest.raises(CohortError) as caught:
        objects("one/*.csv").look()

    assert caught.value.message.startswith("`s3://cohorts/one/*.csv` cannot be read: ")
    assert "SECRET-2" not in caught.value.message
    assert (caught.value.hint or "").startswith("set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`")


def test_a_store_that_is_not_there_is_told_of(monkeypatch: pytest.MonkeyPatch, store: ObjectStore) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")

    with pytest.raises(CohortError, match=r"`s3://cohorts/users\.csv` cannot be read: "):
        objects("users.csv").look()


def test_an_endpoint_is_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "u:SECRET@127.0.0.1:9000")

    with pytest.raises(UsageError) as caught:
        objects("users.csv").look()

    assert "`AWS_ENDPOINT_URL_S3` is not the URL of a store" == caught.value.message


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3://cohorts", "`s3://cohorts` does not name an object"),
        ("s3://cohorts/", "`s3://cohorts/` does not name an object"),
        ("s3:///users.csv", "`s3:///users.csv` does not name an object"),
        ("s3://KEY:SECRET@cohorts/users.csv", "the URL of the objects holds more than a bucket and a key"),
    ],
)
def test_a_url_names_a_bucket_and_a_key(url: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_source(url)

    assert message == caught.value.message


def test_what_a_run_keeps_of_its_source_names_it() -> None:
    assert S3Objects("cohorts", "a b/*.csv") == recall_source(kept_source(S3Objects("cohorts", "a b/*.csv")))


def test_a_fault_of_one_object_names_it(store: ObjectStore, tmp_path: Path) -> None:
    store.put("fault/users.csv", b"user_id,email\nu1\n")

    message, _ = refusal(objects("fault/users.csv"), tmp_path)

    assert "line 2 of `s3://cohorts/fault/users.csv` has 1 field, the header has 2" == message


def test_an_error_about_the_cohort_names_what_was_asked_for(store: ObjectStore, tmp_path: Path) -> None:
    store.put("asked/1.csv", b"user_id\nu1\n")
    store.put("asked/2.csv", b"user_id\nu2\n")

    with pytest.raises(CohortError) as caught, fetched(objects("asked/"), tmp_path / "run") as cohort:
        cohort.id_column("customer")

    assert "`s3://cohorts/asked/` has no column `customer`; it has `user_id`" == caught.value.message

"""Bodies that are not JSON where people and golden cases see them."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from maniple.body.compression import compress, expand, is_compressed
from maniple.body.reading import content_of, read_body
from maniple.manifest.cases import Case
from maniple.runtime.flow import read_list_id
from maniple.runtime.program import Cohort
from maniple.testing.canned import Played
from maniple.testing.verdict import judge
from maniple.usecases import users
from maniple.usecases.exchange_text import body_lines
from maniple.usecases.preview import body_value, preview, start_trial
from maniple.wire import Reply, Request
from support.bodies import prepared
from support.manifests import program

FORM = "application/x-www-form-urlencoded"


def request(body: bytes, kind: str = "") -> Request:
    return Request("POST", "https://a.test", (("Content-Type", kind),), body)


def problems(sent: Request, body: Any) -> list[str]:
    case = Case.model_validate(
        {"name": "it", "call": "add_users", "requests": [{"method": "POST", "url": "https://a.test", "body": body}]}
    )
    return list(judge(case, Played(requests=[sent])))


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (request(b"a=1&a=2&b=x+y", FORM), {"a": ["1", "2"], "b": "x y"}),
        (request(b"a=1&b=x+y", FORM), "a=1&b=x+y"),
        (request(b'{"a":1}\n{"a":2}\n', "application/x-ndjson"), [{"a": 1}, {"a": 2}]),
        (request(b"a,b\r\n1,2\r\n", "text/csv"), "a,b\n1,2\n"),
        (request(b"<a><b>1</b></a>", "application/xml"), {"a": {"b": "1"}}),
        (request(b"<a><b>1</b></a>", "application/xml"), "<a><b>1</b></a>"),
        (request(compress(b'{"a":1}'), "application/json"), {"a": 1}),
        (
            request(b"--xyz\r\n\r\n1\r\n--xyz--\r\n", "multipart/form-data; boundary=xyz"),
            "--boundary\n\n1\n--boundary--\n",
        ),
    ],
)
def test_a_case_says_a_body_as_data_or_as_text(sent: Request, body: Any) -> None:
    assert problems(sent, body) == []
    assert problems(sent, {"other": 1}) != []


def test_a_compressed_body_is_shown_as_it_was_and_says_what_travels() -> None:
    body = compress(b'{"a":"' + b"x" * 100 + b'"}')

    assert body_value(body) == {"a": "x" * 100}
    assert body_lines(body)[-1] == f"… compressed with gzip: {len(body)} bytes travel for these 108 bytes"


def test_what_is_damaged_or_too_large_is_not_expanded() -> None:
    body = compress(b"x" * 1000)

    assert expand(body, 1000) == b"x" * 1000
    assert (expand(body, 999), expand(body[:-9], 1000), expand(b"\x1f\x8b", 10)) == (None, None, None)
    assert content_of(request(body[:-9])) == b""
    assert not is_compressed(b"{}")


def test_our_compression_is_everybodys() -> None:
    assert gzip.decompress(compress(b"abc")) == b"abc"
    assert compress(b"abc") == compress(b"abc")


def test_the_lists_id_may_be_in_the_form_that_was_sent() -> None:
    of = program(
        create_list={
            "method": "POST",
            "url": "https://a.test",
            "form": {"id": "l-$cohort_id"},
            "list_id": {"request": "id"},
        }
    )
    assert of.create is not None

    assert read_list_id(of.create, request(b"id=l-c1", FORM), Reply(200), {}) == "l-c1"
    assert read_body(request(b"", "text/plain")) is None


def test_a_secret_in_a_form_is_masked_as_plainly_as_elsewhere() -> None:
    of = program(
        auth={"kind": "custom", "json": {"key": "$api_key"}},
        fields=[{"name": "api_key", "type": "secret", "label": "Key"}],
        add_users__json=None,
        add_users__form={"ids": "$items"},
    )
    trial = start_trial(
        of,
        settings={"api_key": "s3cret"},
        mappings={"user_key": "id"},
        users=users.TestUsers(({"id": "u1", "user_id": "u1"},), ("add",), ("id", "user_id"), told=True),
        cohort=Cohort("c", "c1"),
        now="2026-11-20T10:00:00Z",
        call="add_users",
    )

    assert [one.body for one in preview(trial).requests] == [b"ids=u1&key=***"]


def test_a_byte_limit_counts_what_there_was_before_compression() -> None:
    csv = {"columns": {"id": "$user_key"}}

    assert prepared("u" * 500, csv=csv, gzip=True, batch={"bytes": 505}).request is None
    assert prepared("u" * 500, csv=csv, gzip=True, batch={"bytes": 506}).request is not None

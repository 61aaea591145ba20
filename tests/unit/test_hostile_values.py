"""Values of users, settings and cohorts that mean ill change nothing about where a request goes and what it is."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from maniple.body import json as json_body
from maniple.cohort.member import INVALID
from maniple.errors import SettingsError
from maniple.runtime.prepare import MOST_BYTES, Batch, prepare
from maniple.runtime.program import Program
from maniple.runtime.settings import check_settings
from maniple.template.filters import FILTERS
from maniple.template.operations import arithmetic
from support.manifests import SETTINGS, context, program

URL_FIELD = {"name": "u", "type": "url", "label": "U"}


def one_by_one(**changes: Any) -> Program:
    url = "https://api.acme.test/lists/$list_id/users/$user_key"
    return program(add_users={"method": "DELETE", "url": url, "batch": {"items": 1}, **changes})


def sent_url(of: Program, value: Any) -> str | None:
    (prepared,) = prepare(of.call_for("add"), context(of), Batch("add", 0, {"user_key": [value]}, 1))
    return prepared.request.url if prepared.request else None


@pytest.mark.parametrize("value", ["..", ".", "../..", "a/../../b", "..\\x", "x/.", "./x"])
def test_a_user_whose_id_climbs_out_of_its_path_is_skipped(value: str) -> None:
    (prepared,) = prepare(
        one_by_one().call_for("add"), context(one_by_one()), Batch("add", 0, {"user_key": [value]}, 1)
    )

    assert prepared.request is None
    assert [(0, "skipped", "leads out of the URL")] == [
        (verdict.row, verdict.kind, verdict.reason) for verdict in prepared.verdicts
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a..b", "a..b"),
        ("...", "..."),
        ("%2e%2e", "%252e%252e"),
        ("a@evil.test", "a%40evil.test"),
        ("//evil.test", "%2F%2Fevil.test"),
        ("?x#y", "%3Fx%23y"),
        ("a\r\nHost: evil", "a%0D%0AHost%3A%20evil"),
        ("\uff0f\uff0e\uff0e", "%EF%BC%8F%EF%BC%8E%EF%BC%8E"),
        ("\x00", "%00"),
        ("\u202e", "%E2%80%AE"),
    ],
)
def test_any_other_id_stays_one_segment(value: str, written: str) -> None:
    assert f"https://api.acme.test/lists/7/users/{written}" == sent_url(one_by_one(), value)


def test_the_path_filter_keeps_slashes_and_climbs_nowhere() -> None:
    assert "a%20b/c" == FILTERS["path"].apply("a b/c")
    assert FILTERS["path"].apply("a/../c") is None


def test_half_a_character_in_a_query_is_replaced() -> None:
    made = one_by_one(query={"id": "$user_key"}, url="https://api.acme.test/x")

    assert "https://api.acme.test/x?id=a%3Fb" == sent_url(made, "a\ud800b")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": float("nan"), "b": 10**40}, b'{"a":null,"b":10000000000000000000000000000000000000000}'),
        (["a\ud800b"], b'["a?b"]'),
        ([float("inf")], b"[null]"),
    ],
)
def test_a_body_can_be_written_whatever_is_in_it(value: Any, written: bytes) -> None:
    assert written == json_body.encode(value)


def test_a_value_nested_beyond_reason_ends_as_null() -> None:
    tree: Any = 1
    for _ in range(5_000):
        tree = [tree]

    assert json_body.encode({"x": tree}).count(b"null") == 1


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "//", "%"])
def test_arithmetic_on_a_number_beyond_all_is_null(op: str) -> None:
    assert arithmetic(op, 10**400, 1.5) is None


@pytest.mark.parametrize("name", sorted(set(FILTERS) - {"default", "first", "last", "length", "trim", "strip_spaces"}))
@pytest.mark.parametrize("value", ["\ud800", 10**400, float("inf"), float("nan"), {"a": float("nan")}, [[["x"]]] * 3])
def test_no_filter_fails_on_an_odd_value(name: str, value: Any) -> None:
    spec = FILTERS[name]

    made = spec.apply(value, *["\ud800"] * spec.most)

    assert json_body.encode({"x": made}).startswith(b'{"x":')


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.test",
        "https://a@evil.test",
        "https://evil.test#",
        "https://evil.test/x#y",
        "https://evil.test\\@good.test",
        "https://evil test",
        "https://[::1",
        "https://evil.test:99999",
        "https://evil.test:x",
        "https://",
        "https://\u0430cme.test",
        "https://acme.test\uff0f.evil.test",
        "https://evil.test\t/x",
        "javascript:alert(1)",
    ],
)
def test_a_setting_that_is_no_plain_https_url_is_refused(url: str) -> None:
    made = program(fields=[URL_FIELD], add_users__url="$u/add/$list_id")

    with pytest.raises(SettingsError, match="`u`"):
        check_settings(made, {**SETTINGS, "u": url})


@pytest.mark.parametrize("value", ["a\nb", "a\r\nX: y", "a\x00", "a\ud800", "x" * 10_001])
def test_a_setting_with_what_no_header_can_carry_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="`bearer_token`"):
        check_settings(program(), {"bearer_token": value})


def test_items_that_would_fill_memory_are_sent_in_parts() -> None:
    made = program(add_users__item="x" * 190_000 + "$user_key")
    users = [str(number) for number in range(400)]

    parts = prepare(made.call_for("add"), context(made), Batch("add", 0, {"user_key": users}, len(users)))
    bodies = [part.request.body or b"" for part in parts if part.request]

    assert users == [user[190_000:] for body in bodies for user in orjson.loads(body)["users"]]
    assert max(map(len, bodies)) <= MOST_BYTES
    assert len(bodies) == 4


def test_half_a_character_fits_no_pattern() -> None:
    made = program(mappings=[{"name": "user_key", "label": "U", "format": {"regex": "[^,]+"}}])
    convert = made.mappings[0].converter({}, {})

    assert convert is not None
    assert [INVALID, "ab"] == convert(["a\ud800", "ab"])

"""The exact bytes of each body format."""

from __future__ import annotations

import gzip

import pytest

from maniple.manifest.call import Call
from maniple.runtime.body import item_of_body
from maniple.runtime.request import build_request
from support.bodies import body, content_type, prepared
from support.manifests import context, program

ADDRESS = {"method": "POST", "url": "https://api.acme.test"}


def test_a_form_repeats_lists_and_writes_maps_as_json() -> None:
    form = {"list": "$list_id", "ids": "$items", "more": {"a": [1, None]}, "on": True, "no": None}

    assert body("u 1", "ü&2", form=form, item="$user_key") == (
        "list=7&ids=u+1&ids=%C3%BC%262&more=%7B%22a%22%3A%5B1%2Cnull%5D%7D&on=true&no="
    )
    assert content_type("u1", form=form, item="$user_key") == "application/x-www-form-urlencoded"


def test_a_form_leaves_out_what_may_be_absent() -> None:
    assert body("u1", form={"id": "$user_key", "url~": "$user.none"}, batch={"items": 1}) == "id=u1"


def test_credentials_are_members_of_a_form() -> None:
    auth = {"kind": "custom", "json": {"key": "k&1"}}

    assert body("u1", form={"ids": "$items"}, item="$user_key", auth=auth) == "ids=u1&key=k%261"


def test_items_alone_are_a_line_each() -> None:
    assert body("u1", "ü\n2", ndjson="$items", item={"id": "$user_key"}) == '{"id":"u1"}\n{"id":"ü\\n2"}\n'
    assert content_type("u1", ndjson="$items", item="$user_key") == "application/x-ndjson"


def test_a_tree_without_items_is_a_line_for_each_user() -> None:
    assert body("u1", "u2", ndjson={"id": "$user_key", "list": "$list_id"}) == (
        '{"id":"u1","list":7}\n{"id":"u2","list":7}\n'
    )


def test_lines_may_be_written_as_json_text() -> None:
    assert body("u1", "u2", ndjson='{"id": $user_key}') == '{"id":"u1"}\n{"id":"u2"}\n'


def test_an_array_without_items_is_several_lines_for_each_user() -> None:
    assert body("u1", "u2", ndjson=[{"index": {}}, {"id": "$user_key"}]) == (
        '{"index":{}}\n{"id":"u1"}\n{"index":{}}\n{"id":"u2"}\n'
    )


def test_an_array_with_items_has_lines_of_its_own_around_them() -> None:
    assert body("u1", "u2", ndjson=[{"list": "$list_id"}, "$items"], item=["$user_key", 1]) == (
        '{"list":7}\n["u1",1]\n["u2",1]\n'
    )


def test_a_row_of_csv_is_what_each_user_has() -> None:
    csv = {"columns": {"id": "$user_key", "list": "$list_id"}}

    assert body("u1", 'a,"b"', "x\r\ny", "=1+1", csv=csv) == (
        'id,list\r\nu1,7\r\n"a,""b""",7\r\n"x\r\ny",7\r\n=1+1,7\r\n'
    )
    assert content_type("u1", csv=csv) == "text/csv"


def test_csv_may_lack_a_header_and_have_another_delimiter() -> None:
    csv = {"columns": {"id": "$user_key", "of": "$operation"}, "header": False, "delimiter": ";"}

    assert body("u1", "a;b", csv=csv) == 'u1;add\r\n"a;b";add\r\n'


def test_a_row_with_one_empty_cell_is_no_empty_line() -> None:
    assert body("", "u1", csv={"columns": {"id": "$user_key"}}) == 'id\r\n""\r\nu1\r\n'


def test_a_user_with_nothing_in_a_row_is_skipped() -> None:
    found = prepared(None, "u1", csv={"columns": {"id~": "$user_key"}})

    assert [verdict.reason for verdict in found.verdicts] == ["unresolved mapping"]
    assert found.request is not None
    assert found.request.body == b"id\r\nu1\r\n"


def test_a_text_holds_the_items_joined() -> None:
    assert body("u1", "ü2", text="ids: $items", item="$user_key", join=", ") == "ids: u1, ü2"
    assert content_type("u1", text="$items", item="$user_key", join=",") == "text/plain; charset=utf-8"


def test_a_compressed_body_is_always_the_same_and_counts_as_it_was() -> None:
    csv = {"columns": {"id": "$user_key"}}
    first, second = (prepared(*("u" * 50 for _ in range(100)), csv=csv, gzip=True) for _ in range(2))

    assert first.request is not None
    assert second.request is not None
    assert first.request == second.request
    assert gzip.decompress(first.request.body or b"") == b"id\r\n" + (b"u" * 50 + b"\r\n") * 100
    assert ("Content-Encoding", "gzip") in first.request.headers
    assert first.octets == 5204


def test_the_manifests_own_content_type_is_kept() -> None:
    headers = {"Content-Type": "text/csv; header=present"}

    assert content_type("u1", csv={"columns": {"id": "$user_key"}}, headers=headers) == "text/csv; header=present"


@pytest.mark.parametrize(
    ("written", "content"),
    [
        ({"csv": {"columns": {"name": "$cohort_name", "id": "$cohort_id"}}}, b"name,id\r\nMy cohort,c1\r\n"),
        ({"ndjson": {"name": "$cohort_name"}}, b'{"name":"My cohort"}\n'),
        ({"ndjson": [{"a": 1}, {"name": "$cohort_name"}]}, b'{"a":1}\n{"name":"My cohort"}\n'),
    ],
)
def test_a_call_without_users_has_one_row(written: dict[str, object], content: bytes) -> None:
    of = program(create_list={**ADDRESS, **written, "list_id": {"response": "id"}})
    assert of.create is not None

    assert build_request(of.create.first, context(of).scope).body == content


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ({"json": {"a": "$items"}}, None),
        ({"ndjson": "$items"}, None),
        ({"ndjson": "{{ items | first }}"}, None),
        ({"ndjson": {"a": 1}}, ({"a": 1}, ("ndjson",))),
        ({"ndjson": '{"a": $b}'}, ('{"a": $b}', ("ndjson",))),
        ({"csv": {"columns": {"a": "1"}}}, ({"a": "1"}, ("csv", "columns"))),
        (
            {"multipart": [{"name": "a", "value": "1"}, {"name": "f", "csv": {"columns": {"a": "1"}}}]},
            ({"a": "1"}, ("multipart", 1, "csv", "columns")),
        ),
    ],
)
def test_some_bodies_say_what_an_item_is(written: dict[str, object], item: object) -> None:
    assert item_of_body(Call.model_validate({**ADDRESS, **written})) == item

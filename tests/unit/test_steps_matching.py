"""Which row of a reply is about a user, or about the list, when several pages have rows that look alike."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.diagnostics.model import blocking
from maniple.runtime.compile import try_compile
from maniple.runtime.flow import create_list
from maniple.runtime.outcome import Delivered
from maniple.wire import Reply
from support.manifests import context, manifest, program
from support.played import Played, answer, play, played_remove

PAGINATE = "`paginate` needs `next`, or `cursor` and `param`, or `advance` and `param`"
PEOPLE = "https://api.acme.test/people"
FIND: dict[str, Any] = {
    "method": "GET",
    "url": PEOPLE,
    "paginate": {"cursor": "next", "param": "page", "max_pages": 3},
    "match": {
        "rows": "data",
        "by": "value",
        "at": "key",
        "item": "$user_key",
        "save": {"person_id": "id"},
        "missing": "already_gone",
    },
}
ONE_BY_ONE: dict[str, Any] = {
    "batch": {"items": 1},
    "steps": [FIND, {"method": "DELETE", "url": f"{PEOPLE}/$person_id"}],
}
TOGETHER = {
    "batch": {"items": 100},
    "steps": [FIND, {"method": "DELETE", "url": PEOPLE, "json": {"ids": "$items"}, "item": "$person_id"}],
}
FIND_LIST: dict[str, Any] = {
    "method": "GET",
    "url": "https://api.acme.test/lists",
    "paginate": {"cursor": "more && data[-1].id", "param": "after", "max_pages": 3},
    "match": {
        "rows": "data",
        "at": "name",
        "item": "$amp_cohort_name",
        "save": {"list_id": "id"},
        "missing": "continue",
    },
}
GET_OR_CREATE = {
    "steps": [
        FIND_LIST,
        {
            "method": "POST",
            "url": "https://api.acme.test/lists",
            "when": "{{ not list_id }}",
            "json": {"name": "$amp_cohort_name"},
            "save": {"list_id": "id"},
        },
    ]
}


def row(key: str, number: int) -> dict[str, Any]:
    return {"key": key, "id": number}


def created(*replies: Reply) -> Played:
    of = program(create_list=GET_OR_CREATE)
    assert of.create is not None
    return play(create_list(of.create, context(of, list_id=None), lambda: 0.0), replies)


def test_who_fits_exactly_goes_before_who_fits_in_another_case() -> None:
    replies = [answer({"data": [row("ABC", 1), row("abc", 2)]}), answer()]

    played = played_remove(program(remove_users=ONE_BY_ONE), {"user_key": ["abc"]}, *replies)

    assert played.sent == [("GET", "/people"), ("DELETE", "/people/2")]


def test_who_fits_exactly_is_looked_for_on_later_pages_too() -> None:
    replies = [
        answer({"data": [row("ABC", 1), row("x", 3)], "next": 2}),
        answer({"data": [row("abc", 2)], "next": 3}),
        answer(),
    ]

    played = played_remove(program(remove_users=TOGETHER), {"user_key": ["abc", "x"]}, *replies)

    assert played.sent == [("GET", "/people"), ("GET", "/people?page=2"), ("DELETE", "/people")]
    assert played.bodies[-1] == {"ids": [2, 3]}


def test_who_fits_in_another_case_alone_is_taken_when_the_pages_have_been_read() -> None:
    pages = [answer({"data": [row("Ada@X.test", 1)], "next": 2}), answer({"data": [], "next": 3}), answer({"next": 4})]

    played = played_remove(program(remove_users=ONE_BY_ONE), {"user_key": ["ada@x.test"]}, *pages, answer())

    assert played.sent[-1] == ("DELETE", "/people/1")
    assert isinstance(played.outcome, Delivered)


def test_who_must_fit_exactly_is_not_there_in_another_case() -> None:
    exact = {**FIND, "match": {**FIND["match"], "exact": True}}
    of = program(remove_users={"batch": {"items": 1}, "steps": [exact, ONE_BY_ONE["steps"][1]]})

    played = played_remove(of, {"user_key": ["abc"]}, answer({"data": [row("ABC", 1)]}))

    assert played.sent == [("GET", "/people")]


def test_a_list_that_was_found_is_not_looked_for_on_further_pages() -> None:
    found = answer({"data": [{"name": "My cohort", "id": 3}], "more": True})

    played = created(found)

    assert played.sent == [("GET", "/lists")]


def test_a_cursor_that_is_false_ends_the_pages() -> None:
    pages = [
        answer({"data": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "more": True}),
        answer({"data": [{"name": "c", "id": 3}], "more": False}),
    ]

    played = created(*pages, answer({"id": 4}))

    assert played.sent == [("GET", "/lists"), ("GET", "/lists?after=2"), ("POST", "/lists")]


def test_pages_are_counted_until_one_has_no_rows() -> None:
    counted = {**FIND, "query": {"page": 1, "size": 2}, "paginate": {"advance": 1, "param": "page"}}
    pages = [answer({"data": [row("a", 1), row("b", 2)]}), answer({"data": [row("c", 3)]}), answer({"data": []})]
    of = program(remove_users={"batch": {"items": 1}, "steps": [counted, ONE_BY_ONE["steps"][1]]})

    played = played_remove(of, {"user_key": ["d"]}, *pages)

    assert played.sent == [
        ("GET", "/people?page=1&size=2"),
        ("GET", "/people?size=2&page=2"),
        ("GET", "/people?size=2&page=3"),
    ]


def test_an_offset_grows_by_the_size_of_a_page() -> None:
    counted = {**FIND, "query": {"offset": 0, "limit": 50}, "paginate": {"advance": 50, "param": "offset"}}
    of = program(remove_users={"batch": {"items": 1}, "steps": [counted, ONE_BY_ONE["steps"][1]]})

    played = played_remove(
        of, {"user_key": ["b"]}, answer({"data": [row("a", 1)]}), answer({"data": [row("b", 2)]}), answer()
    )

    assert [path for _, path in played.sent] == ["/people?offset=0&limit=50", "/people?limit=50&offset=50", "/people/2"]


def test_the_next_link_of_a_header_is_followed() -> None:
    linked = {**FIND, "paginate": {"next": "header:Link"}}
    of = program(remove_users={"batch": {"items": 1}, "steps": [linked, ONE_BY_ONE["steps"][1]]})
    link = '</people?after=a%2B>; rel="next", </people?after=z>; rel="last"'
    pages = [answer({"data": [row("a", 1)]}, Link=link), answer({"data": []}, Link='</people>; rel="first"')]

    played = played_remove(of, {"user_key": ["b"]}, *pages)

    assert [path for _, path in played.sent] == ["/people", "/people?after=a%2B"]


@pytest.mark.parametrize(
    ("paginate", "query", "message"),
    [
        ({"advance": 1}, {}, "`paginate` by `advance` needs `param`: the query parameter that takes it"),
        ({"advance": 1, "param": "page"}, {}, "`page` is counted up, and `query` does not say from which number"),
        ({"advance": 1, "cursor": "next", "param": "page"}, {}, PAGINATE),
        ({}, {}, PAGINATE),
    ],
)
def test_pages_are_found_in_one_way(paginate: dict[str, Any], query: dict[str, Any], message: str) -> None:
    steps = [{**FIND, "paginate": paginate, "query": query}, ONE_BY_ONE["steps"][1]]
    compiled = try_compile(manifest(remove_users={"batch": {"items": 1}, "steps": steps}), None)

    assert [found.message for found in blocking(compiled.diagnostics)] == [message]

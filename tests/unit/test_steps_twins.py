"""Users of a call of several steps whose items are equal."""

from __future__ import annotations

from typing import Any

from maniple.runtime.outcome import Delivered
from maniple.runtime.steps import NOT_FOUND
from support.manifests import program
from support.played import answer, played_add

UPSERT = {
    "name": "upsert",
    "method": "POST",
    "url": "https://api.acme.test/people",
    "json": {"people": "$items"},
    "item": {"key": "{{ user_key | lower }}"},
    "match": {"rows": "data", "by": "index", "save": {"person_id": "id"}, "where": "id"},
}
ADD = {"method": "POST", "url": "https://api.acme.test/lists/$list_id", "json": "$items", "item": "$person_id"}
KEYS = {"user_key": ["a", "b", "A", "c"]}


def adding(*steps: Any) -> Any:
    return program(add_users={"batch": {"dedupe": True}, "steps": list(steps)})


def test_equal_items_of_a_step_are_sent_once_in_every_step() -> None:
    played = played_add(adding(UPSERT, ADD), KEYS, answer({"data": [{"id": 1}, {"id": 2}, {"id": 3}]}), answer())

    assert played.bodies == [{"people": [{"key": "a"}, {"key": "b"}, {"key": "c"}]}, [1, 2, 3]]
    assert isinstance(played.outcome, Delivered)
    assert played.verdicts == []


def test_twins_are_missing_together() -> None:
    played = played_add(adding(UPSERT, ADD), KEYS, answer({"data": [{"id": None}, {"id": 2}, {"id": 3}]}), answer())

    assert played.bodies[1] == [2, 3]
    assert played.verdicts == [(0, "rejected", NOT_FOUND), (2, "rejected", NOT_FOUND)]


def test_twins_are_refused_together_by_a_step_that_speaks_of_those_who_were_sent() -> None:
    errors = {
        "method": "GET",
        "url": "https://api.acme.test/errors",
        "rejects": {"rows": "bad", "by": "index", "at": "at", "reason": "why"},
    }
    send = {key: UPSERT[key] for key in ("method", "url", "json", "item")}

    played = played_add(
        adding(send, errors), KEYS, answer(), answer({"bad": [{"at": 2, "why": "x"}, {"at": 0, "why": "y"}]})
    )

    assert played.verdicts == [(0, "rejected", "y"), (2, "rejected", "y"), (3, "rejected", "x")]

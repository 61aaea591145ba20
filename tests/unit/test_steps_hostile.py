"""Partners whose answers mean ill end a delivery with a reason, never with an exception."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.diagnostics.model import blocking
from maniple.manifest.model import Manifest
from maniple.runtime.compile import try_compile
from maniple.runtime.outcome import Failed, Outcome
from maniple.wire import Reply
from support.manifests import BASE, program
from support.played import answer, played_add, played_remove

FIND = {"name": "find", "method": "GET", "url": "https://api.acme.test/find"}
USE = {"method": "POST", "url": "https://api.acme.test/x/$list_id", "json": "$items", "item": "$user_key"}
KEYS = {"user_key": ["a", "b"]}


def failure(reply: Any, *steps: dict[str, Any]) -> str:
    played = played_add(program(add_users={"steps": list(steps)}), KEYS, reply)
    assert isinstance(played.outcome, Failed)
    return played.outcome.why.reason


@pytest.mark.parametrize(
    "link", ["https://[::1", "//[", "https://evil.test/", "https://api.acme.test\uff0f@evil.test/"]
)
def test_a_link_that_leads_elsewhere_or_is_none_is_not_followed(link: str) -> None:
    pages = {**FIND, "paginate": {"next": "next"}}

    assert failure(answer({"next": link}), pages, USE) == "A page leads elsewhere"


def test_a_line_break_from_an_answer_goes_into_no_header() -> None:
    named = {**USE, "headers": {"X-Job": "$job"}}

    assert failure(answer({"id": "a\r\nX-Evil: 1"}), {**FIND, "save": {"job": "id"}}, named) == (
        "An answer cannot be sent on"
    )


@pytest.mark.parametrize(
    ("poll", "message"),
    [
        ({"every": "0s"}, "a job is asked about every 100ms to 1h"),
        ({"every": "2h"}, "a job is asked about every 100ms to 1h"),
        ({"at_most": "9999999d"}, "a job is waited for up to 24h"),
    ],
)
def test_a_job_is_not_asked_about_without_end(poll: dict[str, str], message: str) -> None:
    steps = [{**FIND, "poll": {"until": "done", **poll}}, USE]

    assert refusals(steps) == [("MAN401", message)]


def test_a_call_of_one_request_asks_about_its_job_no_more_often_than_a_step() -> None:
    polled = {**BASE["add_users"], "poll": {"until": "done", "every": "1ms"}}
    compiled = try_compile(Manifest.model_validate({**BASE, "add_users": polled}), None)

    assert [found.message for found in blocking(compiled.diagnostics)] == ["a job is asked about every 100ms to 1h"]


def test_a_step_waits_no_longer_for_an_answer_than_a_call() -> None:
    assert refusals([{**FIND, "timeout": "2h"}, USE]) == [("MAN401", "an answer is waited for from 100ms to 1h")]


def test_a_reply_takes_the_place_of_no_setting() -> None:
    used = {**USE, "headers": {"X-Token": "$bearer_token"}}

    assert refusals([{**FIND, "save": {"bearer_token": "id"}}, used]) == [
        ("MAN209", "`bearer_token` is declared twice, here and under `auth`")
    ]


def refusals(steps: list[dict[str, Any]]) -> list[tuple[str, str]]:
    compiled = try_compile(Manifest.model_validate({**BASE, "add_users": {"steps": steps}}), None)
    return [(found.code, found.message) for found in blocking(compiled.diagnostics)]


def removed(missing: str, *replies: Reply) -> Outcome:
    """What comes of removing two users whom a look-up has to find first."""
    match = {"rows": "data", "by": "value", "at": "key", "item": "$user_key", "missing": missing, "save": {"id": "id"}}
    use = {**USE, "item": "$id"}
    of = program(remove_users={"batch": {"items": 9}, "steps": [{**FIND, "match": match}, use]})
    return played_remove(of, KEYS, *replies).outcome


@pytest.mark.parametrize("missing", ["reject", "already_gone"])
def test_nobody_is_missing_from_an_answer_that_is_cut_short(missing: str) -> None:
    outcome = removed(missing, Reply(200, body=b'{"data":[{"key":"a","id":1},'))

    assert isinstance(outcome, Failed)
    assert ("The answer cannot be read", (), False) == (outcome.why.reason, outcome.verdicts, outcome.in_doubt)


@pytest.mark.parametrize("missing", ["reject", "already_gone"])
def test_nobody_is_missing_from_an_answer_that_says_too_much(missing: str) -> None:
    outcome = removed(missing, Reply(200, body=b"[" + b"[]," * 600_000 + b"1]"))

    assert isinstance(outcome, Failed)
    assert ("The answer says too much", ()) == (outcome.why.reason, outcome.verdicts)


def test_users_are_in_doubt_when_a_step_that_sends_them_breaks_down() -> None:
    of = program(add_users={"steps": [FIND, USE]})

    outcome = played_add(of, KEYS, answer({}), *[answer({}, 500)] * 9).outcome

    assert isinstance(outcome, Failed)
    assert outcome.in_doubt

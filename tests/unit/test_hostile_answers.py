"""Answers of partners that mean ill, or are beyond reading, are judged with care."""

from __future__ import annotations

import json
from typing import Any

import jmespath
import pytest

from maniple.runtime.classify import told
from maniple.runtime.flow import create_list, deliver
from maniple.runtime.outcome import Delivered, Failed, Outcome
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.rejects import TOO_MUCH
from maniple.runtime.search import Budget, search
from maniple.wire import Flow, Reply, Wait, read_tree
from support.manifests import context, program


def answered(flow: Flow[Outcome], *replies: Reply) -> Outcome:
    """What comes of a flow whose requests get `replies`, and whose waits are over at once."""
    waiting = list(replies)
    effect = next(flow)
    try:
        while True:
            effect = flow.send(None if isinstance(effect, Wait) else waiting.pop(0))
    except StopIteration as end:
        outcome: Outcome = end.value
        return outcome


def delivered(reply: Reply, **changes: Any) -> Outcome:
    made = program(**changes)
    call = made.call_for("add")
    (prepared,) = prepare(call, context(made), Batch("add", 0, {"user_key": ["u1", "u2"]}, 2))
    return answered(deliver(call, prepared, lambda: 0.5), reply)


def created(body: Any) -> Outcome:
    made = program(create_list__save={"extra": "extra"}, add_users__json={"users": "$items", "extra~": "$extra"})
    assert made.create is not None
    return answered(create_list(made.create, context(made), lambda: 0.5), Reply(200, body=json.dumps(body).encode()))


BY_ID = {"rows": "rows", "by": "value", "at": "id", "item": "$user_key", "reason": "why"}


def test_refusals_beyond_reading_leave_the_batch_in_doubt() -> None:
    outcome = delivered(Reply(200, body=b"[" + b"[]," * 600_000 + b"1]"), add_users__rejects=BY_ID)

    assert isinstance(outcome, Failed)
    assert (TOO_MUCH, True) == (outcome.why.reason, outcome.in_doubt)


XML = (("Content-Type", "application/xml"),)
LINES = (("Content-Type", "application/x-ndjson"),)
UNREAD = [
    Reply(200, body=b'{"rows":[{"id":"u1"'),
    Reply(200, body=b'\xef\xbb\xbf [{"id":"u1"'),
    Reply(200, body='{"rows":[{"id"'.encode("utf-16")),
    Reply(200, body=b"[" * 101 + b"]" * 101),
    Reply(200, XML, b"<rows><row>u1</row><ro"),
    Reply(200, LINES, b'{"rows":[]}\n{"rows":[{"id":'),
]
IDS = ["map", "list after a mark", "UTF-16", "deep", "XML", "last of many lines"]


@pytest.mark.parametrize("reply", UNREAD, ids=IDS)
def test_refusals_in_an_answer_that_is_cut_short_leave_the_batch_in_doubt(reply: Reply) -> None:
    outcome = delivered(reply, add_users__rejects=BY_ID)

    assert isinstance(outcome, Failed)
    assert ("The answer cannot be read", True) == (outcome.why.reason, outcome.in_doubt)


@pytest.mark.parametrize("reply", UNREAD, ids=IDS)
def test_an_answer_that_is_cut_short_before_it_tells_of_success_leaves_the_batch_in_doubt(reply: Reply) -> None:
    outcome = delivered(reply, add_users__success="ok")

    assert isinstance(outcome, Failed)
    assert outcome.in_doubt


@pytest.mark.parametrize("body", [b"", b"<html>Sorry", b"OK"])
def test_an_answer_without_a_sign_of_success_that_is_no_data_leaves_the_batch_in_doubt(body: bytes) -> None:
    outcome = delivered(Reply(200, (("Content-Type", "text/html"),), body), add_users__success="ok")

    assert isinstance(outcome, Failed)
    assert outcome.in_doubt


@pytest.mark.parametrize("changes", [{}, {"errors": [{"status": 200, "body": {"ok": False}, "reason": "Busy"}]}])
def test_an_answer_that_says_no_leaves_no_doubt(changes: dict[str, Any]) -> None:
    outcome = delivered(Reply(200, body=b'{"ok": false}'), add_users__success="ok", **changes)

    assert isinstance(outcome, Failed)
    assert not outcome.in_doubt


@pytest.mark.parametrize(
    "reply", [Reply(204), Reply(200, body=b"OK"), Reply(200, body=b"null"), Reply(200, LINES, b'{"rows":[]}\nnull\n')]
)
def test_an_answer_that_is_no_broken_data_refuses_nobody(reply: Reply) -> None:
    outcome = delivered(reply, add_users__rejects=BY_ID)

    assert isinstance(outcome, Delivered)
    assert () == outcome.verdicts


def test_a_path_that_runs_out_of_steps_leaves_the_batch_in_doubt() -> None:
    rejects = {**BY_ID, "rows": "|".join(["[@,@][]"] * 60)}

    outcome = delivered(Reply(200, body=b'{"rows":[]}'), add_users__rejects=rejects)

    assert isinstance(outcome, Failed)
    assert outcome.in_doubt


def test_once_everybody_is_refused_no_more_rows_are_read() -> None:
    rows = [{"id": "u1", "why": "a"}, {"id": "u2", "why": "b"}, *[{"id": "x"}] * 200_000]

    outcome = delivered(Reply(200, body=json.dumps({"rows": rows}).encode()), add_users__rejects=BY_ID)

    assert isinstance(outcome, Delivered)
    assert ["a", "b"] == [verdict.reason for verdict in outcome.verdicts]


@pytest.mark.parametrize("position", ["²", "9" * 5_000, "٣", "-1", "1.0", True, None, [[0]], {}])
def test_an_error_that_fits_no_user_fails_the_batch_and_rejects_nobody(position: Any) -> None:
    rejects = {"rows": "rows", "by": "index", "at": "at"}

    outcome = delivered(Reply(200, body=json.dumps({"rows": [{"at": position}]}).encode()), add_users__rejects=rejects)

    assert isinstance(outcome, Failed)
    assert ((), True) == (outcome.verdicts, outcome.in_doubt)


def test_a_count_is_never_more_than_the_users_sent() -> None:
    outcome = delivered(Reply(200, body=b'{"n":' + b"9" * 4_000 + b"}"), add_users__rejects={"count": "n"})

    assert isinstance(outcome, Delivered)
    assert 2 == outcome.rejected_uncounted


@pytest.mark.parametrize("list_id", [{}, [], True, None, "", 1.5, "x" * 1_001, {"id": 1}])
def test_a_list_id_that_cannot_be_one_fails_the_creation(list_id: Any) -> None:
    outcome = created({"id": list_id})

    assert isinstance(outcome, Failed)
    assert "The answer had no list id" == outcome.why.reason


def test_a_list_id_with_slashes_and_line_breaks_stays_one_segment() -> None:
    outcome = created({"id": "a/b\r\nX: y?#"})

    assert isinstance(outcome, Delivered)
    made = program()
    scope = context(made).with_list(outcome.saved)
    (prepared,) = prepare(made.call_for("add"), scope, Batch("add", 0, {"user_key": ["u"]}, 1))
    assert prepared.request is not None
    assert "https://api.acme.test/lists/a%2Fb%0D%0AX%3A%20y%3F%23/add" == prepared.request.url


def test_a_saved_value_of_a_megabyte_is_not_kept() -> None:
    outcome = created({"id": 1, "extra": ["x" * 1_000_000]})

    assert isinstance(outcome, Delivered)
    assert {"extra": None, "list_id": 1} == outcome.saved


def test_an_outcome_does_not_hold_the_tree_that_was_read() -> None:
    outcome = delivered(Reply(200, body=b'{"rows":[{"id":"u1"}]}'), add_users__rejects=BY_ID)

    assert outcome.last is not None
    assert "tree" not in vars(outcome.last.reply)


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        (b'{"a":"\\ud83d"}', {"a": "\ufffd"}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a":"\\\\ud83d"}', {"a": "\\ud83d"}),
        (b'{"\\udfff":1}', {"\ufffd": 1}),
        (b'{"a":"\xff"}', {"a": "\ufffd"}),
        (b"[NaN,Infinity,-Infinity,1e999,1.5]", [None, None, None, None, 1.5]),
        (b"\xef\xbb\xbf[1]", [1]),
        (b"[" * 100 + b"]" * 100, json.loads("[" * 100 + "]" * 100)),
        (b"[" * 101 + b"]" * 101, None),
        (b"[" * 100_000, None),
        (b"[" + b"1," * 500_000 + b"1]", None),
        (b"9" * 5_000, None),
    ],
)
def test_what_is_read_of_an_answer_can_be_written_again(body: bytes, tree: Any) -> None:
    assert tree == read_tree(body)


def test_a_message_is_one_line_that_no_terminal_obeys() -> None:
    assert "a b␛[2J␇<U+009B><U+202E>" == told("a\r\nb\x1b[2J\x07\x9b\u202e", 100)


def test_a_message_that_was_cut_says_so() -> None:
    assert "aaaa…" == told("a" * 9, 5)


def test_a_search_spends_what_it_takes_and_no_more() -> None:
    budget = Budget(1_000)

    assert [1, 2] == search(jmespath.compile("a[].b"), {"a": [{"b": 1}, {"b": 2}]}, budget)
    assert 900 < budget.left < 1_000


def test_a_spent_budget_finds_nothing() -> None:
    budget = Budget(10)

    assert search(jmespath.compile("a[].b"), {"a": [{"b": 1}] * 100}, budget) is None
    assert budget.spent
    assert search(jmespath.compile("a"), {"a": 1}, budget) is None

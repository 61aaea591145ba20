"""A refused batch sent again in another form."""

from __future__ import annotations

import json
from typing import Any

from maniple.runtime.flow import deliver
from maniple.runtime.mend import MOST_IN_VAIN
from maniple.runtime.outcome import Delivered, Failed
from maniple.runtime.prepare import Batch, prepare
from maniple.wire import Request, Wait
from support.manifests import context, program
from support.played import Played, answer, played_add

SPLIT = [{"status": 400, "reason": "Bad user", "message": "One of them is bad.", "then": "split_batch"}]
DROP = [{"status": 400, "reason": "Bad users", "then": "drop_rejected_and_resend"}]
NAMED = {"rows": "bad", "by": "value", "item": "$user_key"}


def users(count: int) -> dict[str, list[Any]]:
    return {"user_key": [f"u{number}" for number in range(count)]}


def splitting(of: Any, count: int, *bad: str) -> tuple[Played, list[list[str]]]:
    """What a batch comes to at a partner who refuses whatever has a bad user in it, and the batches it took."""
    call = of.call_for("add")
    (prepared,) = prepare(call, context(of), Batch("add", 0, users(count), count))
    flow = deliver(call, prepared, lambda: 0.0)
    taken: list[list[str]] = []
    requests: list[Request] = []
    given: Any = None
    try:
        while True:
            effect = flow.send(given)
            given = None
            if isinstance(effect, Request):
                requests.append(effect)
                sent = json.loads(effect.body or b"{}")["users"]
                refused = bool(set(sent) & set(bad))
                given = answer({}, 400 if refused else 200)
                if not refused:
                    taken.append(sent)
            else:
                assert isinstance(effect, Wait)
    except StopIteration as end:
        return Played(end.value, requests), taken


def test_a_batch_is_halved_until_the_bad_user_stands_alone() -> None:
    played, taken = splitting(program(add_users__errors=SPLIT), 8, "u5")

    assert isinstance(played.outcome, Delivered)
    assert played.verdicts == [(5, "rejected", "Bad user")]
    assert sorted(user for batch in taken for user in batch) == ["u0", "u1", "u2", "u3", "u4", "u6", "u7"]
    assert played.outcome.requests == 7


def test_several_bad_users_are_found() -> None:
    played, taken = splitting(program(add_users__errors=SPLIT), 100, "u3", "u50", "u99")

    assert [row for row, _, _ in played.verdicts] == [3, 50, 99]
    assert sum(map(len, taken)) == 97


def test_nobody_is_sent_twice_once_accepted() -> None:
    _, taken = splitting(program(add_users__errors=SPLIT), 64, "u0", "u63")

    everyone = [user for batch in taken for user in batch]
    assert len(everyone) == len(set(everyone)) == 62


def test_a_partner_who_refuses_everything_is_soon_left_alone() -> None:
    played, _ = splitting(program(add_users__errors=SPLIT), 1_000, *(f"u{number}" for number in range(1_000)))

    assert isinstance(played.outcome, Failed)
    assert (played.outcome.why.reason, played.outcome.why.action) == ("Bad user", "fail")
    assert played.outcome.requests == MOST_IN_VAIN + 1


def test_a_single_user_who_is_refused_is_rejected() -> None:
    played, _ = splitting(program(add_users__errors=SPLIT), 1, "u0")

    assert played.verdicts == [(0, "rejected", "Bad user")]


def test_each_part_has_a_batch_id_of_its_own() -> None:
    of = program(add_users__errors=SPLIT, add_users__headers={"X-Batch": "$batch_id"})

    played, _ = splitting(of, 2, "u1")

    ids = [value for request in played.requests for name, value in request.headers if name == "X-Batch"]
    assert ids == ["run_1.add.0", "run_1.add.0.m1", "run_1.add.0.m2"]


def test_a_failure_of_another_kind_while_halving_leaves_the_batch_in_doubt() -> None:
    of = program(add_users__errors=SPLIT)

    played = played_add(of, users(4), answer({}, 400), answer(), answer({}, 401))

    assert isinstance(played.outcome, Failed)
    assert played.outcome.in_doubt
    assert played.outcome.why.status == 401


def test_the_named_are_dropped_and_the_others_sent_again() -> None:
    of = program(add_users__errors=DROP, add_users__rejects=NAMED)

    played = played_add(of, users(4), answer({"bad": ["u1", "u3"]}, 400), answer())

    assert played.bodies == [{"users": ["u0", "u1", "u2", "u3"]}, {"users": ["u0", "u2"]}]
    assert [row for row, _, _ in played.verdicts] == [1, 3]
    assert isinstance(played.outcome, Delivered)


def test_a_refusal_that_names_nobody_is_halved() -> None:
    of = program(add_users__errors=DROP, add_users__rejects=NAMED)

    played = played_add(of, users(2), answer({"error": "no"}, 400), answer(), answer({}, 400))

    assert played.bodies == [{"users": ["u0", "u1"]}, {"users": ["u0"]}, {"users": ["u1"]}]
    assert played.verdicts == [(1, "rejected", "Bad users")]


def test_users_whom_the_partner_would_take_later_are_sent_again_after_a_pause() -> None:
    rejects = {"rows": "errors", "by": "value", "at": "id", "item": "$user_key", "reason": "why", "retry": "busy"}
    of = program(add_users__rejects=rejects)
    refused = answer({"errors": [{"id": "u0", "why": "bad"}, {"id": "u1", "why": "busy", "busy": True}]})

    played = played_add(of, users(3), refused, answer({"errors": []}))

    assert played.bodies == [{"users": ["u0", "u1", "u2"]}, {"users": ["u1"]}]
    assert played.waits == [1.0]
    assert played.verdicts == [(0, "rejected", "bad")]


def test_who_is_refused_in_every_round_stays_refused() -> None:
    rejects = {"rows": "errors", "by": "value", "at": "id", "item": "$user_key", "reason": "why", "retry": "busy"}
    of = program(add_users__rejects=rejects)
    refused = answer({"errors": [{"id": "u1", "why": "busy", "busy": True}]})

    played = played_add(of, users(2), refused, refused, refused, refused)

    assert played.waits == [1.0, 2.0, 4.0]
    assert played.verdicts == [(1, "rejected", "busy")]


def test_equal_items_of_a_call_are_sent_once_and_share_their_fate() -> None:
    of = program(add_users__batch={"dedupe": True}, add_users__rejects=NAMED, add_users__item="{{ user_key | lower }}")

    played = played_add(of, {"user_key": ["a", "A", "b"]}, answer({"bad": ["a"]}))

    assert played.bodies == [{"users": ["a", "b"]}]
    assert [row for row, _, _ in played.verdicts] == [0, 1]


def test_one_value_a_batch_may_stand_outside_the_item() -> None:
    of = program(
        mappings=[{"name": "user_key"}, {"name": "platform"}],
        add_users__batch={"by": "$platform"},
        add_users__json={"platform": "$platform", "users": "$items"},
    )
    call = of.call_for("add")
    columns = {"user_key": ["a", "b", "c"], "platform": ["ios", "ios", "web"]}

    parts = list(prepare(call, context(of), Batch("add", 0, columns, 3)))

    assert [part.request.body for part in parts if part.request] == [
        b'{"platform":"ios","users":["a","b"]}',
        b'{"platform":"web","users":["c"]}',
    ]
    assert [(part.start, part.count) for part in parts] == [(0, 2), (2, 1)]


def test_a_doubt_from_before_the_halving_outlasts_halves_that_are_all_refused() -> None:
    of = program(add_users__errors=SPLIT)

    played = played_add(of, users(64), answer({}, 500), *[answer({}, 400)] * 31)

    assert isinstance(played.outcome, Failed)
    assert (400, True) == (played.outcome.why.status, played.outcome.in_doubt)

"""Laws of requests: no user value changes their form, batches lose nobody, pauses are bounded."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import orjson
from hypothesis import given
from hypothesis import strategies as st

from maniple.errors import SettingsError
from maniple.runtime.flow import deliver
from maniple.runtime.outcome import Delivered, Failed
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.retry import MAX_PAUSE, is_throttled, pause_before, retry_after
from maniple.template.filters import climbs
from maniple.wire import Reply, Request, Wait
from support.manifests import context, program

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
ONE_BY_ONE = program(
    add_users={
        "method": "PUT",
        "url": "https://api.acme.test/lists/$list_id/members/$user_key?via=$user_key",
        "json": {"id": "$user_key", "$user_key": 1},
        "headers": {"X-List": "$list_id"},
        "batch": {"items": 1},
    }
)
BOUNDED = program(add_users__batch={"items": 50, "bytes": 120})


@given(ids.filter(lambda value: not climbs(value)))
def test_no_user_value_changes_host_path_headers_or_body(value: str) -> None:
    call = ONE_BY_ONE.call_for("add")

    (prepared,) = prepare(call, context(ONE_BY_ONE), Batch("add", 0, {"user_key": [value]}, 1))

    assert prepared.request is not None
    parts = urlsplit(prepared.request.url)
    assert ("https", "api.acme.test", "") == (parts.scheme, parts.netloc, parts.fragment)
    assert ["", "lists", "7", "members", value] == [unquote(part) for part in parts.path.split("/")]
    assert f"via={value}" == unquote(parts.query)
    assert ("Content-Type", "Authorization", "X-List", "User-Agent") == tuple(
        name for name, _ in prepared.request.headers
    )
    assert {"id": value, value: 1} == orjson.loads(prepared.request.body or b"") or value == "id"


@given(st.text(max_size=30))
def test_a_header_never_holds_a_line_break(name: str) -> None:
    made = program(headers={"X-Cohort": "$amp_cohort_name"})
    call = made.call_for("add")

    try:
        (prepared,) = prepare(call, context(made, name=name), Batch("add", 0, {"user_key": ["u"]}, 1))
    except SettingsError:
        return

    assert prepared.request is not None
    assert not any(char in value for _, value in prepared.request.headers for char in "\r\n\0")


@given(st.lists(ids, min_size=1, max_size=50))
def test_a_byte_limit_splits_a_batch_without_losing_or_repeating_anybody(users: list[str]) -> None:
    call = BOUNDED.call_for("add")

    parts = tuple(prepare(call, context(BOUNDED), Batch("add", 0, {"user_key": users}, len(users))))

    sent = [user for part in parts if part.request for user in orjson.loads(part.request.body or b"")["users"]]
    too_large = {verdict.row for part in parts for verdict in part.verdicts}
    assert [user for row, user in enumerate(users) if row not in too_large] == sent
    assert all(len(part.request.body or b"") <= 120 for part in parts if part.request)
    assert len(users) == sum(part.count for part in parts)
    assert len({part.batch_id for part in parts}) == len(parts)


@given(st.lists(st.one_of(st.none(), ids), max_size=30))
def test_every_user_of_a_batch_is_sent_or_skipped(users: list[str | None]) -> None:
    made = program(add_users__item={"id~": "$user_key"}, remove_users__item={"id~": "$user_key"})
    call = made.call_for("add")

    parts = tuple(prepare(call, context(made), Batch("add", 0, {"user_key": users}, len(users))))

    sent = [item["id"] for part in parts if part.request for item in orjson.loads(part.request.body or b"")["users"]]
    skipped = [verdict.row for part in parts for verdict in part.verdicts]
    assert [user for user in users if user is not None] == sent
    assert [row for row, user in enumerate(users) if user is None] == skipped


@given(st.integers(0, 1000), st.floats(0, 1))
def test_a_pause_is_between_one_second_and_a_tenth_over_the_longest(retry: int, jitter: float) -> None:
    assert 1.0 <= pause_before(retry, jitter) <= MAX_PAUSE * 1.1


asked_pauses = st.one_of(st.text(max_size=30), st.integers(-(10**6), 10**9).map(str), st.floats().map(str))


@given(asked_pauses, st.sampled_from([429, 503, 500]))
def test_whatever_retry_after_says_the_wait_is_from_none_to_a_day(value: str, status: int) -> None:
    reply = Reply(status, (("Retry-After", value), ("Date", "Fri, 20 Nov 2026 10:00:00 GMT")))

    seconds = retry_after(reply)

    assert seconds is None or 0 <= seconds <= 86_400
    assert is_throttled(reply) == (status == 429 or seconds is not None)


replies = st.one_of(
    st.sampled_from([200, 400, 401, 404, 429, 500, 501, 502, 503, 504]).map(Reply),
    st.booleans().map(lambda doubt: Reply.unreached("no answer within 60 s", in_doubt=doubt)),
)


def leaves_open(reply: Reply) -> bool:
    """Whether the work was done: a request without an answer may have done it, and so may one over which somebody broke
    down; a 501 and a 503 say that nothing was done, as any 4xx does."""
    return reply.in_doubt or reply.status in (500, 502, 504)


@given(st.lists(replies, min_size=1, max_size=12))
def test_a_delivery_ends_and_says_what_became_of_the_batch(answers: list[Reply]) -> None:
    made = program()
    call = made.call_for("add")
    (prepared,) = prepare(call, context(made), Batch("add", 0, {"user_key": ["u1", "u2"]}, 2))

    flow = deliver(call, prepared, lambda: 0.5)
    asked: list[Any] = [next(flow)]
    given_answers = iter([*answers, *([Reply(200)] * 1)])
    outcome: Delivered | Failed | None = None
    seen: list[Reply] = []
    while outcome is None:
        try:
            if isinstance(asked[-1], Request):
                seen.append(next(given_answers, Reply(200)))
                asked.append(flow.send(seen[-1]))
            else:
                asked.append(flow.send(None))
        except StopIteration as end:
            outcome = end.value

    sent = [effect for effect in asked if isinstance(effect, Request)]
    assert len(sent) == outcome.requests
    assert {prepared.request} == set(sent)
    assert all(0 <= effect.seconds <= 86_400 for effect in asked if isinstance(effect, Wait))
    assert isinstance(outcome, Delivered) == (seen[-1].status == 200)
    assert isinstance(outcome, Delivered) or outcome.in_doubt == any(map(leaves_open, seen))

"""How fast a partner may be called: figures from fields, and what a reply's headers say."""

from __future__ import annotations

import pytest

from maniple.delivery.rate import Pace
from maniple.manifest.limits import windows_in
from maniple.runtime.retry import asked_pause
from maniple.wire import Reply
from support.fake_clock import FakeClock
from support.manifests import SETTINGS, context, program
from support.played import answer, played_add

NOON = "Tue, 24 Nov 2026 12:00:00 GMT"
NOON_EPOCH = 1_795_521_600


def test_a_rates_count_can_come_from_a_field() -> None:
    of = program(fields=[{"name": "per_second", "type": "integer"}], limits={"rate": ["$per_second/s", "100/min"]})
    scope = context(of, settings={**SETTINGS, "per_second": 5}).scope

    assert windows_in(of.rates, scope) == ((5, 1.0), (100, 60.0))


def test_a_rate_whose_optional_field_is_empty_limits_nothing() -> None:
    of = program(fields=[{"name": "per_second", "type": "integer", "optional": True}], limits={"rate": "$per_second/s"})

    assert windows_in(of.rates, context(of).scope) == ()


def test_a_rate_per_user_is_kept_by_calling_for_each_user_once() -> None:
    of = program(limits={"rate": ["1/s per $user_key", "300/min per operator"]})

    assert of.rates == ((300, 60.0),)


async def test_a_pace_waits_as_a_field_says() -> None:
    clock = FakeClock()
    limiter = Pace((("n", 10.0),), clock, {"n": 1}).of("add_users", ())

    await limiter.acquire()
    await limiter.acquire()

    assert clock.slept == [10.0]


WAITS = [
    ({"header": "X-Reset"}, "7", 7.0),
    ({"header": "X-Reset", "as": "ms"}, "1500", 1.5),
    ({"header": "X-Reset", "as": "epoch"}, str(NOON_EPOCH + 30), 30.0),
    ({"header": "X-Reset", "as": "epoch"}, str((NOON_EPOCH + 30) * 1_000), 30.0),
    ({"header": "X-Reset", "as": "epoch"}, str(NOON_EPOCH - 30), 0.0),
    ({"header": "X-Reset", "path": "wait.s"}, '{"wait": {"s": 4}}', 4.0),
    ({"header": "X-Reset"}, "soon", None),
    ({"header": "X-Reset"}, "nan", None),
    ({"header": "X-Reset", "path": "wait.s"}, "[]", None),
    ({"header": "X-Other"}, "7", None),
]


@pytest.mark.parametrize(("wait", "value", "seconds"), WAITS)
def test_a_limit_header_says_how_long_to_wait(wait: dict[str, str], value: str, seconds: float | None) -> None:
    step = program(limits={"wait": [wait]}).call_for("add").first
    reply = Reply(429, (("X-Reset", value), ("Date", NOON)))

    assert asked_pause(reply, step.waits) == seconds


def test_retry_after_comes_before_a_limit_header() -> None:
    step = program(limits={"wait": [{"header": "X-Reset"}]}).call_for("add").first

    assert asked_pause(Reply(429, (("X-Reset", "7"), ("Retry-After", "3"))), step.waits) == 3.0


def test_a_moment_without_the_partners_own_date_is_not_believed() -> None:
    step = program(limits={"wait": [{"header": "X-Reset", "as": "epoch"}]}).call_for("add").first

    assert asked_pause(Reply(429, (("X-Reset", str(NOON_EPOCH + 30)),)), step.waits) is None


def test_a_throttled_call_waits_as_its_limit_header_says() -> None:
    of = program(limits={"wait": [{"header": "X-Reset"}]})

    played = played_add(of, {"user_key": ["u1"]}, answer({}, 429, **{"X-Reset": "12"}), answer())

    assert played.waits == [12.0]

"""Calls with credentials, from the manifest to the bytes: tokens placed, renewed once, and never in what is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from maniple.runtime.flow import create_list, deliver
from maniple.runtime.outcome import Delivered, Failed
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Program
from maniple.runtime.retry import RetryPolicy
from maniple.wire import Reply, Request
from support.manifests import BASE, context, program
from support.stage import Stage

SETTINGS = {"client_id": "id", "client_secret": "s3cret"}
OAUTH = {"kind": "oauth2_client_credentials", "token_url": "https://auth.acme.test/token"}
ADD = BASE["add_users"]


def token(name: str, **more: Any) -> Reply:
    return Reply(200, body=json.dumps({"access_token": name, "expires_in": 3600, **more}).encode())


def of(auth: Any = OAUTH, **changes: Any) -> Program:
    return program(auth=auth, **changes)


def delivered(
    program: Program, stage: Stage, settings: dict[str, Any] = SETTINGS, users: Sequence[str] = ("u1", "u2")
) -> Any:
    """The outcome of adding users."""
    call = program.call_for("add")
    batch = Batch("add", 0, {"user_key": list(users)}, len(users))
    (prepared,) = prepare(call, context(program, settings=settings), batch)
    return stage.play(deliver(call, prepared, lambda: 0.0, RetryPolicy(2)))


def test_the_token_goes_out_as_a_bearer_token() -> None:
    stage = Stage([token("t1")], [Reply(200)])

    outcome = delivered(of(), stage)

    assert dict(stage.sent[0].headers)["Authorization"] == "Bearer t1"
    assert stage.sent[0].body == b'{"users":["u1","u2"]}'
    assert (outcome.requests, outcome.retries) == (1, 0)


def test_what_is_kept_of_a_delivery_holds_no_token() -> None:
    stage = Stage([token("t1")], [Reply(200)])

    outcome = delivered(of(add_users={**ADD, "headers": {"X-Token": "$access_token"}}), stage)

    assert dict(outcome.last.request.headers)["X-Token"] == "access_token_from_auth"
    assert "t1" not in repr(outcome)


def test_a_call_that_uses_the_token_says_where_it_stands() -> None:
    stage = Stage([token("t1")], [Reply(200)])

    delivered(of(headers={"Access-Token": "$access_token"}), stage)

    headers = dict(stage.sent[0].headers)
    assert headers["Access-Token"] == "t1"
    assert "Authorization" not in headers


def test_the_token_can_be_part_of_an_expression() -> None:
    stage = Stage([token("t1")], [Reply(200)])
    query = {"proof": "{{ access_token | hmac_sha256(client_secret) }}"}

    delivered(of(add_users={**ADD, "query": query}), stage)

    assert stage.sent[0].url == (
        "https://api.acme.test/lists/7/add?proof=d5a803e1c67bcdd10f3b055e246bae3213f61d8151684701d15c6a52795c9934"
    )


def test_the_token_can_stand_in_the_body_around_the_users() -> None:
    stage = Stage([token('"t1')], [Reply(200)])

    delivered(of(add_users={**ADD, "json": {"token": "$access_token", "users": "$items"}}), stage)

    assert json.loads(stage.sent[0].body or b"") == {"token": '"t1', "users": ["u1", "u2"]}


def test_the_host_can_come_with_the_token() -> None:
    stage = Stage([token("t1", instance="https://eu.acme.test/")], [Reply(200)])
    auth = {**OAUTH, "save": {"host": "instance"}}

    delivered(of(auth, add_users={**ADD, "url": "$host/lists/$list_id"}), stage)

    assert stage.sent[0].url == "https://eu.acme.test/lists/7"
    assert stage.sent[0].body == b'{"users":["u1","u2"]}'
    assert dict(stage.sent[0].headers)["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "host",
    [
        "http://eu.acme.test",
        "eu.acme.test",
        "https://user@eu.acme.test",
        "https://a b",
        "ftp://a.test",
        "https:///lists",
    ],
)
def test_a_host_that_is_no_https_url_is_not_called(host: str) -> None:
    stage = Stage([token("t1", instance=host)])
    auth = {**OAUTH, "save": {"host": "instance"}}

    outcome = delivered(of(auth, add_users={**ADD, "url": "$host/lists/$list_id"}), stage)

    assert isinstance(outcome, Failed)
    assert outcome.why.message == (
        f"The partner's sign-in gave `{host}` as `host`, which is not an `https://` URL. The destination's manifest must "
        "say in `save` where it is."
    )
    assert stage.sent == []


def test_a_name_inside_the_host_is_a_name_and_nothing_more() -> None:
    stage = Stage([token("t1", dc="evil.test/?")])
    auth = {**OAUTH, "save": {"dc": "dc"}}

    outcome = delivered(of(auth, add_users={**ADD, "url": "https://$dc.acme.test/$list_id"}), stage)

    assert "which is not a host name" in outcome.why.message


def test_a_401_brings_another_token_and_the_call_is_made_again() -> None:
    stage = Stage([token("t1"), token("t2")], [Reply(401), Reply(200)])

    outcome = delivered(of(), stage)

    assert isinstance(outcome, Delivered)
    assert [dict(request.headers)["Authorization"] for request in stage.sent] == ["Bearer t1", "Bearer t2"]
    assert (outcome.requests, outcome.retries) == (2, 0)


def test_a_token_that_is_refused_when_it_is_new_is_not_replaced_again() -> None:
    stage = Stage([token("t1"), token("t2")], [Reply(401), Reply(401)])

    outcome = delivered(of(), stage)

    assert (outcome.why.status, outcome.requests) == (401, 2)


def test_a_reply_that_an_expired_rule_fits_brings_another_token() -> None:
    auth = {**OAUTH, "expired": [{"status": 200, "body": {"errors": [{"code": "602"}]}}]}
    ended = Reply(200, body=b'{"success": false, "errors": [{"code": "602", "message": "Access token expired"}]}')
    stage = Stage([token("t1"), token("t2")], [ended, Reply(200, body=b'{"success": true}')])

    outcome = delivered(of(auth, success="success"), stage)

    assert isinstance(outcome, Delivered)
    assert len(stage.asked) == 2


def test_an_error_rule_can_ask_for_another_token() -> None:
    rule = {"status": 403, "body": {"code": "expired"}, "reason": "Ended", "message": "x.", "then": "refresh_auth"}
    stage = Stage([token("t1"), token("t2")], [Reply(403, body=b'{"code": "expired"}'), Reply(200)])

    assert isinstance(delivered(of(errors=[rule]), stage), Delivered)


def test_a_401_to_other_kinds_is_what_it_is() -> None:
    stage = Stage(replies=[Reply(401)])

    outcome = delivered(of({"kind": "bearer"}), stage, {"bearer_token": "b"})

    assert (outcome.why.status, outcome.requests) == (401, 1)


def test_a_token_request_is_tried_again_and_counts_as_no_request_of_the_call() -> None:
    stage = Stage([Reply.unreached("refused"), Reply(503), token("t1")], [Reply(200)])

    outcome = delivered(of(), stage)

    assert (outcome.requests, outcome.retries) == (1, 0)
    assert stage.waits == [1.0, 2.0]


def test_a_refused_client_fails_the_batch_and_stops_the_sync() -> None:
    stage = Stage([Reply(401, body=b'{"error": "invalid_client"}')])

    outcome = delivered(of(), stage)

    assert (outcome.why.reason, outcome.why.action, outcome.requests) == ("Sign-in refused", "pause_sync", 0)
    assert stage.sent == []


def test_a_sign_in_that_is_down_fails_the_batch_only() -> None:
    stage = Stage([Reply(503), Reply(503), Reply(503)])

    outcome = delivered(of(), stage)

    assert (outcome.why.reason, outcome.why.action) == ("Sign-in not available", "fail")


def test_creating_the_list_signs_in_too() -> None:
    stage = Stage([token("t1")], [Reply(200, body=b'{"id": 7}')])
    made = of()

    assert made.create is not None
    outcome = stage.play(create_list(made.create, context(made, settings=SETTINGS), lambda: 0.0))

    assert outcome.saved == {"list_id": 7}
    assert dict(stage.sent[0].headers)["Authorization"] == "Bearer t1"


def test_the_first_auth_whose_condition_holds_is_used() -> None:
    choice = {"name": "way", "type": "select", "label": "Way", "default": "key"}
    options = [{"label": "Key", "value": "key"}, {"label": "OAuth", "value": "oauth"}]
    auths = [{"kind": "header", "name": "X-Key", "when": "way == 'key'"}, {**OAUTH, "when": "way == 'oauth'"}]
    made = of(auths, fields=[{**choice, "options": options}])
    by_key, by_token = Stage([], [Reply(200)]), Stage([token("t1")], [Reply(200)])

    delivered(made, by_key, {**SETTINGS, "api_key": "k", "way": "key"})
    delivered(made, by_token, {**SETTINGS, "api_key": "k", "way": "oauth"})

    assert dict(by_key.sent[0].headers)["X-Key"] == "k"
    assert dict(by_token.sent[0].headers)["Authorization"] == "Bearer t1"


def test_a_call_can_have_an_auth_of_its_own() -> None:
    stage = Stage([], [Reply(200)])
    made = of(add_users={**ADD, "auth": {"kind": "hmac", "key": "$client_secret", "header": "X-Sig"}})

    delivered(made, stage)

    assert stage.asked == []
    assert dict(stage.sent[0].headers)["X-Sig"] == ("edf0212aca712f103f251424d6caf674b7f4b942b868cd6f3b6137b6f6b98ba0")


def test_every_try_has_a_signature_of_its_own() -> None:
    stage = Stage([], [Reply(503), Reply(200)])
    keys = {"consumer_key": "ck", "consumer_secret": "cs", "token": "to", "token_secret": "ts"}
    made = of({"kind": "oauth1"})
    call = made.call_for("add")
    (prepared,) = prepare(call, context(made, settings=keys), Batch("add", 0, {"user_key": ["u1"]}, 1))
    flow = deliver(call, prepared, lambda: 0.0, RetryPolicy(1))

    stage.play(_hurrying(flow, stage))

    stamps = [_stamp(request) for request in stage.sent]
    assert stamps == ["1000000", "1000001"]


def _hurrying(flow: Any, stage: Stage) -> Any:
    """The flow, with a second passing at each request."""
    answer: Any = None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as end:
            return end.value
        answer = yield effect
        if isinstance(effect, Request):
            stage.moment += 1


def _stamp(request: Request) -> str:
    authorization = dict(request.headers)["Authorization"]
    return authorization.partition('oauth_timestamp="')[2].partition('"')[0]

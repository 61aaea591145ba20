"""Destinations with credentials in golden cases, in the simulator, in previews and in the library."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

import maniple
from maniple.delivery.driver import drive
from maniple.delivery.httpx_sender import HttpxSender
from maniple.delivery.memory import TokenMemory
from maniple.errors import OperatorError, SettingsError
from maniple.manifest.cases import Cases
from maniple.runtime.compile import try_compile
from maniple.runtime.flow import create_list, deliver
from maniple.runtime.outcome import Delivered
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Program
from maniple.runtime.settings import check_settings
from maniple.testing.golden import run_case
from maniple.testing.simulator.app import simulator_app
from maniple.wire import Reply
from support.fake_clock import FakeClock
from support.manifests import BASE, context, manifest, program
from support.scripted_sender import ScriptedSender

SETTINGS = {"client_id": "id", "client_secret": "s3cret"}
OAUTH = {"kind": "oauth2_client_credentials", "token_url": "https://auth.acme.test/token"}
ADD = BASE["add_users"]
OWN_CLIENT = [
    {"name": "client_id", "type": "secret", "label": "Client ID", "from": "operator"},
    {"name": "client_secret", "type": "secret", "label": "Client Secret", "from": "operator"},
]


def played(made: Program, settings: dict[str, Any] = SETTINGS, /, **case: Any) -> list[str]:
    """What is wrong with a case that adds one user."""
    users = [{"amplitude_id": "1", "user_id": "u1"}]
    cases = Cases.model_validate(
        {
            "settings": settings,
            "list": {"list_id": 7},
            "cases": [{"name": "n", "call": "add_users", "users": users, **case}],
        }
    )
    return run_case(made, cases, cases.cases[0])


def request(**headers: str) -> dict[str, Any]:
    body = {"users": ["u1"]}
    return {"method": "POST", "url": "https://api.acme.test/lists/7/add", "headers": headers, "body": body}


def test_a_case_needs_no_word_about_the_token() -> None:
    wanted = request(Authorization="Bearer golden_token")

    assert played(program(auth=OAUTH), requests=[wanted], replies=[{"status": 200}]) == []


def test_a_case_can_say_what_the_sign_in_answers_and_what_it_is_asked() -> None:
    made = program(auth={**OAUTH, "save": {"host": "instance"}}, add_users={**ADD, "url": "$host/$list_id"})
    asked = {
        "method": "POST",
        "url": "https://auth.acme.test/token",
        "body": "grant_type=client_credentials&client_id=id&client_secret=s3cret",
    }

    problems = played(
        made,
        token={"access_token": "t1", "instance": "https://eu.acme.test"},
        token_requests=[asked],
        requests=[{**request(Authorization="Bearer t1"), "url": "https://eu.acme.test/7"}],
        replies=[{"status": 200}],
    )

    assert problems == []


def test_a_case_about_a_refused_client_has_no_replies_of_the_api() -> None:
    problems = played(
        program(auth=OAUTH),
        token=[{"status": 401, "body": {"error": "invalid_client"}}],
        replies=[{"status": 200}],
        outcome={"result": "failed", "reason": "Sign-in refused", "action": "pause_sync"},
    )

    assert problems == ["the case has 1 reply, and 0 would do"]


def test_a_case_about_a_token_that_ends_has_two_tokens() -> None:
    problems = played(
        program(auth=OAUTH),
        token=[{"status": 200, "body": {"access_token": "t1"}}, {"status": 200, "body": {"access_token": "t2"}}],
        requests=[request(Authorization="Bearer t1"), request(Authorization="Bearer t2")],
        replies=[{"status": 401}, {"status": 200}],
        outcome={"result": "delivered", "retries": 0},
    )

    assert problems == []


def test_a_signature_of_a_case_is_the_same_every_time() -> None:
    made = program(auth={"kind": "hmac", "header": "X-Sig", "key": "$api_secret"})
    wanted = request(**{"X-Sig": "6e6f0b8f7a0f0a1f9c0c6b0d0a0e0f0c"})

    (problem,) = played(made, {"api_secret": "k"}, requests=[wanted], replies=[{"status": 200}])

    assert problem.startswith("request 1: the header `X-Sig` is `")
    assert problem == played(made, {"api_secret": "k"}, requests=[wanted], replies=[{"status": 200}])[0]


def test_a_case_may_give_what_is_the_operators() -> None:
    wanted = request(Authorization="Bearer golden_token")

    assert played(program(auth=OAUTH, fields=OWN_CLIENT), requests=[wanted], replies=[{"status": 200}]) == []


async def simulated(made: Program, settings: dict[str, Any] = SETTINGS) -> Any:
    """The simulator's state after a list was made and a user added; every call was accepted."""
    simulator = simulator_app([made])
    transport = httpx.ASGITransport(simulator)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport) as http:
        sender, memory = HttpxSender(http), TokenMemory(FakeClock())
        run = context(made, settings=settings)
        assert made.create is not None
        created = await drive(
            create_list(made.create, run, lambda: 0.0), sender=sender, clock=FakeClock(), memory=memory
        )
        assert isinstance(created, Delivered)
        call = made.call_for("add")
        (prepared,) = prepare(call, run.with_list(created.saved), Batch("add", 0, {"user_key": ["u1"]}, 1))
        added = await drive(deliver(call, prepared, lambda: 0.0), sender=sender, clock=FakeClock(), memory=memory)
        assert isinstance(added, Delivered)
        return (await http.get("http://simulator/__state")).json()["partners"]["acme"]


@pytest.mark.parametrize(
    ("auth", "changes", "settings"),
    [
        (OAUTH, {}, SETTINGS),
        (OAUTH, {"headers": {"X-Token": "$access_token"}}, SETTINGS),
        (
            {**OAUTH, "save": {"access_token": "data.token", "host": "data.host"}},
            {"add_users": {**ADD, "url": "$host/lists/$list_id/add"}},
            SETTINGS,
        ),
        ({**OAUTH, "kind": "oauth2_refresh"}, {}, {**SETTINGS, "refresh_token": "r"}),
        ({"kind": "hmac", "query": "sig"}, {}, {"api_secret": "k"}),
        ({"kind": "oauth1"}, {}, dict.fromkeys(("consumer_key", "consumer_secret", "token", "token_secret"), "k")),
        ({"kind": "aws_sigv4", "region": "eu-west-1"}, {}, {"access_key": "AK", "secret_key": "sk"}),
    ],
)
async def test_the_simulator_signs_in(auth: Any, changes: dict[str, Any], settings: dict[str, str]) -> None:
    state = await simulated(program(auth=auth, **changes), settings)

    assert state["refused"] == {}
    assert [one["members"] for one in state["lists"].values()] == [["u1"]]


def previewed(made: Program, settings: dict[str, str]) -> str:
    plan = maniple.plan(made, [{"user_id": "u1"}], settings=settings)
    return json.dumps([[*request.headers, request.url, (request.body or b"").decode()] for request in plan.preview()])


@pytest.mark.parametrize(
    ("auth", "changes", "settings", "mark"),
    [
        (OAUTH, {}, SETTINGS, '["Authorization", "Bearer access_token_from_auth"]'),
        (OAUTH, {"headers": {"X-T": "$access_token"}}, SETTINGS, '["X-T", "access_token_from_auth"]'),
        ({"kind": "hmac", "header": "X-S"}, {}, {"api_secret": "k"}, '["X-S", "signature_from_auth"]'),
        (
            {"kind": "aws_sigv4", "region": "eu-west-1"},
            {},
            {"access_key": "AK", "secret_key": "sk"},
            '["Authorization", "AWS4-HMAC-SHA256 signature_from_auth"]',
        ),
    ],
)
def test_a_preview_shows_a_mark_for_what_only_sending_brings(
    auth: Any, changes: dict[str, Any], settings: dict[str, str], mark: str
) -> None:
    assert mark in previewed(program(auth=auth, **changes), settings)


async def test_the_library_gets_one_token_for_a_run() -> None:
    made = program(auth=OAUTH)
    token = Reply(200, body=b'{"access_token": "t1", "expires_in": 3600}')
    sender = ScriptedSender(token, Reply(200, body=b'{"id": 7}'), Reply(200))

    report = await maniple.run(
        maniple.plan(made, [{"user_id": "u1"}], settings=SETTINGS), sender=sender, clock=FakeClock()
    )

    assert (report.added, report.requests) == (1, 2)
    assert [request.call for request in sender.sent] == ["auth", "create_list", "add_users"]


def test_the_operators_fields_are_empty_on_the_end_users_form() -> None:
    made = program(auth=OAUTH, fields=OWN_CLIENT)

    assert check_settings(made, {}) == {"client_id": None, "client_secret": None}


def test_a_field_that_the_operator_did_not_give_names_what_to_type() -> None:
    made = program(auth=OAUTH, fields=OWN_CLIENT)

    with pytest.raises(OperatorError) as raised:
        check_settings(made, {}, operator={"client_id": "id"})

    assert raised.value.message == "`client_secret` (Client Secret) is missing: Acme needs it from whoever runs maniple"
    assert raised.value.hint == "type `maniple operator acme`, or set `MANIPLE_OPERATOR_ACME_CLIENT_SECRET`"


def test_a_private_key_may_have_lines_and_no_other_secret_may() -> None:
    made = program(auth={**OAUTH, "kind": "jwt_bearer", "issuer": "me"})
    key = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"

    assert check_settings(made, {"private_key": f"{key}\n"}) == {"private_key": key}
    with pytest.raises(SettingsError, match="line break"):
        check_settings(made, {"private_key": "two\nlines"})


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        (
            {"auth": OAUTH, "add_users": {**ADD, "item": {"id": "$user_key", "t": "$access_token"}}},
            "MAN203",
            "`$access_token` comes from `auth`, and has no value in `add_users.item`",
        ),
        (
            {"auth": {**OAUTH, "token_url": "http://auth.acme.test/token"}},
            "MAN302",
            "the URL must begin with `https://`: users' data may not travel in clear",
        ),
        (
            {"auth": {**OAUTH, "token_url": "https://$amp_cohort_name.acme.test/token"}},
            "MAN301",
            "the host of this URL comes from `$amp_cohort_name`, which may not name a host",
        ),
        (
            {"auth": {**OAUTH, "params": {"x": "$access_token"}}},
            "MAN203",
            "`$access_token` has a value only with an OAuth `auth`",
        ),
        (
            {"auth": OAUTH, "add_users": {**ADD, "url": "https://$access_token.acme.test/$list_id"}},
            "MAN301",
            "the host of this URL comes from `$access_token`, which may not name a host",
        ),
        ({"auth": {**OAUTH, "save": {"host": "a b"}}}, "MAN503", "`a b` is not a JMESPath expression"),
        ({"auth": {**OAUTH, "expired": [{}]}}, "MAN403", "an `expired` rule needs `status`, `body` or `where`"),
        (
            {"auth": {**OAUTH, "save": {"user_key": "a"}}},
            "MAN209",
            "`user_key` is declared twice, here and under `auth.save`",
        ),
        (
            {"auth": OAUTH, "fields": [{"name": "access_token", "type": "secret", "label": "T"}]},
            "MAN209",
            "`access_token` is a pre-defined variable",
        ),
    ],
)
def test_a_mistake_in_an_auth_is_found(changes: dict[str, Any], code: str, message: str) -> None:
    found = [(each.code, each.message) for each in try_compile(manifest(**changes)).diagnostics]

    assert (code, message) in found

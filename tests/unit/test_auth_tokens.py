"""OAuth 2 tokens: what is asked for, what is kept, and what a refusal means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from maniple.auth.kind import Credential, Denied
from maniple.auth.oauth2_client_credentials import OAuth2ClientCredentials
from maniple.auth.oauth2_refresh import OAuth2Refresh
from maniple.wire import Reply
from support.stage import Stage, form_of, given

URL = "https://acme.test/token"
OWN = given({"$client_id": "id 1", "$client_secret": "s&cret", "$refresh_token": "first"})


def client(**fields: Any) -> OAuth2ClientCredentials:
    return OAuth2ClientCredentials(kind="oauth2_client_credentials", token_url=URL, **fields)


def refresh(**fields: Any) -> OAuth2Refresh:
    return OAuth2Refresh(kind="oauth2_refresh", token_url=URL, **fields)


def told(status: int = 200, /, **tree: Any) -> Reply:
    return Reply(status, body=json.dumps(tree).encode())


def test_a_client_asks_with_its_credentials_in_the_form() -> None:
    stage = Stage(tokens=[told(access_token="a1", expires_in=3600)])

    got = stage.play(client(scopes=["lists", "users"], params={"account_id": "7"}).obtain(OWN, None))

    assert got == Credential({"access_token": "a1"})
    (asked,) = stage.asked
    assert (asked.method, asked.url, asked.call) == ("POST", URL, "auth")
    assert form_of(asked) == {
        "grant_type": "client_credentials",
        "scope": "lists users",
        "client_id": "id 1",
        "client_secret": "s&cret",
        "account_id": "7",
    }


def test_a_parameter_whose_field_is_left_empty_is_not_sent() -> None:
    stage = Stage(tokens=[told(access_token="a1")])

    stage.play(client(params={"account_id": "", "audience": "x"}).obtain(OWN, None))

    assert form_of(stage.asked[0]) == {
        "grant_type": "client_credentials",
        "client_id": "id 1",
        "client_secret": "s&cret",
        "audience": "x",
    }


def test_a_client_can_authenticate_with_http_basic() -> None:
    stage = Stage(tokens=[told(access_token="a1")])

    stage.play(client(send="basic").obtain(OWN, None))

    # RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
    assert dict(stage.asked[0].headers)["Authorization"] == "Basic aWQrMTpzJTI2Y3JldA=="
    assert form_of(stage.asked[0]) == {"grant_type": "client_credentials"}


def test_everything_can_stand_in_the_query() -> None:
    stage = Stage(tokens=[told(access_token="a1")])

    stage.play(client(send="query").obtain(OWN, None))

    assert stage.asked[0].url == f"{URL}?grant_type=client_credentials&client_id=id+1&client_secret=s%26cret"
    assert stage.asked[0].body == b""


def test_headers_of_the_token_request_can_be_given() -> None:
    stage = Stage(tokens=[told(access_token="a1")])

    stage.play(client(headers={"User-Agent": "acme-sync/1"}).obtain(OWN, None))

    assert dict(stage.asked[0].headers)["User-Agent"] == "acme-sync/1"


def test_a_token_is_kept_until_shortly_before_it_ends() -> None:
    stage = Stage(tokens=[told(access_token="a1", expires_in=3600), told(access_token="a2", expires_in=3600)])

    for passed in (0, 3539, 1):
        stage.moment += passed
        got = stage.play(client().obtain(OWN, None))

    assert got.values == {"access_token": "a2"}
    assert len(stage.asked) == 2


def test_of_a_short_life_a_tenth_is_left_for_requests_under_way() -> None:
    stage = Stage(tokens=[told(access_token="a1", expires_in="10"), told(access_token="a2")])

    stage.play(client().obtain(OWN, None))
    stage.moment += 8.9
    assert stage.play(client().obtain(OWN, None)).values == {"access_token": "a1"}
    stage.moment += 0.1
    assert stage.play(client().obtain(OWN, None)).values == {"access_token": "a2"}


@pytest.mark.parametrize("life", [{}, {"expires_in": 0}, {"expires_in": "never"}, {"expires_in": None}])
def test_a_token_without_an_end_is_kept(life: dict[str, Any]) -> None:
    stage = Stage(tokens=[told(access_token="a1", **life)])

    stage.play(client().obtain(OWN, None))
    stage.moment += 10**7

    assert stage.play(client().obtain(OWN, None)).values == {"access_token": "a1"}


def test_a_token_that_was_refused_is_replaced_even_if_its_time_is_not_over() -> None:
    stage = Stage(tokens=[told(access_token="a1", expires_in=3600), told(access_token="a2", expires_in=3600)])

    first = stage.play(client().obtain(OWN, None))

    assert stage.play(client().obtain(OWN, first)).values == {"access_token": "a2"}
    # Who comes later with the old token gets the one that is there already.
    assert stage.play(client().obtain(OWN, first)).values == {"access_token": "a2"}
    assert len(stage.asked) == 2


def test_a_token_got_with_other_settings_is_not_used() -> None:
    stage = Stage(tokens=[told(access_token="a1"), told(access_token="a2")])

    stage.play(client().obtain(OWN, None))
    other = given({"$client_id": "id 1", "$client_secret": "another"})

    assert stage.play(client().obtain(other, None)).values == {"access_token": "a2"}


def test_a_rotated_refresh_token_takes_the_place_of_the_granted_one() -> None:
    stage = Stage(
        tokens=[
            told(access_token="a1", refresh_token="second", expires_in=60),
            told(access_token="a2", refresh_token="third", expires_in=60),
            told(access_token="a3", expires_in=60),
            told(access_token="a4", expires_in=60),
        ]
    )

    for _ in range(4):
        stage.play(refresh().obtain(OWN, None))
        stage.moment += 60

    assert [form_of(asked)["refresh_token"] for asked in stage.asked] == ["first", "second", "third", "third"]
    assert {"second", "third", "a1", "a4"} <= set(stage.concealed)


def test_a_new_grant_takes_the_place_of_what_was_kept() -> None:
    stage = Stage(tokens=[told(access_token="a1", refresh_token="second"), told(access_token="a2")])
    stage.play(refresh().obtain(OWN, None))

    again = given({"$client_id": "id 1", "$client_secret": "s&cret", "$refresh_token": "granted anew"})
    stage.play(refresh().obtain(again, None))

    assert form_of(stage.asked[1])["refresh_token"] == "granted anew"


def test_variables_are_saved_from_the_reply() -> None:
    stage = Stage(tokens=[told(access_token="a1", instance="https://eu.acme.test/", account=7)])

    got = stage.play(client(save={"host": "instance", "account_id": "account"}).obtain(OWN, None))

    assert got.values == {"host": "https://eu.acme.test", "account_id": 7, "access_token": "a1"}
    assert stage.concealed == ["a1", "a1"]


def test_the_token_may_stand_elsewhere_in_the_reply() -> None:
    stage = Stage(tokens=[told(token="a1", ttl=100)])

    got = stage.play(client(save={"access_token": "token", "expires_in": "ttl"}).obtain(OWN, None))

    assert got.values == {"access_token": "a1"}
    assert next(iter(stage.memory.values()))["ends"] == 1_000_090.0


@pytest.mark.parametrize(
    ("reply", "reason", "message"),
    [
        (
            told(401, error="invalid_client"),
            "Sign-in refused",
            "The partner does not know this client, or its secret is another one: enter it again in the connection's settings (`invalid_client`)",
        ),
        (
            told(400, error="invalid_grant", error_description="token revoked"),
            "Sign-in refused",
            "The access that was granted has ended or was withdrawn: the end user must give it again, and put the new "
            "refresh token or key into the connection's settings. The partner says: token revoked",
        ),
        (
            told(400, error="invalid_scope"),
            "Sign-in refused",
            "The partner does not grant the scopes that the destination asks for: the account lacks a permission (`invalid_scope`)",
        ),
        (
            told(403),
            "Sign-in refused",
            "The partner refused the credentials (403): enter it again in the connection's settings",
        ),
        (told(503), "Sign-in not available", "The partner's sign-in answered 503; try again later"),
        (
            Reply.unreached("no answer within 60 s"),
            "Sign-in not available",
            "The partner's sign-in could not be reached: no answer within 60 s",
        ),
        (
            told(200, tokens=[]),
            "The sign-in gave no token",
            "The partner's sign-in answered 200 with no access token at `access_token`. The destination's manifest must say in `save` where it is.",
        ),
        (
            told(200, error="invalid_client"),
            "Sign-in refused",
            "The partner does not know this client, or its secret is another one: enter it again in the connection's settings (`invalid_client`)",
        ),
    ],
)
def test_a_refusal_says_who_must_act(reply: Reply, reason: str, message: str) -> None:
    denied = Stage(tokens=[reply]).play(refresh().obtain(OWN, None))

    assert isinstance(denied, Denied)
    assert (denied.reason, denied.message) == (reason, message)


def test_a_saved_value_that_is_missing_is_told() -> None:
    denied = Stage(tokens=[told(access_token="a1")]).play(client(save={"host": "instance"}).obtain(OWN, None))

    assert denied.message == (
        "The partner's sign-in answered 200 with no `host` at `instance`. The destination's manifest must say in `save` where it is."
    )


def test_after_a_refusal_nobody_holds_the_turn() -> None:
    stage = Stage(tokens=[told(401)])

    stage.play(client().obtain(OWN, None))

    assert stage.held == []

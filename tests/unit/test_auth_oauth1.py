"""OAuth 1.0a against the examples that its documents print."""

from __future__ import annotations

from maniple.auth.kind import NOTHING
from maniple.auth.oauth1 import OAuth1, base_string, signature
from maniple.wire import Request
from support.stage import Stage, given

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
STATUS = b"status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21"
TWITTER = "https://api.twitter.com/1.1/statuses/update.json?include_entities=true"


def test_the_base_string_is_that_of_rfc_5849_section_3_4_1_1() -> None:
    request = Request("POST", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", FORM, b"c2&a3=2+q")
    parameters = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
    ]

    assert base_string(request, parameters) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
        "%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
        "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


def test_the_signature_is_that_of_the_documented_status_update() -> None:
    stage = Stage(moment=1318622958.9, nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg")
    values = {
        "$consumer_key": "xvz1evFS4wEEPTGEFPHBog",
        "$consumer_secret": "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "$token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "$token_secret": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    }

    signed = stage.play(OAuth1(kind="oauth1").sign(Request("POST", TWITTER, FORM, STATUS), given(values), NOTHING))

    assert dict(signed.headers)["Authorization"] == (
        'OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", oauth_nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", '
        'oauth_signature="hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D", oauth_signature_method="HMAC-SHA1", '
        'oauth_timestamp="1318622958", oauth_token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", '
        'oauth_version="1.0"'
    )


def test_a_json_body_is_not_signed() -> None:
    json = (("Content-Type", "application/json"),)
    url = "https://ads.acme.test:443/lists"

    assert base_string(Request("POST", url, json, b"a=b"), []) == "POST&https%3A%2F%2Fads.acme.test%2Flists&"


def test_a_port_that_is_not_the_usual_one_is_signed() -> None:
    assert base_string(Request("GET", "https://acme.test:8443"), []) == "GET&https%3A%2F%2Facme.test%3A8443%2F&"


def test_without_a_token_the_key_ends_with_an_ampersand() -> None:
    assert signature("text", "secret", "") == "CSfpxuIKEtIixxfWGODbxZ53jtA="

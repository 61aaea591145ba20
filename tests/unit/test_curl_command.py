"""Requests as curl commands, run by a real shell with the real curl."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maniple.usecases.curl_command import as_curl
from maniple.wire import Request
from support.raw_partner import Asked, RawPartner

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")


def made_by(request: Request, secrets: dict[str, str], **variables: str) -> Asked:
    """The request that a partner gets when a shell runs the command for it."""
    with RawPartner(lambda _: (200, b"{}")) as partner:
        command = as_curl(_at(request, partner.url), secrets)
        assert not [value for value in secrets.values() if value in command]
        environ = {"PATH": os.environ["PATH"], **variables}
        subprocess.run(["sh", "-c", command], env=environ, check=True, capture_output=True, timeout=20)
        (asked,) = partner.asked
        return asked


def _at(request: Request, url: str) -> Request:
    return Request(request.method, url + request.url, request.headers, request.body)


def test_a_command_makes_the_request_with_method_path_headers_and_body() -> None:
    request = Request("PATCH", "/lists/7?a=b%20c", (("X-Note", "it's $HOME"),), b'{"a": "\'$(id)`id`\\n"}')

    asked = made_by(request, {})

    assert (asked.method, asked.path, asked.body) == ("PATCH", "/lists/7?a=b%20c", b'{"a": "\'$(id)`id`\\n"}')
    assert "X-Note: it's $HOME" in asked.headers


def test_a_secret_in_a_header_is_a_variable_of_the_shell() -> None:
    request = Request("POST", "/", (("Api-Key", "k\"1 $x'y"),), b"{}")

    assert "Api-Key: k\"1 $x'y" in made_by(request, {"api_key": "k\"1 $x'y"}, API_KEY="k\"1 $x'y").headers


def test_the_command_says_first_which_variables_it_needs() -> None:
    command = as_curl(Request("GET", "https://a.test/", (("Api-Key", "secret-1"),)), {"api_key": "secret-1"})

    assert (
        command
        == "# $API_KEY: `api_key`\ncurl -X GET \\\n  -g --path-as-is https://a.test/ \\\n  -H 'Api-Key: '\"$API_KEY\""
    )


def test_basic_credentials_are_given_with_u() -> None:
    word = base64.b64encode(b"site:s3cret-9").decode()
    request = Request("POST", "/", (("Authorization", f"Basic {word}"),), b"{}")

    assert f"Authorization: Basic {word}" in made_by(request, {"key": "s3cret-9"}, KEY="s3cret-9").headers


def test_a_secret_in_a_url_is_a_variable_that_holds_it_percent_encoded() -> None:
    request = Request("GET", "/?key=a%20b%2Fc")

    assert made_by(request, {"key": "a b/c"}, KEY_IN_URL="a%20b%2Fc").path == "/?key=a%20b%2Fc"


def test_a_secret_with_quotes_in_json_is_a_variable_that_holds_it_escaped() -> None:
    request = Request("POST", "/", (("Content-Type", "application/json"),), b'{"key": "a\\"bc"}')

    assert made_by(request, {"key": 'a"bc'}, KEY_IN_JSON='a\\"bc').body == b'{"key": "a\\"bc"}'


def test_a_body_that_is_no_text_arrives_byte_for_byte() -> None:
    body = bytes(range(256))

    assert made_by(Request("POST", "/", (("Content-Type", "application/gzip"),), body), {}).body == body


def test_a_body_that_begins_with_an_at_sign_is_no_file() -> None:
    assert made_by(Request("POST", "/", (), b"@/etc/hostname"), {}).body == b"@/etc/hostname"


def test_a_body_without_a_content_type_gets_none_from_curl() -> None:
    asked = made_by(Request("POST", "/", (), b"x"), {})

    assert not [header for header in asked.headers if header.lower().startswith("content-type")]


def test_brackets_and_dots_in_a_path_stay() -> None:
    assert made_by(Request("GET", "/a/../b/[1-3]/{x,y}"), {}).path == "/a/../b/[1-3]/{x,y}"


@settings(max_examples=30)
@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_whatever_text_a_body_has_the_shell_gives_it_on_unchanged(text: str) -> None:
    command = as_curl(Request("POST", "https://a.test/", (), text.encode()))
    arguments = command.replace("\\\n", "").removeprefix("curl")
    done = subprocess.run(
        ["sh", "-c", f'for last in {arguments}; do :; done; printf %s "$last"'],
        check=True,
        capture_output=True,
        timeout=20,
    )

    assert done.stdout == text.encode()

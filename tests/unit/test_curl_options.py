"""The options of `curl` that shape a request."""

from __future__ import annotations

import pytest

from maniple.source.curl import read_curl


@pytest.mark.parametrize(
    ("options", "method"),
    [
        ("", "GET"),
        ("-d x", "POST"),
        ("--json '{}'", "POST"),
        ("-F a=b", "POST"),
        ("-T file", "PUT"),
        ("-I", "HEAD"),
        ("-G -d x", "GET"),
        ("-X delete -d x", "DELETE"),
        ("-XPATCH", "PATCH"),
        ("--request PUT", "PUT"),
        ("--request=PUT", "PUT"),
    ],
)
def test_the_method_is_given_or_follows_from_what_is_sent(options: str, method: str) -> None:
    assert read_curl(f"curl https://a.test {options}").method == method


def test_headers_are_read_in_order_and_one_without_a_value_is_none() -> None:
    command = read_curl("curl https://a.test -H 'X-A: 1' --header 'X-B:2' -H 'Accept:' -H 'X-C;'")
    assert command.headers == (("X-A", "1"), ("X-B", "2"), ("X-C", ""))


def test_cookie_user_agent_and_token_options_are_headers() -> None:
    command = read_curl("curl https://a.test -b a=1 -A me --oauth2-bearer t")
    assert command.headers == (("Cookie", "a=1"), ("User-Agent", "me"), ("Authorization", "Bearer t"))


def test_several_data_options_are_joined() -> None:
    assert read_curl("curl https://a.test -d a=1 --data-raw @b --data-binary c").body == "a=1&@b&c"


def test_data_to_be_encoded_is_percent_encoded_after_its_name() -> None:
    command = read_curl("curl https://a.test --data-urlencode 'q=a b&c' --data-urlencode 'é'")
    assert command.body == "q=a%20b%26c&%C3%A9"


def test_json_says_what_it_is() -> None:
    command = read_curl("""curl https://a.test --json '{"a":1}' -H 'Accept: text/plain'""")
    assert command.headers == (("Accept", "text/plain"), ("Content-Type", "application/json"))


def test_data_goes_into_the_query_when_it_is_to_be_got() -> None:
    command = read_curl("curl -G 'https://a.test/x?a=1#top' -d b=2 --url-query c=3")
    assert (command.url, command.query, command.body) == (
        "https://a.test/x",
        (("a", "1"), ("c", "3"), ("b", "2")),
        None,
    )


def test_short_options_stand_together_and_take_their_value_at_once() -> None:
    command = read_curl("curl -sSLuname:pass -dx https://a.test")
    assert (command.user, command.body, command.faults) == ("name:pass", "x", ())


def test_credentials_of_the_url_are_the_user() -> None:
    command = read_curl("curl https://name:p%40ss@a.test/x")
    assert (command.url, command.user) == ("https://a.test/x", "name:p@ss")


def test_the_url_may_be_an_option() -> None:
    assert read_curl("curl --request POST --url https://a.test/x").url == "https://a.test/x"


def test_files_are_noted_and_not_read() -> None:
    command = read_curl("curl https://a.test -d @users.json -H @headers.txt")
    assert command.body is None
    assert [fault.message for fault in command.faults] == [
        "`@users.json` is a file, and is not read",
        "`@headers.txt` is a file of headers, and is not read",
    ]


def test_options_that_only_say_how_to_travel_are_passed_over() -> None:
    command = read_curl("curl -sS -k --compressed -o out.json --max-time 5 --retry 3 https://a.test")
    assert (command.url, command.faults) == ("https://a.test", ())


def test_an_unknown_option_is_noted_by_its_name_alone() -> None:
    command = read_curl("curl --api-key s3cret https://a.test --cert me.pem")
    assert command.url == "https://a.test"
    assert [fault.message for fault in command.faults] == ["`--api-key` is not read", "`--cert` is not read"]


def test_a_second_url_is_noted() -> None:
    command = read_curl("curl https://a.test https://b.test")
    assert command.url == "https://a.test"
    assert command.faults[0].message == "a second URL, or the value of an unknown option, is not read"


def test_an_option_without_its_value_is_noted() -> None:
    assert read_curl("curl https://a.test -H").faults[0].message == "`-H` has no value"


def test_a_command_does_not_show_its_secrets() -> None:
    command = read_curl("curl -u name:s3cret 'https://a.test/?key=s3cret' -H 'X-Key: s3cret' -d s3cret")
    assert "s3cret" not in repr(command)

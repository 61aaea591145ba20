"""Findings about requests, answers, paths and patterns."""

from __future__ import annotations

import pytest
from changed_base import add_users, found_in, summaries, underlined

MESSAGE = "message: Look into Acme."
KEYS = "{status: [401, 429], reason: Key or rate, message: x.}"


def rules(*written: str) -> str:
    return "errors:\n" + "".join(f"  - {rule}\n" for rule in (KEYS, *written))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("status: 404", "status: 404"),
        ("status: 4xx", "status: [404, 409]"),
        ("status: [404, 5xx]", "status: 503"),
        ("status: 404", "status: 404, body: {code: 7}"),
        ("status: 404, body: {code: 7}", "status: 404, body: {code: 7}"),
        ("where: code", "status: 400, where: code"),
        ("status: 404", "status: 404, calls: [add_users]"),
    ],
)
def test_a_rule_below_a_wider_one_is_never_reached(earlier: str, later: str) -> None:
    found = found_in(rules(f"{{{earlier}, reason: a, {MESSAGE}}}", f"{{{later}, reason: b, {MESSAGE}}}"))
    assert [(each.code, each.severity, each.label) for each in found] == [("MAN507", "warning", "never reached")]
    assert underlined(found[0]).endswith(f"reason: b, {MESSAGE}}}")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("status: 404, body: {code: 7}", "status: 404"),
        ("status: 404", "status: 4xx"),
        ("status: 404", "body: {code: 7}"),
        ("status: 404, calls: [add_users]", "status: 404"),
        ("status: 404, calls: [add_users]", "status: 404, calls: [remove_users]"),
        ("status: 404, where: a", "status: 404, where: b"),
    ],
)
def test_a_rule_that_can_still_speak_is_no_finding(earlier: str, later: str) -> None:
    assert summaries(rules(f"{{{earlier}, reason: a, {MESSAGE}}}", f"{{{later}, reason: b, {MESSAGE}}}")) == []


def test_a_copy_from_no_call_lists_the_calls_there_are() -> None:
    (found,) = found_in(add_users("json: {a: $items}", "item: $email", "errors: {same_as: verify}"))
    assert (found.code, underlined(found)) == ("MAN506", "verify")
    assert found.hint == "name one of `create_list`, `add_users` or `remove_users`"


def test_copies_in_a_circle_are_found_from_each_end() -> None:
    change = add_users("json: {a: $items}", "item: $email", "errors: {same_as: remove_users}")
    change += change.replace("add_users", "remove_users").replace("same_as: remove_users", "same_as: add_users")
    assert summaries(change) == [
        "MAN506: `remove_users` copies its rules from here: the copies go round in a circle",
        "MAN506: `add_users` copies its rules from here: the copies go round in a circle",
    ]


def test_a_copy_among_the_shared_rules_is_followed_too() -> None:
    assert summaries("errors: [{same_as: update_users}]\n")[0] == "MAN506: this manifest has no call `update_users`"


@pytest.mark.parametrize(
    ("path", "place", "hint"),
    [
        ("data.list-id", "-", 'write `data."list-id"`: a key with a dash needs double quotes'),
        ("status = 'ok'", "=", "write `status == 'ok'`: equality is `==`"),
        ("data[", "", "write a path such as `data.id`, `errors[].code` or `status == 'ok'`"),
    ],
)
def test_a_path_that_cannot_be_read_says_what_to_type(path: str, place: str, hint: str) -> None:
    (found,) = found_in(f'success: "{path}"\n')
    assert (found.code, found.hint) == ("MAN503", hint)
    assert not place or underlined(found) == place


@pytest.mark.parametrize(
    ("pattern", "place", "reason"),
    [
        ("a(?=b)", "(?=", "look-around is not available"),
        ("[a-z", "[a-z", "`[` is opened and never closed"),
        ("(abc", "(abc", "`(` is opened and never closed"),
        ("x{9999}", "{9999}", "this repetition is too large or runs backwards"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_where_and_why(pattern: str, place: str, reason: str) -> None:
    (found,) = found_in(f"mappings:\n  - {{name: email, label: E, format: {{regex: '{pattern}'}}}}\n")
    assert (found.code, underlined(found)) == ("MAN504", place)
    assert found.message == f"the regular expression cannot be used: {reason}"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("auth: {kind: header, name: X Key, value: $api_key}\n", "X Key"),
        ("auth: {kind: custom, headers: {X Key: $api_key}}\n", "X Key"),
        ("auth: {kind: custom, headers: {Host: $api_key}}\n", "Host"),
        ('headers: {X-Key: "a\\nb"}\n', '"a\\nb"'),
        ("headers: {transfer-encoding: chunked}\n", "transfer-encoding"),
    ],
)
def test_a_header_that_cannot_be_sent_is_found_wherever_it_is_written(change: str, place: str) -> None:
    (found,) = found_in(change)
    assert (found.code, underlined(found)) == ("MAN303", place)


@pytest.mark.parametrize(
    "change",
    [
        "query: {key: $api_key}\n",
        add_users("query: {key: [x, $api_key]}", "json: {a: $items}", "item: $email"),
        "define: {base: 'https://api.acme.test/$api_key'}\n"
        + add_users("json: {a: $items}", "item: $email").replace("https://api.acme.test", "$base"),
    ],
)
def test_a_secret_anywhere_in_a_url_is_a_warning(change: str) -> None:
    assert [(each.code, each.severity) for each in found_in(change)] == [("MAN304", "warning")]

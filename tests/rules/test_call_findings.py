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


@pytest.mark.parametrize(
    "value", ["{{ 'x' | hmac_sha256(api_key) }}", "{{ amp_cohort_id | hmac_sha1(api_key) if api_key }}"]
)
def test_a_keyed_hash_of_a_secret_in_a_url_is_no_finding(value: str) -> None:
    assert found_in(f'query: {{proof: "{value}"}}\n') == []


@pytest.mark.parametrize("value", ["{{ api_key | sha256 }}", "{{ 'x' if amp_cohort_id else api_key }}"])
def test_what_a_secret_can_be_found_by_in_a_url_is_a_warning(value: str) -> None:
    assert [each.code for each in found_in(f'query: {{proof: "{value}"}}\n')] == ["MAN304"]


@pytest.mark.parametrize("placeholder", ["{uid}", "<list-id>", ":uid"])
def test_a_hole_as_other_languages_write_it_is_not_sent_as_it_stands(placeholder: str) -> None:
    url = f"https://api.acme.test/v2/lists/{placeholder}/add"
    (found,) = found_in(f"add_users:\n  method: POST\n  url: {url}\n  json: {{a: $items}}\n  item: $email\n")
    assert (found.code, underlined(found)) == ("MAN302", placeholder)
    assert found.hint == "holes are written with a dollar sign, such as `$list_id`"


@pytest.mark.parametrize("path", ["lists:batchAdd", "lists/$list_id:batchAdd", "lists/$list_id/members:add"])
def test_a_colon_inside_a_segment_is_no_placeholder(path: str) -> None:
    change = f"add_users:\n  method: POST\n  url: https://api.acme.test/{path}\n  json: {{a: $items}}\n  item: $email\n"
    assert summaries(change) == []


def test_what_is_wrong_with_a_url_is_shown_once_and_where_it_is_written() -> None:
    change = "define: {base: http://api.acme.test}\n"
    change += "".join(
        f"{name}:\n  method: POST\n  url: $base/{name}/$list_id\n  json: {{a: $items}}\n  item: $email\n"
        for name in ("add_users", "remove_users")
    )
    (found,) = found_in(change)
    assert (found.code, underlined(found)) == ("MAN302", "http://")
    assert found.hint == "write `https://`; `http://` is allowed for localhost only"


REGION = """\
fields:
  - {name: api_key, type: secret, label: API Key, help: Settings > API keys}
  - name: region
    type: select
    label: Region
    help: x
    options: [{label: US, value: us, host: api.acme.test}, {label: EU, value: eu%s}]
headers: {X-Region: $region}
create_list:
  method: POST
  url: https://$region.%s/lists
  json: {name: "[Amplitude] $amp_cohort_name"}
  list_id: {response: id}
"""


def test_an_option_without_the_host_that_a_url_reads_is_named() -> None:
    (found,) = found_in(REGION % ("", "host"))
    assert (found.code, found.message, underlined(found)) == ("MAN510", "the option `eu` has no `host`", "$region.host")


def test_a_misspelt_key_of_an_option_is_not_taken_for_text() -> None:
    (found,) = found_in(REGION % (", host: eu.acme.test", "hots"))
    assert (found.code, found.message, underlined(found)) == (
        "MAN201",
        "no option of `region` carries `hots`",
        "$region.hots",
    )
    assert found.hint == "did you mean `$region.host`?"


def test_a_text_after_an_option_that_is_like_none_of_its_keys_stays_text() -> None:
    assert summaries(REGION % (", host: eu.acme.test", "acme.test")) == []


def test_a_status_that_no_answer_has_is_refused() -> None:
    (found,) = found_in(rules(f"{{status: 700, reason: a, {MESSAGE}}}"))
    assert (found.code, found.message, underlined(found)) == ("MAN401", "no answer has the status 700", "700")


@pytest.mark.parametrize("path", ["$.list.id", "$list.id", "/list/id", ".list.id"])
def test_a_path_of_another_language_is_translated(path: str) -> None:
    call = f"create_list:\n  method: POST\n  url: https://api.acme.test/v2/lists\n  list_id: {{response: {path}}}\n"
    (found,) = found_in(call + '  json: {name: "[Amplitude] $amp_cohort_name"}\n')
    assert (found.code, found.hint) == (
        "MAN503",
        "write `list.id`: a path begins with a key, and a dot goes one deeper",
    )


def test_items_without_an_item_says_what_to_add() -> None:
    (found,) = found_in(add_users("json: {emails: $items}"))
    assert found.hint == "add an `item` to a call with users, such as `item: $email`"


def test_a_misspelt_key_of_an_option_in_json_text_is_underlined_too() -> None:
    change = REGION % (", host: eu.acme.test", "host")
    change += add_users("json: |", '  {"é": "\\u00e9 at $region.hotst", "a": $items}', "item: $email")
    (found,) = found_in(change)
    assert (found.code, underlined(found)) == ("MAN201", "$region.hotst")

"""Previewing and testing on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import Command, partner

WORDS = ("iterable", "--users", "users.csv", "--settings", "settings.json")


@pytest.fixture
def maniple(tmp_path: Path) -> Command:
    command = Command(tmp_path)
    command.write("users.csv", "user_id,operation", "u1,add", "u2,remove", ",add")
    command.write("settings.json", json.dumps({"api_key": "KEY-SECRET-1"}))
    return command


def test_a_preview_shows_each_request_as_an_http_message_with_secrets_masked(maniple: Command) -> None:
    done = maniple("preview", *WORDS)

    assert done.code == 0
    assert done.out.startswith(
        "# 1 create_list\nPOST https://api.iterable.com/api/lists\nContent-Type: application/json\nApi-Key: ***\n"
    )
    assert '"userId": "u1"' in done.out
    assert done.out.endswith("# skipped: 1 user\nID       REASON\n(no id)  unresolved mapping\n\n")
    assert done.err == "3 requests, 1 user skipped; nothing was sent\n"
    assert "KEY-SECRET-1" not in done.out + done.err


def test_a_preview_in_json_has_requests_and_skipped(maniple: Command) -> None:
    done = maniple("preview", *WORDS, "--json", "--call", "remove_users", "--list-id", "123", "--show-secrets")

    (request,) = done.json["requests"]
    assert request["call"] == "remove_users"
    assert request["method"] == "POST"
    assert request["url"] == "https://api.iterable.com/api/lists/unsubscribe"
    assert request["headers"]["Api-Key"] == "KEY-SECRET-1"
    assert request["body"] == {"listId": 123, "subscribers": [{"userId": "u2"}], "channelUnsubscribe": False}
    assert done.json["skipped"] == []


@pytest.mark.parametrize(("word", "sent"), [("123", 123), ("0", 0), ("0123", "0123"), ("12a", "12a")])
def test_a_list_id_of_digits_is_a_number(maniple: Command, word: str, sent: object) -> None:
    done = maniple("preview", *WORDS, "--json", "--call", "add_users", "--list-id", word)

    assert done.json["requests"][0]["body"]["listId"] == sent


def test_settings_come_from_stdin_and_several_mappings_after_one_flag(maniple: Command) -> None:
    maniple.write("people.csv", "user_id,crm", "u1,c1")

    done = maniple(
        *("preview", "iterable", "--users", "people.csv", "--map", "user_id_field_amplitude=crm"),
        *("--settings", "-", "--call", "add_users", "--json"),
        stdin='{"api_key": "k"}',
    )

    assert done.json["requests"][0]["body"]["subscribers"] == [{"userId": "c1", "preferUserId": True}]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (None, "Iterable has fields to fill in, and no settings were given"),
        ("nowhere.json", "there is no file `nowhere.json`"),
        ("list.json", "`list.json` must hold one JSON object"),
        (
            "half.json",
            "`half.json` is not JSON (line 1, column 13): a value must stand here, text in double quotes",
        ),
        (
            "comma.json",
            "`comma.json` is not JSON (line 1, column 17): a key in double quotes must stand here, "
            "and no comma before `}`",
        ),
        ("empty.json", "`empty.json` is empty"),
        ("latin.json", "`latin.json` is not UTF-8 text"),
    ],
)
def test_unusable_settings_are_told_with_an_example(maniple: Command, settings: str | None, message: str) -> None:
    maniple.write("list.json", "[]")
    maniple.write("half.json", '{"api_key": KEY-SECRET-1')
    maniple.write("comma.json", '{"api_key": "x",}')
    maniple.write("empty.json", "")
    (maniple.folder / "latin.json").write_bytes(b'{"api_key": "\xe9"}')

    done = maniple("preview", "iterable", "--users", "users.csv", *(("--settings", settings) if settings else ()))

    first, second = done.err.splitlines()
    assert (done.code, first) == (2, f"error: {message}")
    assert '{"api_key": "...", "region": "us"}' in second


def test_an_error_with_json_is_json_on_stdout(maniple: Command) -> None:
    done = maniple("preview", "iterable", "--users", "nobody.csv", "--settings", "settings.json", "--json")

    assert done.json["error"]["type"] == "urn:maniple:cohort"
    assert done.json["error"]["detail"] == "there is no file `nobody.csv`"
    assert done.err.startswith("error: there is no file `nobody.csv`")


def test_a_long_body_is_cut_and_full_shows_it(maniple: Command) -> None:
    maniple.write("many.csv", "user_id", *(f"user{number}" for number in range(500)))
    words = ("preview", "iterable", "--users", "many.csv", "--settings", "settings.json", "--call", "add_users")

    cut, full = maniple(*words), maniple(*words, "--full")

    assert "more lines" in cut.out
    assert '"user499"' not in cut.out
    assert '"user499"' in full.out


def test_a_test_call_shows_request_reply_reading_and_list_id(maniple: Command) -> None:
    with partner() as (url, _):
        done = maniple("test", *WORDS, "--call", "create_list", "--via", url, "--allow-private-hosts")

    assert done.code == 0
    assert "> POST https://api.iterable.com/api/lists\n" in done.out
    assert "\n< 200  (" in done.out
    assert "= ✓ accepted\n  list id: 1001 (number)\n" in done.out
    assert "KEY-SECRET-1" not in done.out + done.err


def test_a_test_call_that_fails_exits_3_and_names_the_rule(maniple: Command) -> None:
    with partner(hostile="down") as (url, _):
        done = maniple("test", *WORDS, "--via", url, "--allow-private-hosts", "--retries", "0", "--json")

    (call,) = done.json["calls"]
    assert (done.code, done.json["ok"], call["result"]) == (3, False, "failed")
    assert call["reason"] == "Iterable is not available"
    assert call["rule"].startswith("errors[")
    assert call["exchanges"][0]["reply"]["status"] == 503
    assert call["exchanges"][0]["request"]["headers"]["Api-Key"] == "***"


def test_users_whom_the_partner_refuses_are_named(maniple: Command) -> None:
    maniple.write("many.csv", "user_id", *(f"user{number}" for number in range(500)))
    with partner(hostile="rejects") as (url, _):
        done = maniple(
            *("test", "iterable", "--users", "many.csv", "--settings", "settings.json", "--json"),
            *("--via", url, "--allow-private-hosts"),
        )

    added = done.json["calls"][1]
    assert (done.code, added["call"], added["result"]) == (0, "add_users", "delivered")
    assert len(added["rejected"]) > 0
    assert all(one["id"].startswith("user") and one["reason"] for one in added["rejected"])


@pytest.mark.parametrize(
    ("users", "message", "hint"),
    [
        (b"user_id;x\nu1;y\n", "the columns of `u.csv` are separated by semicolons", "save the file with commas"),
        (b"user_id,user_id\nu1,u2\n", "the header of `u.csv` names `user_id` more than once", "rename one"),
        (b"user_id\n\xe9\n", "`u.csv` is not UTF-8 at byte 8", "save the file with UTF-8 encoding"),
        (b"", "`u.csv` is empty", "the first line names the columns"),
    ],
)
def test_a_preview_refuses_the_files_that_a_sync_refuses(
    maniple: Command, users: bytes, message: str, hint: str
) -> None:
    (maniple.folder / "u.csv").write_bytes(users)

    done = maniple("preview", "iterable", "--users", "u.csv", "--settings", "settings.json")

    first, second = done.err.splitlines()
    assert (done.code, first) == (2, f"error: {message}")
    assert second.startswith(f"hint: {hint}")


def test_a_property_that_is_no_column_is_refused(maniple: Command) -> None:
    done = maniple("preview", *WORDS, "--map", "user_id_field_amplitude=userid")

    assert done.code == 2
    assert done.err == (
        "error: `users.csv` has no column `userid`; it has `user_id` and `operation`\nhint: did you mean `user_id`?\n"
    )


def test_a_call_to_a_list_that_nobody_named_is_not_made(maniple: Command) -> None:
    with partner() as (url, simulator):
        words = ("test", *WORDS, "--via", url, "--allow-private-hosts", "--call", "add_users")
        refused, named = maniple(*words), maniple(*words, "--list-id", "7")

        assert (refused.code, named.code) == (2, 3)
        assert simulator.partners["iterable"].state.requests == 1
    assert refused.err == (
        "error: `add_users` goes to a list, and none is named\n"
        "hint: add `--list-id ID`, or leave `--call` out: then a list is created first\n"
    )

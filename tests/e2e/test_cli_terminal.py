"""What a person at a terminal sees and is asked."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pexpect
import pytest

from support.command import Command, partner
from support.manifests import BASE

WIDE, NARROW = 120, 80

CHOOSING = {
    **BASE,
    "auth": {"kind": "none"},
    "mappings": [
        {"name": "ident", "label": "Identifier", "one_of": [{"target": "TDID"}, {"target": "UID2"}]},
        {"name": "traits", "label": "Traits", "many": True, "optional": True},
    ],
    "add_users": {**BASE["add_users"], "item": {"$ident.target": "$ident", "traits~": "$traits"}},
    "remove_users": {**BASE["remove_users"], "item": {"$ident.target": "$ident"}},
}


@pytest.fixture
def maniple(tmp_path: Path) -> Command:
    return Command(tmp_path)


def terminal(maniple: Command, *words: str, width: int = WIDE, **environ: str) -> pexpect.spawn:
    """The command in a terminal of its own."""
    return pexpect.spawn(
        sys.executable,
        ["-m", "maniple", *words],
        cwd=str(maniple.folder),
        env={**maniple.environment, **environ},
        encoding="utf-8",
        dimensions=(40, width),
        timeout=60,
    )


def ended(process: pexpect.spawn) -> tuple[int, str]:
    """The exit code, and what was on the terminal since the last thing expected."""
    process.expect(pexpect.EOF)
    process.close()
    return process.exitstatus, process.before.replace("\r\n", "\n")


def test_connect_asks_for_what_is_missing_and_hides_secrets(maniple: Command) -> None:
    asked = terminal(maniple, "connect", "customer-io", "--no-verify")
    answers = {
        "Name of the connection": "prod",
        "Site ID": "site-1",
        "Tracking API Key \\(not shown\\)": "TRACK-SECRET",
        "App API Key \\(not shown\\)": "APP-SECRET",
        "1  US": "2",
        "1  ID": "cio_id",
        "which user property": "crm_id",
    }
    seen = ""
    for question, answer in answers.items():
        asked.expect(question)
        seen += asked.before
        asked.expect(": $")
        asked.sendline(answer)
    code, rest = ended(asked)

    assert code == 0
    assert "connected Customer.io as prod" in rest
    assert "SECRET" not in seen + rest
    (kept,) = maniple("connections", "--json").json
    assert kept["settings"] == {"site_id": "site-1", "region": "eu", "id_type": "cio_id"}
    assert (kept["mappings"], kept["has_secrets"]) == ({"user_id_field_amplitude": "crm_id"}, True)


def test_connect_asks_what_a_property_is_to_the_partner_and_for_many_properties(maniple: Command) -> None:
    path = maniple.write("acme.json", json.dumps(CHOOSING))
    asked = terminal(maniple, "connect", path, "--name", "prod", "--settings", maniple.write("none.json", "{}"))
    answers = {
        "Identifier: sent as which": "2",
        "sent as UID2: which user property": "uid",
        "Traits: which user": "a,b",
    }
    for question, answer in answers.items():
        asked.expect(question)
        asked.expect(": $")
        asked.sendline(answer)
    code, _ = ended(asked)

    assert code == 0
    (kept,) = maniple("connections", "--json").json
    assert kept["mappings"] == {"ident": "uid", "ident.target": "UID2", "traits": "a,b"}


def test_connect_takes_a_target_and_many_properties_as_words(maniple: Command) -> None:
    path = maniple.write("acme.json", json.dumps(CHOOSING))
    words = ("--map", "ident=uid", "ident.target=uid2", 'traits="a,b",c')
    maniple("connect", path, "--name", "prod", *words)
    unknown = maniple("connect", path, "--name", "other", "--map", "ident=uid", "ident.target=UID")

    (kept,) = maniple("connections", "--json").json
    assert kept["mappings"] == {"ident": "uid", "ident.target": "UID2", "traits": '"a,b",c'}
    assert (unknown.code, "did you mean `UID2`?" in unknown.err) == (2, True)


def test_connect_asks_again_for_an_answer_that_does_not_fit(maniple: Command) -> None:
    words = ("--name", "prod", "--map", "user_id_field_amplitude=user_id", "--no-verify")
    asked = terminal(maniple, "connect", "iterable", *words)
    asked.expect("API Key")
    asked.sendline("KEY-SECRET-1")
    asked.expect("number or value")
    asked.sendline("mars")
    asked.expect("`region` is `mars`, and can be `us`, `eu`")
    asked.expect("number or value")
    asked.sendline("")
    code, _ = ended(asked)

    assert code == 0
    assert maniple("connections", "--json").json[0]["settings"] == {"region": "us"}


def test_with_everything_given_nothing_is_asked(maniple: Command) -> None:
    maniple.write("settings.json", '{"api_key": "KEY-SECRET-1"}')
    words = ("--name", "prod", "--settings", "settings.json", "--map", "user_id_field_amplitude=user_id")

    code, shown = ended(terminal(maniple, "connect", "iterable", *words, "--no-verify"))

    assert code == 0
    assert "[us]" not in shown


def test_without_a_terminal_the_error_says_which_words_are_missing(maniple: Command) -> None:
    maniple.write("settings.json", '{"api_key": "k"}')

    nameless = maniple("connect", "iterable")
    unset = maniple("connect", "iterable", "--name", "prod")
    unmapped = maniple("connect", "iterable", "--name", "prod", "--settings", "settings.json")

    assert (nameless.code, unset.code, unmapped.code) == (2, 2, 2)
    assert "hint: add `--name iterable`" in nameless.err
    assert '{"api_key": "...", "region": "us"}' in unset.err
    assert "hint: add `--map user_id_field_amplitude=user_id`" in unmapped.err


def test_disconnect_asks_and_a_no_keeps_everything(maniple: Command) -> None:
    with partner() as (url, _):
        maniple.connect(url)
    asked = terminal(maniple, "disconnect", "prod")
    asked.expect("Delete\\?")
    asked.sendline("")
    code, shown = ended(asked)

    assert code == 0
    assert "nothing was deleted" in shown
    assert len(maniple("connections", "--json").json) == 1


def test_progress_is_shown_in_a_terminal_and_neither_when_quiet_nor_when_piped(maniple: Command) -> None:
    maniple.write("users.csv", "user_id", *(f"u{number}" for number in range(20_000)))
    with partner(hostile="slow") as (url, _):
        maniple.connect(url)
        _, watched = ended(terminal(maniple, "sync", "prod", "users.csv", "--cohort", "One"))
        _, quiet = ended(terminal(maniple, "sync", "prod", "users.csv", "--cohort", "Two", "--quiet"))
        piped = maniple("sync", "prod", "users.csv", "--cohort", "Three")

    assert re.search(r"Delivering.*\d[\d,]*/20,000 users", watched)
    assert "Delivering" not in quiet
    assert piped.err == ""


def test_a_narrow_terminal_gets_lines_that_fit(maniple: Command) -> None:
    maniple.write("users.csv", "user_id", "u1")
    cohort = "A cohort with a rather long name, as marketers like them"
    with partner() as (url, _):
        maniple.connect(url)
        maniple("sync", "prod", "users.csv", "--cohort", cohort)
    for words in (("history", cohort), ("syncs",), ("connections",), ("destinations",)):
        _, shown = ended(terminal(maniple, *words, width=NARROW, NO_COLOR="1"))

        assert [line for line in shown.splitlines() if len(line) > NARROW] == []
        assert shown.strip()


def test_no_color_is_respected_and_the_status_still_says_its_word(maniple: Command) -> None:
    maniple.write("users.csv", "user_id", "u1")
    with partner(hostile="down") as (url, _):
        maniple.connect(url)
        maniple("sync", "prod", "users.csv", "--cohort", "Buyers", "--retries", "0")
    _, colored = ended(terminal(maniple, "history", "Buyers"))
    _, plain = ended(terminal(maniple, "history", "Buyers", NO_COLOR="1"))

    assert "\x1b[31m✗ failed\x1b[0m" in colored
    assert "\x1b" not in plain
    assert "✗ failed" in plain

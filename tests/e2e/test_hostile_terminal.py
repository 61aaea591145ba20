"""Nothing that a manifest, a cohort or a partner says acts on the terminal it is shown in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.hostile.attack import changed
from support.command import Command, Finished
from support.raw_partner import Asked, RawPartner

EVIL = "A\x1b[2J\x1b]0;x\x07\x9b31m\u202eB\u2028C\x00\x08\x7f"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]")
"""All that a terminal obeys or hides, but for the tab and the line end."""


def answer(asked: Asked) -> tuple[int, bytes]:
    if asked.path == "/lists":
        return 200, json.dumps({"id": EVIL}).encode()
    if "remove" in asked.path:
        return 200, b"{}"
    refused = {"bad": [{"id": "u1", "why": EVIL, "text": EVIL}], "error": EVIL}
    return (400 if b"u9" in asked.body else 200), json.dumps(refused).encode()


@pytest.fixture
def maniple(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path, {"MANIPLE_MAX_RETRIES": "0"})
    manifest = changed(
        name="Ac\x1b[2Jme",
        summary="s\x1b[31m\u202em",
        errors=[{"status": 400, "reason": "Re\x1b[2Jason", "message": "Me\x07 {{ reply.error }}"}],
        add_users__rejects={"rows": "bad", "by": "value", "at": "id", "item": "$user_key", "reason": "why"},
    )
    (tmp_path / "acme.json").write_bytes(manifest)
    command.write("settings.json", json.dumps({"bearer_token": "token-1"}))
    command.write("users.csv", "user_id,na\x1b[2Jme", "u1,a", "u2,b")
    command.write("nine.csv", "user_id,x", "u9,a")
    with RawPartner(answer, "X-Evil: \x1b[2J\x07") as partner:
        to = ("--via", partner.url, "--allow-private-hosts")
        command.environ["TO"] = partner.url
        done = command("connect", "acme.json", "--name", "c", "--settings", "settings.json", *MAP, *to)
        assert done.code == 0
        yield command


MAP = ("--map", "user_key=user_id")
FORMS = pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])


def obeyed(done: Finished) -> list[str]:
    return OBEYED.findall(done.out.replace("\n", "") + done.err.replace("\n", ""))


@FORMS
@pytest.mark.parametrize("users", ["users.csv", "nine.csv"])
def test_a_test_of_a_hostile_partner(maniple: Command, form: tuple[str, ...], users: str) -> None:
    to = ("--via", maniple.environ["TO"], "--allow-private-hosts", "--retries", "0")

    done = maniple("test", "acme.json", "--users", users, "--settings", "settings.json", *MAP, *to, *form)

    assert done.code in (0, 3)
    assert obeyed(done) == []


@FORMS
def test_a_run_and_all_that_tells_of_it(maniple: Command, form: tuple[str, ...]) -> None:
    synced = maniple("sync", "c", "users.csv", "--cohort", "K", *form)
    failed = maniple("sync", "c", "nine.csv", "--cohort", "K", "--yes", *form)

    assert (synced.code, failed.code) == (0, 3)
    told = [maniple(verb, "c/K", *form) for verb in ("errors", "history")]
    told += [maniple(verb, *form) for verb in ("syncs", "connections", "destinations")]
    assert [obeyed(done) for done in (synced, failed, *told)] == [[]] * 7
    assert [done.code for done in told] == [0] * 5


def test_an_export_of_refused_users(maniple: Command) -> None:
    maniple("sync", "c", "users.csv", "--cohort", "K")

    done = maniple("export", "latest")

    assert "rejected by partner: A␛[2J␛]0;x␇<U+009B>31m<U+202E>B<U+2028>C␀␈␡" in done.out
    assert obeyed(done) == []


@pytest.mark.parametrize("form", [(), ("--json",), ("--format", "github")], ids=["text", "json", "github"])
def test_findings_about_a_hostile_manifest(maniple: Command, form: tuple[str, ...]) -> None:
    (maniple.folder / "bad.json").write_bytes(
        changed(**{"x\x1b[2J": 1}, kind="li\x1b[2Jst", add_users__item="$a\u202eb $n\x1bo")
    )

    done = maniple("check", "bad.json", *form)

    assert done.code == 1
    assert obeyed(done) == []


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "no\x1b[2Jbody", "users.csv", "--cohort", "K"),
        ("sync", "c", "users.csv", "--cohort", "K", "--id-column", "\x1b[2J"),
        ("sync", "c", "ev\x1b[2Jil.csv", "--cohort", "K"),
        ("sync", "c", "users.csv", "--cohort", "a\nb\x1b"),
        ("sync", "c", "users.csv", "--cohort", "K", "--cohort-id", "a\x1b/../x"),
        ("connect", "acme.json", "--name", "a\x1b[2J", "--settings", "settings.json", *MAP),
        ("connect", "acme.json", "--name", "q", "--settings", "settings.json", "--map", "user\x1b[2J=user_id"),
        ("preview", "acme.json", "--users", "users.csv", "--settings", "settings.json", "--map", "user_key=\x1b[2J"),
        ("sync", "--wh\x1b[2Jat"),
        ("sy\x1b[2J",),
    ],
)
def test_what_a_person_typed_wrong_is_shown_without_effect(maniple: Command, words: tuple[str, ...]) -> None:
    done = maniple(*words)

    assert done.code == 2
    assert obeyed(done) == []

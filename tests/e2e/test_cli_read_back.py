"""`connect` verifies, `reconcile` compares and repairs, `forget` ends a sync: the verbs against a partner over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from support.command import Command
from support.live_partner import Answer, Asked, LivePartner
from support.manifests import BASE

LISTS = "https://api.acme.test/lists"
READ_BACK = {
    "verify": {"method": "GET", "url": "https://api.acme.test/me"},
    "delete_list": {"method": "DELETE", "url": f"{LISTS}/$list_id"},
    "list_members": {
        "method": "GET",
        "url": f"{LISTS}/$list_id/members",
        "match": {"rows": "people", "by": "value", "at": "key", "item": "$user_key"},
    },
    "errors": [{"status": [401, 403], "reason": "Refused", "message": "The key is not accepted."}],
}


class Acme:
    """A partner over HTTP who loses `lost` users."""

    def __init__(self) -> None:
        self.members: set[str] = set()
        self.lost: set[str] = set()
        self.refuses = False

    def __call__(self, request: Asked) -> Answer:
        if self.refuses:
            return Answer(401, {})
        if request.path == "/lists":
            return Answer(200, {"id": 7})
        if request.path.endswith("/add"):
            self.members |= set(request.body["users"]) - self.lost
        if request.path.endswith("/members"):
            return Answer(200, {"people": [{"key": user} for user in sorted(self.members)]})
        return Answer(200, {})


@pytest.fixture
def acme() -> Acme:
    return Acme()


@pytest.fixture
def maniple(tmp_path: Path, acme: Acme) -> Iterator[Command]:
    with LivePartner(acme) as partner:
        command = Command(tmp_path, {"ACME": partner.url})
        (tmp_path / "acme.yaml").write_text(yaml.safe_dump({**BASE, **READ_BACK}, sort_keys=False))
        (tmp_path / "settings.json").write_text('{"bearer_token": "TOKEN-1"}')
        (tmp_path / "users.csv").write_text("user_id\na\nb\n")
        yield command


def connected(maniple: Command, *words: str) -> tuple[int, str]:
    done = maniple(
        *("connect", "acme.yaml", "--name", "prod", "--settings", "settings.json", "--map", "user_key=user_id"),
        *("--via", maniple.environ["ACME"], "--allow-private-hosts", *words),
    )
    return done.code, done.err


def test_good_credentials_are_kept_in_silence(maniple: Command) -> None:
    code, said = connected(maniple)

    assert code == 0
    assert "warning" not in said


def test_refused_credentials_are_told_when_they_are_given(maniple: Command, acme: Acme) -> None:
    acme.refuses = True

    code, said = connected(maniple)

    assert code == 3
    assert "warning: the partner does not accept this connection: The key is not accepted." in said


def test_a_partner_who_is_out_of_reach_has_nothing_against_a_connection(maniple: Command) -> None:
    maniple.environ["ACME"] = "http://127.0.0.1:9"

    code, said = connected(maniple)

    assert code == 0
    assert "warning: the connection is kept and could not be tried: The partner could not be reached" in said


def test_nobody_is_asked_when_that_is_not_wanted(maniple: Command, acme: Acme) -> None:
    acme.refuses = True

    assert connected(maniple, "--no-verify")[0] == 0


def test_a_list_that_lost_users_is_found_and_repaired(maniple: Command, acme: Acme) -> None:
    connected(maniple)
    acme.lost = {"b"}
    assert maniple("sync", "prod", "users.csv", "--cohort", "Buyers").code == 0
    acme.lost = set()

    found = maniple("reconcile", "Buyers")
    repaired = maniple("reconcile", "Buyers", "--repair", "--json")

    assert found.code == 3
    assert "1 accepted and not on the list: b" in found.out
    assert repaired.code == 0
    assert repaired.json["repair"]["kept"] == 1
    assert acme.members == {"a", "b"}
    assert maniple("reconcile", "Buyers").code == 0


def test_a_forgotten_sync_is_gone(maniple: Command) -> None:
    connected(maniple)
    maniple("sync", "prod", "users.csv", "--cohort", "Buyers")

    asked = maniple("forget", "Buyers")
    done = maniple("forget", "Buyers", "--delete-list", "--yes")

    assert asked.code == 2
    assert done.code == 0
    assert done.out == "deleted sync `Buyers` with its history and membership and its list at the partner\n"
    assert maniple("history", "Buyers").code == 2

"""Syncs through the command line to a partner behind OAuth 2: exact lists, one token for each that ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.command import Command, Finished
from support.manifests import BASE
from support.oauth_partner import CLIENT, FIRST_REFRESH, OAuthPartner

TOKEN_URL = "https://auth.acme.test/token"
CALLS: dict[str, Any] = {name: {**BASE[name], "batch": {"items": 5}} for name in ("add_users", "remove_users")}
SETTINGS = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}


class Story:
    """A home with a connection to `partner`, and cohorts of users by number."""

    def __init__(self, folder: Path, partner: OAuthPartner) -> None:
        self.folder = folder
        self.partner = partner
        self.maniple = Command(folder)
        self.output = ""

    def connect(self, auth: dict[str, Any], settings: dict[str, str], **changes: Any) -> None:
        manifest = {**BASE, **CALLS, "limits": {"parallel": 4}, "auth": auth, **changes}
        (self.folder / "acme.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))
        (self.folder / "settings.json").write_text(json.dumps(settings))
        words = ("connect", "acme.yaml", "--name", "acme", "--settings", "settings.json", "--map", "user_key=user_id")
        self.run(*words, "--via", self.partner.url, "--allow-private-hosts")
        (self.folder / "settings.json").unlink()

    def run(self, *words: str, code: int = 0, **environ: str) -> Finished:
        done = self.maniple(*words, **environ)
        self.output += done.out + done.err
        assert done.code == code, done.err
        return done

    def sync(self, users: range, code: int = 0) -> Finished:
        lines = "".join(f"{user},u{user}\n" for user in users)
        (self.folder / "users.csv").write_text(f"amplitude_id,user_id\n{lines}")
        return self.run("sync", "acme", "users.csv", "--cohort", "Buyers", "--yes", code=code)


@pytest.fixture
def partner() -> Iterator[OAuthPartner]:
    with OAuthPartner() as one:
        yield one


def test_tokens_that_end_midway_are_replaced_one_by_one(tmp_path: Path, partner: OAuthPartner) -> None:
    partner.uses = 7
    story = Story(tmp_path, partner)
    story.connect({"kind": "oauth2_client_credentials", "token_url": TOKEN_URL}, SETTINGS)

    story.sync(range(203))
    story.sync(range(100, 300))

    assert partner.members == {f"u{user}" for user in range(100, 300)}
    # 1 list, 41 batches of adds; then 20 of removes and 20 of adds: 82 calls with 7 calls to a token.
    assert (len(partner.tokens), partner.ended) == (12, 11)
    assert len(partner.asked) == 12


def test_a_refresh_token_that_rotates_is_used_once(tmp_path: Path, partner: OAuthPartner) -> None:
    partner.uses, partner.rotates = 7, True
    story = Story(tmp_path, partner)
    auth = {"kind": "oauth2_refresh", "token_url": TOKEN_URL, "send": "basic"}
    story.connect(auth, {**SETTINGS, "refresh_token": FIRST_REFRESH})

    story.sync(range(203))
    story.sync(range(100, 300))

    assert partner.members == {f"u{user}" for user in range(100, 300)}
    assert (len(partner.tokens), partner.reused) == (12, 0)


def test_the_next_run_goes_on_with_the_token_of_the_last(tmp_path: Path, partner: OAuthPartner) -> None:
    story = Story(tmp_path, partner)
    story.connect({"kind": "oauth2_client_credentials", "token_url": TOKEN_URL}, SETTINGS)

    story.sync(range(10))
    story.sync(range(20))

    assert len(partner.asked) == 1


def test_no_token_stands_in_the_clear_anywhere(tmp_path: Path, partner: OAuthPartner) -> None:
    partner.rotates, partner.echoes = True, True
    story = Story(tmp_path, partner)
    quoting = [{"status": 400, "reason": "Not allowed", "message": "{{ reply.message }}"}]
    auth = {"kind": "oauth2_refresh", "token_url": TOKEN_URL}
    story.connect(auth, {**SETTINGS, "refresh_token": FIRST_REFRESH}, errors=quoting)

    failed = story.sync(range(100), code=3)
    story.run("errors", "acme/Buyers", "--json")
    story.run("export", "latest", "-o", "run.csv")

    assert "Bearer *** with *** may not do this" in failed.out + failed.err
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in partner.secrets:
        assert secret not in story.output
        assert secret.encode() not in kept


def test_a_trial_call_shows_the_sign_in_without_its_secrets(tmp_path: Path, partner: OAuthPartner) -> None:
    story = Story(tmp_path, partner)
    story.connect({"kind": "oauth2_client_credentials", "token_url": TOKEN_URL}, SETTINGS)
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    (tmp_path / "users.csv").write_text("amplitude_id,user_id\n1,u1\n")
    words = ("acme.yaml", "--users", "users.csv", "--settings", "settings.json")

    shown = story.run("test", *words, "--via", partner.url, "--allow-private-hosts").out
    previewed = story.run("preview", *words).out

    assert "POST https://auth.acme.test/token" in shown
    assert '"access_token": "***"' in shown
    assert "Authorization: Bearer ***" in shown
    assert "Authorization: Bearer access_token_from_auth" in previewed
    assert len(partner.asked) == 1
    assert not any(secret in story.output for secret in partner.secrets)


def test_a_wrong_client_secret_says_who_must_act_and_asks_once(tmp_path: Path, partner: OAuthPartner) -> None:
    story = Story(tmp_path, partner)
    story.connect(
        {"kind": "oauth2_client_credentials", "token_url": TOKEN_URL}, {**SETTINGS, "client_secret": "wrong-s3cret"}
    )

    failed = story.sync(range(50), code=3)

    assert "The partner does not know this client, or its secret is another one" in failed.out + failed.err
    assert partner.bad_client == 1
    assert "wrong-s3cret" not in story.output


def test_a_sign_in_that_is_down_for_a_moment_is_asked_again(tmp_path: Path, partner: OAuthPartner) -> None:
    partner.fails = 1
    story = Story(tmp_path, partner)
    story.connect({"kind": "oauth2_client_credentials", "token_url": TOKEN_URL}, SETTINGS)

    story.sync(range(10))

    assert len(partner.asked) == 2
    assert len(partner.members) == 10


def test_two_processes_get_one_token_together(tmp_path: Path, partner: OAuthPartner) -> None:
    partner.rotates = True
    story = Story(tmp_path, partner)
    story.connect({"kind": "oauth2_refresh", "token_url": TOKEN_URL}, {**SETTINGS, "refresh_token": FIRST_REFRESH})
    (tmp_path / "users.csv").write_text("amplitude_id,user_id\n" + "".join(f"{user},u{user}\n" for user in range(20)))

    running = [
        story.maniple.begin("sync", "acme", "users.csv", "--cohort", name, "--yes") for name in ("Buyers", "Sellers")
    ]

    assert [process.wait(60) for process in running] == [0, 0]
    assert (len(partner.tokens), partner.reused) == (1, 0)


OPERATED = [
    {"name": "client_id", "type": "secret", "label": "Client ID", "from": "operator"},
    {"name": "client_secret", "type": "secret", "label": "Client Secret", "from": "operator"},
]


def test_the_operators_client_is_given_once_and_asked_of_nobody_else(tmp_path: Path, partner: OAuthPartner) -> None:
    story = Story(tmp_path, partner)
    auth = {"kind": "oauth2_refresh", "token_url": TOKEN_URL}
    story.connect(auth, {"refresh_token": FIRST_REFRESH}, fields=OPERATED)

    lacking = story.sync(range(5), code=4)
    assert "`client_id` (Client ID) is missing: Acme needs it from whoever runs maniple" in lacking.err
    assert "maniple operator acme" in lacking.err

    (tmp_path / "client.json").write_text(json.dumps(SETTINGS))
    story.run("operator", "acme.yaml", "--settings", "client.json")
    (tmp_path / "client.json").unlink()
    story.sync(range(5))

    assert len(partner.members) == 5
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert CLIENT[1].encode() not in kept


def test_the_operators_client_can_come_from_the_environment(tmp_path: Path, partner: OAuthPartner) -> None:
    story = Story(tmp_path, partner)
    auth = {"kind": "oauth2_refresh", "token_url": TOKEN_URL}
    story.connect(auth, {"refresh_token": FIRST_REFRESH}, fields=OPERATED)
    story.maniple.environ |= {
        "MANIPLE_OPERATOR_ACME_CLIENT_ID": CLIENT[0],
        "MANIPLE_OPERATOR_ACME_CLIENT_SECRET": CLIENT[1],
    }

    story.sync(range(5))

    assert len(partner.members) == 5


def test_an_end_user_cannot_give_what_is_the_operators(tmp_path: Path, partner: OAuthPartner) -> None:
    story = Story(tmp_path, partner)
    manifest = {**BASE, "auth": {"kind": "oauth2_refresh", "token_url": TOKEN_URL}, "fields": OPERATED}
    (tmp_path / "acme.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))
    (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, "refresh_token": FIRST_REFRESH}))

    refused = story.run("connect", "acme.yaml", "--name", "acme", "--settings", "settings.json", code=2)

    assert "`client_id` is given by whoever runs maniple (`maniple operator acme`)" in refused.err

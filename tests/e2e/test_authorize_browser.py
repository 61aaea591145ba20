"""Access granted in a browser: the consent page, the way back to this machine, the refresh token kept."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from support.command import Command
from support.manifests import BASE
from support.oauth_partner import CLIENT, OAuthPartner

AUTH = {
    "kind": "oauth2_refresh",
    "token_url": "https://auth.acme.test/token",
    "authorize_url": "https://acme.test/consent?access=offline",
    "scopes": ["lists", "users"],
}


@pytest.fixture
def partner() -> Iterator[OAuthPartner]:
    with OAuthPartner() as one:
        yield one


class Browser:
    """A command that waits for a browser. `address` is the consent page that it names."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stderr is not None
        self.said = ""
        while "https://" not in (line := process.stderr.readline()):
            assert line, self.said
            self.said += line
        self.address = line.strip()

    def open(self, address: str) -> int:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def end(self) -> tuple[int, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out + err


def free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


def connecting(folder: Path, partner: OAuthPartner) -> Browser:
    (folder / "acme.yaml").write_text(yaml.safe_dump({**BASE, "auth": AUTH}, sort_keys=False))
    (folder / "settings.json").write_text(json.dumps({"client_id": CLIENT[0], "client_secret": CLIENT[1]}))
    words = ("connect", "acme.yaml", "--name", "acme", "--settings", "settings.json", "--map", "user_key=user_id")
    to = ("--via", partner.url, "--allow-private-hosts", "--authorize", "--port", free_port())
    return Browser(Command(folder).begin(*words, *to))


def test_access_is_granted_while_connecting_and_again_later(tmp_path: Path, partner: OAuthPartner) -> None:
    browser = connecting(tmp_path, partner)
    asked = dict(parse_qsl(urlsplit(browser.address).query))

    assert browser.address.startswith(
        "https://acme.test/consent?access=offline&response_type=code&client_id=client-id-1"
    )
    assert (asked["scope"], asked["code_challenge_method"]) == ("lists users", "S256")
    assert browser.open(partner.consent(browser.address)) == 200
    code, said = browser.end()
    assert code == 0, said
    assert partner.refreshes[1] not in said

    maniple = Command(tmp_path)
    (tmp_path / "users.csv").write_text("amplitude_id,user_id\n1,u1\n")
    assert maniple("sync", "acme", "users.csv", "--cohort", "Buyers", "--yes").code == 0
    assert partner.asked[-1]["refresh_token"] == partner.refreshes[1]

    again = Browser(maniple.begin("authorize", "acme", "--port", free_port()))
    again.open(partner.consent(again.address))
    assert again.end()[0] == 0
    assert maniple("sync", "acme", "users.csv", "--cohort", "Buyers", "--yes").code == 0
    assert maniple("sync", "acme", "users.csv", "--cohort", "Sellers", "--yes").code == 0
    assert partner.asked[-1]["refresh_token"] == partner.refreshes[2]
    assert partner.reused == 0


def test_who_does_not_know_the_state_is_not_let_in(tmp_path: Path, partner: OAuthPartner) -> None:
    browser = connecting(tmp_path, partner)
    right = partner.consent(browser.address)
    redirect = right.partition("?")[0]

    assert browser.open(f"{redirect}?code=stolen&state=guessed") == 404
    assert browser.open(f"{redirect}?code=stolen") == 404
    assert browser.open(right) == 200
    assert browser.end()[0] == 0


def test_access_that_is_denied_keeps_no_connection(tmp_path: Path, partner: OAuthPartner) -> None:
    browser = connecting(tmp_path, partner)
    asked = dict(parse_qsl(urlsplit(browser.address).query))

    browser.open(f"{asked['redirect_uri']}?error=access_denied&state={asked['state']}")

    code, said = browser.end()
    assert code == 3
    assert "access was not granted: access_denied" in said
    assert "there is no connection" in Command(tmp_path)("sync", "acme", "acme.yaml", "--cohort", "Buyers").err


def test_a_destination_without_a_consent_page_says_so(tmp_path: Path, partner: OAuthPartner) -> None:
    (tmp_path / "acme.yaml").write_text(yaml.safe_dump(BASE, sort_keys=False))
    (tmp_path / "settings.json").write_text(json.dumps({"bearer_token": "bearer-token-1"}))

    words = ("connect", "acme.yaml", "--name", "acme", "--settings", "settings.json", "--map", "user_key=user_id")
    done = Command(tmp_path)(*words, "--authorize")

    assert done.code == 2
    assert "Acme has no sign-in in a browser" in done.err

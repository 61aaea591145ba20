"""Test calls behind a sign-in: its tokens stand in nothing that is told, kept or handed on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from test_testing_calls import MANIFEST, studied

from maniple.store.home import Home
from maniple.testing.golden import run_cases
from maniple.usecases.evidence import collect
from maniple.usecases.recording import record_case
from maniple.usecases.rehearsal import Event, Rehearsal, Target, rehearse_all, rehearse_call
from maniple.usecases.rehearsal_history import keep_call
from maniple.usecases.rehearsal_tokens import KeptTokens
from maniple.wiring import open_sender
from support.oauth_partner import CLIENT, FIRST_REFRESH, OAuthPartner
from support.panel_bench import NoonClock

SIGN_IN = MANIFEST.replace(
    "auth: {kind: bearer}", "auth: {kind: oauth2_client_credentials, token_url: https://acme.test/token}"
).replace(
    "  - {name: bearer_token, type: secret, label: Token, help: Settings}\n",
    "  - {name: client_id, type: string, label: Client ID, help: Settings}\n"
    "  - {name: client_secret, type: secret, label: Client secret, help: Settings}\n",
)
SETTINGS = {"base": "https://acme.test", "client_id": CLIENT[0], "client_secret": CLIENT[1]}


async def tried_twice(folder: Path, partner: OAuthPartner) -> tuple[list[Rehearsal], list[Event]]:
    """An end-to-end test, and one add after it to the list that it made."""
    found, _ = studied(folder, "", SIGN_IN, settings=SETTINGS)
    assert found.trial is not None, found.troubles
    told: list[Event] = []
    target = Target("partner", open_sender(allow_private=True, via=partner.url), NoonClock())
    try:
        first = await rehearse_all(found.trial, target, told.append)
        second = await rehearse_call(replace(found.trial, call="add_users", list_id=1), target, told.append)
    finally:
        await target.sender.close()
    return [first, second], told


async def test_one_token_does_for_all_tests_of_a_target(tmp_path: Path) -> None:
    with OAuthPartner() as partner:
        (first, second), _ = await tried_twice(tmp_path, partner)

    assert len(partner.tokens) == 1
    assert [exchange.call for exchange in first.calls[0].exchanges] == ["auth", "create_list"]
    assert second.calls[0].result == "delivered"


async def test_an_exchange_of_a_sign_in_shows_that_it_was_answered_and_not_with_what(tmp_path: Path) -> None:
    with OAuthPartner() as partner:
        (first, _), _ = await tried_twice(tmp_path, partner)

    sign_in = first.calls[0].exchanges[0]
    assert (sign_in.status, sign_in.reading.words, sign_in.curl) == (200, "the sign-in was answered", "")
    assert sign_in.body == sign_in.reply_body == "(a sign-in's credentials are not shown)"


async def test_a_call_behind_a_sign_in_is_copied_with_a_variable_for_its_token(tmp_path: Path) -> None:
    with OAuthPartner() as partner:
        (first, _), _ = await tried_twice(tmp_path, partner)

    assert "-H 'Authorization: Bearer '\"$ACCESS_TOKEN\"" in first.calls[0].exchanges[1].curl


async def test_no_token_is_in_what_is_told_kept_handed_on_or_made_a_case_of(tmp_path: Path) -> None:
    home, folder = Home(tmp_path / "kept"), tmp_path / "acme"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(SIGN_IN)
    with OAuthPartner(echoes=True) as partner:
        tests, told = await tried_twice(tmp_path, partner)
        found, _ = studied(tmp_path, "", SIGN_IN, settings=SETTINGS)
        assert found.program is not None
        for call in (call for one in tests for call in one.calls):
            keep_call(home, "acme", call)
            record_case(folder, found.program, call)

    everything = repr(tests) + repr(told) + collect(home, "acme").decode() + (folder / "cases.yaml").read_text()
    everything += "".join(path.read_text() for path in (tmp_path / "kept").rglob("*.jsonl"))
    assert [secret for secret in partner.secrets if secret in everything and secret != "refresh-granted-0"] == []
    assert "Bearer ***" in json.loads(collect(home, "acme"))["calls"][0]["exchanges"][0]["reply"]["body"]
    assert run_cases(folder).passed


async def test_a_sign_in_that_is_refused_fails_the_call(tmp_path: Path) -> None:
    found, _ = studied(tmp_path, "", SIGN_IN, settings={**SETTINGS, "client_secret": "wrong-s3cret"})
    assert found.trial is not None
    with OAuthPartner() as partner:
        target = Target("partner", open_sender(allow_private=True, via=partner.url), NoonClock())
        try:
            done = await rehearse_all(found.trial, target)
        finally:
            await target.sender.close()

    (call,) = done.calls
    assert call.result == "failed"
    assert [exchange.reading.words for exchange in call.exchanges] == ["the sign-in was refused"]


async def test_a_refresh_token_that_was_replaced_is_kept_sealed_for_the_next_session(tmp_path: Path) -> None:
    manifest = SIGN_IN.replace("oauth2_client_credentials", "oauth2_refresh").replace(
        "mappings:", "  - {name: refresh_token, type: secret, label: Refresh token, help: Settings}\nmappings:"
    )
    found, _ = studied(tmp_path, "", manifest, settings={**SETTINGS, "refresh_token": FIRST_REFRESH})
    assert found.trial is not None, found.troubles
    trial = replace(found.trial, call="create_list")
    home = Home(tmp_path / "kept")
    with OAuthPartner(uses=1, rotates=True) as partner:
        for _ in range(3):
            sender = open_sender(allow_private=True, via=partner.url)
            target = Target("partner", sender, NoonClock(), kept=KeptTokens(home, "acme"))
            done = await rehearse_call(trial, target)
            await sender.close()
            assert done.calls[0].result == "delivered"

    assert (len(partner.tokens), partner.reused) == (3, 0)
    assert [path for path in files_in(home.path) if b"refresh-rotated" in path.read_bytes()] == []


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]

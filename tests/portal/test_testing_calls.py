"""Test calls against a real partner on loopback and against the simulator, without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maniple.errors import ForbiddenAddress, UsageError
from maniple.usecases.draft import Draft
from maniple.usecases.rehearsal import Ended, Event, Omitted, Rehearsal, Sent
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.stand_in import StandIn
from maniple.usecases.study import Study, study
from maniple.usecases.trying import try_all, try_call
from support.live_partner import Answer, Asked, LivePartner
from support.panel_bench import NoonClock, make_desk

MANIFEST = """\
manifest: 1
slug: acme
version: 1.0.0
name: Acme
category: messaging
summary: Lists at Acme.
kind: list
auth: {kind: bearer}
fields:
  - {name: base, type: url, label: Address, help: Where Acme listens}
  - {name: bearer_token, type: secret, label: Token, help: Settings}
mappings:
  - {name: user_key, label: User ID, suggest: [user_id]}
create_list:
  method: POST
  url: $base/lists
  json: {name: $amp_cohort_name}
  list_id: {response: id}
add_users:
  method: POST
  url: $base/lists/$list_id/add
  json: {users: $items}
  item: $user_key
  rejects: {rows: refused, by: value, at: user, item: $user_key, reason: why}
remove_users:
  method: POST
  url: $base/lists/$list_id/remove
  json: {users: $items}
  item: $user_key
delete_list:
  method: DELETE
  url: $base/lists/$list_id
errors:
  - {status: 401, reason: Bad token, message: "Acme refused the token {{ reply.token }}"}
  - {status: 409, reason: There already, then: treat_as_success}
"""
TOKEN = "t0ken-s3cret-1"
NOW = "2026-11-24T10:00:00Z"


def studied(folder: Path, base: str, manifest: str = MANIFEST, **setup: Any) -> tuple[Study, Setup]:
    """What a draft makes of a set-up for a partner at `base`."""
    desk = make_desk(folder)
    path = desk.folder / "acme" / "manifest.yaml"
    given = Setup(**{"settings": {"base": base, "bearer_token": TOKEN}, "simulated": False, **setup})
    return study(Draft(path, manifest), given, desk.home, {}, NOW), given


@asynccontextmanager
async def stand_in(*, private: bool = True) -> AsyncIterator[StandIn]:
    one = StandIn(NoonClock(), {"MANIPLE_ALLOW_PRIVATE_HOSTS": "1"} if private else {})
    try:
        yield one
    finally:
        await one.close()


async def tried(
    folder: Path, behave: Callable[[Asked], Answer], call: str | None = None, manifest: str = MANIFEST, **setup: Any
) -> tuple[Rehearsal, list[Event], LivePartner]:
    """One call, or all of them, made to a partner that behaves so."""
    told: list[Event] = []
    with LivePartner(behave) as partner:
        found, given = studied(folder, partner.url, manifest, **setup)
        async with stand_in() as one:
            if call is None:
                return await try_all(found, given, one, told.append), told, partner
            return await try_call(found, given, call, one, told.append), told, partner


def kindly(asked: Asked) -> Answer:
    return Answer(201, {"id": 7}) if asked.path == "/lists" else Answer(200, {})


async def test_end_to_end_creates_adds_removes_and_cleans_up(tmp_path: Path) -> None:
    done, told, partner = await tried(tmp_path, kindly)

    assert [(one.method, one.path) for one in partner.received] == [
        ("POST", "/lists"),
        ("POST", "/lists/7/add"),
        ("POST", "/lists/7/remove"),
        ("DELETE", "/lists/7"),
    ]
    assert [call.result for call in done.calls] == ["delivered"] * 4
    assert (done.list_id, done.omitted) == (None, ())
    assert [type(event).__name__ for event in told][:3] == ["Sent", "Answered", "Ended"]


async def test_without_a_call_that_deletes_lists_the_test_says_that_the_list_stays(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("delete_list:\n  method: DELETE\n  url: $base/lists/$list_id\n", "")

    done, told, _ = await tried(tmp_path, kindly, manifest=manifest)

    left = Omitted("delete_list", "the manifest declares no `delete_list`, so the list `7` stays at the partner")
    assert done.omitted == (left,)
    assert told[-1] == left
    assert done.list_id == 7


async def test_a_list_is_deleted_also_when_nobody_could_be_added(tmp_path: Path) -> None:
    def refusing(asked: Asked) -> Answer:
        return Answer(401, {"token": "bad"}) if asked.path.endswith("/add") else kindly(asked)

    done, _, partner = await tried(tmp_path, refusing)

    assert [(call.call, call.result) for call in done.calls] == [
        ("create_list", "delivered"),
        ("add_users", "failed"),
        ("remove_users", "delivered"),
        ("delete_list", "delivered"),
    ]
    assert partner.received[-1].method == "DELETE"


async def test_after_a_failed_creation_nothing_else_is_called(tmp_path: Path) -> None:
    done, _, partner = await tried(tmp_path, lambda _: Answer(401, {"token": "x"}))

    assert len(partner.received) == 1
    assert [one.why for one in done.omitted] == ["the list could not be created"] * 2


async def test_a_reply_says_by_which_rule_of_the_manifest_it_was_read(tmp_path: Path) -> None:
    done, _, _ = await tried(tmp_path, lambda _: Answer(401, {"token": "abc"}), "create_list")

    (call,) = done.calls
    assert (call.result, call.reason, call.rule) == ("failed", "Bad token", "errors[0]")
    reading = call.exchanges[0].reading
    assert (reading.verdict, reading.rule, reading.message) == ("refused", "errors[0]", "Acme refused the token abc")


async def test_a_refusal_that_counts_as_success_names_its_rule_too(tmp_path: Path) -> None:
    done, _, _ = await tried(tmp_path, lambda _: Answer(409, {}), "add_users", list_id=7)

    (reading,) = [exchange.reading for exchange in done.calls[0].exchanges]
    assert (reading.verdict, reading.words, reading.rule) == ("accepted", "counts as success", "errors[1]")


async def test_a_status_that_no_rule_fits_is_unclassified(tmp_path: Path) -> None:
    done, _, partner = await tried(tmp_path, lambda _: Answer(418, {}), "create_list")

    (call,) = done.calls
    assert (call.reason, call.rule, len(partner.received)) == ("unclassified", "", 1)
    assert call.exchanges[0].reading.words == "no rule of the manifest fits"


async def test_status_time_and_size_of_a_reply_are_told(tmp_path: Path) -> None:
    done, _, _ = await tried(tmp_path, kindly, "create_list")

    exchange = done.calls[0].exchanges[0]
    assert (exchange.status, exchange.octets, exchange.reply_body) == (201, 9, '{"id": 7}')
    assert exchange.ms > 0


async def test_the_list_id_of_a_creation_goes_into_the_next_call(tmp_path: Path) -> None:
    created, _, _ = await tried(tmp_path / "a", kindly, "create_list")
    _, _, partner = await tried(tmp_path / "b", kindly, "add_users", list_id=created.list_id)

    assert [one.path for one in partner.received] == ["/lists/7/add"]


async def test_a_call_to_a_list_that_nobody_named_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        await tried(tmp_path, kindly, "add_users")

    assert caught.value.message == "`add_users` goes to a list, and none is known"
    assert caught.value.hint == "test `create_list` first, or type a list id"


async def test_what_a_creation_saves_beside_the_id_is_there_for_later_calls(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("list_id: {response: id}", "list_id: {response: id}\n  save: {folder: folder.key}")
    manifest = manifest.replace("$list_id/add", "$list_id/$folder/add")

    done, _, _ = await tried(
        tmp_path, lambda _: Answer(200, {"id": 7, "folder": {"key": "f1"}}), "create_list", manifest
    )
    assert (done.list_id, dict(done.saved)) == (7, {"folder": "f1"})
    _, _, partner = await tried(tmp_path, kindly, "add_users", manifest, list_id=7, saved=done.saved)
    assert [one.path for one in partner.received] == ["/lists/7/f1/add"]


async def test_refused_users_are_named_with_their_reasons(tmp_path: Path) -> None:
    def refusing(asked: Asked) -> Answer:
        return Answer(200, {"refused": [{"user": asked.body["users"][1], "why": "no such user"}]})

    done, _, _ = await tried(tmp_path, refusing, "add_users", list_id=7)

    assert done.calls[0].rejected == ((done.calls[0].inputs.users[1]["user_id"], "no such user"),)
    assert done.calls[0].users == 7


async def test_a_mapping_that_was_chosen_is_what_a_test_sends(tmp_path: Path) -> None:
    _, _, partner = await tried(tmp_path, kindly, "add_users", list_id=7, mappings={"user_key": "email"})

    assert all(user.endswith("@example.com") for user in partner.received[0].body["users"])


async def test_no_secret_is_in_anything_that_is_told_or_kept(tmp_path: Path) -> None:
    def echoing(asked: Asked) -> Answer:
        return Answer(200, {"id": 7, "you_sent": asked.header("Authorization")}, {"X-Echo": TOKEN})

    done, told, partner = await tried(tmp_path, echoing)

    assert partner.received[0].header("Authorization") == f"Bearer {TOKEN}"
    assert TOKEN not in repr(done) + repr(told)
    assert "$BEARER_TOKEN" in done.calls[0].exchanges[0].curl


async def test_a_partner_on_loopback_is_refused_unless_the_environment_allows_it(tmp_path: Path) -> None:
    with LivePartner(kindly) as partner:
        found, given = studied(tmp_path, partner.url)
        async with stand_in(private=False) as one:
            with pytest.raises(ForbiddenAddress) as caught:
                await try_all(found, given, one, lambda _: None)

    assert partner.received == []
    assert caught.value.hint == "run against the simulator, or start again with `MANIPLE_ALLOW_PRIVATE_HOSTS=1`"


async def test_a_partner_that_does_not_answer_is_told_as_no_answer(tmp_path: Path) -> None:
    done, _, _ = await tried(tmp_path, lambda _: Answer(0), "create_list")

    (call,) = done.calls
    assert (call.result, call.in_doubt, len(call.exchanges)) == ("failed", True, 2)
    assert [exchange.reading.verdict for exchange in call.exchanges] == ["unanswered"] * 2


async def test_a_cancelled_call_is_told_with_what_was_sent(tmp_path: Path) -> None:
    release = asyncio.Event()
    loop = asyncio.get_running_loop()
    came = asyncio.Event()

    def slowly(_: Asked) -> Answer:
        loop.call_soon_threadsafe(came.set)
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(5)
        return Answer(200, {"id": 7})

    told: list[Event] = []
    with LivePartner(slowly) as partner:
        found, given = studied(tmp_path, partner.url)
        async with stand_in() as one:
            task = asyncio.create_task(try_all(found, given, one, told.append))
            await came.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        release.set()

    assert told[0] == Sent("create_list", "", "POST", f"{partner.url}/lists")
    ended = told[-1]
    assert isinstance(ended, Ended)
    assert (ended.call.result, ended.call.reason) == ("cancelled", "cancelled before the answer came")


async def test_the_simulated_partner_keeps_its_lists_from_one_test_to_the_next(tmp_path: Path) -> None:
    found, given = studied(tmp_path, "https://acme.test", simulated=True)
    async with stand_in(private=False) as one:
        created = await try_call(found, given, "create_list", one, lambda _: None)
        later = replace(given, list_id=created.list_id)
        added = await try_call(found, later, "add_users", one, lambda _: None)

    assert created.calls[0].target == "simulator"
    assert added.calls[0].result == "delivered"


async def test_a_manifest_that_the_simulator_cannot_play_is_said(tmp_path: Path) -> None:
    manifest = MANIFEST.replace(
        "remove_users:\n  method: POST\n  url: $base/lists/$list_id/remove\n  json: {users: $items}\n  item: $user_key",
        "remove_users:\n  steps:\n    - {name: find, method: GET, url: $base/find, save: {found: id}}\n"
        "    - {method: POST, url: $base/lists/$list_id/remove/$found, json: {users: $items}, item: $user_key}",
    )
    found, given = studied(tmp_path, "https://acme.test", manifest, simulated=True)
    async with stand_in() as one:
        with pytest.raises(UsageError, match="the simulator cannot play Acme") as caught:
            await try_all(found, given, one, lambda _: None)
    assert caught.value.hint == "call the partner itself, or write the exchange down as golden cases"

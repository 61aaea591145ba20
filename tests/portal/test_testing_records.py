"""What is made of test calls: a history, evidence for reviewers, golden cases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from test_testing_calls import MANIFEST, TOKEN, tried

from maniple.errors import UsageError
from maniple.runtime.program import Program
from maniple.source.read import read_document
from maniple.source.text import Source
from maniple.store.home import Home
from maniple.testing.destination import read_program
from maniple.testing.golden import run_cases
from maniple.usecases.check import check
from maniple.usecases.draft import Draft
from maniple.usecases.evidence import collect, evidence_of
from maniple.usecases.recording import record_case
from maniple.usecases.rehearsal import Rehearsal
from maniple.usecases.rehearsal_history import MOST_CALLS, keep_call, read_history
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.stand_in import StandIn
from maniple.usecases.study import study
from maniple.usecases.trying import try_all
from maniple.usecases.witness import TestCall
from support.live_partner import Answer, Asked
from support.panel_bench import INTEGRATIONS, NoonClock, case_settings, copy_of, make_desk


def accepting(asked: Asked) -> Answer:
    """Makes list 7, refuses the second user, takes everything else."""
    if asked.path == "/lists":
        return Answer(201, {"id": 7}, {"X-Token": TOKEN})
    if asked.path.endswith("/add"):
        return Answer(200, {"refused": [{"user": asked.body["users"][1], "why": "gone"}], "echo": TOKEN})
    return Answer(200, {})


async def made_calls(folder: Path) -> tuple[TestCall, ...]:
    done, _, _ = await tried(folder, accepting)
    return done.calls


async def test_a_history_has_the_newest_call_first_and_is_read_back_as_it_was_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "kept")
    calls = await made_calls(tmp_path)
    for call in calls:
        keep_call(home, "acme", call)

    assert read_history(home, "acme") == tuple(reversed(calls))


async def test_a_history_does_not_grow_without_end(tmp_path: Path) -> None:
    home = Home(tmp_path / "kept")
    (call, *_) = await made_calls(tmp_path)
    for number in range(MOST_CALLS + 5):
        kept = keep_call(home, "acme", replace(call, reason=str(number)))

    assert len(kept) == MOST_CALLS
    assert (kept[0].reason, kept[-1].reason) == (str(MOST_CALLS + 4), "5")


async def test_a_damaged_line_of_a_history_is_passed_over(tmp_path: Path) -> None:
    home = Home(tmp_path / "kept")
    (call, *_) = await made_calls(tmp_path)
    keep_call(home, "acme", call)
    file = next((tmp_path / "kept").rglob("history.jsonl"))
    file.write_bytes(b'{"at": 1}\n{"ex\n' + file.read_bytes())

    assert read_history(home, "acme") == (call,)


async def test_no_file_of_a_history_holds_a_secret(tmp_path: Path) -> None:
    home = Home(tmp_path / "kept")
    for call in await made_calls(tmp_path):
        keep_call(home, "acme", call)

    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file() and TOKEN in path.read_text()] == []


async def test_evidence_has_the_newest_success_and_the_newest_failure_of_each_call(tmp_path: Path) -> None:
    first, *rest = await made_calls(tmp_path)
    failed = replace(first, result="failed", reason="Bad token", at="2026-11-24T11:00:00Z")
    older = replace(first, at="2026-11-23T10:00:00Z")
    cancelled = replace(first, result="cancelled")

    document = evidence_of([cancelled, *reversed(rest), failed, first, older])

    assert [(call["call"], call["result"], call["at"]) for call in document["calls"]] == [
        ("delete_list", "delivered", "2026-11-24T10:00:00Z"),
        ("remove_users", "delivered", "2026-11-24T10:00:00Z"),
        ("add_users", "delivered", "2026-11-24T10:00:00Z"),
        ("create_list", "failed", "2026-11-24T11:00:00Z"),
        ("create_list", "delivered", "2026-11-24T10:00:00Z"),
    ]


async def test_collected_evidence_is_json_with_exchanges_and_without_secrets(tmp_path: Path) -> None:
    home = Home(tmp_path / "kept")
    for call in await made_calls(tmp_path):
        keep_call(home, "acme", call)

    content = collect(home, "acme")

    document = json.loads(content)
    exchange = document["calls"][-1]["exchanges"][0]
    assert (exchange["request"]["method"], exchange["reply"]["status"], exchange["read_as"]) == (
        "POST",
        201,
        "accepted",
    )
    assert ["Authorization", "Bearer ***"] in exchange["request"]["headers"]
    assert TOKEN.encode() not in content


def test_without_any_test_call_the_evidence_is_empty(tmp_path: Path) -> None:
    assert json.loads(collect(Home(tmp_path), "acme")) == {"evidence": 1, "calls": []}


async def test_recorded_calls_make_cases_that_pass(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(MANIFEST)
    program = read_program(folder / "manifest.yaml")
    calls = await made_calls(tmp_path)

    names = [record_case(folder, program, call).name for call in calls]

    assert names == [
        "recorded 2026-11-24: create_list is answered 201 and is delivered",
        "recorded 2026-11-24: add_users is answered 200 and is delivered, 1 refused",
        "recorded 2026-11-24: remove_users is answered 200 and is delivered",
        "recorded 2026-11-24: delete_list is answered 200 and is delivered",
    ]
    report = run_cases(folder)
    assert report.passed, report
    assert len(report.results) == 4
    assert TOKEN not in (folder / "cases.yaml").read_text()


async def test_a_recorded_failure_makes_a_case_that_expects_it(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(MANIFEST)
    done, _, _ = await tried(tmp_path, lambda _: Answer(401, {"token": "x"}), "create_list")

    record_case(folder, read_program(folder / "manifest.yaml"), done.calls[0])

    assert "outcome: {result: failed, reason: Bad token}" in (folder / "cases.yaml").read_text()
    assert run_cases(folder).passed


async def test_a_case_that_is_not_what_the_manifest_does_any_more_does_not_pass(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(MANIFEST)
    for call in await made_calls(tmp_path):
        record_case(folder, read_program(folder / "manifest.yaml"), call)
    (folder / "manifest.yaml").write_text(MANIFEST.replace("list_id: {response: id}", "list_id: {response: key}"))

    assert [failure.name for failure in run_cases(folder).failures] == [
        "recorded 2026-11-24: create_list is answered 201 and is delivered"
    ]


async def test_the_same_call_recorded_twice_makes_two_cases_with_names_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(MANIFEST)
    program = read_program(folder / "manifest.yaml")
    (call, *_) = await made_calls(tmp_path)

    assert record_case(folder, program, call).name + " (2)" == record_case(folder, program, call).name


async def test_no_case_is_made_of_a_cancelled_call(tmp_path: Path) -> None:
    (call, *_) = await made_calls(tmp_path)

    with pytest.raises(UsageError, match="cancelled"):
        record_case(tmp_path, _program(tmp_path), replace(call, result="cancelled"))


def _program(folder: Path) -> Program:
    (folder / "manifest.yaml").write_text(MANIFEST)
    return read_program(folder / "manifest.yaml")


async def test_cases_that_cannot_be_read_are_left_as_they_are(tmp_path: Path) -> None:
    (call, *_) = await made_calls(tmp_path)
    (tmp_path / "cases.yaml").write_text("cases: [\n")

    with pytest.raises(UsageError, match=r"`cases\.yaml` cannot be read"):
        record_case(tmp_path, _program(tmp_path), call)

    assert (tmp_path / "cases.yaml").read_text() == "cases: [\n"


async def simulated(slug: str, folder: Path) -> tuple[Rehearsal, Path]:
    """An integration of the catalogue tested end to end against the simulator."""
    desk = make_desk(folder)
    path = copy_of(slug, desk.folder)
    setup = Setup(settings=case_settings(slug), simulated=True)
    found = study(Draft(path, path.read_text()), setup, desk.home, {}, "2026-11-24T10:00:00Z")
    assert not found.troubles
    stand_in = StandIn(NoonClock(), {})
    try:
        return await try_all(found, setup, stand_in, lambda _: None), path.parent
    finally:
        await stand_in.close()


@pytest.mark.parametrize("slug", ["braze", "customer-io", "iterable", "launchdarkly", "mailchimp", "onesignal"])
async def test_cases_recorded_for_a_destination_of_the_catalogue_pass_beside_its_own(slug: str, tmp_path: Path) -> None:
    before = (INTEGRATIONS / slug / "cases.yaml").read_text()
    done, folder = await simulated(slug, tmp_path)
    program = read_program(folder / "manifest.yaml")

    for call in done.calls:
        record_case(folder, program, call)

    after = (folder / "cases.yaml").read_text()
    assert after.startswith(before.rstrip("\n"))
    report = run_cases(folder)
    assert report.passed, report.failures
    assert read_document(Source("cases.yaml", after))[1] == []
    assert not any(checked.blocked for checked in check([folder]))

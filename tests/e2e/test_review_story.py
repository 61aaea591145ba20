"""From an author's folder to a sync, over the command line, with a reviewer in between."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from maniple.testing.destination import read_program
from maniple.testing.simulator.app import simulator_app
from maniple.testing.simulator.serve import running
from support.command import Command, Finished
from support.submitted import CASES, write_integration

ADA = {"MANIPLE_USER": "ada"}
ROB = {"MANIPLE_USER": "rob"}


@pytest.fixture
def maniple(tmp_path: Path) -> Command:
    return Command(tmp_path)


def submitted(maniple: Command, **changes: object) -> Finished:
    write_integration(maniple.folder / "work", **changes)
    done = maniple("submit", "work/acme", "--yes", **ADA)
    assert done.code == 0, done.err
    return done


LONG_BEFORE = """
import asyncio, os, sys
from pathlib import Path
from maniple.sources.source import FileSource
from maniple.usecases.connect import connect, destination_for
from maniple.usecases.request import SyncRequest
from maniple.usecases.sync import sync_cohort
from maniple.wiring import Workspace

with Workspace.open() as workspace:
    print("open", flush=True)
    via = sys.stdin.readline().strip()
    destination = destination_for(workspace, "acme")
    connect(workspace, destination, name="prod", settings={"bearer_token": "t"}, mappings={"user_key": "user_id"},
            via=via, allow_private=True)
    for users in ("first.csv", "second.csv"):
        report = asyncio.run(sync_cohort(workspace, SyncRequest("prod", FileSource(Path(users)), "Buyers")))
        print(destination_for(workspace, "acme").usable().manifest.version, report.status, report.added, flush=True)
        sys.stdin.readline()
"""


def test_a_process_that_was_there_before_syncs_what_was_just_approved(maniple: Command) -> None:
    maniple.write("first.csv", "user_id", "u1", "u2")
    maniple.write("second.csv", "user_id", "u1", "u2", "u3")
    before = subprocess.Popen(
        [sys.executable, "-c", LONG_BEFORE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=maniple.folder,
        env=maniple.environment,
    )
    assert before.stdin is not None
    assert before.stdout is not None
    assert "open\n" == before.stdout.readline()
    submitted(maniple)
    approved = maniple("review", "approve", "acme", "--yes", **ROB)
    simulator = simulator_app([read_program(maniple.folder / "work" / "acme" / "manifest.yaml")])
    with running(simulator) as port:
        before.stdin.write(f"http://127.0.0.1:{port}\n")
        before.stdin.flush()
        first = before.stdout.readline()
        submitted(maniple, version="1.1.0", summary="Better lists")
        maniple("review", "approve", "acme", "--yes", **ROB)
        before.stdin.write("\n")
        before.stdin.flush()
        second = before.stdout.readline()
        before.stdin.close()
        before.wait(30)
        before.stdout.close()
        (members,) = simulator.shown()["partners"]["acme"]["lists"].values()

    assert approved.code == 0, approved.err
    assert ("1.0.0 succeeded 2\n", "1.1.0 succeeded 1\n") == (first, second)
    assert ["u1", "u2", "u3"] == sorted(members["members"])


def test_the_whole_conversation_is_kept(maniple: Command) -> None:
    submitted(maniple)
    maniple("review", "comment", "acme", "Is this documented?", "--at", "manifest.yaml:3", **ROB)
    maniple("review", "request-changes", "acme", "Please look at the limits", **ROB)
    told = maniple("review", "notices", "--json", **ADA)
    maniple("review", "answer", "acme", "They are in the docs", **ADA)
    submitted(maniple, summary="Lists at Acme, amended")
    approved = maniple("review", "approve", "acme", "--yes", "--why", "Well done", "--json", **ROB)
    shown = maniple("review", "show", "acme", "--json")

    assert ["rob asks for changes to Acme 1.0.0", "rob commented on Acme 1.0.0"] == [each["text"] for each in told.json]
    assert ("approved", 2) == (approved.json["state"], approved.json["round"])
    assert [
        ("submitted", "ada", 1, ""),
        ("comment", "rob", 1, "Is this documented?"),
        ("changes_requested", "rob", 1, "Please look at the limits"),
        ("answer", "ada", 1, "They are in the docs"),
        ("submitted", "ada", 2, ""),
        ("approved", "rob", 2, "Well done"),
    ] == [(each["kind"], each["who"], each["round"], each["text"]) for each in shown.json["thread"]]
    assert ("manifest.yaml", 3) == (shown.json["thread"][1]["file"], shown.json["thread"][1]["line"])


def test_a_reviewer_sees_what_breaks_whom_it_affects_and_what_differs(maniple: Command) -> None:
    submitted(maniple)
    maniple("review", "approve", "acme", "--yes", **ROB)
    maniple.write("settings.json", json.dumps({"bearer_token": "t"}))
    maniple.write("users.csv", "user_id", "u1")
    simulator = simulator_app([read_program(maniple.folder / "work" / "acme" / "manifest.yaml")])
    with running(simulator) as port:
        maniple(
            *("connect", "acme", "--name", "prod", "--settings", "settings.json", "--map", "user_key=user_id"),
            *("--via", f"http://127.0.0.1:{port}", "--allow-private-hosts"),
        )
        maniple("sync", "prod", "users.csv", "--cohort", "Buyers")
    cases = {**CASES, "cases": [{k: v for k, v in case.items() if k != "requests"} for case in CASES["cases"]]}
    submitted(maniple, version="2.0.0", cases=cases, cadences=["once", "hourly"])

    shown = maniple("review", "show", "acme")
    patch = maniple("review", "diff", "acme")

    assert "compatibility  not compatible with 1.0.0: 1 breaking change" in shown.out
    assert "✗ breaking: syncs may not run `daily` and `realtime` any more (cadences)" in shown.out
    assert "1 sync uses 1.0.0: nothing changes there" in shown.out
    assert "+version: 2.0.0" in patch.out
    assert {"--- live/manifest.yaml", "+++ submitted/manifest.yaml"} <= set(patch.out.splitlines())


def test_what_stands_in_the_way_is_listed_and_the_code_says_so(maniple: Command) -> None:
    write_integration(maniple.folder / "work", None, maintainer=None)

    plain = maniple("submit", "work/acme", "--yes", **ADA)
    read = maniple("submit", "work/acme", "--json", **ADA)
    tried = maniple("submit", "work/acme", "--dry-run", "--json", **ADA)

    assert (1, 1, 1) == (plain.code, read.code, tried.code)
    assert "  ✗ nobody is named who answers for this manifest" in plain.err.splitlines()
    assert read.json["error"]["reasons"] == tried.json["obstacles"]
    assert 4 == len(tried.json["obstacles"])


def test_a_release_is_marked_in_the_catalogue_and_a_deprecated_destination_warns(maniple: Command) -> None:
    write_integration(maniple.folder / "work")
    maniple("release", "work/acme", "--yes", **ADA)
    released = maniple("destinations", "--json")
    submitted(maniple)
    maniple("review", "approve", "acme", "--yes", **ROB)
    maniple("review", "deprecate", "acme", "Use acme-2", "--yes", **ROB)
    deprecated = maniple("destinations", "--json")
    maniple.write("settings.json", json.dumps({"bearer_token": "t"}))
    connected = maniple(
        *("connect", "acme", "--name", "prod", "--settings", "settings.json", "--map", "user_key=user_id")
    )

    def mark(listed: Finished) -> list[tuple[bool, str | None]]:
        return [(each["internal"], each["deprecated"]) for each in listed.json if each["slug"] == "acme"]

    assert [(True, None)] == mark(released)
    assert [(False, "Use acme-2")] == mark(deprecated)
    assert (0, "warning: Acme is deprecated: Use acme-2") == (connected.code, connected.err.splitlines()[0])


def test_harm_is_asked_about(maniple: Command) -> None:
    submitted(maniple)

    answers = [
        maniple("review", *words, **ROB)
        for words in (("approve", "acme"), ("reject", "acme", "No"), ("deprecate", "acme", "No"))
    ]

    assert [2, 2, 2] == [each.code for each in answers]
    assert ["hint: say so with `--yes`"] * 3 == [each.err.splitlines()[-1] for each in answers]
    assert ["under_review"] == [each["state"] for each in maniple("review", "list", "--json").json]


def test_a_test_account_is_tried_and_told_whether_its_list_is_still_there(maniple: Command) -> None:
    gone = {"method": "DELETE", "url": "https://api.acme.test/lists/$list_id"}
    case = {
        "name": "a list is deleted",
        "call": "delete_list",
        "requests": [{"method": "DELETE", "url": "https://api.acme.test/lists/7"}],
        "replies": [{"status": 200}],
    }
    submitted(maniple, delete_list=gone, cases={**CASES, "cases": [*CASES["cases"], case]})
    maniple.write("account.json", json.dumps({"bearer_token": "TEST-ACCOUNT-1"}))
    simulator = simulator_app([read_program(maniple.folder / "work" / "acme" / "manifest.yaml")])
    words = ("review", "try", "acme", "--settings", "account.json", "--users", "10", "--json")
    with running(simulator) as port:
        unasked = maniple(*words, "--via", f"http://127.0.0.1:{port}", "--allow-private-hosts")
        tried = maniple(*words, "--via", f"http://127.0.0.1:{port}", "--allow-private-hosts", "--yes")
        lists = simulator.shown()["partners"]["acme"]["lists"]

    assert (2, "the partner of `acme` would be called with 10 invented users") == (
        unasked.code,
        unasked.json["error"]["detail"],
    )
    assert (0, False, True) == (tried.code, tried.json["failed"], tried.json["list_deleted"]), tried.err
    assert [(10, 0), (0, 3)] == [(run["added"], run["removed"]) for run in tried.json["runs"]]
    assert {} == lists
    assert "TEST-ACCOUNT-1" not in tried.out + tried.err


def test_what_others_wrote_does_not_act_on_the_terminal(maniple: Command) -> None:
    folder = write_integration(maniple.folder / "work")
    done = maniple("submit", "work/acme", "--yes", "--note", "\x1b[2J[bold]boo", **ADA)
    maniple("review", "comment", "acme", "\x1b]0;owned\x07", MANIPLE_USER="rob\x1b[31m")
    shown = maniple("review", "show", "acme")

    assert done.code == 0, done.err
    assert folder.exists()
    assert "\x1b" not in shown.out
    assert "\x07" not in shown.out
    assert "[bold]boo" in shown.out


def test_a_branch_needs_no_database_and_is_written_once(maniple: Command) -> None:
    folder = write_integration(maniple.folder / "work")
    (folder / "notes.txt").write_text("mine")
    (maniple.folder / "checkout").mkdir()

    first = maniple("submit", "work/acme", "--into", "checkout")
    second = maniple("submit", "work/acme", "--into", "checkout", "--json")
    (folder / "README.md").unlink()
    write_integration(maniple.folder / "work", summary="Amended")
    third = maniple("submit", "work/acme", "--into", "checkout", "--json")

    written = maniple.folder / "checkout" / "integrations" / "acme"
    assert first.code == 0, first.err
    assert {"manifest.yaml", "cases.yaml", "README.md"} == {path.name for path in written.iterdir()}
    assert ([], []) == (second.json["written"], second.json["deleted"])
    assert ["manifest.yaml"] == third.json["written"]
    assert "Amended" == yaml.safe_load((written / "manifest.yaml").read_text())["summary"]
    assert not (maniple.folder / "home").exists()


def test_a_branch_drops_what_no_longer_belongs_and_keeps_what_it_does_not_know(maniple: Command) -> None:
    folder = write_integration(maniple.folder / "work")
    (folder / "quality.yaml").write_text("checks: []\n")
    (maniple.folder / "checkout" / "integrations").mkdir(parents=True)
    maniple("submit", "work/acme", "--into", "checkout/integrations")
    written = maniple.folder / "checkout" / "integrations" / "acme"
    (written / "CODEOWNERS").write_text("ada")
    (folder / "quality.yaml").unlink()

    done = maniple("submit", "work/acme", "--into", "checkout/integrations", "--json")

    assert (["quality.yaml"], []) == (done.json["deleted"], done.json["written"])
    assert (written / "CODEOWNERS").exists()


def test_a_branch_into_nowhere_is_told(maniple: Command) -> None:
    write_integration(maniple.folder / "work")

    done = maniple("submit", "work/acme", "--into", "nowhere")

    assert (2, "error: there is no folder `nowhere`") == (done.code, done.err.splitlines()[0])

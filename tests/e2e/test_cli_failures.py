"""When things go wrong on the command line: exit codes, what is said, and how to go on."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

from maniple.store.home import Home
from maniple.store.lock import SyncLock
from support.command import Command, partner

PATIENCE = 60.0


def test_a_sync_that_the_partner_refuses_exits_3_and_says_how_to_go_on(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    file = maniple.write("users.csv", "user_id", "u1", "u2")
    with partner(hostile="down") as (url, _):
        maniple.connect(url)
        failed = maniple("sync", "prod", file, "--cohort", "Buyers", "--retries", "0")
        as_json = maniple("sync", "prod", file, "--cohort", "Buyers", "--retries", "0", "--json")

    assert (failed.code, as_json.code) == (3, 3)
    assert failed.out.startswith("✗ failed")
    assert failed.err.startswith("error: Iterable is not available")
    assert "hint: `maniple errors prod/Buyers`" in failed.err
    assert "the next sync sends what is missing: `maniple sync prod users.csv --cohort Buyers`" in failed.err
    assert (as_json.json["status"], as_json.json["unsent"]) == ("failed", 2)

    (newest, *_) = maniple("errors", "Buyers", "--json").json
    assert newest["reason"] == "Iterable is not available"
    assert newest["rule"].startswith("errors[")


def test_after_a_failure_the_next_sync_sends_what_is_missing(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    file = maniple.write("users.csv", "user_id", "u1", "u2")
    with partner(hostile="down") as (url, _):
        maniple.connect(url)
        maniple("sync", "prod", file, "--cohort", "Buyers", "--retries", "0")
    with partner() as (url, _):
        done = maniple("sync", "prod", file, "--cohort", "Buyers", "--via", url, "--json")

    assert (done.code, done.json["added"], done.json["list_created"]) == (0, 2, True)


def test_a_setting_of_the_machine_that_makes_no_sense_is_told_before_anything_begins(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    file = maniple.write("users.csv", "user_id", "u1")
    with partner() as (url, simulator):
        maniple.connect(url)
        before = simulator.partners["iterable"].state.requests
        done = maniple("sync", "prod", file, "--cohort", "Buyers", MANIPLE_MAX_RETRIES="many")

        assert (done.code, simulator.partners["iterable"].state.requests) == (2, before)
    assert maniple("syncs", "--json").json == []


def test_ctrl_c_ends_with_130_and_the_run_can_be_resumed(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    file = maniple.write("users.csv", "user_id", *(f"u{number}" for number in range(60_000)))
    with partner(hostile="slow") as (url, simulator):
        maniple.connect(url)
        running = maniple.begin("sync", "prod", file, "--cohort", "Buyers")
        give_up = time.monotonic() + PATIENCE
        while simulator.partners["iterable"].state.requests < 3 and time.monotonic() < give_up:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=PATIENCE)
        (run,) = maniple("history", "Buyers", "--json").json
        resumed = maniple("resume", run["run_id"], "--json")

    assert running.returncode == 130
    assert said == f"stopped\nhint: `maniple resume {run['run_id']}` goes on where the run stopped\n"
    assert run["status"] == "interrupted"
    assert (resumed.code, resumed.json["status"], resumed.json["members"]) == (0, "succeeded", 60_000)
    assert resumed.json["resumed"] == 1


def test_a_private_address_is_not_called_without_leave(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    maniple.write("users.csv", "user_id", "u1")
    maniple.write("settings.json", json.dumps({"api_key": "KEY-SECRET-1"}))
    words = ("test", "iterable", "--users", "users.csv", "--settings", "settings.json", "--via")
    with partner() as (url, _):
        refused = maniple(*words, url)
        allowed = maniple(*words, url, MANIPLE_ALLOW_PRIVATE_HOSTS="1")

    assert (refused.code, allowed.code) == (4, 0)
    assert "`--allow-private-hosts`" in refused.err


def test_a_fault_of_ours_exits_70_and_shows_its_traceback_on_demand_only(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    (tmp_path / "sitecustomize.py").write_text(
        "import maniple.usecases.destinations as d\n"
        "def broken(*_, **__): raise ZeroDivisionError('KEY-SECRET-1')\n"
        "d.catalogue = broken\n"
    )
    plain = maniple("destinations", PYTHONPATH=str(tmp_path))
    debugged = maniple("destinations", PYTHONPATH=str(tmp_path), MANIPLE_DEBUG="1")

    assert (plain.code, debugged.code) == (70, 70)
    assert plain.err.startswith("error: a fault in maniple itself (ZeroDivisionError)")
    assert "KEY-SECRET-1" not in plain.err
    assert "Traceback" not in plain.err
    assert "Traceback" in debugged.err


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    started = maniple.begin("rules", "--json")
    assert started.stdout is not None
    started.stdout.close()
    assert started.stderr is not None

    said = started.stderr.read()

    assert (started.wait(PATIENCE), said) == (141, "")


def test_the_simulator_says_its_address_on_stdout_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    running = maniple.begin("simulate", "iterable")
    assert running.stdout is not None
    url = running.stdout.readline().strip()
    maniple.write("users.csv", "user_id", "u1")
    maniple.write("settings.json", json.dumps({"api_key": "KEY-SECRET-1"}))
    tested = maniple(
        *("test", "iterable", "--users", "users.csv", "--settings", "settings.json", "--json"),
        *("--via", url, "--allow-private-hosts"),
    )
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=PATIENCE)

    assert url.startswith("http://127.0.0.1:")
    assert [(call["call"], call["result"]) for call in tested.json["calls"]] == [
        ("create_list", "delivered"),
        ("add_users", "delivered"),
    ]
    assert (running.returncode, said.splitlines()[-1]) == (0, "stopped")
    assert f"--via {url} --allow-private-hosts" in said


def test_a_sync_that_is_running_elsewhere_is_not_run_twice(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    file = maniple.write("users.csv", "user_id", "u1")
    with partner() as (url, _):
        maniple.connect(url)
        maniple("sync", "prod", file, "--cohort", "Buyers")
        (sync,) = maniple("syncs", "--json").json
        with SyncLock(Home(tmp_path / "home"), sync["id"]):
            done = maniple("sync", "prod", file, "--cohort", "Buyers", "--json")
            gone = maniple("disconnect", "prod", "--yes")

    assert (done.code, done.json["error"]["type"]) == (4, "urn:maniple:sync-busy")
    assert gone.code == 4
    assert len(maniple("connections", "--json").json) == 1


def test_a_killed_run_is_shown_as_interrupted_and_can_be_resumed(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    file = maniple.write("users.csv", "user_id", *(f"u{number}" for number in range(60_000)))
    with partner(hostile="slow") as (url, simulator):
        maniple.connect(url)
        running = maniple.begin("sync", "prod", file, "--cohort", "Buyers")
        give_up = time.monotonic() + PATIENCE
        while simulator.partners["iterable"].state.requests < 3 and time.monotonic() < give_up:
            time.sleep(0.02)
        running.kill()
        running.communicate(timeout=PATIENCE)
        (run,) = maniple("history", "Buyers", "--json").json
        resumed = maniple("resume", "latest", "--json")

    assert run["status"] == "interrupted"
    assert (resumed.code, resumed.json["members"], resumed.json["unsent"]) == (0, 60_000, 0)


def test_a_part_that_is_not_installed_is_named_with_what_installs_it(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['sqlalchemy'] = None\n")

    done = maniple("connections", PYTHONPATH=str(tmp_path))

    assert done.code == 4
    assert done.err == "error: `sqlalchemy` is not installed\nhint: `pip install 'maniple[sync]'`\n"

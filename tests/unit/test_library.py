"""maniple as a library: the names it has, what importing it loads, and a run in memory after another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import maniple
from maniple.errors import CohortError, SettingsError
from maniple.wire import Reply
from support.manifests import SETTINGS, program
from support.scripted_sender import ScriptedSender

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("httpx", "aiohttp", "fastapi", "starlette", "textual", "duckdb", "pyarrow", "sqlalchemy", "cyclopts")


def created(list_id: int = 7) -> Reply:
    return Reply(200, body=b'{"id": %d}' % list_id)


def test_the_public_names_are_these() -> None:
    assert maniple.__all__ == [
        *("Bug", "CohortError", "DeliveryError", "Diagnostic", "Manifest", "ManifestError", "ManipleError"),
        *("Membership", "OperatorError", "Plan", "Program", "Reply", "Report", "Request", "SettingsError"),
        *("UsageError", "compile", "load", "plan", "run", "run_blocking"),
    ]
    assert all(hasattr(maniple, name) for name in maniple.__all__)


def test_importing_maniple_loads_nothing_heavy() -> None:
    code = "import sys, maniple; print(*(name.split('.')[0] for name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not set(HEAVY) & set(loaded)


def test_loading_gives_the_manifest_and_compiling_its_program() -> None:
    manifest = maniple.load(ROOT / "integrations" / "infobip")

    assert isinstance(manifest, maniple.Manifest)
    assert (manifest.slug, manifest.kind) == ("infobip", "list")
    assert isinstance(maniple.compile(manifest), maniple.Program)


def test_a_manifest_that_cannot_be_used_is_refused_with_carets(tmp_path: Path) -> None:
    text = (ROOT / "integrations" / "infobip" / "manifest.yaml").read_text(encoding="utf-8")
    (tmp_path / "acme.yaml").write_text(text.replace("$list_id/add", "$list_idd/add"), encoding="utf-8")

    with pytest.raises(maniple.ManifestError, match=r"\^\^\^\^\^\^\^\^\^ no variable has this name"):
        maniple.load(tmp_path / "acme.yaml")


def test_the_membership_of_a_report_is_all_that_the_next_plan_needs() -> None:
    acme = program()
    first = maniple.run_blocking(
        maniple.plan(acme, [{"user_id": "u1"}, {"user_id": "u2"}, {"user_id": ""}], settings=SETTINGS),
        sender=ScriptedSender(created(), Reply(200)),
    )
    second = maniple.plan(acme, [{"user_id": "u2"}, {"user_id": "u3"}], accepted=first.accepted, settings=SETTINGS)

    assert (first.added, first.removed, first.skipped_by_reason) == (2, 0, {"unresolved mapping": 1})
    assert [(request.call, request.url, request.body) for request in second.preview()] == [
        ("remove_users", "https://api.acme.test/lists/7/remove", b'{"users":["u1"]}'),
        ("add_users", "https://api.acme.test/lists/7/add", b'{"users":["u3"]}'),
    ]
    report = maniple.run_blocking(second, sender=ScriptedSender(Reply(200), Reply(200)))
    assert (report.added, report.removed, report.accepted.saved) == (1, 1, {"list_id": 7})


def test_those_accepted_before_may_be_given_as_rows_of_users() -> None:
    plan = maniple.plan(
        program(),
        [{"user_id": "u2"}],
        accepted=[{"user_id": "u1"}, {"user_id": "u2"}],
        saved={"list_id": 4},
        settings=SETTINGS,
    )

    assert [(request.url, request.body) for request in plan.preview()] == [
        ("https://api.acme.test/lists/4/remove", b'{"users":["u1"]}')
    ]


def test_a_cohort_that_has_become_empty_is_all_leavers() -> None:
    plan = maniple.plan(
        program(), [], accepted=[{"amplitude_id": "1", "user_id": "u1"}], saved={"list_id": 4}, settings=SETTINGS
    )

    assert [request.body for request in plan.preview()] == [b'{"users":["u1"]}']


def test_members_of_an_unknown_list_are_previewed_and_never_sent_to_a_new_one() -> None:
    plan = maniple.plan(program(), [{"user_id": "u1"}], accepted=[{"user_id": "u9"}], settings=SETTINGS)
    sender = ScriptedSender()

    assert [request.call for request in plan.preview()] == ["remove_users", "add_users"]
    with pytest.raises(SettingsError, match="the id of their list is not known"):
        maniple.run_blocking(plan, sender=sender)
    assert sender.sent == []


def test_settings_that_are_not_given_are_missing_settings() -> None:
    with pytest.raises(SettingsError, match="`bearer_token`"):
        maniple.plan(program(), [{"user_id": "u1"}])


@pytest.mark.parametrize("cohort", [["u1"], [7]])
def test_users_that_are_no_maps_are_refused_with_an_example(cohort: Any) -> None:
    with pytest.raises(CohortError, match="a user is a map of properties"):
        maniple.plan(program(), cohort, settings=SETTINGS)

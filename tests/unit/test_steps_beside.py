"""What steps have from their call and from the manifest, and what they must say themselves."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from maniple.diagnostics.model import blocking
from maniple.runtime.compile import try_compile
from maniple.runtime.outcome import Failed
from support.manifests import manifest, program
from support.played import answer, played_add

PEOPLE = "https://api.acme.test/people"


@pytest.mark.parametrize("success", ["call", "manifest"])
def test_steps_succeed_on_the_condition_of_their_call_or_of_the_manifest(success: str) -> None:
    steps = [{"method": "POST", "url": PEOPLE, "json": "$items", "item": "$user_key"}]
    call = {"steps": steps, "success": "ok"} if success == "call" else {"steps": steps}
    of = program(add_users=call, success="ok" if success == "manifest" else "id || ok")

    played = played_add(of, {"user_key": ["u1"]}, answer({"ok": False}))

    assert isinstance(played.outcome, Failed)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rejects", {"rows": "bad", "by": "value", "item": "$user_key"}),
        ("match", {"rows": "x", "by": "value", "item": "$user_key"}),
        ("poll", {"until": "done"}),
        ("json", {"users": "all"}),
        ("headers", {"X-A": "1"}),
        ("timeout", "5s"),
        ("when", "{{ true }}"),
    ],
)
def test_a_key_beside_steps_that_no_step_would_read_is_refused(key: str, value: Any) -> None:
    steps = [{"method": "POST", "url": PEOPLE, "json": "$items", "item": "$user_key"}]
    compiled = try_compile(manifest(add_users={"steps": steps, key: value}), None)

    assert [(found.code, found.message) for found in blocking(compiled.diagnostics)] == [
        ("MAN406", f"a call with `steps` has no `{key}` of its own")
    ]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"once": True}, "MAN505", "a step that is done `once` a run would send the users of the first batch alone"),
        ({"name": "find"}, "MAN508", "two steps have the name `find`"),
    ],
)
def test_a_step_that_could_not_do_what_it_says_is_refused(change: dict[str, Any], code: str, message: str) -> None:
    find = {"name": "find", "method": "GET", "url": PEOPLE}
    send = {"method": "POST", "url": PEOPLE, "json": "$items", "item": "$user_key", **change}
    compiled = try_compile(manifest(add_users={"steps": [find, send]}), None)

    assert [(found.code, found.message) for found in blocking(compiled.diagnostics)] == [(code, message)]


def test_a_call_with_steps_has_at_least_one() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        manifest(add_users={"steps": []})


@pytest.mark.parametrize("condition", ["{{ user_key != 'u1' }}", "{{ amp_cohort_name == 'another' }}"])
def test_a_user_whom_every_when_leaves_out_is_skipped_as_such(condition: str) -> None:
    call = {
        "method": "POST",
        "url": "https://api.acme.test/lists/$list_id/add",
        "json": {"user": "$user_key"},
        "batch": {"items": 1},
        "when": condition,
    }

    played = played_add(program(add_users=call), {"user_key": ["u1"]})

    assert played.sent == []
    assert [(verdict.kind, verdict.reason) for verdict in played.outcome.verdicts] == [
        ("skipped", "no request for this user")
    ]

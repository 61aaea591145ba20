"""Several `curl` commands are sorted into the calls of a manifest, and missing calls are guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maniple.errors import UsageError
from maniple.source.curl import read_curl
from maniple.usecases.scaffold import scaffold, texts_of
from maniple.usecases.scaffolding.guess import guess
from maniple.usecases.scaffolding.roles import role_of
from maniple.usecases.scaffolding.sample import of_curl
from support.scaffolds import adding, guessed, previewed

CREATE = (
    """curl -X POST https://api.acme.test/v1/lists -d '{"name": "My list", "description": "mine", "type": "static"}'"""
)
REMOVE = """curl -X POST https://api.acme.test/v1/lists/7/users/remove -d '{"users": ["u1"]}'"""


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ('-X POST https://a.test/lists -d \'{"name": "x"}\'', "create"),
        ('-X POST https://a.test/v1/segments/create -d \'{"title": "x"}\'', "create"),
        ('-X POST https://a.test/lists/add -d \'{"name": "x"}\'', "create"),
        ('-X POST https://a.test/lists -d \'{"users": ["u1"]}\'', "add"),
        ("-X POST https://a.test/lists/7/users -d '[\"u1\"]'", "add"),
        ("-X PUT https://a.test/lists/7/members/9", "add"),
        ("-X POST https://a.test/lists/7/removeUsers -d '[\"u1\"]'", "remove"),
        ("-X POST https://a.test/lists/unsubscribe -d '[\"u1\"]'", "remove"),
        ("-X DELETE https://a.test/lists/7/members/9", "remove"),
        ("-X DELETE https://a.test/lists/7 -d '[\"u1\"]'", "remove"),
        ("-X DELETE https://a.test/lists/7", "drop"),
        ("https://a.test/lists/7/members", "read"),
    ],
)
def test_a_command_is_known_by_its_method_and_path(command: str, role: str) -> None:
    assert role_of(of_curl(read_curl(f"curl {command}")), "list", alone=False) == role


def test_three_commands_in_any_order_are_the_three_calls(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, "\n".join([REMOVE, adding("/lists/7/users/add"), CREATE]))
    assert [name for name in manifest if name.endswith(("_list", "_users"))] == [
        "create_list",
        "add_users",
        "remove_users",
    ]
    assert manifest["create_list"] == {
        "method": "POST",
        "url": "$base/lists",
        "json": {
            "name": "[Amplitude] $amp_cohort_name",
            "description": "Amplitude cohort $amp_cohort_id",
            "type": "static",
        },
        "list_id": {"response": "id"},
    }
    assert "list_id" not in manifest
    assert "fields" not in manifest


def test_the_answer_probably_calls_the_lists_id_as_the_next_call_does(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, "\n".join([CREATE, adding("/users/add", {"listId": 7, "users": ["u1"]})]))
    assert manifest["create_list"]["list_id"] == {"response": "listId"}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/lists/7/add", {"users": ["u1"]}, ("POST", "$base/lists/$list_id/remove", {"users": "$items"})),
        ("/lists/subscribe", {"users": ["u1"]}, ("POST", "$base/lists/unsubscribe", {"users": "$items"})),
        ("/lists/7/users", {"users": ["u1"]}, ("DELETE", "$base/lists/$list_id/users", {"users": "$items"})),
        (
            "/lists/7/users",
            {"action": "ADD", "users": ["u1"]},
            ("POST", "$base/lists/$list_id/users", {"action": "REMOVE", "users": "$items"}),
        ),
        ("/lists/7", {"add": ["u1"]}, ("POST", "$base/lists/$list_id", {"remove": "$items"})),
    ],
)
def test_a_missing_remove_is_the_opposite_of_the_add_and_marked(
    tmp_path: Path, path: str, body: object, expected: tuple[str, str, object]
) -> None:
    remove = guessed(tmp_path, adding(path, body))["remove_users"]
    assert (remove["method"], remove["url"], remove["json"]) == expected
    text = (tmp_path / "acme" / "manifest.yaml").read_text()
    assert "remove_users:\n  # guessed: the opposite of `add_users`; look it up\n" in text


def test_a_missing_add_is_the_opposite_of_the_remove(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, REMOVE)
    assert (manifest["add_users"]["method"], manifest["add_users"]["url"]) == ("POST", "$base/lists/$list_id/users/add")


def test_a_create_alone_gets_calls_below_the_list(tmp_path: Path) -> None:
    guessed(tmp_path, CREATE)
    assert [url for _, url, _ in previewed(tmp_path / "acme")] == [
        "https://api.acme.test/v1/lists",
        "https://api.acme.test/v1/lists/list_id_from_create_list/users",
        "https://api.acme.test/v1/lists/list_id_from_create_list/users",
    ]


def test_a_property_is_set_and_unset_by_the_same_call(tmp_path: Path) -> None:
    body = {"users": [{"id": "u1", "attributes": {"vip": True}}]}
    guessed(tmp_path, adding("/users/track", body), "property")
    assert [body for _, _, body in previewed(tmp_path / "acme")] == [
        {"users": [{"id": f"user-{number}", "attributes": {"cohort_c1": True}} for number in (1, 2)]},
        {"users": [{"id": "user-3", "attributes": {"cohort_c1": False}}]},
    ]


def test_commands_that_are_no_call_are_left_out_and_noted(tmp_path: Path) -> None:
    text = "\n".join([adding(), "curl https://api.acme.test/v1/lists/7", adding("/lists/7/other")])
    guessed(tmp_path, text)
    manifest = (tmp_path / "acme" / "manifest.yaml").read_text()
    assert "# note: curl command 2 (`GET`) is no call of a `list` destination and was left out" in manifest
    assert "# note: curl command 3 (`POST`) looks like a second `add_users` and was left out" in manifest


def test_only_a_command_that_deletes_a_whole_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no call of a `list` destination") as refused:
        scaffold("acme", "list", "curl -X DELETE https://a.test/lists/7", tmp_path)
    assert refused.value.hint == "a `list` destination begins with the command that adds users to a list"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 10**9)
    | st.sampled_from(["", "u1", "a@b.test", "+15550100001", "$x", "{id}"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["users", "id", "email", "name", "list", "key", "$a", "tags"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
PATHS = st.lists(
    st.sampled_from(["lists", "7", "users", "{id}", "add", "v1", "a@b.test", ":x", "<list id>"]), max_size=4
)


OPTIONS = st.lists(
    st.sampled_from(["id", "email", "list_id", "api_key", "q", "$a", "users"]).flatmap(
        lambda name: st.sampled_from(["7", "a@b.test", "{id}", "$x", "<list id>", ""]).map(
            lambda value: f"--url-query '{name}={value}' -H 'X-{name}: {value}'"
        )
    ),
    max_size=2,
).map(" ".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    value=VALUES,
    path=PATHS,
    options=OPTIONS,
    method=st.sampled_from(["POST", "PUT", "DELETE", "GET"]),
    kind=st.sampled_from(["list", "property", "snapshot"]),
)
def test_any_command_makes_a_manifest_that_can_be_used_or_is_refused(
    value: Any, path: list[str], options: str, method: str, kind: Any
) -> None:
    body = json.dumps(value).replace("'", "")
    curl = f"curl -X {method} 'https://api.acme.test/{'/'.join(path)}' -d '{body}' {options}"
    try:
        draft = guess("acme", kind, curl)
    except UsageError:
        return
    texts = texts_of(draft, Path("acme"))
    if kind != "snapshot":
        assert "`maniple check` refuses the manifest" not in texts["cases.yaml"], texts["manifest.yaml"]

"""A destination is begun from a description of the partner's API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maniple.errors import UsageError
from maniple.manifest.load import load_manifest
from maniple.testing.golden import run_cases
from maniple.usecases.check import check
from maniple.usecases.form import form
from maniple.usecases.importing import chosen, describe, operations_json, picked, ranked, read_api
from maniple.usecases.scaffold import Identity, begin_from_api, revise, write
from maniple.usecases.scaffolding.draft import Guess, Kind
from support.descriptions import AUDIENCES, audiences, one_operation, postman, request, with_body, written
from support.scaffolds import previewed


def imported(folder: Path, tree: Any, kind: Kind = "list", **picks: str) -> dict[str, Any]:
    """The manifest as plain data, after everything that must hold for each was looked at."""
    beginning = begin_from_api(Identity("acme"), kind, [written(folder, tree)], picks, folder / "acme")
    files = write(beginning, folder / "acme")
    (checked,) = check([files[0]])
    assert not checked.blocked, [finding.message for finding in checked.findings]
    assert run_cases(folder / "acme").passed
    assert previewed(folder / "acme")
    assert not form([files[0]])[0].changed
    loaded = load_manifest("manifest.yaml", files[0].read_bytes())
    assert loaded.document is not None
    marked = files[0].read_text().replace("\n  # ", " ").count("guessed: ")
    assert marked == len(beginning.guesses)
    data: dict[str, Any] = loaded.document.data
    return data


def with_operation(**operation: Any) -> dict[str, Any]:
    """The API whose operation that adds members says more."""
    tree = audiences()
    tree["paths"]["/audiences/{audienceId}/members"]["post"] |= operation
    return tree


def test_the_likely_operations_are_picked_and_ranked_with_reasons(tmp_path: Path) -> None:
    ranking = ranked(read_api([written(tmp_path, AUDIENCES)]), "list")
    assert picked(ranking) == {
        "create_list": "createAudience",
        "add_users": "addMembers",
        "remove_users": "removeMembers",
    }
    assert (
        ranking["create_list"][0].why
        == "`POST` to the collection `/audiences`, its words say `create`, the body has a name"
    )
    why = "the body has an array of users, its name has `audiences`, its words say that it adds, it is about users"
    assert ranking["add_users"][0].why == why
    assert [each.operation.id for each in ranking["verify"]] == ["whoami", "listAudiences"]


def test_the_picked_operations_are_the_calls(tmp_path: Path) -> None:
    manifest = imported(tmp_path, AUDIENCES)
    assert manifest["create_list"] == {
        "method": "POST",
        "url": "$base/audiences",
        "json": {"name": "[Amplitude] $amp_cohort_name", "kind": "static"},
        "list_id": {"response": "data.audienceId"},
    }
    assert manifest["add_users"] == {
        "method": "POST",
        "url": "$base/audiences/$list_id/members",
        "json": {"members": "$items"},
        "item": {"email": "$email"},
        "batch": {"items": 250},
    }
    assert manifest["remove_users"]["method"] == "DELETE"
    assert manifest["auth"] == {"kind": "header", "name": "X-Acme-Key", "value": "$acme_key"}


def test_several_servers_are_a_region_to_choose(tmp_path: Path) -> None:
    manifest = imported(tmp_path, AUDIENCES)
    assert manifest["define"] == {"base": "https://$region.host/v2"}
    assert manifest["fields"][-1] == {
        "name": "region",
        "type": "select",
        "label": "Region",
        "default": "united-states",
        "options": [
            {"label": "United States", "value": "united-states", "host": "api.acme.test"},
            {"label": "Europe", "value": "europe", "host": "api.eu.acme.test"},
        ],
    }


def test_documented_failures_are_rules_and_a_rate_is_a_limit(tmp_path: Path) -> None:
    manifest = imported(tmp_path, AUDIENCES)
    assert manifest["limits"] == {"rate": ["10/s"]}
    assert [(rule["status"], rule["message"]) for rule in manifest["errors"][:2]] == [
        (409, "Acme answered: An audience of this name is there."),
        (422, "Acme answered: A member was refused."),
    ]


def test_guesses_are_data_in_the_order_of_the_manifest(tmp_path: Path) -> None:
    beginning = begin_from_api(Identity("acme"), "list", [written(tmp_path, AUDIENCES)], {}, tmp_path / "acme")
    assert [guess.place for guess in beginning.guesses] == [
        ("auth",),
        ("define",),
        ("create_list", "url"),
        ("create_list", "json"),
        ("create_list", "list_id"),
        ("add_users", "url"),
        ("add_users", "item"),
        ("add_users", "batch"),
        ("remove_users", "url"),
        ("remove_users", "item"),
        ("remove_users", "batch"),
        ("limits",),
        ("errors", 0),
        ("errors", 1),
        ("errors", 3, "then"),
    ]
    assert Guess(("add_users", "batch"), "the schema allows 250 in the array (`maxItems`)") in beginning.guesses
    assert "`create_list`: optional members were left out: `color`" in beginning.notes


def test_a_batch_size_may_be_said_in_words(tmp_path: Path) -> None:
    tree = with_operation(description="Add up to 1,000 members per request.")
    del tree["components"]["requestBodies"]["Members"]["content"]["application/json"]["schema"]["properties"][
        "members"
    ]["maxItems"]
    manifest = imported(tmp_path, tree)
    assert manifest["add_users"]["batch"] == {"items": 1000}
    assert 'guessed: the description says "up to 1,000 members"' in (tmp_path / "acme" / "manifest.yaml").read_text()


def test_an_operation_may_be_picked_by_hand_or_left_out(tmp_path: Path) -> None:
    manifest = imported(tmp_path, AUDIENCES, create_list="", verify="GET /account")
    assert "create_list" not in manifest
    assert manifest["list_id"] == "$list"
    assert manifest["verify"] == {"method": "GET", "url": "$base/account"}


def test_one_operation_that_adds_and_removes_is_told_apart_by_its_word(tmp_path: Path) -> None:
    schema = {
        "required": ["op", "users"],
        "properties": {
            "op": {"type": "string", "enum": ["ADD", "REMOVE"]},
            "users": {"type": "array", "items": {"type": "string"}},
            "listId": {"type": "integer"},
        },
    }
    tree = with_body(schema)
    tree["paths"] = {"/lists/users": tree["paths"]["/things"]}
    manifest = imported(tmp_path, tree, add_users="POST /lists/users", remove_users="POST /lists/users")
    assert manifest["add_users"]["json"] == {"op": "ADD", "users": "$items", "listId": "$list_id"}
    assert manifest["remove_users"]["json"] == {"op": "REMOVE", "users": "$items", "listId": "$list_id"}


CREDENTIALS = [
    ({"type": "http", "scheme": "bearer"}, {"kind": "bearer", "token": "$bearer_token"}, ["bearer_token"]),
    ({"type": "apiKey", "in": "query", "name": "token"}, {"kind": "custom", "query": {"token": "$token"}}, ["token"]),
    (
        {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://acme.test/token"}}},
        {"kind": "oauth2_client_credentials", "token_url": "https://acme.test/token", "client_id": "$client_id", "client_secret": "$client_secret"},
        ["client_id", "client_secret"],
    ),
    (
        {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://acme.test/go", "tokenUrl": "/token"}}},
        {"kind": "oauth2_refresh", "authorize_url": "https://acme.test/go", "token_url": "https://api.example.com/oauth/token",
         "client_id": "$client_id", "client_secret": "$client_secret", "refresh_token": "$refresh_token"},
        ["client_id", "client_secret", "refresh_token"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "auth", "fields"), CREDENTIALS)
def test_a_security_scheme_is_a_kind_of_auth_and_its_fields(
    tmp_path: Path, scheme: Any, auth: Any, fields: list[str]
) -> None:
    tree = audiences()
    tree["components"]["securitySchemes"]["key"] = scheme
    manifest = imported(tmp_path, tree)
    assert manifest["auth"] == auth
    assert [field["name"] for field in manifest["fields"] if field["type"] == "secret"] == fields


def test_a_property_is_set_by_the_operation_that_updates_users(tmp_path: Path) -> None:
    schema = {"properties": {"users": {"type": "array", "items": {"properties": {"id": {"type": "string"}}}}}}
    tree = with_body(schema)
    tree["paths"] = {"/users/track": tree["paths"]["/things"]}
    manifest = imported(tmp_path, tree, "property")
    assert manifest["set_property"]["item"] == {"id": "$user_id", "properties": {"cohort_$amp_cohort_id": True}}


def test_a_snapshot_is_replaced_by_the_operation_that_takes_all(tmp_path: Path) -> None:
    schema = {"properties": {"emails": {"type": "array", "items": {"type": "string"}}}}
    tree = with_body(schema)
    tree["paths"] = {
        "/segments/{id}/members": {"put": {**tree["paths"]["/things"]["post"], "summary": "Replace members"}}
    }
    manifest = imported(tmp_path, tree, "snapshot")
    assert manifest["replace_users"] == {
        "method": "PUT",
        "url": "https://api.acme.test/segments/$list_id/members",
        "json": {"emails": "$items"},
        "item": "$email",
        "batch": {"items": 1000},
    }


def test_a_collection_of_postman_is_begun_from_too(tmp_path: Path) -> None:
    users = {"mode": "raw", "raw": '{"users": [{"email": "ada@acme.test"}]}'}
    tree = postman(
        request("Create list", body={"mode": "urlencoded", "urlencoded": [{"key": "name", "value": "VIP"}]}),
        request("Add users", url="https://api.acme.test/lists/{{list_id}}/users", body=users),
        auth={"type": "bearer"},
    )
    tree["item"][0]["response"] = [{"code": 200, "body": '{"list": {"id": "l1"}}'}]
    manifest = imported(tmp_path, tree)
    assert manifest["create_list"]["form"] == {"name": "[Amplitude] $amp_cohort_name"}
    assert manifest["create_list"]["list_id"] == {"response": "list.id"}
    assert manifest["add_users"]["url"] == "$base/lists/$list_id/users"
    assert manifest["auth"] == {"kind": "bearer", "token": "$bearer_token"}


def test_a_multipart_form_is_written_in_parts(tmp_path: Path) -> None:
    body = {"mode": "formdata", "formdata": [{"key": "action", "value": "add"}, {"key": "email", "value": "a@b.test"}]}
    manifest = imported(tmp_path, postman(request("Add user to list", url="https://a.test/list/user", body=body)))
    assert manifest["add_users"]["multipart"] == [
        {"name": "action", "value": "add"},
        {"name": "email", "value": "$email"},
    ]


def test_texts_of_a_description_cannot_break_out_of_the_manifest(tmp_path: Path) -> None:
    nasty = 'x"\n#: {{ now }} $items \x1b[2J\u2028 - &a *b'
    tree = with_operation(summary=nasty, description=f"Up to 5 members {nasty}")
    tree["info"]["title"] = nasty
    tree["servers"] = [{"url": "https://api.acme.test/v2", "description": nasty}]
    members = tree["components"]["requestBodies"]["Members"]["content"]["application/json"]["schema"]
    members["properties"][nasty] = {"type": "string", "enum": [nasty]}
    members["required"].append(nasty)
    tree["paths"]["/audiences"]["post"]["responses"]["409"]["description"] = nasty
    manifest = imported(tmp_path, tree)
    assert manifest["add_users"]["json"].keys() == {"members", nasty.replace("$", "$$").replace("{{", "{{ '{{' }}")}
    assert not set((tmp_path / "acme" / "manifest.yaml").read_text()) & {"\x1b", "\u2028"}


def test_a_changed_guess_is_written_and_is_a_guess_no_more(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    beginning = begin_from_api(Identity("acme"), "list", [written(tmp_path, AUDIENCES)], {}, folder)
    changed = revise(beginning, ("add_users", "batch"), {"items": 50}, folder)
    changed = revise(changed, ("create_list", "list_id"), {"response": "data.id"}, folder)
    assert not {guess.place for guess in changed.guesses} & {("add_users", "batch"), ("create_list", "list_id")}
    assert "  batch: {items: 50}\n" in changed.text
    write(changed, folder)
    assert run_cases(folder).passed
    with pytest.raises(UsageError, match="`batch` of `add_users` cannot be this"):
        revise(beginning, ("add_users", "batch"), "many", folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is neither OpenAPI or Swagger nor a Postman collection|cannot be read"),
        ("a: 1", "is neither OpenAPI or Swagger nor a Postman collection"),
        ("openapi: 3.0.0\npaths: {}", "describes no operation"),
        ("a: [", "cannot be read: it is not YAML"),
    ],
)
def test_a_file_that_is_no_description_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        describe("api.yaml", text)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        read_api([tmp_path / "none.yaml"])
    (tmp_path / "logo.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is not UTF-8 text"):
        read_api([tmp_path / "logo.yaml"])


def test_a_slip_in_a_pick_is_answered_with_what_was_meant(tmp_path: Path) -> None:
    api = read_api([written(tmp_path, AUDIENCES)])
    with pytest.raises(UsageError, match="there is no operation `addMember`") as refused:
        chosen(api, "list", {"add_users": "addMember"})
    assert refused.value.hint == "did you mean `addMembers`?"
    with pytest.raises(UsageError, match="`set_property` is no call of a `list` destination"):
        chosen(api, "list", {"set_property": "addMembers"})


def test_without_an_operation_that_adds_users_one_has_to_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, one_operation({"operationId": "ping"}))
    with pytest.raises(UsageError, match="no operation of the file looks like `add_users`") as refused:
        begin_from_api(Identity("acme"), "list", [path], {}, tmp_path / "acme")
    assert refused.value.hint == "name it: `--operation add_users=ID`; `--list-operations` shows the ids"


def test_several_files_of_one_api_are_read_as_one(tmp_path: Path) -> None:
    first, second = written(tmp_path, one_operation({"operationId": "x"})), written(tmp_path, AUDIENCES, "b.json")
    api = read_api([first, second, second])
    assert len({each.id for each in api.operations}) == len(api.operations) == 11


def test_operations_as_data_say_what_was_guessed(tmp_path: Path) -> None:
    rows = operations_json(read_api([written(tmp_path, AUDIENCES)]), "list")
    assert rows[0] | {"fits": {}} == {
        "id": "createAudience",
        "method": "POST",
        "path": "/audiences",
        "summary": "Create an audience",
        "folders": [],
        "guessed": ["create_list"],
        "fits": {},
    }

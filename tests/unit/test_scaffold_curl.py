"""A destination guessed from `curl` commands: what is taken over, what becomes a variable, what stays out."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.errors import UsageError
from maniple.testing.golden import run_cases
from maniple.usecases.check import check
from maniple.usecases.scaffold import scaffold
from support.scaffolds import SECRET, adding, guessed, previewed


def test_the_array_of_users_becomes_items(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, adding(body={"userIds": ["u1", "u2"], "context": {"source": "x", "n": 1.5}}))
    assert manifest["add_users"]["json"] == {"userIds": "$items", "context": {"source": "x", "n": 1.5}}
    assert manifest["add_users"]["item"] == "$user_id"
    assert manifest["mappings"][0]["target"] == "userIds"


@pytest.mark.parametrize(
    ("body", "item", "mapping"),
    [
        (["ada@acme.test"], "$email", {"format": "email", "normalize": "{{ value | trim | lower }}"}),
        ({"phones": ["+15550100001"]}, "$phone", {"format": "e164", "normalize": "{{ value | e164 }}"}),
        ({"users": [42]}, "{{ user_id | int }}", {"format": "integer"}),
        ({"data": [{"type": "profile", "id": "x1"}]}, {"type": "profile", "id": "$user_id"}, {"target": "id"}),
        ({"users": [{"external_id": "x", "update": True}]}, {"external_id": "$external_id", "update": True}, {}),
        ({"users": [{"id": "ada@acme.test"}]}, {"id": "$email"}, {"target": "Email"}),
        ({"rows": [["ada@acme.test"]]}, ["$email"], {}),
        ({"emails": ["a" * 64]}, "$email", {"hash": "sha256"}),
    ],
)
def test_an_item_is_guessed_from_the_sample_user(
    tmp_path: Path, body: object, item: object, mapping: dict[str, str]
) -> None:
    manifest = guessed(tmp_path, adding(body=body))
    assert manifest["add_users"]["item"] == item
    assert {key: manifest["mappings"][0][key] for key in mapping} == mapping


def test_of_several_identifiers_a_user_needs_one(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, adding(body={"users": [{"email": "ada@acme.test", "userId": "u1"}]}))
    assert manifest["add_users"]["item"] == {"email~": "$email", "userId~": "$user_id"}
    assert [mapping["optional"] for mapping in manifest["mappings"]] == [True, True]
    assert manifest["require"] == [["email", "user_id"]]


def test_what_describes_one_sample_person_is_left_out_and_noted(tmp_path: Path) -> None:
    manifest = guessed(
        tmp_path, adding(body={"users": [{"id": "u1", "firstName": "Ada", "address": {"city": "Rome"}}]})
    )
    assert manifest["add_users"]["item"] == {"id": "$user_id"}
    text = (tmp_path / "acme" / "manifest.yaml").read_text()
    assert "# note: `firstName` of the sample user was left out: map it if your API needs it" in text


def test_an_id_in_the_path_is_the_list_that_the_end_user_names(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, adding("/lists/7/users"))
    assert manifest["define"] == {"base": "https://api.acme.test/v1"}
    assert manifest["add_users"]["url"] == "$base/lists/$list_id/users"
    assert manifest["list_id"] == "$list"
    assert manifest["fields"] == [{"name": "list", "type": "string", "label": "List ID"}]


def test_a_number_in_the_body_is_the_list_and_stays_a_number(tmp_path: Path) -> None:
    guessed(tmp_path, adding("/lists/subscribe", {"listId": 7, "users": ["u1"]}))
    assert previewed(tmp_path / "acme")[0][2] == {"listId": 1234, "users": ["user-1", "user-2"]}


def test_other_ids_of_the_path_are_fields(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, adding("/workspaces/ws_81ab23/apps/{appId}/lists/7/users"))
    assert manifest["add_users"]["url"] == "$base/workspaces/$workspace_id/apps/$app_id/lists/$list_id/users"
    assert [field["name"] for field in manifest["fields"]] == ["workspace_id", "app_id", "list"]


@pytest.mark.parametrize(
    ("host", "url", "field_type"),
    [
        ("https://{subdomain}.acme.test", "https://$subdomain.acme.test", "subdomain"),
        ("$HOST", "$host", "url"),
        ("http://api.acme.test", "https://api.acme.test", None),
        ("api.acme.test", "https://api.acme.test", None),
    ],
)
def test_the_host_is_fixed_or_a_field_that_may_be_one(
    tmp_path: Path, host: str, url: str, field_type: str | None
) -> None:
    manifest = guessed(tmp_path, f"curl {host}/users/add -d '[\"u1\"]'")
    define = manifest.get("define", {})
    assert manifest["add_users"]["url"].replace("$base", define.get("base", "")) == f"{url}/users/add"
    assert [field["type"] for field in manifest.get("fields", [])] == ([field_type] if field_type else [])


@pytest.mark.parametrize(
    ("options", "auth", "fields"),
    [
        (
            f"-u {SECRET}:{SECRET}",
            {"kind": "basic", "username": "$api_key", "password": "$api_secret"},
            ["api_key", "api_secret"],
        ),
        (f"-u {SECRET}:", {"kind": "basic", "username": "$api_key", "password": ""}, ["api_key"]),
        (
            "-H 'Authorization: Basic c2VjcmV0Og=='",
            {"kind": "basic", "username": "$api_key", "password": ""},
            ["api_key"],
        ),
        (f"-H 'Authorization: Bearer {SECRET}'", {"kind": "bearer", "token": "$bearer_token"}, ["bearer_token"]),
        (
            f"-H 'Authorization: App {SECRET}'",
            {"kind": "header", "name": "Authorization", "value": "App $api_key"},
            ["api_key"],
        ),
        (
            f"-H 'Authorization: {SECRET}'",
            {"kind": "header", "name": "Authorization", "value": "$api_key"},
            ["api_key"],
        ),
        (
            f"-H 'authorization: Token token=\"{SECRET}\"'",
            {"kind": "header", "name": "authorization", "value": 'Token token="$api_key"'},
            ["api_key"],
        ),
        (f"-H 'X-Api-Key: {SECRET}'", {"kind": "header", "name": "X-Api-Key", "value": "$api_key"}, ["api_key"]),
        (f"-H 'X-Acme: {SECRET}{SECRET}'", {"kind": "header", "name": "X-Acme", "value": "$acme"}, ["acme"]),
        (
            f"-H 'X-App-Key: {SECRET}' -H 'X-Master-Key: {SECRET}'",
            {"kind": "custom", "headers": {"X-App-Key": "$app_key", "X-Master-Key": "$master_key"}},
            ["app_key", "master_key"],
        ),
        (
            f"-H 'Authorization: Bearer {SECRET}' -H 'X-Api-Key: {SECRET}'",
            [
                {"kind": "bearer", "token": "$bearer_token"},
                {"kind": "header", "name": "X-Api-Key", "value": "$api_key"},
            ],
            ["bearer_token", "api_key"],
        ),
        (
            "-H 'X-Vendor-Signing-Key: abc'",
            {"kind": "header", "name": "X-Vendor-Signing-Key", "value": "$vendor_signing_key"},
            ["vendor_signing_key"],
        ),
        ("-H 'X-Vendor: <your-api-key>'", {"kind": "header", "name": "X-Vendor", "value": "$vendor"}, ["vendor"]),
        (
            "-H 'Vendor_Auth: {token}'",
            {"kind": "header", "name": "Vendor_Auth", "value": "$vendor_auth"},
            ["vendor_auth"],
        ),
        (f"--url-query api_key={SECRET}", {"kind": "custom", "query": {"api_key": "$api_key"}}, ["api_key"]),
    ],
)
def test_credentials_become_auth_and_secret_fields(
    tmp_path: Path, options: str, auth: object, fields: list[str]
) -> None:
    manifest = guessed(tmp_path, adding("/users/add", options=options))
    assert manifest["auth"] == auth
    assert [(field["name"], field["type"]) for field in manifest["fields"]] == [(name, "secret") for name in fields]
    text = (tmp_path / "acme" / "manifest.yaml").read_text()
    assert "# note: the credentials you gave are not in this file: the end user fills them in" in text


def test_a_credential_in_the_body_becomes_a_secret_field(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, adding("/users/add", {"apiKey": SECRET, "users": ["u1"]}))
    assert manifest["add_users"]["json"] == {"apiKey": "$api_key", "users": "$items"}
    assert manifest["fields"][0]["type"] == "secret"


def test_other_headers_stay_and_those_of_the_program_do_not(tmp_path: Path) -> None:
    options = "-A me -b a=1 -H 'Host: x' -H 'Accept: */*' -H 'Content-Type: application/json' -H 'X-Version: 2' -H 'X-App-Id: 55'"
    manifest = guessed(tmp_path, adding("/users/add", options=options))
    assert manifest["headers"] == {"X-Version": "2", "X-App-Id": "$app_id"}


def test_dollars_and_braces_of_constants_stay_what_they_are(tmp_path: Path) -> None:
    guessed(tmp_path, adding("/users/add", {"users": ["u1"], "$set": "costs $5 {{x}}"}))
    assert previewed(tmp_path / "acme")[0][2] == {"users": ["user-1", "user-2"], "$set": "costs $5 {{x}}"}


def test_a_user_in_the_path_is_one_call_a_user(tmp_path: Path) -> None:
    guessed(tmp_path, 'curl -X PUT https://api.acme.test/lists/7/members/ada%40acme.test -d \'{"status": "on"}\'')
    base = "https://api.acme.test/lists/list-1/members"
    assert previewed(tmp_path / "acme") == [
        ("add_users", f"{base}/ada%40example.com", {"status": "on"}),
        ("add_users", f"{base}/grace%40example.com", {"status": "on"}),
        ("remove_users", f"{base}/alan%40example.com", None),
    ]


def test_a_body_that_is_one_user_is_one_call_a_user(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, adding("/subscribe", {"email": "ada@acme.test", "listId": 7, "active": True}))
    assert manifest["add_users"]["json"] == {"email": "$email", "listId": "$list_id", "active": True}
    assert manifest["add_users"]["batch"] == {"items": 1}


def test_a_text_without_a_command_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no `curl` command with a URL"):
        scaffold("acme", "list", "wget https://a.test", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["-d", "--data-urlencode"])
def test_a_form_body_is_written_and_runs(option: str, tmp_path: Path) -> None:
    curl = f"curl https://a.test/add {option} email=ada@acme.test {option} list_id=7"
    manifest = scaffold("acme", "list", curl, tmp_path)[0]
    (checked,) = check([manifest])
    assert {finding.code for finding in checked.findings if finding.severity == "error"} == set()
    assert "form: {email: $email, list_id: $list_id}" in manifest.read_text()
    assert run_cases(manifest.parent).passed


def test_an_idempotency_key_is_that_of_the_batch(tmp_path: Path) -> None:
    manifest = guessed(tmp_path, adding(options="-H 'Idempotency-Key: 6f1c' -H 'X-Trace: on'"))
    assert manifest["headers"] == {"X-Trace": "on"}
    assert manifest["add_users"]["headers"] == manifest["remove_users"]["headers"] == {"Idempotency-Key": "$batch_id"}
    assert manifest["auth"] == {"kind": "none"}

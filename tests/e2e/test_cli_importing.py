"""`maniple new` begins from a description of an API, a template or a copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import Command
from support.descriptions import AUDIENCES, written


@pytest.fixture
def maniple(tmp_path: Path) -> Command:
    """The command in an empty folder with a description of an API."""
    written(tmp_path, AUDIENCES)
    return Command(tmp_path)


def test_a_described_api_becomes_a_manifest_and_its_guesses_are_told(maniple: Command) -> None:
    done = maniple("new", "acme", "--from-openapi", "api.json")
    assert done.code == 0
    assert done.out.splitlines()[0] == "acme/manifest.yaml"
    assert "guessed: add_users.batch: the schema allows 250 in the array (`maxItems`)\n" in done.err
    assert "hint: fill the manifest in, then `maniple check acme`\n" in done.err
    assert maniple("check", "acme").code == 0


def test_operations_are_listed_with_what_was_guessed_and_nothing_is_written(maniple: Command) -> None:
    done = maniple("new", "--from-openapi", "api.json", "--list-operations")
    assert done.code == 0
    assert done.out.splitlines()[:2] == [
        "GUESSED       METHOD  PATH                             ID              SUMMARY",
        "create_list   POST    /audiences                       createAudience  Create an audience",
    ]
    assert done.err == "5 operations\n"
    assert [path.name for path in maniple.folder.iterdir()] == ["api.json"]


def test_operations_and_guesses_are_data_for_programs(maniple: Command) -> None:
    listed = maniple("new", "--from-openapi", "api.json", "--list-operations", "--json").json
    assert [row["id"] for row in listed["operations"] if row["guessed"] == ["add_users"]] == ["addMembers"]
    made = maniple("new", "acme", "--from-openapi", "api.json", "--json").json
    assert made["files"][0] == "acme/manifest.yaml"
    assert made["guesses"][0]["place"] == ["auth"]


def test_operations_are_picked_by_id(maniple: Command) -> None:
    words = ("--operation", "create_list=", "--operation", "verify=whoami")
    assert maniple("new", "acme", "--from-openapi", "api.json", *words).code == 0
    text = (maniple.folder / "acme" / "manifest.yaml").read_text()
    assert "create_list:" not in text
    assert "verify:\n" in text


def test_a_template_is_begun_from_and_templates_are_listed(maniple: Command) -> None:
    assert "oauth-list" in maniple("new", "--list-templates").out
    assert maniple("new", "acme", "--template", "oauth-list").code == 0
    assert maniple("check", "acme").code == 0


def test_a_destination_of_the_catalogue_is_copied(maniple: Command) -> None:
    assert maniple("new", "my-bolt", "--from", "infobip").code == 0
    assert "slug: my-bolt\n" in (maniple.folder / "my-bolt" / "manifest.yaml").read_text()
    assert maniple("check", "my-bolt").code == 0


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["acme", "--template", "x", "--from", "infobip"], "error: `--from` and `--template` cannot be given together"),
        (["acme", "--operation", "add_users=x"], "error: `--operation` picks from a file, and there is none"),
        (
            ["acme", "--from-openapi", "api.json", "--operation", "addMembers"],
            "error: `--operation addMembers` names no call",
        ),
        (["acme", "--from-openapi", "none.json"], "error: there is no file `none.json`"),
        (["--list-operations"], "error: `--list-operations` reads a file, and there is none"),
        ([], "error: the destination has no slug"),
        (["Acme!", "--template", "list-of-ids"], "error: `Acme!` cannot be a slug"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(maniple: Command, words: list[str], error: str) -> None:
    done = maniple("new", *words)
    assert done.code == 2
    assert done.err.startswith(error)
    assert "\nhint: " in done.err or "none.json" in error


def test_a_broken_file_is_refused_with_its_line(maniple: Command) -> None:
    (maniple.folder / "broken.yaml").write_text("openapi: 3.0.0\npaths: {")
    done = maniple("new", "acme", "--from-openapi", "broken.yaml")
    assert done.code == 2
    assert done.err.startswith("error: `broken.yaml` cannot be read: it is not YAML")


def test_a_file_of_another_kind_is_refused_by_name(maniple: Command) -> None:
    (maniple.folder / "other.json").write_text(json.dumps({"swagger": 2}))
    done = maniple("new", "acme", "--from-postman", "other.json")
    assert done.err.startswith("error: `other.json` is neither OpenAPI or Swagger nor a Postman collection")

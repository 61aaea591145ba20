"""Writing a destination on the command line: new, check, fmt, variables, rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import INTEGRATIONS, Command

MANIFEST = (INTEGRATIONS / "iterable" / "manifest.yaml").read_text(encoding="utf-8")


@pytest.fixture
def maniple(tmp_path: Path) -> Command:
    return Command(tmp_path)


def place(maniple: Command, text: str) -> str:
    folder = maniple.folder / "integrations" / "iterable"
    folder.mkdir(parents=True)
    (folder / "manifest.yaml").write_text(text, encoding="utf-8")
    return "integrations/iterable"


def test_a_new_destination_can_be_checked_and_previewed_at_once(maniple: Command) -> None:
    made = maniple("new", "my-partner")
    checked = maniple("check", "my-partner", "--json")
    previewed = maniple(
        *("preview", "my-partner", "--users", "my-partner/users.csv", "--json"),
        *("--settings", "my-partner/settings.example.json"),
    )

    assert (made.code, checked.code, previewed.code) == (0, 0, 0)
    assert made.out.splitlines()[0] == "my-partner/manifest.yaml"
    assert "`maniple check my-partner`" in made.err
    assert previewed.json["requests"]


def test_a_new_destination_may_begin_from_a_curl_command_on_stdin(maniple: Command) -> None:
    curl = "curl https://api.acme.test/v1/users -H 'Authorization: Bearer s3cret' -d '{\"email\": \"a@b.test\"}'"

    done = maniple("new", "acme", "--kind", "property", "--from-curl", "-", stdin=curl)

    manifest = (maniple.folder / "acme" / "manifest.yaml").read_text()
    assert done.code == 0
    assert "api.acme.test" in manifest
    assert "s3cret" not in manifest


def test_a_clean_manifest_passes_even_with_warnings(maniple: Command) -> None:
    done = maniple("check", place(maniple, MANIFEST))

    assert done.code == 0
    assert "warning[MAN609]" in done.out
    assert done.err.startswith("✓ 1 manifest checked, 0 blocked: ")


def test_a_blocking_finding_exits_1_with_a_caret_at_the_place(maniple: Command) -> None:
    done = maniple("check", place(maniple, MANIFEST.replace("{listId: $list_id, sub", "{listId: $list_idd, sub", 1)))

    assert done.code == 1
    assert "error[MAN201]: `$list_idd` is not declared" in done.out
    assert "^^^^^^^^^ no variable has this name" in done.out
    assert "did you mean `$list_id`?" in done.out
    assert done.err.startswith("✗ 1 manifest checked, 1 blocked: 1 error")


def test_findings_in_json_and_for_github(maniple: Command) -> None:
    path = place(maniple, MANIFEST.replace("{listId: $list_id, sub", "{listId: $list_idd, sub", 1))

    as_json = maniple("check", path, "--json")
    for_github = maniple("check", path, "--format", "github")

    (file,) = as_json.json["files"]
    errors = [finding for finding in file["findings"] if finding["severity"] == "error"]
    assert (file["path"], file["ok"]) == ("integrations/iterable/manifest.yaml", False)
    assert [(finding["code"], finding["line"]) for finding in errors] == [("MAN201", 57)]
    assert "::error file=integrations/iterable/manifest.yaml,line=57," in for_github.out
    assert (as_json.code, for_github.code) == (1, 1)


def test_fmt_check_shows_the_difference_and_writes_nothing(maniple: Command) -> None:
    text = MANIFEST.replace("slug: iterable\nversion: 1.0.0", "version: 1.0.0\nslug: iterable")
    path = place(maniple, text)

    done = maniple("fmt", path, "--check")

    assert done.code == 1
    assert "\n+slug: iterable\n version: 1.0.0\n-slug: iterable\n" in done.out
    assert "would change: integrations/iterable/manifest.yaml" in done.err
    assert (maniple.folder / path / "manifest.yaml").read_text() == text


def test_fmt_rewrites_and_then_has_nothing_to_do(maniple: Command) -> None:
    path = place(maniple, MANIFEST.replace("slug: iterable\nversion: 1.0.0", "version: 1.0.0\nslug: iterable"))

    first, second = maniple("fmt", path), maniple("fmt", path, "--check")

    assert (first.code, first.out) == (0, "integrations/iterable/manifest.yaml\n")
    assert (second.code, second.out) == (0, "")
    assert "# an integer, and an integer in the calls below" in (maniple.folder / path / "manifest.yaml").read_text()


def test_variables_are_ticked_and_a_problem_exits_1_though_the_manifest_is_blocked(maniple: Command) -> None:
    path = place(maniple, MANIFEST.replace("{listId: $list_id, sub", "{listId: $list_idd, sub", 1))

    shown, as_json = maniple("variables", path), maniple("variables", path, "--json")

    rows = {row["name"]: row for row in as_json.json}
    assert (shown.code, as_json.code) == (1, 1)
    assert rows["list_idd"]["problem"] == "used, but not declared"
    assert (rows["api_key"]["declared"], rows["api_key"]["used"], rows["api_key"]["predefined"]) == (True, True, False)
    assert shown.out.splitlines()[0].split() == ["VARIABLE", "DECLARED", "USED", "PRE-DEFINED", "WHERE", "PROBLEM"]
    assert any(line.split()[:4] == ["$api_key", "✓", "✓", "-"] for line in shown.out.splitlines())


def test_variables_of_a_sound_manifest_exit_0(maniple: Command) -> None:
    assert maniple("variables", "iterable").code == 0


def test_a_destination_that_cannot_be_used_prints_its_findings_for_every_verb(maniple: Command) -> None:
    maniple.write("users.csv", "user_id", "u1")
    done = maniple("preview", place(maniple, MANIFEST.replace("kind: list", "kind: lst")), "--users", "users.csv")

    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith("error[MAN")
    assert done.err.endswith("error: the manifest cannot be used\n")


def test_a_code_is_explained(maniple: Command) -> None:
    done = maniple("rules", "man201")

    assert done.code == 0
    assert "Variable not declared" in done.out

"""A new destination is checked, tried and previewed as it was written."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from maniple.errors import OperatorError, UsageError
from maniple.source.text import Source
from maniple.source.yaml import read_yaml
from maniple.testing.golden import run_cases
from maniple.usecases.check import check
from maniple.usecases.destinations import load_file
from maniple.usecases.form import form
from maniple.usecases.scaffold import default_folder, scaffold
from maniple.usecases.scaffolding.draft import Kind
from support.scaffolds import previewed

NAMES = ["manifest.yaml", "cases.yaml", "README.md", "users.csv", "settings.example.json"]
MODULES = (
    *(
        f"usecases.scaffolding.{name}"
        for name in ("identifiers", "declarations", "yaml_text", "answers", "batches", "roles", "draft")
    ),
    "usecases.scaffold",
    "source.rate_words",
)


@pytest.mark.parametrize("kind", ["list", "property", "snapshot"])
def test_a_scaffold_is_a_manifest_with_all_that_belongs_beside_it(tmp_path: Path, kind: Kind) -> None:
    files = scaffold("acme-engage", kind, into=tmp_path)
    assert files == [tmp_path / "acme-engage" / name for name in NAMES]


@pytest.mark.parametrize("kind", ["list", "property"])
def test_a_fresh_scaffold_has_no_finding_that_blocks(tmp_path: Path, kind: Kind) -> None:
    (checked,) = check([scaffold("acme", kind, into=tmp_path)[0]])
    assert not checked.blocked
    # What only the partner knows is left out, and asked for: limits, sources, help, maintainer.
    assert {finding.code for finding in checked.findings} >= {"MAN603", "MAN604", "MAN610", "MAN611"}


@pytest.mark.parametrize("kind", ["list", "property", "snapshot"])
def test_the_cases_of_a_fresh_scaffold_pass_and_try_every_call(tmp_path: Path, kind: Kind) -> None:
    manifest = scaffold("acme", kind, into=tmp_path)[0]
    report = run_cases(manifest.parent)
    assert report.passed
    assert len(report.results) == len(load_file(manifest).usable().calls)


def test_a_fresh_list_is_previewed_with_its_own_users_and_settings(tmp_path: Path) -> None:
    scaffold("acme", into=tmp_path)
    base = "https://api.example.com/v1/lists"
    made = "list_id_from_create_list"
    assert previewed(tmp_path / "acme") == [
        ("create_list", base, {"name": "[Amplitude] Buyers"}),
        ("add_users", f"{base}/{made}/users/add", {"users": [{"id": "user-1"}, {"id": "user-2"}]}),
        ("remove_users", f"{base}/{made}/users/remove", {"users": [{"id": "user-3"}]}),
    ]


def test_a_fresh_property_is_previewed_with_its_own_users_and_settings(tmp_path: Path) -> None:
    scaffold("acme", "property", into=tmp_path)
    url = "https://api.example.com/v1/users/update"
    entered = [{"id": f"user-{number}", "properties": {"cohort_c1": True}} for number in (1, 2)]
    assert previewed(tmp_path / "acme") == [
        ("set_property", url, {"users": entered}),
        ("unset_property", url, {"users": [{"id": "user-3", "properties": {"cohort_c1": False}}]}),
    ]


@pytest.mark.parametrize("kind", ["list", "property", "snapshot"])
def test_a_fresh_manifest_is_in_canonical_form(tmp_path: Path, kind: Kind) -> None:
    assert [formed.changed for formed in form([scaffold("acme", kind, into=tmp_path)[0]])] == [False]


def test_the_editor_finds_the_schemas_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    manifest, cases, *_ = scaffold("acme", into=tmp_path / "integrations")
    first = "# yaml-language-server: $schema=../../schemas/"
    assert manifest.read_text().startswith(f"{first}manifest.v1.json\n")
    assert cases.read_text().startswith(f"{first}cases.v1.json\n")


def test_a_destination_outside_a_repository_names_no_schema(tmp_path: Path) -> None:
    assert "$schema" not in scaffold("acme", into=tmp_path)[0].read_text()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "README.md").write_text("mine")
    with pytest.raises(UsageError, match=r"acme/README.md` exists already"):
        scaffold("acme", into=tmp_path)
    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["README.md"]


def test_a_folder_that_cannot_be_written_is_the_operators_affair(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorError, match="cannot be written"):
        scaffold("acme", into=tmp_path / "file")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Acme Engage!", "type `acme-engage`"),
        ("acme--engage", "type `acme-engage`"),
        ("integrations/Übung", "type `ubung`"),
        ("", "type a name such as `acme-engage`"),
        ("a" * 65, f"type `{'a' * 64}`"),
    ],
)
def test_a_bad_slug_is_refused_with_one_made_from_it(tmp_path: Path, typed: str, hint: str) -> None:
    with pytest.raises(UsageError, match="cannot be a slug") as refused:
        scaffold(typed, into=tmp_path)
    assert refused.value.hint == hint
    assert list(tmp_path.iterdir()) == []


def test_integrations_of_the_working_directory_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_folder() == Path()
    (tmp_path / "integrations").mkdir()
    assert default_folder() == Path("integrations")
    assert scaffold("acme")[0] == Path("integrations/acme/manifest.yaml")


def test_every_file_ends_with_one_line_end_and_has_no_blank_at_the_end_of_a_line(tmp_path: Path) -> None:
    for path in scaffold("acme", into=tmp_path):
        text = path.read_text()
        assert text.endswith("\n"), path.name
        assert not text.endswith("\n\n"), path.name
        assert [line for line in text.splitlines() if line != line.rstrip()] == [], path.name


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a",
        "yes",
        "No",
        "12",
        "1.5",
        "~",
        "a: b",
        "# x",
        "- a",
        "é",
        "$items",
        "{x}",
        "a\nb",
        "@x",
        "a, b",
        "null",
        "x ",
    ],
)
def test_a_text_is_read_back_as_it_was_written(value: str) -> None:
    from maniple.usecases.scaffolding.yaml_text import block

    tree = {"flow": [value, {value or "key": value}], "block": [{"long": value, "more": "x" * 90}]}
    document, findings = read_yaml(Source("x.yaml", "\n".join(block(tree)) + "\n"))
    assert findings == []
    assert document is not None
    assert document.data == tree


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    module = importlib.import_module(f"maniple.{name}")
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)

"""The guide for authors shows what its commands really do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maniple.testing.golden import run_cases
from maniple.usecases.check import check
from maniple.usecases.destinations import load_file
from maniple.usecases.form import form
from maniple.usecases.scaffold import scaffold

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "write-a-manifest.md").read_text()


def block(language: str, beginning: str) -> str:
    """The fenced block of the guide that begins so."""
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", GUIDE, re.S) if text.startswith(beginning)]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The guide's destination as `new` makes it from the guide's commands."""
    return scaffold("acme", "list", block("sh", "curl"), tmp_path / "integrations")[0].parent


@pytest.fixture
def finished(folder: Path) -> Path:
    """The same with the guide's manifest."""
    (folder / "manifest.yaml").write_text(block("yaml", "# yaml-language-server"))
    return folder


def test_the_example_begins_with_the_guesses_that_the_guide_names(folder: Path) -> None:
    guesses = re.findall(r"# guessed: (.*)", (folder / "manifest.yaml").read_text())
    assert guesses[0] == "where the new list's id is in the answer"
    assert "the most users that one call may carry" in guesses
    assert run_cases(folder).passed


def test_the_finished_manifest_has_no_finding_and_is_in_canonical_form(finished: Path) -> None:
    assert [checked.findings for checked in check([finished])] == [()]
    assert [formed.changed for formed in form([finished])] == [False]


def test_the_variables_table_of_the_guide_is_that_of_the_manifest(finished: Path) -> None:
    shown = re.findall(r"^\$(\w+) +[✓-]", GUIDE, re.M)
    assert shown == [row.name for row in load_file(finished / "manifest.yaml").variables]


def test_the_first_case_fails_as_the_guide_says_until_it_is_corrected(finished: Path) -> None:
    assert [result.name for result in run_cases(finished).failures] == ["creates a list for the cohort"]
    for problem in run_cases(finished).failures[0].problems:
        assert problem in GUIDE
    cases = finished / "cases.yaml"
    corrected = cases.read_text().replace("body: {id: list-1}", "body: {audience: {id: 8841}}")
    corrected = corrected.replace("result: delivered, list_id: list-1", "result: delivered, list_id: 8841")
    cases.write_text(corrected + "\n" + block("yaml", "  - name: a user who unsubscribed"))
    assert run_cases(finished).passed


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/guides/write-a-manifest.md"])
def test_every_link_leads_to_a_file(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text())
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_every_file_that_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:src/maniple/|tests/|tools/|docs/)?[\w/]+\.(?:py|md))`", text)
    assert named
    places = (ROOT, ROOT / "src" / "maniple")
    assert [name for name in named if not any((place / name).exists() for place in places)] == []

"""Templates and copies are complete destinations under a new name."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.errors import UsageError
from maniple.testing.golden import run_cases
from maniple.usecases.check import check
from maniple.usecases.destinations import load_file
from maniple.usecases.form import form
from maniple.usecases.scaffold import (
    Identity,
    begin_from_curl,
    begin_from_destination,
    begin_from_scratch,
    begin_from_template,
    write,
)
from maniple.usecases.templates import TEMPLATES, template
from support.scaffolds import previewed

ROOT = Path(__file__).resolve().parents[2]
ASKED_FOR = {"MAN604", "MAN611"}
"""Findings that ask for what only the partner knows: sources and a maintainer."""


@pytest.fixture(params=[each.name for each in TEMPLATES])
def begun(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder begun from each template."""
    folder = tmp_path / "bolt-mail"
    identity = Identity("bolt-mail", 'Bolt "Mail" & Co', "messaging", "Mails: to everybody.")
    write(begin_from_template(identity, request.param, folder), folder)
    return folder


def test_a_template_has_no_finding_but_what_is_to_be_filled_in(begun: Path) -> None:
    (checked,) = check([begun / "manifest.yaml"])
    assert {finding.code for finding in checked.findings} == ASKED_FOR


def test_the_cases_of_a_template_pass_and_try_every_call(begun: Path) -> None:
    report = run_cases(begun)
    assert report.passed
    program = load_file(begun / "manifest.yaml").usable()
    assert len(report.results) >= len(program.calls)


def test_a_template_is_in_canonical_form_and_can_be_previewed(begun: Path) -> None:
    assert [formed.changed for formed in form([begun / "manifest.yaml"])] == [False]
    assert previewed(begun)


def test_the_new_name_stands_everywhere(begun: Path) -> None:
    manifest = load_file(begun / "manifest.yaml").manifest
    assert manifest is not None
    assert (manifest.slug, manifest.name, manifest.version) == ("bolt-mail", 'Bolt "Mail" & Co', "0.1.0")
    assert (manifest.category, manifest.summary) == ("messaging", "Mails: to everybody.")
    assert not any("Acme" in path.read_text() for path in begun.iterdir())
    assert "maniple connect bolt-mail" in (begun / "README.md").read_text()


def test_each_template_says_its_kind() -> None:
    for each in TEMPLATES:
        manifest = load_file(ROOT / "src" / "maniple" / "scaffolds" / each.name / "manifest.yaml").manifest
        assert manifest is not None
        assert manifest.kind == each.kind


def test_a_slip_in_a_templates_name_is_answered() -> None:
    with pytest.raises(UsageError, match="there is no template `list-of-id`") as refused:
        template("list-of-id")
    assert refused.value.hint == "did you mean `list-of-ids`?"


def test_a_copy_keeps_everything_but_its_name_and_version(tmp_path: Path) -> None:
    folder = tmp_path / "iterable-two"
    copy = begin_from_destination(Identity("iterable-two", "Iterable: Two"), ROOT / "integrations" / "iterable", folder)
    write(copy, folder)
    old, new = (load_file(path / "manifest.yaml").manifest for path in (ROOT / "integrations" / "iterable", folder))
    assert old is not None
    assert new is not None
    changes = {"slug": "iterable-two", "name": "Iterable: Two", "version": "0.1.0"}
    assert new == old.model_copy(update=changes)
    assert "# an integer, and an integer in the calls below" in (folder / "manifest.yaml").read_text()
    assert run_cases(folder).passed


def test_a_copy_of_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no manifest"):
        begin_from_destination(Identity("x"), tmp_path, tmp_path / "x")


def test_nothing_is_written_before_it_is_asked_for(tmp_path: Path) -> None:
    begin_from_scratch(Identity("acme"), "list", tmp_path / "acme")
    begin_from_template(Identity("acme"), "list-of-ids", tmp_path / "acme")
    begin_from_curl(Identity("acme"), "list", "curl https://a.test/users -d '[\"u1\"]'", tmp_path / "acme")
    assert list(tmp_path.iterdir()) == []


def test_the_identity_goes_into_what_is_guessed(tmp_path: Path) -> None:
    identity = Identity("acme", "Acme: the best", "messaging", "Mails - all of them.")
    text = begin_from_scratch(identity, "list", tmp_path / "acme").text
    assert 'name: "Acme: the best"' in text
    assert "category: messaging" in text
    assert "summary: Mails - all of them." in text

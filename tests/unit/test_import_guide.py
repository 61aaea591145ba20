"""The guide about importing an API shows what its commands really do."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from maniple.cli.main import run
from maniple.testing.golden import run_cases

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "import-an-api.md").read_text()


def block(language: str, beginning: str) -> str:
    """The fenced block of the guide that begins so."""
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", GUIDE, re.S) if text.startswith(beginning)]
    assert len(found) == 1
    return found[0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the guide's description of an API."""
    (tmp_path / "api.yaml").write_text(block("yaml", "openapi"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "beginning", ["$ maniple new --from-openapi api.yaml --list", "$ maniple new acme --from-openapi"]
)
@pytest.mark.usefixtures("folder")
def test_the_commands_print_what_the_guide_shows(beginning: str, capsys: pytest.CaptureFixture[str]) -> None:
    command, *shown = block("console", beginning).splitlines()
    assert run(shlex.split(command)[2:]) == 0
    printed = capsys.readouterr()
    assert [*printed.out.splitlines(), *printed.err.splitlines()] == shown


def test_the_manifest_has_the_call_that_the_guide_shows(folder: Path) -> None:
    run(["new", "acme", "--from-openapi", "api.yaml"])
    assert block("yaml", "add_users") in (folder / "acme" / "manifest.yaml").read_text()
    assert run_cases(folder / "acme").passed

"""What the README shows works as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from maniple.usecases.destinations import load_content
from maniple.wire import Reply, Request

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


class Partner:
    async def send(self, request: Request) -> Reply:
        return Reply(200, body=orjson.dumps({"listId": 5}))

    async def close(self) -> None:
        return None


def test_the_manifest_in_full_has_no_finding() -> None:
    (manifest,) = blocks("yaml")

    destination = load_content(Path("acme.yaml"), manifest.encode())

    assert () == destination.diagnostics
    assert destination.program is not None


def test_the_library_in_ten_lines_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {"partner": Partner()}

    exec(code, names)

    printed = capsys.readouterr().out.splitlines()
    assert "POST https://api.iterable.com/api/lists" in printed[0]
    assert "2 0 {}" == printed[-1]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/guides/cohort-sources.md",
        "docs/guides/review.md",
        *(str(path.relative_to(ROOT)) for path in ROOT.glob("integrations/*/README.md")),
    ],
)
def test_every_command_shown_is_a_verb_with_its_options(page: str) -> None:
    from maniple.cli.verbs import app

    text = (ROOT / page).read_text().replace("\\\n", " ")
    code = [*re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL), *re.findall(r"`(maniple [^`\n]*)`", text)]
    shown = re.findall(r"^\s*(?:\$ )?maniple ([a-z]+)(?: ([a-z-]+))?(.*)$", "\n".join(code), re.MULTILINE)
    assert shown
    for verb, further, rest in shown:
        command = app[verb] if app[verb].default_command is not None else app[verb][further]
        options = {
            option
            for argument in command.assemble_argument_collection(parse_docstring=False)
            for option in argument.names
        }
        unknown = [word for word in re.findall(r"(?<!\S)--[a-z-]+", rest) if word not in options and word != "--help"]
        assert not unknown, f"maniple {verb} has no {unknown}"

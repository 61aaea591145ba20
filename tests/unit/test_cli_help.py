"""The command line explains itself, cheaply."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from maniple.cli.main import run
from maniple.cli.verbs import app
from maniple.errors import ExitCode
from maniple.testing.simulator.hostile import PROFILES

VERBS = [name for name in app if not name.startswith("-")]
HEAVY = ("aiohttp", "duckdb", "pyarrow", "sqlalchemy", "fastapi", "textual", "pydantic", "jinja2", "cryptography")


def test_there_are_the_verbs_that_scripts_rely_on() -> None:
    assert VERBS == (
        [
            "new",
            "portal",
            "check",
            "fmt",
            "variables",
            "preview",
            "test",
            "simulate",
            "rules",
            "release",
            "submit",
            "review",
            "destinations",
            "connect",
            "authorize",
            "operator",
            "connections",
            "disconnect",
            "sync",
            "resume",
            "reconcile",
            "forget",
            "syncs",
            "history",
            "errors",
            "export",
            "completion",
        ]
    )


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_has_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, "--help"]) == 0

    shown = capsys.readouterr().out
    assert "Examples:" in shown
    assert f"  maniple {verb}" in shown.partition("Examples:")[2] or f"| maniple {verb}" in shown


REVIEW_VERBS = [name for name in app["review"] if not name.startswith("-")]


@pytest.mark.parametrize("verb", REVIEW_VERBS)
def test_the_help_of_every_verb_of_a_review_has_an_example_and_json(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["review", verb, "--help"]) == 0

    shown = capsys.readouterr().out
    assert f"  maniple review {verb}" in shown.partition("Examples:")[2]
    assert "--json" in shown


def test_a_mistyped_verb_of_a_review_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review", "aprove", "acme"]) == ExitCode.USAGE

    assert capsys.readouterr().err.splitlines() == [
        "error: there is no verb `review aprove`",
        "hint: did you mean `approve`?",
    ]


@pytest.mark.parametrize("verb", ["check", "variables", "preview", "test", "destinations", "connections", "sync"])
def test_reading_verbs_have_json(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    run([verb, "--help"])

    assert "--json" in capsys.readouterr().out


def test_the_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])

    words = [
        line.split()[0] for line in capsys.readouterr().out.partition("Exit codes:")[2].splitlines() if line.strip()
    ]
    assert [int(word) for word in words if word.isdigit()] == [code.value for code in ExitCode]


def test_the_help_of_simulate_tells_of_every_profile_in_its_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    run(["simulate", "--help"])

    shown = " ".join(capsys.readouterr().out.split())
    told = [f"{profile.name} {profile.summary}" for profile in PROFILES.values() if profile.name != "none"]
    assert [words for words in told if words not in shown] == []


def test_the_guide_to_hostile_partners_tells_of_every_profile() -> None:
    page = (Path(__file__).parents[2] / "docs" / "guides" / "hostile-partners.md").read_text()
    rows = [f"| `{profile.name}` | {profile.summary} |" for profile in PROFILES.values() if profile.name != "none"]
    assert [row for row in rows if row not in page] == []


@pytest.mark.parametrize("words", [["--help"], ["sync", "--help"], ["--version"]])
def test_help_and_version_import_nothing_heavy(words: list[str]) -> None:
    script = (
        "import json, sys\n"
        "from maniple.cli.main import run\n"
        f"code = run({words!r})\n"
        "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)

    code, modules = json.loads(done.stderr)
    assert code == 0
    assert [name for name in HEAVY if name in modules] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_completion_script_that_knows_the_verbs(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", shell]) == 0

    script = capsys.readouterr().out
    assert [verb for verb in VERBS if verb not in script] == []

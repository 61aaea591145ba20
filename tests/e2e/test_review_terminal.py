"""Submitting and reviewing in a terminal: what is shown before it is asked."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest

from support.command import Command
from support.submitted import write_integration


@pytest.fixture
def maniple(tmp_path: Path) -> Command:
    write_integration(tmp_path / "work")
    return Command(tmp_path, {"MANIPLE_USER": "ada", "NO_COLOR": "1"})


def terminal(maniple: Command, *words: str, width: int = 120) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable,
        ["-m", "maniple", *words],
        cwd=str(maniple.folder),
        env=maniple.environment,
        encoding="utf-8",
        dimensions=(40, width),
        timeout=120,
    )


def ended(process: pexpect.spawn) -> tuple[int, str]:
    process.expect(pexpect.EOF)
    process.close()
    return process.exitstatus, process.before.replace("\r\n", "\n")


def test_what_would_be_sent_is_shown_before_it_is_sent(maniple: Command) -> None:
    refusing = terminal(maniple, "submit", "work/acme")
    refusing.expect(r"Submit as ada\? \[y/N\]: ")
    shown = refusing.before
    refusing.sendline("n")
    refused = ended(refusing)
    none = maniple("review", "list", "--json").json
    agreeing = terminal(maniple, "submit", "work/acme")
    agreeing.expect(r"Submit as ada\? \[y/N\]: ")
    agreeing.sendline("y")
    agreed = ended(agreeing)

    assert "Acme 1.0.0" in shown
    assert "manifest.yaml" in shown
    assert "quality  bronze" in shown
    assert (0, True) == (refused[0], "nothing was sent" in refused[1])
    assert [] == none
    assert 0 == agreed[0], agreed[1]
    assert "✓ submitted Acme 1.0.0, round 1" in agreed[1]


def test_an_approval_says_what_it_does_before_it_is_given(maniple: Command) -> None:
    maniple("submit", "work/acme", "--yes")
    asked = terminal(maniple, "review", "approve", "acme")
    asked.expect(r"Approve\? \[y/N\]: ")
    shown = asked.before
    asked.sendline("y")
    code, told = ended(asked)

    assert "Acme 1.0.0 would be published, for everybody who works with" in shown
    assert (0, True) == (code, "✓ approved Acme 1.0.0: it is approved" in told)


def test_what_stands_in_the_way_is_shown_and_nothing_is_asked(maniple: Command) -> None:
    (maniple.folder / "work" / "acme" / "cases.yaml").unlink()

    code, told = ended(terminal(maniple, "submit", "work/acme"))

    assert 1 == code
    assert "[y/N]" not in told
    assert "no golden case shows what `create_list` sends" in told


@pytest.mark.parametrize("width", [60, 200])
def test_the_queue_fits_the_terminal(maniple: Command, width: int) -> None:
    maniple("submit", "work/acme", "--yes")

    _, told = ended(terminal(maniple, "review", "list", width=width))

    assert max(len(line) for line in told.splitlines()) <= width
    assert "acme" in told

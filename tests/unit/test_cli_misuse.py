"""Command lines that cannot be carried out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maniple.cli.faults import wants_json
from maniple.cli.inputs import read_list_id, read_maps
from maniple.cli.main import run, with_stdin_named
from maniple.errors import UsageError


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["snyc"], "there is no verb `snyc`", "did you mean `sync`?"),
        (["history", "x", "--jsn"], "`maniple history` has no option `--jsn`", "did you mean `--json`?"),
        (["history"], "`maniple history` needs `SYNC`", "`maniple history --help` shows how"),
        (["sync", "a", "b"], "`maniple sync` needs `--cohort`", "`maniple sync --help` shows how"),
        (
            ["sync", "a", "b", "--cohrt", "c"],
            "`maniple sync` needs `--cohort`",
            "did you mean `--cohort` by `--cohrt`?",
        ),
        (
            ["sync", "a", "b", "--cohort"],
            "`--cohort` of `maniple sync` needs a value",
            "`maniple sync --help` shows how",
        ),
        (
            ["simulate", "iterable", "--hostile", "flakey"],
            "there is no hostile profile `flakey`",
            "did you mean `flaky`?",
        ),
        (["rules", "MAN2O1"], "there is no code `MAN2O1`", "did you mean `MAN201`?"),
        (["check", "iterabel"], "there is no destination `iterabel`", "did you mean `iterable`?"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_what_was_meant(
    words: list[str], message: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"error: {message}\nhint: {hint}\n"


def test_a_number_out_of_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sync", "a", "b", "--cohort", "c", "--retries", "51"]) == 2

    assert "It must be a number from 0 to 50" in capsys.readouterr().err


def test_with_json_an_error_of_the_command_line_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "--json"]) == 2

    told = json.loads(capsys.readouterr().out)
    assert told["error"]["detail"] == "`maniple history` needs `SYNC`"


def test_a_home_that_cannot_be_made_is_the_machines_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MANIPLE_HOME", str(tmp_path / "file" / "home"))

    assert run(["connections"]) == 4
    assert "`MANIPLE_HOME`" in capsys.readouterr().err


def test_a_lone_dash_is_the_value_of_the_option_before_it() -> None:
    assert with_stdin_named(["--settings", "-", "x", "-", "-o", "-"]) == ["--settings=-", "x", "-", "-o", "-"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["check", "x", "--json"], True),
        (["check", "x", "--format", "json"], True),
        (["check", "x", "--format=json"], True),
        (["check", "x", "--format", "github"], False),
        (["check", "--", "--json"], False),
    ],
)
def test_what_asks_for_json(words: list[str], wanted: bool) -> None:
    assert wants_json(words) is wanted


def test_mappings_are_name_and_property() -> None:
    assert read_maps(["email=e_mail", "note=a=b"]) == {"email": "e_mail", "note": "a=b"}


@pytest.mark.parametrize("words", [["email"], ["=x"], ["email="], ["email=a", "email=b"]])
def test_mappings_that_are_not_are_refused(words: list[str]) -> None:
    with pytest.raises(UsageError):
        read_maps(words)


def test_a_list_id_with_a_leading_zero_or_other_digits_stays_text() -> None:
    assert [read_list_id(word) for word in ("12", "012", "0", "٣", "-1")] == [12, "012", 0, "٣", "-1"]

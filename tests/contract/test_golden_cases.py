"""Every destination in the repository sends and reads what its golden cases say."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.manifest.cases import Case, Cases
from maniple.testing.destination import read_cases, read_program
from maniple.testing.golden import run_case

INTEGRATIONS = Path(__file__).parents[2] / "integrations"
FOLDERS = sorted(folder for folder in INTEGRATIONS.iterdir() if folder.is_dir())


def golden_cases() -> list[object]:
    found: list[object] = []
    for folder in FOLDERS:
        cases = read_cases(folder / "cases.yaml").cases
        for case in cases.cases if cases is not None else []:
            found.append(pytest.param(folder, cases, case, id=f"{folder.name}::{case.name}"))
    return found


@pytest.mark.parametrize(("folder", "cases", "case"), golden_cases())
def test_a_golden_case_is_sent_and_read_as_it_says(folder: Path, cases: Cases, case: Case) -> None:
    assert run_case(read_program(folder / "manifest.yaml"), cases, case) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_destination_has_a_manifest_cases_and_a_readme(folder: Path) -> None:
    for name in ("manifest.yaml", "cases.yaml", "README.md"):
        assert (folder / name).is_file(), f"{folder.name} has no {name}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_cases_of_a_destination_can_be_read(folder: Path) -> None:
    read = read_cases(folder / "cases.yaml")
    assert read.diagnostics == ()
    assert read.cases is not None


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_cases_of_a_destination_try_every_call_of_its_manifest(folder: Path) -> None:
    cases = read_cases(folder / "cases.yaml").cases
    assert cases is not None
    assert set(read_program(folder / "manifest.yaml").calls) == {case.call for case in cases.cases}

"""No destination in the repository has a request that a value could change."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.usecases.check import check

FOLDERS = sorted(folder for folder in (Path(__file__).parents[2] / "integrations").iterdir() if folder.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_odd_values_change_no_request_of_a_destination(folder: Path) -> None:
    (checked,) = check([folder], deep=True, seed=20)

    assert [found.message for found in checked.findings if found.code == "MAN701"] == []
    assert checked.trials > 100

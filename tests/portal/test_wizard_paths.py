"""A path that is typed is completed with what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.portal.wizard.paths import PathSuggester, completions


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Files and folders of several kinds."""
    for name in ("Docs", ".git", "docs-old"):
        (tmp_path / name).mkdir()
    for name in ("api.yaml", "api.json", "api.txt", ".hidden.json", "Docs/b.yml"):
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["Docs/", "docs-old/", "api.json", "api.yaml"]),
        ("doc", ["Docs/", "docs-old/"]),
        ("API.", ["api.json", "api.yaml"]),
        ("Docs/", ["Docs/b.yml"]),
        (".h", [".hidden.json"]),
        ("none/", []),
        ("\0", []),
    ],
)
def test_folders_and_descriptions_that_begin_so_are_offered(here: Path, typed: str, found: list[str]) -> None:
    assert completions(typed, here) == found


async def test_the_first_that_goes_on_as_typed_is_suggested(here: Path) -> None:
    assert await PathSuggester(here).get_suggestion("api") == "api.json"
    assert await PathSuggester(here).get_suggestion("") is None
    assert await PathSuggester(here).get_suggestion("zz") is None

"""The author's integrations are listed, copied, deleted and put back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maniple.errors import UsageError
from maniple.store.home import Home
from maniple.usecases.destinations import load_file
from maniple.usecases.integrations import (
    clone,
    delete,
    details_of,
    last_deleted,
    list_integrations,
    matches,
    put_back,
    suggest_slug,
)
from maniple.usecases.scaffold import scaffold
from maniple.usecases.tastes import Tastes, keep_tastes, read_tastes
from maniple.usecases.workshop import autosave, read

DAY = 86_400.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    for slug, at in (("acme", 100), ("bolt", 200)):
        for file in scaffold(slug, "list", None, folder):
            os.utime(file, (at, at))
    return folder


def test_the_integration_edited_last_comes_first(home: Home, folder: Path) -> None:
    assert [("bolt", 200.0), ("acme", 100.0)] == [
        (found.slug, found.edited) for found in list_integrations(home, folder)
    ]


def test_a_folder_without_a_manifest_or_with_a_dot_is_no_integration(home: Home, folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / ".git").mkdir()
    (folder / ".git" / "manifest.yaml").write_text("manifest: 1\n")

    assert ["bolt", "acme"] == [found.slug for found in list_integrations(home, folder)]


def test_a_folder_that_is_not_there_has_no_integrations(home: Home, tmp_path: Path) -> None:
    assert [] == list_integrations(home, tmp_path / "none")


def test_an_integration_with_unsaved_text_says_so(home: Home, folder: Path) -> None:
    path = folder / "acme" / "manifest.yaml"
    autosave(home, read(home, path), "other", 1.0)

    assert [False, True] == [found.unsaved for found in list_integrations(home, folder)]


def test_details_count_what_is_wrong(home: Home, folder: Path) -> None:
    path = folder / "acme" / "manifest.yaml"
    path.write_text(path.read_text().replace("kind: list", "kind: lost"))

    assert 0 < details_of(home, path).errors


def test_details_of_a_manifest_that_is_no_yaml_have_no_name_and_an_error(home: Home, folder: Path) -> None:
    path = folder / "acme" / "manifest.yaml"
    path.write_text("name: [")

    assert ("", 1) == (details_of(home, path).name, details_of(home, path).errors)


def test_a_copy_has_its_own_slug_name_and_version_and_keeps_comments(folder: Path) -> None:
    source = folder / "acme" / "manifest.yaml"
    source.write_text(source.read_text().replace("version: 0.1.0", "version: 2.3.4  # the third"))

    copy = clone(source, folder, "acme-eu", "Acme: EU")

    manifest = load_file(copy).manifest
    assert manifest is not None
    assert ("acme-eu", "Acme: EU", "1.0.0") == (manifest.slug, manifest.name, manifest.version)
    comments = [line.partition("#")[2] for line in source.read_text().splitlines()]
    assert comments == [line.partition("#")[2] for line in copy.read_text().splitlines()]
    assert {file.name for file in source.parent.iterdir()} == {file.name for file in copy.parent.iterdir()}


def test_a_copy_named_like_a_yaml_word_is_quoted(folder: Path) -> None:
    manifest = load_file(clone(folder / "acme" / "manifest.yaml", folder, "no", "No")).manifest

    assert manifest is not None
    assert ("no", "No") == (manifest.slug, manifest.name)


@pytest.mark.parametrize(
    ("slug", "name", "said"), [("bolt", "Bolt", "is taken"), ("Bolt!", "Bolt", "cannot be a slug"), ("x", " ", "name")]
)
def test_a_copy_needs_a_free_slug_and_a_name(folder: Path, slug: str, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        clone(folder / "acme" / "manifest.yaml", folder, slug, name)


def test_what_is_deleted_can_be_put_back_with_its_unsaved_text(home: Home, folder: Path) -> None:
    path = folder / "acme" / "manifest.yaml"
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    autosave(home, read(home, path), "typed", 1.0)
    delete(home, list_integrations(home, folder)[1], 5.0)
    assert not path.parent.exists()

    deleted = last_deleted(home, folder)
    assert deleted is not None
    put_back(home, deleted)

    assert before == {file.name: file.read_bytes() for file in path.parent.iterdir()}
    unsaved = read(home, path).unsaved
    assert unsaved is not None
    assert "typed" == unsaved.text
    assert last_deleted(home, folder) is None


def test_a_new_integration_in_the_place_of_a_deleted_one_is_offered_none_of_its_text(home: Home, folder: Path) -> None:
    path = folder / "acme" / "manifest.yaml"
    autosave(home, read(home, path), "typed", 1.0)
    delete(home, list_integrations(home, folder)[1], 5.0)
    scaffold("acme", "list", None, folder)

    assert read(home, path).unsaved is None
    deleted = last_deleted(home, folder)
    assert deleted is not None
    with pytest.raises(UsageError, match="exists already"):
        put_back(home, deleted)


def test_the_trash_is_emptied_of_what_is_older_than_thirty_days(home: Home, folder: Path) -> None:
    bolt, acme = list_integrations(home, folder)
    delete(home, bolt, 0.0)
    delete(home, acme, 31 * DAY)

    [left] = home.trash.iterdir()
    assert left.name.startswith("acme-")


def test_a_search_wants_every_word_in_any_text() -> None:
    assert matches("EMAIL acme", "Acme Engage", "messaging", "Sends e-mail; email lists")
    assert not matches("email bolt", "Acme Engage", "email")
    assert matches("", "anything")


def test_a_slug_is_made_of_a_name() -> None:
    assert "acme-uber" == suggest_slug("Acme Über!")


def test_tastes_are_remembered_and_a_broken_file_of_them_is_passed_over(home: Home) -> None:
    keep_tastes(home, Tastes("textual-light"))
    assert Tastes("textual-light") == read_tastes(home)

    home.tastes.write_text("[")
    assert Tastes() == read_tastes(home)

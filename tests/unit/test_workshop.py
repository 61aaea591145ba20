"""What is typed in the portal outlives it, and what others do to a file is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maniple.errors import OperatorError, UsageError
from maniple.store.home import Home
from maniple.usecases.workshop import (
    Opened,
    OutsideChange,
    autosave,
    canonical,
    discard,
    editor_command,
    outside_change,
    read,
    save,
)

TEXT = "manifest: 1\nslug: acme\nname: Acme\nkind: list\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    file = folder / "manifest.yaml"
    file.write_text(TEXT)
    return file


def test_what_was_typed_and_not_saved_is_offered_when_the_file_is_opened_again(home: Home, path: Path) -> None:
    autosave(home, read(home, path), TEXT + "version: 1.0.0\n", 7.0)

    unsaved = read(home, path).unsaved

    assert unsaved is not None
    assert (TEXT + "version: 1.0.0\n", 7.0) == (unsaved.text, unsaved.at)


def test_unsaved_text_is_readable_by_its_owner_only(home: Home, path: Path) -> None:
    autosave(home, read(home, path), "token: typed by mistake\n", 7.0)

    [kept] = home.drafts.iterdir()
    assert 0o600 == kept.stat().st_mode & 0o777
    assert 0o700 == home.drafts.stat().st_mode & 0o777


def test_text_that_is_as_in_the_file_again_is_kept_no_more(home: Home, path: Path) -> None:
    opened = read(home, path)
    autosave(home, opened, "other", 7.0)
    autosave(home, opened, TEXT, 8.0)

    assert read(home, path).unsaved is None


def test_a_save_leaves_nothing_to_offer(home: Home, path: Path) -> None:
    opened = read(home, path)
    autosave(home, opened, TEXT + "version: 1.0.0\n", 7.0)

    assert isinstance(save(home, opened, TEXT + "version: 1.0.0\n"), Opened)
    assert read(home, path).unsaved is None


def test_discarded_text_is_not_offered(home: Home, path: Path) -> None:
    autosave(home, read(home, path), "other", 7.0)
    discard(home, path)

    assert read(home, path).unsaved is None


def test_kept_text_that_cannot_be_made_sense_of_is_passed_over(home: Home, path: Path) -> None:
    autosave(home, read(home, path), "other", 7.0)
    [kept] = home.drafts.iterdir()
    kept.write_text('{"text": ')

    assert read(home, path).unsaved is None


def test_an_edit_made_after_the_portal_died_is_found_when_its_text_is_taken_up(home: Home, path: Path) -> None:
    autosave(home, read(home, path), TEXT.replace("Acme", "Bolt"), 7.0)
    path.write_text(TEXT + "version: 1.0.0\n")

    unsaved = read(home, path).unsaved
    assert unsaved is not None
    change = outside_change(unsaved.since, unsaved.text)

    assert change is not None
    assert TEXT.replace("Acme", "Bolt") + "version: 1.0.0\n" == change.merged


def test_a_save_writes_the_manifest_as_fmt_does(home: Home, path: Path) -> None:
    saved = save(home, read(home, path), "name: Acme\nmanifest: 1\nslug: acme\n")

    assert isinstance(saved, Opened)
    assert "manifest: 1\nslug: acme\nname: Acme\n" == path.read_text() == saved.text


def test_a_save_as_typed_changes_nothing_of_the_text(home: Home, path: Path) -> None:
    save(home, read(home, path), "name: Acme\nmanifest: 1\n", as_typed=True)

    assert "name: Acme\nmanifest: 1\n" == path.read_text()


def test_text_that_cannot_be_read_is_saved_as_it_is(home: Home, path: Path) -> None:
    save(home, read(home, path), "name: [\n")

    assert "name: [\n" == path.read_text()


def test_a_file_that_is_no_manifest_has_no_canonical_form(path: Path) -> None:
    assert "b: 1\na: 2\n" == canonical(path.with_name("cases.yaml"), "b: 1\na: 2\n")


def test_a_file_edited_elsewhere_is_not_written_over(home: Home, path: Path) -> None:
    opened = read(home, path)
    path.write_text(TEXT.replace("Acme", "ACME"))

    change = save(home, opened, TEXT.replace("Acme", "Bolt"))

    assert isinstance(change, OutsideChange)
    assert (None, 1) == (change.merged, change.clashes)
    assert TEXT.replace("Acme", "ACME") == path.read_text()


def test_mine_is_kept_by_saving_it_upon_theirs(home: Home, path: Path) -> None:
    opened = read(home, path)
    path.write_text(TEXT.replace("Acme", "ACME"))
    change = outside_change(opened, "mine")
    assert change is not None

    assert isinstance(save(home, change.theirs, TEXT.replace("Acme", "Bolt")), Opened)
    assert TEXT.replace("Acme", "Bolt") == path.read_text()


def test_the_same_edit_made_elsewhere_is_no_clash(home: Home, path: Path) -> None:
    opened = read(home, path)
    path.write_text(TEXT + "version: 1.0.0\n")

    assert isinstance(save(home, opened, TEXT + "version: 1.0.0\n"), Opened)


def test_a_file_that_was_deleted_elsewhere_is_asked_about(home: Home, path: Path) -> None:
    opened = read(home, path)
    path.unlink()

    change = outside_change(opened, TEXT)

    assert change is not None
    assert (False, None) == (change.theirs.there, change.merged)


def test_a_file_touched_without_a_change_counts_as_untouched(home: Home, path: Path) -> None:
    opened = read(home, path)
    os.utime(path, (1, 1))

    assert outside_change(opened, TEXT) is None


def test_a_save_keeps_the_files_permissions_and_a_link(home: Home, path: Path) -> None:
    path.chmod(0o640)
    link = path.parent.parent / "manifest.yaml"
    link.symlink_to(path)

    save(home, read(home, link), TEXT + "version: 1.0.0\n", as_typed=True)

    assert link.is_symlink()
    assert TEXT + "version: 1.0.0\n" == path.read_text()
    assert 0o640 == path.stat().st_mode & 0o777


def test_bytes_that_are_not_utf8_are_written_back_as_they_were(home: Home, path: Path) -> None:
    path.write_bytes(b"name: caf\xe9\n")

    opened = read(home, path)
    save(home, opened, opened.text + "kind: list\n")

    assert b"name: caf\xe9\nkind: list\n" == path.read_bytes()


def test_a_new_file_is_made_with_its_folder(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "new" / "manifest.yaml"

    save(home, read(home, path), TEXT)

    assert TEXT == path.read_text()


def test_a_file_that_cannot_be_written_is_told_of_and_nothing_is_left_beside_it(home: Home, path: Path) -> None:
    opened = Opened(path / "manifest.yaml", "", "")

    with pytest.raises(OperatorError):
        save(home, opened, TEXT)
    assert [path] == list(path.parent.iterdir())


def test_the_editor_is_visual_then_editor() -> None:
    assert ["code", "--wait"] == editor_command({"VISUAL": "code --wait", "EDITOR": "vi"})
    assert ["vi"] == editor_command({"EDITOR": "vi"})


def test_without_an_editor_it_is_said_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no editor") as raised:
        editor_command({"PATH": str(tmp_path)})
    assert raised.value.hint == "set `EDITOR` to the editor that you want, such as `nano`"

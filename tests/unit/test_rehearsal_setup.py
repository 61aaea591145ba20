"""What is filled in for tests is kept in the home, its secrets sealed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from maniple.errors import OperatorError
from maniple.store.home import Home
from maniple.usecases.rehearsal_setup import Setup, keep_setup, read_list_id, read_setup, rehearsal_folder

SECRET = "s3cr3t-value-9"
SETUP = Setup(
    settings={"api_key": SECRET, "region": "eu"},
    mappings={"user_key": "email"},
    list_id=7,
    saved={"folder": "f-1"},
    users="users.csv",
    seed=4,
    simulated=False,
)


def test_a_set_up_is_read_back_as_it_was_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep_setup(home, "acme", SETUP, frozenset({"api_key"}))

    assert read_setup(home, "acme") == SETUP


def test_no_file_of_the_home_holds_a_secret_in_the_clear(tmp_path: Path) -> None:
    keep_setup(Home(tmp_path), "acme", SETUP, frozenset({"api_key"}))

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


def test_only_the_owner_can_read_what_is_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep_setup(home, "acme", SETUP, frozenset({"api_key"}))

    modes = {stat.S_IMODE(path.stat().st_mode) for path in rehearsal_folder(home, "acme").iterdir()}
    assert modes == {0o600}


def test_a_secret_that_was_taken_out_is_forgotten(tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep_setup(home, "acme", SETUP, frozenset({"api_key"}))
    keep_setup(home, "acme", Setup(settings={"api_key": "", "region": "eu"}), frozenset({"api_key"}))

    assert read_setup(home, "acme").settings == {"region": "eu"}


def test_an_integration_without_test_values_has_an_empty_set_up(tmp_path: Path) -> None:
    assert read_setup(Home(tmp_path), "acme") == Setup()


def test_a_slug_that_is_a_path_stays_inside_the_home(tmp_path: Path) -> None:
    folder = rehearsal_folder(Home(tmp_path), "../../etc")

    assert folder.resolve().is_relative_to(tmp_path)
    assert rehearsal_folder(Home(tmp_path), "..").resolve().parent == (tmp_path / "rehearsals").resolve()


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")

    with pytest.raises(OperatorError):
        keep_setup(Home(tmp_path / "home"), "acme", SETUP, frozenset())


@pytest.mark.parametrize(("text", "list_id"), [("", None), ("12", 12), ("012", "012"), ("0", 0), ("a1", "a1")])
def test_a_typed_list_id_is_a_number_when_it_is_written_as_one(text: str, list_id: str | int | None) -> None:
    assert read_list_id(text) == list_id

"""Where maniple keeps what it knows."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from maniple.errors import ExitCode, OperatorError
from maniple.store.home import Home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_variable_names_the_home() -> None:
    assert Home.locate({"MANIPLE_HOME": "/srv/maniple", "HOME": "/home/ada"}) == Home(Path("/srv/maniple"))


def test_the_shared_directory_of_xdg_comes_next() -> None:
    assert Home.locate({"XDG_DATA_HOME": "/data", "HOME": "/home/ada"}) == Home(Path("/data/maniple"))


def test_a_relative_xdg_directory_is_ignored() -> None:
    environ = {"XDG_DATA_HOME": "data", "HOME": "/home/ada"}
    assert Home.locate(environ) == Home(Path("/home/ada/.local/share/maniple"))


def test_an_empty_variable_counts_as_none() -> None:
    environ = {"MANIPLE_HOME": "", "XDG_DATA_HOME": "", "HOME": "/home/ada"}
    assert Home.locate(environ) == Home(Path("/home/ada/.local/share/maniple"))


def test_the_places_below_a_home() -> None:
    home = Home(Path("/h"))
    assert [
        home.database,
        home.key_file,
        home.integrations,
        home.locks,
        home.data,
        home.sync_dir("syn_a"),
        home.run_dir("syn_a", "run_b"),
    ] == [
        Path("/h/maniple.db"),
        Path("/h/secret.key"),
        Path("/h/integrations"),
        Path("/h/locks"),
        Path("/h/data"),
        Path("/h/data/syn_a"),
        Path("/h/data/syn_a/run_b"),
    ]


def test_only_the_owner_may_enter_a_new_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "share" / "maniple").create()
    assert [mode(home.path), mode(home.path.parent)] == [0o700, 0o700]


def test_a_home_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o750)
    Home(tmp_path / "home").create()
    assert mode(tmp_path / "home") == 0o750


def test_a_file_in_the_way_is_the_operators_to_move(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OperatorError) as caught:
        Home(tmp_path / "taken").create()
    assert caught.value.message == f"`{tmp_path}/taken` is not a directory"
    assert caught.value.hint == "make it a directory you can write to, or name another one in `MANIPLE_HOME`"
    assert caught.value.exit_code == ExitCode.OPERATOR


def test_a_home_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OperatorError) as caught:
        Home(tmp_path / "taken" / "below").create()
    assert caught.value.message == f"`{tmp_path}/taken` is not a directory"

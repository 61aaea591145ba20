"""Secrets in the database and the key that seals them."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from maniple.errors import OperatorError
from maniple.store.control.store import ControlStore
from maniple.store.home import Home
from maniple.store.secrets import FernetSecrets, create_key_file, read_key_file

CANARY = "canary-7f3a9c1e5b"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()

FIRST_USE = """
import sys
from pathlib import Path
from maniple.store.secrets import FernetSecrets
secrets = FernetSecrets(Path(sys.argv[1]), {})
print("ready", flush=True)
sys.stdin.readline()
print(secrets.seal("shared").decode(), flush=True)
"""


def with_keys(keys: str, tmp_path: Path) -> FernetSecrets:
    return FernetSecrets(tmp_path / "unused.key", {"MANIPLE_SECRET_KEY": keys})


def test_what_is_sealed_comes_back(tmp_path: Path) -> None:
    secrets = FernetSecrets(tmp_path / "secret.key", {})
    sealed = secrets.seal("schlüssel 🔑")
    assert secrets.unseal(sealed) == "schlüssel 🔑"
    assert "schlüssel".encode() not in sealed


def test_the_first_seal_makes_a_key_file_for_its_owner(tmp_path: Path) -> None:
    FernetSecrets(tmp_path / "secret.key", {}).seal("x")
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_another_object_reads_with_the_same_key_file(tmp_path: Path) -> None:
    sealed = FernetSecrets(tmp_path / "secret.key", {}).seal("x")
    assert FernetSecrets(tmp_path / "secret.key", {}).unseal(sealed) == "x"


def test_reading_never_makes_a_key(tmp_path: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        FernetSecrets(tmp_path / "secret.key", {}).unseal(b"anything")
    assert caught.value.message == f"the key file `{tmp_path}/secret.key` is missing, so stored secrets cannot be read"
    assert not (tmp_path / "secret.key").exists()


def test_a_key_in_the_environment_needs_no_file(tmp_path: Path) -> None:
    secrets = with_keys(NEW, tmp_path)
    assert secrets.unseal(secrets.seal("x")) == "x"
    assert list(tmp_path.iterdir()) == []


def test_the_first_key_seals_and_all_unseal(tmp_path: Path) -> None:
    sealed_before = with_keys(OLD, tmp_path).seal("before")
    turned = with_keys(f"{NEW}, {OLD}", tmp_path)
    assert turned.unseal(sealed_before) == "before"
    assert with_keys(NEW, tmp_path).unseal(turned.seal("after")) == "after"


def test_another_key_is_told_without_showing_anything(tmp_path: Path) -> None:
    sealed = with_keys(OLD, tmp_path).seal(CANARY)
    with pytest.raises(OperatorError) as caught:
        with_keys(NEW, tmp_path).unseal(sealed)
    assert caught.value.message == ("a stored secret cannot be read: it was sealed with another key, or it is damaged")
    assert caught.value.hint == (
        "give the earlier key too: `MANIPLE_SECRET_KEY=NEW,EARLIER`, or enter the connection's secrets again"
    )


def test_a_key_that_is_none_is_refused_without_quoting_it(tmp_path: Path) -> None:
    with pytest.raises(OperatorError) as caught:
        with_keys("correct horse", tmp_path).seal("x")
    assert caught.value.message == "`MANIPLE_SECRET_KEY` does not hold a key of 32 bytes in base64"
    assert caught.value.hint == "make a key with `openssl rand -base64 32 | tr '+/' '-_'`"


@pytest.mark.parametrize("open_mode", [0o640, 0o604, 0o660])
def test_a_key_file_others_can_read_is_refused(tmp_path: Path, open_mode: int) -> None:
    key_file = tmp_path / "secret.key"
    create_key_file(key_file)
    key_file.chmod(open_mode)
    with pytest.raises(OperatorError) as caught:
        FernetSecrets(key_file, {}).seal("x")
    assert caught.value.message == f"the key file `{key_file}` can be read by others (mode {open_mode:04o})"
    assert caught.value.hint == f"chmod 600 {key_file}"


def test_a_key_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    create_key_file(tmp_path / "secret.key")
    first = read_key_file(tmp_path / "secret.key")
    create_key_file(tmp_path / "secret.key")
    assert read_key_file(tmp_path / "secret.key") == first


def test_a_key_file_that_cannot_be_made_is_the_operators_to_mend(tmp_path: Path) -> None:
    key_file = tmp_path / "nowhere" / "secret.key"
    with pytest.raises(OperatorError) as caught:
        FernetSecrets(key_file, {}).seal("x")
    assert caught.value.message == f"the key file `{key_file}` cannot be made: No such file or directory"


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    key_file = tmp_path / "secret.key"
    command = [sys.executable, "-c", FIRST_USE, str(key_file)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(4)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 4
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    sealed = [process.communicate()[0].strip() for process in processes]
    reader = FernetSecrets(key_file, {})
    assert [reader.unseal(text.encode()) for text in sealed] == ["shared"] * 4
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_no_file_of_the_home_holds_a_secret_in_the_clear(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    store = ControlStore.open(home, secrets=FernetSecrets(home.key_file, {}))
    row = store.create_connection(
        "acme",
        slug="acme",
        manifest_path="manifest.yaml",
        manifest_version="1.0.0",
        manifest_text="name: Acme",
        settings={"region": "eu"},
        secret_settings={"api_key": CANARY},
        mappings={},
    )
    store.remember(row.id, "access_token", {"token": CANARY + "-token"}, None)
    store.update_connection(row.id, secret_settings={"api_key": CANARY + "-second"})
    store.remember(row.id, "access_token", CANARY + "-token-2", None)
    files = {path.name: path.read_bytes() for path in home.path.iterdir()}
    assert set(files) == {"maniple.db", "maniple.db-shm", "maniple.db-wal", "secret.key"}
    assert [name for name, octets in files.items() if CANARY.encode() in octets] == []
    assert b"acme" in files["maniple.db-wal"]
    assert store.secret_settings(store.get_connection(row.id)) == {"api_key": CANARY + "-second"}
    assert CANARY not in repr(store.get_connection(row.id))
    store.close()


def test_only_the_owner_can_read_the_database(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    store = ControlStore.open(home)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.path.iterdir()}
    assert modes == {"maniple.db": 0o600, "maniple.db-shm": 0o600, "maniple.db-wal": 0o600}
    store.close()

"""Secrets at rest: sealed with a key from the environment or from a file only its owner can read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.errors import OperatorError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEY_VARIABLE = "MANIPLE_SECRET_KEY"
MAKE_A_KEY = "make a key with `openssl rand -base64 32 | tr '+/' '-_'`"


class FernetSecrets:
    """Seals texts with Fernet (AES-128-CBC and HMAC-SHA256).

    Keys come from `MANIPLE_SECRET_KEY`, separated by commas: the first seals, all unseal, so a new key goes in
    front of the old one. Without the variable the key is in `key_file`, made on the first `seal`.
    """

    def __init__(self, key_file: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._key_file = key_file
        self._environ = environ

    def seal(self, text: str) -> bytes:
        """`text` encrypted. Raises OperatorError when there is no usable key."""
        if not self._given_keys and not self._key_file.exists():
            create_key_file(self._key_file)
        return self._fernet.encrypt(text.encode("utf-8"))

    def unseal(self, sealed: bytes) -> str:
        """What was sealed. Raises OperatorError when the key is missing or another one."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed).decode("utf-8")
        except InvalidToken:
            raise OperatorError(
                "a stored secret cannot be read: it was sealed with another key, or it is damaged",
                hint=f"give the earlier key too: `{KEY_VARIABLE}=NEW,EARLIER`, or enter the connection's secrets again",
            ) from None

    @cached_property
    def _given_keys(self) -> list[str]:
        return [key for part in self._environ.get(KEY_VARIABLE, "").split(",") if (key := part.strip())]

    @cached_property
    def _fernet(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet

        origin = f"`{KEY_VARIABLE}`" if self._given_keys else f"`{self._key_file}`"
        keys = self._given_keys or [read_key_file(self._key_file)]
        try:
            return MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            # Without the cause: it might quote the key.
            raise OperatorError(f"{origin} does not hold a key of 32 bytes in base64", hint=MAKE_A_KEY) from None


def read_key_file(path: Path) -> str:
    """The key in `path`. Raises OperatorError when it is missing, unreadable or open to others."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(1024)
    except FileNotFoundError as cause:
        raise OperatorError(
            f"the key file `{path}` is missing, so stored secrets cannot be read",
            hint=f"put it back, or give its key in `{KEY_VARIABLE}`",
        ) from cause
    except OSError as cause:
        raise OperatorError(f"the key file `{path}` cannot be read: {cause.strerror}") from cause
    if mode & 0o077:
        raise OperatorError(
            f"the key file `{path}` can be read by others (mode {mode & 0o777:04o})", hint=f"chmod 600 {path}"
        )
    return key.decode("ascii", "replace").strip()


def create_key_file(path: Path) -> None:
    """Put a new random key in `path`, mode 0600, unless another process is first. Raises OperatorError."""
    from cryptography.fernet import Fernet

    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(file, "wb") as out:
                out.write(Fernet.generate_key() + b"\n")
                out.flush()
                os.fsync(out.fileno())
            # A link fails when the name is taken, and never shows a file half written.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            _flush_names(path.parent)
        finally:
            draft.unlink()
    except OSError as cause:
        raise OperatorError(
            f"the key file `{path}` cannot be made: {cause.strerror}",
            hint=f"make its directory writable, or give a key in `{KEY_VARIABLE}`; {MAKE_A_KEY}",
        ) from cause


def _flush_names(directory: Path) -> None:
    """Make a new name in `directory` survive a power cut: a lost key is a lost secret."""
    file = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)

"""The tokens of test calls, kept sealed: a refresh token that the partner has replaced must not be lost."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from maniple.delivery.memory import Kept
from maniple.errors import OperatorError
from maniple.store.files import PRIVATE, replace_file
from maniple.store.home import Home
from maniple.store.secrets import FernetSecrets
from maniple.usecases.rehearsal_setup import rehearsal_folder

FILE = "tokens.sealed"


class KeptTokens:
    """What test calls of one integration remember of the partner's sign-in."""

    def __init__(self, home: Home, slug: str) -> None:
        self._home = home
        self._path = rehearsal_folder(home, slug) / FILE
        self._secrets = FernetSecrets(home.key_file)

    def read(self) -> dict[str, Kept]:
        """What was kept, by key; nothing when nothing was. Raises OperatorError."""
        return {key: Kept(value, expires) for key, (value, expires) in self._all().items()}

    async def write(self, key: str, kept: Kept) -> None:
        """Keep one value before it is used. Raises OperatorError."""
        await asyncio.to_thread(self._put, key, kept)

    def _put(self, key: str, kept: Kept) -> None:
        everything = {**self._all(), key: (kept.value, kept.expires)}
        self._home.create().make(self._path.parent)
        replace_file(self._path, self._secrets.seal(json.dumps(everything)), mode=PRIVATE)

    def _all(self) -> dict[str, Any]:
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as cause:
            raise OperatorError(f"`{self._path}` cannot be read: {cause.strerror}") from cause
        everything: dict[str, Any] = json.loads(self._secrets.unseal(sealed))
        return everything

"""What whoever runs maniple gives once for a destination: its OAuth client, its partner key."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from maniple.errors import OperatorError
from maniple.ports import Secrets
from maniple.store.home import Home


class OperatorFields:
    """Values of `from: operator` fields, by destination, in one sealed file of the home."""

    def __init__(self, home: Home, secrets: Secrets) -> None:
        self._home = home
        self._path = home.operator_file
        self._secrets = secrets

    def of(self, slug: str) -> dict[str, Any]:
        """The values for a destination. Raises OperatorError when the file cannot be read."""
        values = self._all().get(slug)
        return values if isinstance(values, dict) else {}

    def put(self, slug: str, values: Mapping[str, Any]) -> None:
        """Keep `values` for a destination, in the place of those it had. Raises OperatorError."""
        everything = {**self._all(), slug: dict(values)}
        sealed = self._secrets.seal(json.dumps(everything))
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        self._home.make(self._path.parent)
        try:
            file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(file, "wb") as out:
                out.write(sealed)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(self._path)
        except OSError as cause:
            raise OperatorError(f"`{self._path}` cannot be written: {cause.strerror}") from cause

    def _all(self) -> dict[str, Any]:
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as cause:
            raise OperatorError(f"`{self._path}` cannot be read: {cause.strerror}") from cause
        everything: dict[str, Any] = json.loads(self._secrets.unseal(sealed))
        return everything

"""Tokens that a destination's sign-in remembers between calls and runs."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select

from maniple.store.control import tables
from maniple.store.control.database import Database

TABLE = tables.tokens


class Tokens(Database):
    """The part of the control plane that keeps tokens, sealed. `expires_at` is in seconds since the Unix epoch."""

    def recall(self, connection_id: str, key: str) -> Any:
        """The value last remembered under `key`, or None when there is none or its time is over."""
        value, _ = self._kept(TABLE.c.connection_id == connection_id, TABLE.c.key == key).get(key, (None, None))
        return value

    def remembered(self, connection_id: str) -> dict[str, tuple[Any, float | None]]:
        """All values of a connection whose time is not over, by key, with the moment it will be (None: never)."""
        return self._kept(TABLE.c.connection_id == connection_id)

    def remember(self, connection_id: str, key: str, value: Any, expires_at: float | None) -> None:
        """Keep `value` (plain data) under `key` until `expires_at` (None: until replaced)."""
        place = {"connection_id": connection_id, "key": key}
        sealed = self.secrets.seal(json.dumps(value))
        with self.writing() as connection:
            connection.execute(delete(TABLE).where(TABLE.c.connection_id == connection_id, TABLE.c.key == key))
            connection.execute(insert(TABLE).values({**place, "sealed": sealed, "expires_at": expires_at}))

    def _kept(self, *which: ColumnElement[bool]) -> dict[str, tuple[Any, float | None]]:
        alive = or_(TABLE.c.expires_at.is_(None), TABLE.c.expires_at > self.now())
        with self.reading() as connection:
            rows = connection.execute(
                select(TABLE.c.key, TABLE.c.sealed, TABLE.c.expires_at).where(*which, alive)
            ).all()
        return {key: (json.loads(self.secrets.unseal(sealed)), expires_at) for key, sealed, expires_at in rows}

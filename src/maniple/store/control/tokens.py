"""Tokens that a destination's sign-in remembers between calls and runs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from sqlalchemy import delete, insert, or_, select

from maniple.store.control import tables
from maniple.store.control.database import Database

TABLE = tables.tokens


class Tokens(Database):
    """The part of the control plane that keeps tokens, sealed."""

    def recall(self, connection_id: str, key: str) -> Any:
        """The value last remembered under `key`, or None when there is none or its time is over."""
        query = select(TABLE.c.sealed).where(
            TABLE.c.connection_id == connection_id,
            TABLE.c.key == key,
            or_(TABLE.c.expires_at.is_(None), TABLE.c.expires_at > self.now()),
        )
        with self.reading() as connection:
            sealed = connection.scalar(query)
        return None if sealed is None else json.loads(self.secrets.unseal(sealed))

    def remember(self, connection_id: str, key: str, value: Any, seconds: float | None) -> None:
        """Keep `value` (plain data) under `key`, `seconds` long (None: until replaced)."""
        sealed = self.secrets.seal(json.dumps(value))
        expires_at = None if seconds is None else self.now() + seconds
        place = {"connection_id": connection_id, "key": key}
        with self.writing() as connection:
            connection.execute(delete(TABLE).where(TABLE.c.connection_id == connection_id, TABLE.c.key == key))
            connection.execute(insert(TABLE).values({**place, "sealed": sealed, "expires_at": expires_at}))


class ConnectionMemory:
    """The `Memory` of one connection, over the control plane."""

    def __init__(self, tokens: Tokens, connection_id: str) -> None:
        self._tokens = tokens
        self._connection_id = connection_id

    async def recall(self, key: str) -> Any:
        """The value last remembered under `key`, or None."""
        return await asyncio.to_thread(self._tokens.recall, self._connection_id, key)

    async def remember(self, key: str, value: Any, seconds: float | None) -> None:
        """Keep `value` under `key`, `seconds` long (None: until replaced)."""
        await asyncio.to_thread(self._tokens.remember, self._connection_id, key, value, seconds)

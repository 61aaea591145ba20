"""Connections: destinations that end users have set up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from maniple.diagnostics.cells import is_line
from maniple.errors import UsageError
from maniple.store.control import tables
from maniple.store.control.database import Database
from maniple.store.control.ids import new_id
from maniple.store.control.rows import ConnectionRow
from maniple.store.control.words import did_you_mean

TABLE = tables.connections
LONGEST_NAME = 200


class ConnectionChanges(TypedDict, total=False):
    """What may change about a connection; what is left out stays."""

    name: str
    manifest_path: str
    manifest_version: str
    manifest_text: str
    settings: Mapping[str, Any]
    secret_settings: Mapping[str, Any]
    mappings: Mapping[str, Any]
    targets: Mapping[str, Any]
    via: str | None
    allow_private: bool


class Connections(Database):
    """The part of the control plane that keeps connections."""

    def create_connection(
        self,
        name: str,
        *,
        slug: str,
        manifest_path: str,
        manifest_version: str,
        manifest_text: str,
        settings: Mapping[str, Any],
        secret_settings: Mapping[str, Any],
        mappings: Mapping[str, Any],
        targets: Mapping[str, Any] | None = None,
        via: str | None = None,
        allow_private: bool = False,
    ) -> ConnectionRow:
        """Keep a new connection. Raises UsageError when `name` is blank or taken."""
        moment = self.now()
        row = ConnectionRow(
            id=new_id("con_", self.dice),
            name=_checked(name),
            slug=slug,
            manifest_path=manifest_path,
            manifest_version=manifest_version,
            manifest_text=manifest_text,
            settings=dict(settings),
            sealed_settings=self._sealed(secret_settings),
            mappings=dict(mappings),
            targets=dict(targets or {}),
            via=via,
            allow_private=allow_private,
            created_at=moment,
            updated_at=moment,
        )
        with self.writing() as connection:
            try:
                connection.execute(insert(TABLE).values(asdict(row)))
            except IntegrityError:
                raise _taken(name) from None
        return row

    def update_connection(self, connection_id: str, **changes: Unpack[ConnectionChanges]) -> ConnectionRow:
        """Change a connection. Tokens got with other settings are forgotten. Raises UsageError as `create_connection`."""
        values = {name: dict(value) if isinstance(value, Mapping) else value for name, value in changes.items()}
        if "name" in changes:
            values["name"] = _checked(changes["name"])
        if "secret_settings" in changes:
            del values["secret_settings"]
            values["sealed_settings"] = self._sealed(changes["secret_settings"])
        with self.writing() as connection:
            try:
                connection.execute(
                    update(TABLE).where(TABLE.c.id == connection_id).values(**values, updated_at=self.now())
                )
            except IntegrityError:
                raise _taken(changes.get("name", "")) from None
            if values.keys() & {"settings", "sealed_settings", "via"}:
                connection.execute(delete(tables.tokens).where(tables.tokens.c.connection_id == connection_id))
            return _one(connection, connection_id)

    def get_connection(self, connection_id: str) -> ConnectionRow:
        """The connection with this id. Raises UsageError when there is none."""
        with self.reading() as connection:
            return _one(connection, connection_id)

    def find_connection(self, name: str) -> ConnectionRow:
        """The connection called `name`, or with that id. Raises UsageError naming the nearest ones."""
        with self.reading() as connection:
            found = connection.execute(select(TABLE).where(or_(TABLE.c.name == name, TABLE.c.id == name))).first()
            if found is not None:
                return ConnectionRow(**found._asdict())
            names = list(connection.scalars(select(TABLE.c.name)))
        raise UsageError(
            f"there is no connection `{name}`",
            hint=did_you_mean(name, names) or "make the first one with `maniple connect`",
        )

    def list_connections(self) -> list[ConnectionRow]:
        """All connections, by name."""
        with self.reading() as connection:
            return [ConnectionRow(**row._asdict()) for row in connection.execute(select(TABLE).order_by(TABLE.c.name))]

    def delete_connection(self, connection_id: str, *, with_syncs: bool = False) -> list[str]:
        """Delete a connection, its secrets and tokens; answers with the ids of the syncs that went with it.

        Raises UsageError when it has syncs and `with_syncs` is not given. Files of the syncs are not touched.
        """
        syncs = tables.syncs
        with self.writing() as connection:
            row = _one(connection, connection_id)
            ids = list(connection.scalars(select(syncs.c.id).where(syncs.c.connection_id == connection_id)))
            if ids and not with_syncs:
                raise UsageError(
                    f"connection `{row.name}` still has {len(ids)} sync{'s' * (len(ids) > 1)}",
                    hint="their history and memberships would be lost; say that they are to go too",
                )
            connection.execute(delete(TABLE).where(TABLE.c.id == connection_id))
        return ids

    def secret_settings(self, row: ConnectionRow) -> dict[str, Any]:
        """The secret settings of a connection, by field name. Raises OperatorError when the key is another one."""
        if row.sealed_settings is None:
            return {}
        opened: dict[str, Any] = json.loads(self.secrets.unseal(row.sealed_settings))
        return opened

    def _sealed(self, secret_settings: Mapping[str, Any]) -> bytes | None:
        return self.secrets.seal(json.dumps(dict(secret_settings))) if secret_settings else None


def _one(connection: Connection, connection_id: str) -> ConnectionRow:
    found = connection.execute(select(TABLE).where(TABLE.c.id == connection_id)).first()
    if found is None:
        raise UsageError(f"there is no connection with the id `{connection_id}`")
    return ConnectionRow(**found._asdict())


def _checked(name: str) -> str:
    if not name.strip():
        raise UsageError("a connection needs a name")
    if not is_line(name.strip(), LONGEST_NAME):
        raise UsageError(
            f"a connection's name must be one line of at most {LONGEST_NAME} characters, without control characters"
        )
    return name.strip()


def _taken(name: str) -> UsageError:
    return UsageError(f"there is already a connection `{name.strip()}`", hint="choose another name")

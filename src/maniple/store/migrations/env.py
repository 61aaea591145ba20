"""Run by Alembic for each command; the caller's connection and its transaction are used."""

from __future__ import annotations

from alembic import context

from maniple.store.control.tables import metadata

# `render_as_batch`: SQLite changes a table by copying it.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

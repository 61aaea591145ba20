"""Deleting a connection with everything that is kept for it; the partner is told nothing."""

from __future__ import annotations

import shutil
from contextlib import ExitStack

from maniple.store.control.rows import ConnectionRow
from maniple.store.lock import SyncLock
from maniple.wiring import Workspace


def disconnect(workspace: Workspace, connection: ConnectionRow) -> list[str]:
    """Delete the connection, its secrets, its syncs and their files; the answer is the ids of the syncs.

    Raises SyncBusy when one of the syncs is running; then nothing is deleted.
    """
    with ExitStack() as locks:
        for sync in workspace.store.list_syncs(connection.id):
            locks.enter_context(SyncLock(workspace.home, sync.id))
        gone = workspace.store.delete_connection(connection.id, with_syncs=True)
        for sync_id in gone:
            shutil.rmtree(workspace.home.sync_dir(sync_id), ignore_errors=True)
    return gone

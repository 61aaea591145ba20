"""The control plane as one object."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from maniple.ports import Secrets
from maniple.store.control.connections import Connections
from maniple.store.control.database import open_database
from maniple.store.control.ledger import Ledger
from maniple.store.control.runs import Runs
from maniple.store.control.server import open_server
from maniple.store.control.submissions import Submissions
from maniple.store.control.syncs import Syncs
from maniple.store.control.tokens import Tokens
from maniple.store.home import Home
from maniple.store.secrets import FernetSecrets


class ControlStore(Connections, Syncs, Runs, Ledger, Tokens, Submissions):
    """Connections, syncs, runs, their ledger, tokens and submissions, in the database of one home.

    Methods block and are safe in threads; from asyncio call them with `asyncio.to_thread`. Any of them raises
    OperatorError when the database is locked, full, read-only or damaged.
    """

    @classmethod
    def open(
        cls,
        home: Home,
        *,
        url: str | None = None,
        secrets: Secrets | None = None,
        now: Callable[[], float] = time.time,
        dice: random.Random | None = None,
    ) -> ControlStore:
        """The control plane of `home`, made or brought up to date if need be: in its file, or at `url`.

        Raises UsageError when the URL is none of PostgreSQL, OperatorError when that cannot be done, or a newer version of maniple wrote it.
        """
        path = home.create().database
        seal = secrets or FernetSecrets(home.key_file)
        engine = open_database(path) if url is None else open_server(url)
        return cls(engine, path, seal, now, dice or random.SystemRandom())

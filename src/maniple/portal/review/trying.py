"""Trying a submission: its requests, its golden cases, a sync that can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from maniple.errors import ManipleError
from maniple.portal.desk import Desk
from maniple.usecases.bundle_trial import Account, ShowTrial, Tried
from maniple.usecases.reviewing import try_bundle


class SyncUnderWay:
    """One sync in a loop of its own: it reads and writes files, and would hold up the screen.

    Without an account it is with the simulator.
    """

    def __init__(self, desk: Desk, word: str, show: ShowTrial, *, users: int, account: Account | None) -> None:
        self.desk, self.word, self.show, self.users, self.account = desk, word, show, users, account
        self._stop: Callable[[], object] | None = None
        self._stopped = False

    def run(self) -> Tried | None:
        """Sync; None when it was stopped. Blocks; raises as `try_bundle` does."""
        try:
            return asyncio.run(self._run())
        except asyncio.CancelledError:
            return None
        except ManipleError:
            if self._stopped:
                # Broken off at its very end it says that it is over.
                return None
            raise

    async def _run(self) -> Tried:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel)
        if self._stopped:
            raise asyncio.CancelledError
        with self.desk.workspace() as workspace:
            return await try_bundle(workspace, self.word, users=self.users, account=self.account, show=self.show)

    def stop(self) -> None:
        """Stop it, from another thread."""
        self._stopped = True
        if self._stop is not None:
            self._stop()

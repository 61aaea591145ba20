"""The tokens of a connection: kept sealed between runs, and got by one process at a time."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterable, Mapping

from maniple.delivery.memory import Kept, TokenMemory, Unlock
from maniple.errors import OperatorError
from maniple.ports import Clock
from maniple.store.control.store import ControlStore
from maniple.store.home import Home

PAUSE = 0.05
"""Seconds between two tries to get another process's lock: a token request takes longer than that."""


async def connection_memory(
    home: Home, store: ControlStore, connection_id: str, clock: Clock, *learners: Callable[[Iterable[str]], object]
) -> TokenMemory:
    """What the flows of a connection remember. `learners` are given tokens, which are to be shown nowhere.

    Two processes that sync over one connection get one token together: a partner may take back the old one, and the
    refresh token with it, as soon as it gives another.
    """

    async def read() -> Mapping[str, Kept]:
        found = await asyncio.to_thread(store.remembered, connection_id)
        return {key: Kept(value, expires) for key, (value, expires) in found.items()}

    async def write(key: str, kept: Kept) -> None:
        await asyncio.to_thread(store.remember, connection_id, key, kept.value, kept.expires)

    async def lock() -> Unlock:
        return await _locked(home, connection_id)

    def learn(texts: Iterable[str]) -> None:
        for learner in learners:
            learner(texts)

    return TokenMemory(clock, kept=await read(), write=write, read=read, lock=lock, learn=learn)


async def _locked(home: Home, connection_id: str) -> Unlock:
    """Wait until no other process has the lock of this connection's tokens. It dies with its process."""
    path = home.make(home.locks) / f"{connection_id}.lock"
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as cause:
        raise OperatorError(f"the lock file `{path}` cannot be opened: {cause.strerror}") from cause
    try:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(PAUSE)
            else:
                break
    except OSError as cause:
        os.close(file)
        raise OperatorError(f"the lock file `{path}` cannot be used: {cause.strerror}") from cause
    except BaseException:
        os.close(file)
        raise

    def unlock() -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)

    return unlock

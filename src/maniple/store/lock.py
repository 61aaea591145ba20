"""One process at a time works on a sync. The lock is the kernel's and dies with its process."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from pathlib import Path
from types import TracebackType

from maniple.errors import OperatorError, SyncBusy
from maniple.store.home import Home


class SyncLock:
    """Holds the lock of one sync from `with` to its end.

    Entering raises SyncBusy when another holder (also one in this process) has it, OperatorError when the
    file system cannot lock.
    """

    def __init__(self, home: Home, sync_id: str) -> None:
        self.sync_id = sync_id
        self.path: Path = home.locks / f"{sync_id}.lock"
        self._home = home
        self._file: int | None = None

    def __enter__(self) -> SyncLock:
        self._home.make(self.path.parent)
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as cause:
            raise OperatorError(f"the lock file `{self.path}` cannot be opened: {cause.strerror}") from cause
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as cause:
            refusal = self._refusal(file, cause)
            os.close(file)
            raise refusal from cause
        self._file = file
        # The number only tells others who holds the lock: a full disk must not keep anybody from looking.
        with contextlib.suppress(OSError):
            _write_pid(file)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        # The file stays: removing it would let a third process lock a new file beside a waiting second one.
        # An explicit unlock also frees the lock from descriptors a forked child may have inherited.
        try:
            os.ftruncate(file, 0)
            fcntl.flock(file, fcntl.LOCK_UN)
        finally:
            os.close(file)

    def _refusal(self, file: int, cause: OSError) -> OperatorError:
        if cause.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            return OperatorError(
                f"the lock file `{self.path}` cannot be used: {cause.strerror}",
                hint="MANIPLE_HOME must lie on a file system with locks, and with space left",
            )
        pid = os.pread(file, 20, 0).decode("ascii", "replace").strip()
        if pid == str(os.getpid()):
            return SyncBusy(f"sync `{self.sync_id}` is already running in this process")
        holder = f"process {pid}" if pid else "another process"
        stop = f"wait until it is done, or stop it with `kill {pid}`" if pid else "wait until it is done"
        return SyncBusy(f"sync `{self.sync_id}` is being run by {holder}", hint=stop)


def _write_pid(file: int) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)

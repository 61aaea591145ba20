"""`maniple` commands as children of this process, which has its modules loaded: starting one takes milliseconds.

Their clock runs twenty times as fast, so that pauses before a next try do not make up most of a round.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from maniple.delivery import clock

SPEED = 20
CRASHED = 70


class HastyClock(clock.SystemClock):
    """A clock on which time runs faster than on the machine's."""

    def monotonic(self) -> float:
        """Seconds that never go back, and are short."""
        return super().monotonic() * SPEED

    async def sleep(self, seconds: float) -> None:
        """Let other work go on for so many of them."""
        await super().sleep(seconds / SPEED)


def load() -> None:
    """Import all that a command needs. Nothing imported starts a thread, so forking is safe; raises RuntimeError else."""
    import maniple.cli.connect
    import maniple.cli.main
    import maniple.cli.resume
    import maniple.cli.sync
    import maniple.delivery.sender
    import maniple.store.control.store
    import maniple.store.data.engine
    import maniple.usecases.sync  # noqa: F401

    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise RuntimeError(f"{threads - 1} threads run after the imports, and a fork would lose them")
    clock.SystemClock = HastyClock  # type: ignore[misc]


class Command:
    """A maniple command that runs in `folder`."""

    def __init__(self, folder: Path, words: Sequence[str], environ: Mapping[str, str]) -> None:
        self._errors = folder / "errors.txt"
        self._ended: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _become(folder, words, environ, self._errors)

    @property
    def code(self) -> int | None:
        """How it ended: its exit code, or the signal's number below zero; None while it runs."""
        if self._ended is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._ended = os.waitstatus_to_exitcode(status) if pid else None
        return self._ended

    def kill(self) -> int:
        """End it with SIGKILL unless it has ended, and give its code."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
            self._ended = os.waitstatus_to_exitcode(status)
        assert self._ended is not None
        return self._ended

    def wait(self) -> int:
        """Its code, when it has ended."""
        if self.code is None:
            _, status = os.waitpid(self.pid, 0)
            self._ended = os.waitstatus_to_exitcode(status)
        assert self._ended is not None
        return self._ended

    @property
    def errors(self) -> str:
        """What it said on stderr."""
        return self._errors.read_text(errors="replace").strip()


def _become(folder: Path, words: Sequence[str], environ: Mapping[str, str], errors: Path) -> None:
    """In the child: run the command and end with its code, whatever happens."""
    code = CRASHED
    try:
        os.chdir(folder)
        os.environ.update(environ)
        for target, path in ((0, Path(os.devnull)), (1, Path(os.devnull)), (2, errors)):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), target)
        from maniple.cli.main import run

        code = int(run(list(words)))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)

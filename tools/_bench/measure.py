"""Processes that are measured: a sink, workers that make pass after pass, and commands that are timed whole."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from _bench.report import Round, Sample

TOOLS = Path(__file__).resolve().parents[1]
ROOT = TOOLS.parent
Contender = Callable[[], Sample]


def interpreter() -> str:
    """The Python of the checkout's environment, else the one that runs."""
    own = ROOT / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def environment(**more: str) -> dict[str, str]:
    """The environment of a measured process. Without bytecode every start would compile everything anew."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "MANIPLE_ALLOW_PRIVATE_HOSTS": "1",
        "PYTHONPATH": os.pathsep.join([str(TOOLS), *paths(kept)]),
        **more,
    }


def paths(environ: Mapping[str, str]) -> list[str]:
    """What PYTHONPATH names already."""
    return [part for part in environ.get("PYTHONPATH", "").split(os.pathsep) if part]


class Process:
    """A Python process of ours that is told things on its standard input. It ends when that is closed."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [interpreter(), "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            text=True,
        )
        self.greeting = self._line()

    def ask(self) -> Any:
        """Its answer to a line."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return json.loads(self._line())

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a measured process ended with status {self._process.wait()}")
        return line.strip()


class Sink:
    """The sink's process."""

    def __init__(self) -> None:
        self._process = Process("_bench.sink")
        self.port = int(self._process.greeting)

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.close()

    def take_counts(self) -> dict[str, Any]:
        """What came since the last look."""
        counts: dict[str, Any] = self._call("GET", "/counts")
        return counts

    def hold_back(self, seconds: float) -> None:
        """From now on answer after `seconds`."""
        self._call("PUT", f"/delay/{seconds}")

    def _call(self, method: str, path: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class Workers:
    """Workers that make one pass each when it is their turn."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._open: list[Process] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._open:
            process.close()

    def start(self, *arguments: str) -> Contender:
        """A worker, as the contender that asks it for a pass."""
        process = Process("_bench.worker", *arguments)
        self._open.append(process)

        def once() -> Sample:
            self._sink.take_counts()
            found = process.ask()
            return with_counts(Sample(found["wall_s"], found["cpu_s"], found["peak_mb"]), self._sink)

        return once


def with_counts(sample: Sample, sink: Sink) -> Sample:
    """`sample`, with what the sink took meanwhile."""
    counts = sink.take_counts()
    return Sample(sample.wall_s, sample.cpu_s, sample.peak_mb, counts["bytes"], counts["cpu_s"])


def run_setup(*arguments: str) -> None:
    """Let a worker prepare something."""
    status = subprocess.run(
        [interpreter(), "-m", "_bench.worker", *arguments], env=environment(), check=False
    ).returncode
    if status:
        raise SystemExit(f"`{' '.join(arguments)}` could not be prepared: status {status}")


def run_timed(command: Sequence[str], **more: str) -> Sample:
    """A whole process, from its start to its end, with its own CPU time and peak memory.

    The peak begins with what this process holds, so nothing heavy is ever imported here.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment(**more), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"`{' '.join(command)}` ended with status {process.returncode}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def in_turn(contenders: Mapping[str, Contender], rounds: int, *, warm_up: bool) -> list[Round]:
    """`rounds` samples of each, one after another: A B C, A B C ... A warm-up round is not counted."""
    taken = [{name: once() for name, once in contenders.items()} for _ in range(rounds + warm_up)]
    return list(taken[warm_up:])

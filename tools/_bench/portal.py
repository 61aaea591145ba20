"""The portal as its user feels it: how soon it is there, and how long a key may be without an effect.

python -m _bench.portal frame FOLDER      open the portal in a terminal; seconds until its first frame
python -m _bench.portal keys MANIFEST     type in the largest manifest; the longest times in ms
"""

from __future__ import annotations

import asyncio
import json
import os
import pty
import resource
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FRAME = b"My integrations"
"""What stands on the first frame and nowhere before it."""
PATIENCE = 30.0
TYPED = ("#", "space", "n", "o", "t", "e", "enter", "backspace", "down", "up", "end", "home", "pagedown", "pageup")
"""Keys of somebody who writes."""
BEAT = 0.002
"""Seconds between two looks at whether the loop answers."""


def fill(folder: Path, catalogue: Path, count: int) -> None:
    """A folder of `count` integrations, made of those of the catalogue."""
    sources = sorted(path for path in catalogue.iterdir() if (path / "manifest.yaml").is_file())
    for number in range(count):
        source = sources[number % len(sources)]
        slug = f"{source.name}-{number}"
        shutil.copytree(source, folder / slug)
        manifest = folder / slug / "manifest.yaml"
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace(f"slug: {source.name}\n", f"slug: {slug}\n", 1), encoding="utf-8")


def first_frame(folder: Path) -> float:
    """Seconds from the command to its first frame."""
    with tempfile.TemporaryDirectory() as home:
        began = time.perf_counter()
        child, terminal = pty.fork()
        if child == 0:
            environ = {**os.environ, "MANIPLE_HOME": home, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
            words = [sys.executable, "-m", "maniple", "portal", str(folder)]
            os.execve(sys.executable, words, environ)
        try:
            seen = b""
            while FRAME not in seen:
                left = PATIENCE - (time.perf_counter() - began)
                ready, _, _ = select.select([terminal], [], [], max(left, 0))
                if not ready:
                    raise SystemExit("the portal showed nothing")
                seen = seen[-4096:] + os.read(terminal, 65536)
            return time.perf_counter() - began
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)


class Pulse:
    """How long the loop was without an answer to anybody, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def felt(self) -> Iterator[Pulse]:
        """Feel it inside."""
        self._task = asyncio.create_task(self._beat())
        try:
            yield self
        finally:
            self._task.cancel()

    async def _beat(self) -> None:
        with suppress(asyncio.CancelledError):
            while True:
                before = time.perf_counter()
                await asyncio.sleep(BEAT)
                self.longest = max(self.longest, time.perf_counter() - before - BEAT)


async def typing(manifest: Path) -> dict[str, float]:
    """Open a manifest, write in its text and in its form: the slowest key and the longest silence of each, in ms."""
    from maniple.portal.app import Portal
    from maniple.portal.desk import Desk

    found: dict[str, float] = {}
    began = time.process_time()
    with tempfile.TemporaryDirectory() as home:
        desk = Desk.open(manifest.parent.parent, {**os.environ, "MANIPLE_HOME": home})
        app = Portal(desk, first=manifest)
        async with app.run_test(size=(140, 45)) as pilot:
            await pilot.pause(2.5)
            for view in ("form", "text"):
                if view == "text":
                    await pilot.press("f2")
                    await pilot.pause(1.0)
                slowest, pulse = 0.0, Pulse()
                with pulse.felt():
                    for key in TYPED if view == "text" else ("tab", "a", "b", "backspace", "tab", "tab", "x", "left"):
                        before = time.perf_counter()
                        await pilot.press(key)
                        slowest = max(slowest, time.perf_counter() - before)
                    # What a pause in typing sets off: the check, and both views brought into step.
                    await pilot.pause(0.8)
                found[f"{view}_key_ms"] = round(slowest * 1000, 1)
                found[f"{view}_silence_ms"] = round(pulse.longest * 1000, 1)
    found["cpu_s"] = round(time.process_time() - began, 2)
    found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    return found


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    print(json.dumps(asyncio.run(typing(where)) if what == "keys" else {"frame_s": round(first_frame(where), 3)}))

"""A program in a pseudo-terminal, and what the terminal shows."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pyte

PATIENCE = 30.0
"""Seconds that a slow machine may take; what is waited for comes in a fraction of it."""

AGAIN = 4.0
"""Seconds after which a key that nothing came of is pressed again."""

FOREIGN = ("MANIPLE_", "TEXTUAL", "COLUMNS", "LINES")
"""What of the environment is not for it: its terminal has a size of its own."""


class PtyScreen:
    """`maniple` with its own terminal."""

    def __init__(
        self,
        words: Sequence[str],
        home: Path,
        folder: Path,
        *,
        size: tuple[int, int] = (100, 30),
        deaf: bool = False,
        script: str = "",
        **environ: str,
    ) -> None:
        """`deaf`: it ignores that its terminal hangs up, as under `nohup`. `script` is run in place of `maniple`."""
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        wanted: Mapping[str, str] = {
            **{name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)},
            "MANIPLE_HOME": str(home),
            "MANIPLE_USER": "ada",
            "TERM": "xterm-256color",
            "PYTHONUTF8": "1",
            **environ,
        }
        self.process = pexpect.spawn(
            sys.executable,
            ["-c", script, *words] if script else ["-m", "maniple", *words],
            env=wanted,
            cwd=str(folder),
            dimensions=(rows, columns),
            ignore_sighup=deaf,
        )

    @property
    def text(self) -> str:
        """What is on the screen, read so far."""
        self._read()
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, words: str) -> str:
        """The screen once it shows `words`."""
        end = time.monotonic() + PATIENCE
        while words not in (text := self.text):
            if time.monotonic() > end or not self.process.isalive():
                raise AssertionError(f"`{words}` did not come; the screen shows:\n{text}\n{self.text}")
            time.sleep(0.05)
        return text

    def press(self, keys: str) -> None:
        """Type `keys`."""
        self.process.send(keys)

    def wait_until_gone(self, words: str) -> str:
        """The screen once it does not show `words` any more."""
        end = time.monotonic() + PATIENCE
        while words in (text := self.text):
            assert time.monotonic() < end, f"`{words}` did not go; the screen shows:\n{text}"
            time.sleep(0.05)
        return text

    def type(self, text: str) -> None:
        """Type `text` and wait until it is shown."""
        self.press(text)
        self.wait_for(text)

    def press_until(self, keys: str, words: str) -> str:
        """The screen once it shows `words`, after `keys` were pressed, and again each time nothing came of them.

        A key that is pressed while a screen is being made is lost, as it is for a person: press only what does no harm
        when it is pressed twice.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.isalive():
            self.press(keys)
            again = time.monotonic() + AGAIN
            while time.monotonic() < again:
                if words in (text := self.text):
                    return text
                time.sleep(0.05)
        raise AssertionError(f"`{words}` did not come of {keys!r}; the screen shows:\n{self.text}")

    def wait_for_end(self) -> int | None:
        """The exit code, None when a signal ended it."""
        end = time.monotonic() + PATIENCE
        while self.process.isalive() and time.monotonic() < end:
            self._read()
            time.sleep(0.05)
        self._read()
        assert not self.process.isalive(), f"it has not ended; the screen shows:\n{self.text}"
        self.process.close()
        code: int | None = self.process.exitstatus
        return code

    def hang_up(self) -> None:
        """The terminal goes away."""
        os.close(self.process.child_fd)

    def end(self) -> None:
        """No process is left behind."""
        self.process.close(force=True)

    def _read(self) -> None:
        while not self.process.closed:
            try:
                self._stream.feed(self.process.read_nonblocking(65_536, timeout=0.02))
            except (pexpect.TIMEOUT, pexpect.EOF):
                return

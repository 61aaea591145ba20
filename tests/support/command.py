"""The `maniple` command in a process of its own, with a home of its own, against a simulated partner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maniple.testing.simulator.app import Simulator
from maniple.testing.simulator.serve import load_simulator, running

INTEGRATIONS = Path(__file__).resolve().parents[2] / "integrations"
SETTINGS = {"api_key": "KEY-SECRET-1"}


@dataclass(frozen=True)
class Finished:
    """A process that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Command:
    """Runs verbs in `folder`, where relative paths begin and `home` lies."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MANIPLE_", "COLUMNS"))}
        return {**kept, "MANIPLE_HOME": str(self.folder / "home"), "TZ": "UTC", "TERM": "xterm", **self.environ}

    def __call__(self, *words: str, stdin: str = "", **environ: str) -> Finished:
        done = subprocess.run(
            [sys.executable, "-m", "maniple", *words],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            cwd=self.folder,
            env={**self.environment, **environ},
            timeout=120,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Start a verb and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-m", "maniple", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=self.folder,
            env=self.environment,
        )

    def write(self, name: str, *lines: str) -> str:
        """A file in the folder; its name is a path for the command."""
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return name

    def connect(self, url: str, name: str = "prod", slug: str = "iterable") -> Finished:
        """A connection whose requests go to a simulated partner."""
        self.write("settings.json", json.dumps(SETTINGS))
        return self(
            *("connect", slug, "--name", name, "--settings", "settings.json"),
            *("--map", "user_id_field_amplitude=user_id", "--via", url, "--allow-private-hosts"),
        )


@contextmanager
def partner(*slugs: str, hostile: str | None = None) -> Iterator[tuple[str, Simulator]]:
    """A simulated partner in a thread, by default Iterable's; gives its URL and the simulator itself."""
    simulator = load_simulator([INTEGRATIONS / slug for slug in slugs or ("iterable",)], hostile)
    with running(simulator) as port:
        yield f"http://127.0.0.1:{port}", simulator

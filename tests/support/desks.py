"""Desks for tests of the portal: a folder of integrations, a home, a clock that stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from maniple.portal.desk import Desk
from maniple.store.home import Home
from maniple.usecases.integrations import clone
from maniple.usecases.scaffold import scaffold

NOW = 1_795_500_000.0
"""A November morning in 2026."""
CHECKOUT = Path(__file__).resolve().parents[2]


class StandingClock:
    """A clock that does not go."""

    def now(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing waits {seconds} seconds here")


def open_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Desk:
    """A desk whose folder is shown as `my-integrations`, whatever the directory of the test is called."""
    monkeypatch.chdir(tmp_path)
    environ = {"HOME": str(tmp_path / "nobody"), "MANIPLE_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}
    desk = Desk(Path("my-integrations"), Home(tmp_path / "home"), StandingClock(), "ada", environ)
    return Desk(**{**desk.__dict__, **changes})


def fill(desk: Desk) -> None:
    """Three integrations of different ages: one from the catalogue, a new one, a broken one."""
    desk.folder.mkdir(exist_ok=True)
    clone(CHECKOUT / "integrations" / "iterable" / "manifest.yaml", desk.folder, "acme-engage", "Acme Engage")
    scaffold("bolt", "property", None, desk.folder)
    broken = clone(CHECKOUT / "integrations" / "braze" / "manifest.yaml", desk.folder, "crest", "Crest Ads")
    broken.write_text(broken.read_text().replace("kind: list", "kind: lost"))
    for slug, age in (("acme-engage", 90.0), ("bolt", 3 * 3600.0), ("crest", 5 * 86_400.0)):
        for file in (desk.folder / slug).iterdir():
            os.utime(file, (NOW - age, NOW - age))

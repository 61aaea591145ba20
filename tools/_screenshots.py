"""Draws the portal's screens for the documentation: python -m _screenshots FOLDER [NAME ...]"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import chdir
from pathlib import Path

from textual.pilot import Pilot

from maniple.portal.app import Portal
from maniple.portal.desk import Desk

ROOT = Path(__file__).resolve().parents[1]
AUTHOR = "Ada"
KEY = "test-key"
CAST = ("iterable", "klaviyo", "launchdarkly")
"""The integrations of the author on the pictures."""
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""A picture asks nobody for a font."""
Scene = Callable[[Pilot[None]], Awaitable[None]]


async def home(pilot: Pilot[None]) -> None:
    """The author's integrations."""


async def wizard(pilot: Pilot[None]) -> None:
    """Where a new integration begins."""
    await pilot.press("n", *"Acme Push", "ctrl+n", "ctrl+n")


async def editor(pilot: Pilot[None]) -> None:
    """Form and testing panel side by side."""
    await pilot.press("enter")


async def completion(pilot: Pilot[None]) -> None:
    """Variables offered after a `$`."""
    await pilot.press("enter")
    await pilot.pause(2.0)
    await pilot.press("f2")
    await pilot.pause(1.0)
    await pilot.press("ctrl+end", "enter", *"extra: $u")


async def quality(pilot: Pilot[None]) -> None:
    """Tiers, findings and golden cases."""
    await pilot.press("enter")
    await pilot.pause(2.0)
    await pilot.press("f7")


async def submit(pilot: Pilot[None]) -> None:
    """What a submission would send."""
    await pilot.press("s")


async def review(pilot: Pilot[None]) -> None:
    """The review desk's queue."""
    await pilot.press("r")


SCENES: dict[str, Scene] = {
    "home": home,
    "wizard": wizard,
    "editor": editor,
    "completion": completion,
    "quality": quality,
    "submit": submit,
    "review": review,
}


async def drawn(name: str) -> str:
    """Play a scene in a home of its own; the picture of what is seen at its end."""
    with tempfile.TemporaryDirectory() as place, chdir(place):
        mine = Path(place) / "integrations"
        for slug in CAST:
            shutil.copytree(ROOT / "integrations" / slug, mine / slug)
        environ = {**os.environ, "MANIPLE_HOME": f"{place}/home", "MANIPLE_USER": AUTHOR}
        app = Portal(Desk.open(Path("integrations"), environ))
        async with app.run_test(size=(132, 40)) as pilot:
            await pilot.pause(2.0)
            await SCENES[name](pilot)
            await pilot.pause(2.5)
            return FONT.sub("", app.export_screenshot(title="maniple portal"))


if __name__ == "__main__":
    target, names = Path(sys.argv[1]), sys.argv[2:] or list(SCENES)
    target.mkdir(parents=True, exist_ok=True)
    for each in names:
        picture = target / f"portal-{each}.svg"
        picture.write_text(asyncio.run(drawn(each)), encoding="utf-8")
        print(picture.relative_to(ROOT), file=sys.stderr)

"""An editor screen in a terminal without a screen, on a copy of a destination in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from maniple.portal.desk import Desk
from maniple.portal.editor.screen import EditorScreen

INTEGRATIONS = Path(__file__).parents[2] / "integrations"

SMALL = """\
manifest: 1
slug: acme
version: 1.0.0
name: Acme
summary: Push messages.  # the tile says so

kind: list
auth: {kind: bearer}

fields:
  # Where the account lives.
  - name: region
    type: select
    label: Region
    options:
      - {label: US, value: us}
      - {label: EU, value: eu}
  - {name: bearer_token, type: secret, label: Token}

mappings:
  - {name: user_id, label: User ID, target: User ID}

create_list:
  method: POST
  url: https://acme.test/lists
  json: |
    {"name": "$amp_cohort_name", "region": "$region"}
  list_id: {response: id}

add_users:
  method: POST
  url: https://acme.test/lists/$list_id/add
  json: {users: $items}
  item: $user_id
  errors:
    - {status: 404, reason: List is gone, message: Start the sync anew.}

remove_users:
  method: POST
  url: https://acme.test/lists/$list_id/remove
  json: {users: $items}
  item: $user_id
"""


class Bench(App[None]):
    """An application that shows nothing but what a test pushes."""


def desk_with(folder: Path, text: str = SMALL, slug: str = "acme") -> tuple[Desk, Path]:
    """A desk whose folder holds one integration, and the path of its manifest."""
    path = folder / "mine" / slug / "manifest.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8", newline="")
    environ = {"MANIPLE_HOME": str(folder / "home"), "MANIPLE_USER": "ada", "EDITOR": "true"}
    return Desk.open(folder / "mine", environ), path


def desk_with_copy(folder: Path, slug: str) -> tuple[Desk, Path]:
    """A desk whose folder holds a copy of a destination of the catalogue."""
    desk, path = desk_with(folder, slug=slug)
    shutil.rmtree(path.parent)
    shutil.copytree(INTEGRATIONS / slug, path.parent)
    return desk, path


@asynccontextmanager
async def editing(
    folder: Path, text: str = SMALL, *, size: tuple[int, int] = (100, 40)
) -> AsyncIterator[tuple[EditorScreen, Pilot[None]]]:
    """The editor screen on a manifest with this text, mounted and checked."""
    desk, path = desk_with(folder, text)
    app = Bench()
    async with app.run_test(size=size) as pilot:
        screen = EditorScreen.at(desk, path)
        await app.push_screen(screen)
        await settled(screen, pilot)
        yield screen, pilot


async def settled(screen: EditorScreen, pilot: Pilot[None]) -> None:
    """Wait until what is shown is about the draft of now."""
    await pilot.pause()
    for _ in range(200):
        if screen.findings is not None:
            break
        await pilot.pause(0.02)
    await pilot.pause()

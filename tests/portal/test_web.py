"""The portal in a browser lets in who knows the token, and leaves no process behind."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError

PATIENCE = 30.0


class Served:
    """`maniple portal --web` on a free port."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        environ = {**os.environ, "MANIPLE_HOME": str(tmp_path / "home"), "MANIPLE_USER": "ada"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "maniple", "portal", "mine", "--web"],
            cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        parts = urlsplit(self.address)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.token = parts.query.removeprefix("token=")

    def end(self) -> None:
        """No process is left behind."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("web"))
    yield server
    server.end()


def test_the_address_has_a_token_that_cannot_be_guessed_and_leads_to_this_machine_only(served: Served) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", served.address)


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/ws", "/static/js/textual.js", "/download/x"])
def test_whoever_does_not_know_the_token_gets_nothing(served: Served, path: str) -> None:
    assert 403 == httpx.get(served.base + path).status_code


def test_a_wrong_cookie_gets_nothing(served: Served) -> None:
    assert 403 == httpx.get(served.base, cookies={"maniple_portal": "wrong"}).status_code


def test_the_token_becomes_a_cookie_and_leaves_the_address(served: Served) -> None:
    moved = httpx.get(served.address)

    assert (303, "/") == (moved.status_code, moved.headers["Location"])
    assert served.token in moved.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(moved.headers["Set-Cookie"].split("; "))


def test_the_page_needs_nothing_from_elsewhere_and_shows_no_command_line(served: Served) -> None:
    shown = httpx.get(served.base, cookies={"maniple_portal": served.token})

    assert 200 == shown.status_code
    assert [] == re.findall(r"https?://[^\s\"']+", shown.text)
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert str(served.folder) not in shown.text
    assert served.token not in shown.text


async def test_a_page_of_another_site_is_not_served(served: Served) -> None:
    async with ClientSession(cookies={"maniple_portal": served.token}) as client:
        with pytest.raises(WSServerHandshakeError) as raised:
            await client.ws_connect(served.base + "/ws", origin="http://elsewhere.test")
    assert 403 == raised.value.status


async def test_a_visit_shows_the_portal_and_its_process_ends_with_the_page(served: Served) -> None:
    async with ClientSession(cookies={"maniple_portal": served.token}) as client:
        async with client.ws_connect(served.base + "/ws?width=100&height=30", origin=served.base) as socket:
            assert await _shows(socket, b"Nothing here yet")
            assert 1 == len(_children(served.process.pid))
        assert await _become_none(served.process.pid)


async def test_an_abrupt_leave_during_the_start_leaves_no_process(served: Served) -> None:
    async with ClientSession(cookies={"maniple_portal": served.token}) as client:
        socket = await client.ws_connect(served.base + "/ws")
        transport = socket.get_extra_info("socket")
        assert transport is not None
        socket._response.connection.transport.abort()
    assert await _become_none(served.process.pid)


def test_no_visit_outlives_the_server(tmp_path: Path) -> None:
    server = Served(tmp_path)
    child = asyncio.run(_visit_until_killed(server))

    assert _ended(child)


async def _visit_until_killed(server: Served) -> int:
    session = ClientSession(cookies={"maniple_portal": server.token})
    async with session as client, client.ws_connect(server.base + "/ws") as socket:
        assert await _shows(socket, b"Nothing here yet")
        [child] = _children(server.process.pid)
        server.process.kill()
        server.process.wait()
    return child


async def _shows(socket: object, words: bytes) -> bool:
    seen = b""
    async with asyncio.timeout(PATIENCE):
        async for message in socket:  # type: ignore[attr-defined]
            seen += message.data if message.type == WSMsgType.BINARY else b""
            if words in re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", seen):
                return True
    return False


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def _become_none(pid: int) -> bool:
    end = time.monotonic() + PATIENCE
    while _children(pid) and time.monotonic() < end:
        await asyncio.sleep(0.1)
    return not _children(pid)


def _ended(pid: int) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    return False


@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no `chromium` on PATH")
async def test_a_browser_shows_the_portal_and_its_keys_reach_it(served: Served, tmp_path: Path) -> None:
    from support.chromium import Chromium

    async with Chromium.open(tmp_path / "profile") as browser:
        await browser.go(served.address)
        await browser.wait_for("document.body.classList.contains('-first-byte')")
        assert served.base + "/" == await browser.evaluate("location.href")
        await browser.evaluate("document.querySelector('.xterm-helper-textarea').focus()")
        assert [] == await browser.evaluate(
            "performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin))"
        )
        await browser.press("q", control=True)
        await browser.wait_for("document.body.classList.contains('-closed')")

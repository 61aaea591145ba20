"""A headless Chromium, spoken to by its DevTools protocol."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

PATIENCE = 30.0
_SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--window-size=1200,800",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
)  # fmt: skip


class Chromium:
    """One page of a browser."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, profile: Path) -> AsyncIterator[Chromium]:
        """A browser with a profile of its own, ended with everything that it started."""
        process = await asyncio.create_subprocess_exec(
            "chromium", *_SWITCHES, f"--user-data-dir={profile}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE):
                while not (told := profile / "DevToolsActivePort").exists() or not told.read_text().strip():
                    await asyncio.sleep(0.1)
            port = told.read_text().split()[0]
            async with ClientSession() as client:
                async with client.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    [page] = [target for target in await answer.json() if target["type"] == "page"]
                async with client.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    yield cls(socket)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and answer with its result."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        async with asyncio.timeout(PATIENCE):
            while True:
                answer: dict[str, Any] = await self._socket.receive_json()
                if answer.get("id") == self._number:
                    result: dict[str, Any] = answer["result"]
                    return result

    async def go(self, address: str) -> None:
        """Open an address."""
        await self.call("Page.enable")
        await self.call("Page.navigate", url=address)

    async def evaluate(self, script: str) -> Any:
        """The value of a script in the page."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def wait_for(self, script: str) -> None:
        """Wait until a script in the page is true."""
        async with asyncio.timeout(PATIENCE):
            while not await self.evaluate(script):
                await asyncio.sleep(0.1)

    async def press(self, key: str, *, control: bool = False) -> None:
        """Press one character's key, or `Enter`, `Escape`, `Tab`."""
        code = {"Enter": 13, "Escape": 27, "Tab": 9}.get(key) or ord(key.upper())
        text = {"text": "\r" if key == "Enter" else key} if not control and key not in ("Escape", "Tab") else {}
        pressed = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 2 if control else 0}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **pressed, **text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    async def type(self, text: str) -> None:
        """Press the keys of `text`, one after another."""
        for char in text:
            await self.press(char)

    async def screenshot(self) -> bytes:
        """The page as PNG."""
        from base64 import b64decode

        return b64decode((await self.call("Page.captureScreenshot"))["data"])

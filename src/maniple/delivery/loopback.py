"""A door on this machine to which a browser comes back from a partner's consent page."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

from maniple.errors import DeliveryError, OperatorError

PATH = "/callback"
LONGEST_LINE = 16_384
_PAGE = "<!doctype html><meta charset=utf-8><title>maniple</title><p>{}</p>"
_DONE = "Access was granted. You may close this window and go back to the terminal."
_NOT = "Access was not granted. Go back to the terminal."


class Door:
    """Waits for the code that comes with `state`. Anybody on this machine can knock; who does not know it is ignored."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._came: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def code(self, seconds: float) -> str:
        """The code. Raises DeliveryError when access was denied, or nobody came in time."""
        try:
            found = await asyncio.wait_for(self._came, seconds)
        except TimeoutError:
            raise DeliveryError(f"nobody granted access within {seconds:g} s", hint="try again") from None
        if not found.get("code"):
            why = (found.get("error_description") or found.get("error") or "no code came back")[:300]
            raise DeliveryError(f"access was not granted: {why}")
        return found["code"]

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            line = await asyncio.wait_for(reader.readline(), 10)
            method, target, *_ = [*line.decode("latin-1").split(), "", ""]
            found = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
            known = hmac.compare_digest(found.get("state", "").encode(), self._state.encode())
            fits = method == "GET" and urlsplit(target).path == PATH and known
            if fits and not self._came.done():
                self._came.set_result(found)
            status, text = ("200 OK", _DONE if found.get("code") else _NOT) if fits else ("404 Not Found", _NOT)
            page = _PAGE.format(text).encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + page)
            await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass  # whoever knocked has gone
        finally:
            writer.close()


@asynccontextmanager
async def open_door(port: int, state: str) -> AsyncIterator[Door]:
    """A door at 127.0.0.1:`port`. Raises OperatorError when the port is taken."""
    door = Door(state)
    try:
        server = await asyncio.start_server(door.meet, "127.0.0.1", port, limit=LONGEST_LINE)
    except OSError as cause:
        raise OperatorError(
            f"port {port} of this machine cannot be listened on: {cause.strerror}", hint="choose another with `--port`"
        ) from cause
    async with server:
        yield door

"""Serves the portal to browsers that know the token: one process of the portal a visitor, ended with its page."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import shlex
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from maniple.errors import OperatorError
from maniple.portal.web.page import POLICY, page

COOKIE = "maniple_portal"
MOST_VISITORS = 8
"""So many pages may be open at once: each is a process."""
_ENDS_WITHIN = 5.0
"""Seconds a portal may take to end before it is killed."""
_LEFT_OUT = ("COLUMNS", "ROWS")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PortalServer(Server):
    """textual-serve with a token in front, a page of our own, and processes that end with their page."""

    def __init__(self, command: Sequence[str], host: str, port: int, *, token: str, title: str) -> None:
        """`command` starts a portal. `token` must be given once by whoever comes."""
        super().__init__(shlex.join(command), host, port, title=title)
        self.words = list(command)
        self.token = token
        self.visitors: set[PortalService] = set()

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self.admit])
        app.add_routes(
            [
                web.get("/", self.handle_page),
                web.get("/ws", self.handle_websocket, name="websocket"),
                web.get("/download/{key}", self.handle_download, name="download"),
                web.static("/static", self.statics_path, name="static"),
            ]
        )
        app.on_shutdown.append(self.on_shutdown)
        return app

    @web.middleware
    async def admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """403 for whoever does not know the token; an address with it becomes a cookie, so that it is seen no more."""
        given = request.query.get("token")
        if given is not None and request.path == "/" and self._is_token(given):
            moved = web.HTTPSeeOther("/")
            moved.set_cookie(COOKIE, self.token, httponly=True, samesite="Strict", path="/")
            return _guarded(moved)
        if not self._is_token(request.cookies.get(COOKIE, "")) or not _same_origin(request):
            return _guarded(
                web.Response(status=403, text="403: open the address that `maniple portal --web` printed\n")
            )
        if request.path == "/ws" and len(self.visitors) >= MOST_VISITORS:
            return _guarded(web.Response(status=503, text=f"503: {MOST_VISITORS} pages are open already: close one\n"))
        response = await handler(request)
        return response if response.prepared else _guarded(response)

    def _is_token(self, word: str) -> bool:
        return hmac.compare_digest(word.encode("utf-8", "surrogatepass"), self.token.encode())

    async def handle_page(self, request: web.Request) -> web.Response:
        """The one page there is."""
        nonce = secrets.token_urlsafe(16)
        socket = f"ws://{request.host}/ws"
        size = request.query.get("fontsize", "16")
        text = page(self.title, socket, nonce, int(size) if size.isascii() and size.isdigit() and len(size) < 4 else 16)
        response = web.Response(text=text, content_type="text/html")
        response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce, socket=socket)
        return response

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One visit: a process of the portal, whose screen goes to the page and whose keys come from it."""
        websocket = web.WebSocketResponse(heartbeat=15)
        await websocket.prepare(request)
        service = PortalService(
            self.words,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=websocket.close,
            download_manager=self.download_manager,
        )
        self.visitors.add(service)
        try:
            await service.start(_size(request.query, "width", 80), _size(request.query, "height", 24))
            await self._process_messages(websocket, service)
        except (ConnectionError, RuntimeError):
            # The page went away while something was on its way to it.
            pass
        finally:
            await asyncio.shield(service.stop())
            self.visitors.discard(service)
            await websocket.close()
        return websocket

    async def on_shutdown(self, app: web.Application) -> None:  # noqa: ARG002
        """No process outlives the server."""
        await asyncio.gather(*(service.stop() for service in tuple(self.visitors)), return_exceptions=True)


class PortalService(AppService):
    """One process of the portal, in a process group of its own, so that all of it can be ended."""

    def __init__(self, words: Sequence[str], **channels: Any) -> None:
        super().__init__(shlex.join(words), **channels)
        self.words = list(words)

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        environment |= self._build_environment(width=width, height=height)
        self._process = process = await asyncio.create_subprocess_exec(
            *self.words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        assert process.stdin is not None
        self._stdin = process.stdin
        return process

    async def stop(self) -> None:
        """End the process: politely, and after a few seconds by force."""
        process = self._process
        if process is None:
            return
        try:
            await asyncio.wait_for(super().stop(), _ENDS_WITHIN)
            await asyncio.wait_for(process.wait(), _ENDS_WITHIN)
        except TimeoutError:
            pass
        finally:
            # A portal that spins does not read what it is told.
            _end_group(process)
            await process.wait()


def serve(
    command: Sequence[str], host: str, port: int, *, title: str, tell: Callable[[str], None], token: str | None = None
) -> None:
    """Serve until Ctrl-C or SIGTERM. `tell` is given the address with its token, as soon as it can be opened.

    `port` 0 takes a free one. Raises OperatorError when the address cannot be listened on.
    """
    server = PortalServer(command, host, port, token=token or secrets.token_urlsafe(32), title=title)
    asyncio.run(_run(server, tell))


async def _run(server: PortalServer, tell: Callable[[str], None]) -> None:
    runner = web.AppRunner(await server._make_app(), access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, server.host, server.port)
        try:
            await site.start()
        except OSError as cause:
            raise OperatorError(
                f"`{server.host}` port {server.port} cannot be listened on: {cause.strerror}",
                hint="choose another one with `--port`; 0 takes a free one",
            ) from cause
        over = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, over.set)
        tell(f"http://{_bracketed(server.host)}:{runner.addresses[0][1]}/?token={server.token}")
        await over.wait()
    finally:
        await runner.cleanup()


def portal_command(words: Sequence[str]) -> list[str]:
    """The command that starts a portal like this one in a process of its own."""
    return [sys.executable, "-m", "maniple", "portal", *words]


def _guarded(response: web.StreamResponse) -> web.StreamResponse:
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _same_origin(request: web.Request) -> bool:
    """No page of another site speaks in the visitor's name. Browsers send an origin with every WebSocket."""
    origin = request.headers.get("Origin")
    return origin is None or origin == f"http://{request.host}"


def _size(query: Mapping[str, str], name: str, usual: int) -> int:
    word = query.get(name, "")
    return max(10, min(int(word), 1_000)) if word.isascii() and word.isdigit() and len(word) < 6 else usual


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _end_group(process: Process) -> None:
    if process.returncode is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return

"""Serving the simulator on a port: uvicorn, quiet, with a way to close a connection without an answer."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from maniple.errors import OperatorError, UsageError
from maniple.runtime.program import Program
from maniple.testing.destination import manifest_paths, read_program
from maniple.testing.simulator.app import Simulator, simulator_app
from maniple.testing.simulator.giving import HANG_UP
from maniple.testing.simulator.shape import shapes_of

Ready = Callable[[int], None]


class Protocol(HttpToolsProtocol):
    """HTTP over httptools whose requests carry the `maniple.hang_up` extension."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: Any = self.scope
        scope["extensions"] = {HANG_UP: self._hang_up}

    def _hang_up(self, *, reset: bool = False) -> None:
        if self.cycle is not None:
            self.cycle.disconnected = True
        connection = self.transport.get_extra_info("socket")
        if reset and connection is not None:
            # Closing then sends RST in place of FIN.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Server(uvicorn.Server):
    """uvicorn, saying when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def load_simulator(paths: Sequence[Path], hostile: str | None = None, seed: int = 0) -> Simulator:
    """The simulator for manifests, destinations' folders and folders of destinations.

    Of several, those that cannot be played are left out: `Simulator.left_out` says why. Raises ManifestError, UsageError
    and OperatorError.
    """
    found = dict.fromkeys(manifest.resolve() for path in paths for manifest in manifest_paths(path))
    programs = [read_program(path) for path in found]
    refused = {program.manifest.slug: why for program in programs if (why := _why_not(program)) is not None}
    playable = [program for program in programs if program.manifest.slug not in refused]
    simulator = simulator_app(playable or programs, hostile, seed)
    simulator.left_out = tuple(why.message for why in refused.values())
    return simulator


def _why_not(program: Program) -> UsageError | None:
    """Why a destination cannot be played; None when it can."""
    try:
        shapes_of(program)
    except UsageError as why:
        return why
    return None


def serve(
    paths: Sequence[Path],
    host: str = "127.0.0.1",
    port: int = 0,
    hostile: str | None = None,
    seed: int = 0,
    ready: Ready = lambda _: None,
) -> None:
    """Play the partners at `paths` until the process is interrupted.

    `ready` is called with the port once it listens; port 0 takes a free one. Raises ManifestError, UsageError, and
    OperatorError when the port is taken.
    """
    with suppress(KeyboardInterrupt):
        serve_app(load_simulator(paths, hostile, seed), host, port, ready)


def serve_app(app: Simulator, host: str, port: int, ready: Ready) -> None:
    """Serve a simulator. Raises KeyboardInterrupt when it is interrupted, OperatorError when the port is taken."""
    listening = _listen(host, port)
    server = _server(app, lambda: ready(listening.getsockname()[1]))
    server.run(sockets=[listening])


@contextmanager
def running(app: Simulator, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Serve a simulator in a thread of its own while the block runs, and give its port."""
    listening = _listen(host, port)
    started = threading.Event()
    server = _server(app, started.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not started.wait(0.05) and thread.is_alive():
        pass
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. It is made as a TCP socket by name, so that asyncio sends small answers at once."""
    listening = socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except (OSError, OverflowError) as cause:
        listening.close()
        raise OperatorError(
            f"the simulator cannot listen on `{host}:{port}`: {getattr(cause, 'strerror', None) or cause}",
            hint="`--port 0` takes a free port",
        ) from cause
    return listening


def _server(app: Simulator, ready: Callable[[], None]) -> Server:
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        log_level="critical",
        server_header=False,
        # A partner whose clock goes wrong tells the time itself.
        date_header=app.hostility.skew is None,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    return Server(config, ready)

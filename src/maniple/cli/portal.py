"""`maniple portal`: write, try and submit destinations, with the keyboard."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from maniple.cli.parameters import flag
from maniple.cli.screen import hint, note, stdout
from maniple.errors import ExitCode, OperatorError, UsageError

if TYPE_CHECKING:
    from maniple.portal.desk import Desk

HOST = "127.0.0.1"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

app = App(
    name="portal",
    help_epilogue="""\
F1 on every screen says what can be done there. What is typed is kept at once:
leave whenever you like. With --web the address that is printed holds a token;
only who knows it gets in. There is no encryption: over a network use a tunnel.

Environment:
  MANIPLE_USER       your name on submissions; else that of your account
  VISUAL, EDITOR     your own editor, for when the portal's is not enough

Examples:
  maniple portal
  maniple portal my-partners
  maniple portal integrations/acme
  maniple portal --web --port 8600
  maniple portal --reviewer""",
)


@app.default
def portal(
    folder: Annotated[
        Path | None,
        Parameter(
            name="FOLDER", help="Holds your integrations, a folder each: `integrations` if it is here. Or one of them."
        ),
    ] = None,
    /,
    *,
    web: Annotated[bool, flag("--web", "Show it in a browser instead of this terminal.")] = False,
    host: Annotated[str, Parameter(name="--host", metavar="HOST", help="With --web: where to listen.")] = HOST,
    port: Annotated[int, Parameter(name="--port", metavar="N", help="With --web: the port; 0 takes a free one.")] = 0,
    reviewer: Annotated[bool, flag("--reviewer", "Begin at the review desk.")] = False,
) -> int:
    """Write, try and submit destinations."""
    place, first = _place(folder)
    if web:
        return _serve(place, first, host, port, reviewer=reviewer)
    driver = os.environ.get("TEXTUAL_DRIVER")
    if driver is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the portal needs a terminal", hint="in scripts, use `maniple check`, `preview`, `test`")
    from maniple.portal.desk import Desk

    return _show(Desk.open(place, reviewer=reviewer), first, in_browser=driver is not None)


def _show(desk: Desk, first: Path | None, *, in_browser: bool) -> int:
    """Run the portal in this process's terminal, or for the server that started this process."""
    from maniple.portal.app import Portal
    from maniple.portal.watch import watch_viewer

    desk.home.create()
    shown = Portal(desk, first=first)
    watch_viewer(lambda: shown.call_from_thread(shown.exit), parent=in_browser, code=int(ExitCode.OK))
    shown.run()
    return shown.return_code or ExitCode.OK


def _serve(place: Path, first: Path | None, host: str, port: int, *, reviewer: bool) -> int:
    from maniple.portal.web.server import portal_command, serve

    if host not in _LOOPBACK:
        note(f"note: everybody who reaches `{host}` and learns the token can use the portal; nothing is encrypted")
    words = [str((first.parent if first is not None else place).absolute()), *(["--reviewer"] if reviewer else [])]
    serve(portal_command(words), host, port, title="maniple portal", tell=_tell)
    note("stopped")
    return ExitCode.OK


def _tell(address: str) -> None:
    screen = stdout()
    screen.line(address)
    screen.stream.flush()
    hint("open it in a browser; Ctrl-C ends it")


def _place(folder: Path | None) -> tuple[Path, Path | None]:
    """The folder of integrations, and the manifest to open at once if one of them was named."""
    from maniple.usecases.destinations import manifest_in
    from maniple.usecases.scaffold import default_folder

    place = folder if folder is not None else default_folder()
    if not place.exists():
        try:
            place.mkdir(parents=True)
        except OSError as cause:
            raise OperatorError(f"`{place}` cannot be made: {cause.strerror}") from cause
    if place.is_file():
        place = place.parent
    first = manifest_in(place)
    return (place.absolute().parent, first.absolute()) if first is not None else (place, None)

"""The portal ends when whoever looks at it is gone: its terminal, or the server that shows it in a browser."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from threading import Thread
from time import sleep

LOOKS = 0.5
"""Seconds between looks."""
GRACE = 3.0
"""So long the portal may take to end in good order. What was typed is kept already."""


def watch_viewer(leave: Callable[[], object], *, parent: bool, code: int) -> Thread:
    """Call `leave` once the viewer is gone, and end the process with `code` if it still runs after a while.

    The viewer is what stdin is connected to; with `parent` also the process that started this one.
    """
    thread = Thread(target=_watch, args=(leave, os.getppid() if parent else None, code), daemon=True, name="viewer")
    thread.start()
    return thread


def _watch(leave: Callable[[], object], parent: int | None, code: int) -> None:
    while not viewer_gone(parent):
        sleep(LOOKS)
    # To leave may take for ever: what is written to a terminal that is gone may never be taken.
    Thread(target=leave, daemon=True, name="leave").start()
    sleep(GRACE)
    # Whatever hangs or spins now does so without anybody to see it.
    os._exit(code)


def viewer_gone(parent: int | None) -> bool:
    """The other end of stdin was closed, or the process is no longer a child of `parent`."""
    if parent is not None and os.getppid() != parent:
        return True
    if sys.__stdin__ is None or sys.__stdin__.closed:
        return True
    poll = select.poll()
    # POLLHUP is told without being asked for; to ask for input would tell of every key.
    poll.register(sys.__stdin__.fileno(), 0)
    return any(happened & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, happened in poll.poll(0))

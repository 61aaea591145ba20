"""Keeping what is needed to report a fault."""

from __future__ import annotations

from pathlib import Path

from maniple.store.files import PRIVATE, replace_file
from maniple.store.home import Home


def keep_crash_report(home: Home, frames: str) -> Path:
    """Write a traceback, without any values of variables, to the home; the file. Raises OperatorError."""
    home.make(home.path)
    replace_file(home.crash_report, frames.encode("utf-8", "backslashreplace"), mode=PRIVATE)
    return home.crash_report

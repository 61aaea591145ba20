"""The test calls of an integration, the newest first: kept in the home without secrets, and not without end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from maniple.errors import OperatorError
from maniple.store.files import PRIVATE, replace_file
from maniple.store.home import Home
from maniple.usecases.rehearsal_setup import rehearsal_folder
from maniple.usecases.witness import TestCall, read_test_call

FILE = "history.jsonl"
MOST_CALLS = 100
MOST_BYTES = 8_000_000
"""Bytes of a history; the oldest calls go first."""


def read_history(home: Home, slug: str) -> tuple[TestCall, ...]:
    """The calls, the newest first. Lines that cannot be read are passed over. Raises OperatorError."""
    path = rehearsal_folder(home, slug) / FILE
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    except OSError as cause:
        raise OperatorError(f"`{path}` cannot be read: {cause.strerror}") from cause
    found = [call for line in lines if (call := _read(line)) is not None]
    return tuple(reversed(found))


def keep_call(home: Home, slug: str, call: TestCall) -> tuple[TestCall, ...]:
    """Add a call, and answer with the history as it is then. Raises OperatorError."""
    calls = [call, *read_history(home, slug)][:MOST_CALLS]
    lines: list[bytes] = []
    octets = 0
    for each in calls:
        line = json.dumps(each.plain(), ensure_ascii=False, default=str).encode("utf-8", "replace")
        octets += len(line) + 1
        if lines and octets > MOST_BYTES:
            break
        lines.append(line)
    folder = home.create().make(rehearsal_folder(home, slug))
    replace_file(folder / FILE, b"".join(line + b"\n" for line in reversed(lines)), mode=PRIVATE, durable=False)
    return tuple(calls[: len(lines)])


def forget_history(home: Home, slug: str) -> None:
    """Keep no call. Raises OperatorError."""
    path: Path = rehearsal_folder(home, slug) / FILE
    try:
        path.unlink(missing_ok=True)
    except OSError as cause:
        raise OperatorError(f"`{path}` cannot be deleted: {cause.strerror}") from cause


def _read(line: bytes) -> TestCall | None:
    try:
        plain: dict[str, Any] = json.loads(line)
        return read_test_call(plain)
    except (ValueError, KeyError, TypeError):
        # Another version wrote it, or a cut broke it.
        return None

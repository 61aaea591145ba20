"""Where the `maniple` command begins and ends."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, NoReturn


def main() -> NoReturn:
    """The `maniple` command: `run`, and then the process is over at once.

    By then everything is closed. To take the interpreter apart, module by module, takes longer than many a command.
    """
    code = run()
    for stream in (sys.stdout, sys.stderr):
        # Nobody is there to be told that nobody reads any more.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def run(words: Sequence[str] | None = None) -> int:
    """Carry out the command line `words` (the process's own by default) and answer with the exit code."""
    from maniple.cli.verbs import app

    given = with_stdin_named(sys.argv[1:] if words is None else words)
    _prepare()
    try:
        code = app(given, result_action="return_value", exit_on_error=False, print_error=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except BaseException as error:
        from maniple.cli.faults import report

        return report(error, app, given)


def with_stdin_named(words: Sequence[str]) -> list[str]:
    """The words with `--option -` written as `--option=-`: a lone `-` is stdin, and no option of its own.

    >>> with_stdin_named(["preview", "--settings", "-", "--json"])
    ['preview', '--settings=-', '--json']
    """
    joined: list[str] = []
    for word in words:
        if word == "-" and joined and joined[-1].startswith("--") and len(joined[-1]) > 2 and "=" not in joined[-1]:
            joined[-1] += "=-"
        else:
            joined.append(word)
    return joined


def _prepare() -> None:
    """Text of others may hold half a surrogate pair, which is shown escaped; a polite kill is as good as Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _as_ctrl_c)


def _as_ctrl_c(_signal: int, _frame: Any) -> None:
    signal.raise_signal(signal.SIGINT)

"""What is said when the portal itself fails."""

from __future__ import annotations

import traceback

from rich.text import Text

from maniple.diagnostics.cells import visible
from maniple.errors import ManipleError, OperatorError
from maniple.store.home import Home
from maniple.usecases.crash import keep_crash_report


def describe_crash(home: Home, error: BaseException) -> Text:
    """A message for the terminal that the portal leaves behind; the traceback goes to a file."""
    if isinstance(error, ManipleError):
        what = f"{error.title}: {error.message}"
        return Text(visible(what) + (f"\n  hint: {visible(error.hint)}" if error.hint else ""))
    frames = "".join(traceback.format_exception(error))
    try:
        told = f"The details are in `{keep_crash_report(home, frames)}`: please report it with that file."
    except OperatorError as cause:
        told = f"The details could not be kept: {cause.message}."
    return Text(
        f"A fault in maniple: the portal had to stop ({type(error).__name__}).\n"
        "What you typed is kept: `maniple portal` offers it when you open the integration again.\n"
        f"{visible(told)}"
    )

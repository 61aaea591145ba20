"""The copy that is made of a cohort kept elsewhere: where it lies, and what it is called."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from maniple.errors import ManipleError

COPY = "cohort"
"""The folder of a cohort's copy, in the folder of its run."""
AnyError = TypeVar("AnyError", bound=ManipleError)


def drop_copy(directory: Path) -> None:
    """Delete the copy of a cohort that a run in `directory` left behind."""
    shutil.rmtree(directory / COPY, ignore_errors=True)


@contextmanager
def renaming(path: Path, name: str) -> Iterator[None]:
    """Errors inside the block say `name` where they would say `path`, or a path below it."""
    try:
        yield
    except ManipleError as error:
        renamed(error, path, name)
        raise


def renamed(error: AnyError, path: Path, name: str) -> AnyError:
    """The same error, its message with `name` for `path` and all below it."""
    error.message = re.sub(f"`{re.escape(str(path))}(/[^`]*)?`", lambda _: f"`{name}`", error.message)
    error.args = (error.message,)
    return error

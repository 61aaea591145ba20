"""A cohort on its way here: how many rows have come, and how to stop it from another thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from maniple.errors import CohortError


class Reading:
    """Counts the rows of a cohort while they come, and tells `show` how many there are by then.

    One thread reads; any other may `stop` it.
    """

    def __init__(self, show: Callable[[int], None] = lambda rows: None) -> None:  # noqa: ARG005  the name says what
        self.rows = 0
        self._show = show
        self._lock = Lock()
        self._stopped = False
        self._stop: Callable[[], None] | None = None

    def count(self, rows: int) -> None:
        """So many more rows have come. Raises CohortError when the reading was stopped."""
        self.check()
        self.rows += rows
        self._show(self.rows)

    def check(self) -> None:
        """Raise CohortError when the reading was stopped."""
        if self._stopped:
            raise CohortError("the reading of the cohort was stopped")

    def stop(self) -> None:
        """Let the reading end with an error as soon as it can."""
        with self._lock:
            self._stopped = True
            if self._stop is not None:
                self._stop()

    @contextmanager
    def stoppable(self, stop: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `stop` wakes its thread out of waiting for a database."""
        with self._lock:
            self._stop = stop
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._stop = None

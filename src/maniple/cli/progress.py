"""How far a run is: a line on stderr, only in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maniple.cli.screen import stderr
from maniple.cli.words import lasting

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import Task, TaskID

    from maniple.ports import Clock
    from maniple.usecases.run import Progress, ShowProgress

PHASES = {
    "planning": "Reading the cohort",
    "creating_list": "Creating the list",
    "delivering": "Delivering",
    "settling": "Settling",
}
REFRESHES = 5
"""A second; more would cost the sender time."""


WORTH_TELLING = 2.0
"""Seconds of a pause before somebody who watches should know why nothing happens."""


@dataclass(frozen=True)
class Watch:
    """What a run is given so that it can be watched: a function to tell of progress with, and a clock."""

    show: ShowProgress
    clock: Clock
    aside: Callable[[], AbstractContextManager[None]] = nullcontext
    """Takes the line away while somebody is asked something."""


@contextmanager
def watching(*, quiet: bool) -> Iterator[Watch]:
    """A run under way as one line, gone at the end. Nothing is shown outside a terminal."""
    from maniple.wiring import open_clock

    clock = open_clock()
    if quiet or not stderr().terminal:
        yield Watch(lambda _: None, clock)
        return
    with _bars() as bars:
        line = _Line(bars)
        yield Watch(line.show, _WatchedClock(clock, line), lambda: _stopped(bars))


@contextmanager
def _stopped(bars: Bars) -> Iterator[None]:
    bars.stop()
    yield
    bars.start()


@contextmanager
def counting(title: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Work in known pieces as one line with a bar, gone at the end: a function to tell how many are done, of how many."""
    if quiet or not stderr().terminal:
        yield lambda _done, _all: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    screen = stderr()
    console = Console(file=screen.stream, width=screen.width, no_color=not screen.color)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), MofNCompleteColumn())
    with Bars(*columns, console=console, refresh_per_second=REFRESHES, transient=True) as bars:
        task = bars.add_task(title, total=None)
        yield lambda done, whole: bars.update(task, completed=done, total=whole)


class _Line:
    """The one line: the phase, and while delivering a bar with users, users/s and the time left."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._phase = ""
        self._task: TaskID | None = None

    def show(self, progress: Progress) -> None:
        """Draw where the run is."""
        if progress.phase != self._phase or self._task is None:
            if self._task is not None:
                self._bars.remove_task(self._task)
            self._phase = progress.phase
            # What an earlier attempt had delivered counts as done, not as speed.
            self._task = self._bars.add_task(self._title(), total=progress.total or None, completed=progress.done)
        self._bars.update(self._task, description=self._title(), completed=progress.done, total=progress.total or None)

    def tell_pause(self, seconds: float) -> None:
        """Say that a call waits before it is tried again."""
        if self._task is not None:
            self._bars.update(self._task, description=f"{self._title()}, waits {lasting(seconds)}")

    def end_pause(self) -> None:
        """Say no more of waiting."""
        if self._task is not None:
            self._bars.update(self._task, description=self._title())

    def _title(self) -> str:
        return PHASES.get(self._phase, self._phase)


class _WatchedClock:
    """The machine's clock, telling of long pauses (`ports.Clock`)."""

    def __init__(self, clock: Clock, line: _Line) -> None:
        self._clock = clock
        self._line = line
        self.now = clock.now
        self.monotonic = clock.monotonic

    async def sleep(self, seconds: float) -> None:
        """Sleep, and say so when it is long."""
        if seconds < WORTH_TELLING:
            return await self._clock.sleep(seconds)
        self._line.tell_pause(seconds)
        try:
            return await self._clock.sleep(seconds)
        finally:
            self._line.end_pause()


def _bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    class Users(TextColumn):
        """Users done of all, and how many a second; rows, where nobody knows of how many."""

        def render(self, task: Task) -> Text:
            if not task.total:
                return Text(f"{int(task.completed):,} rows" if task.completed else "")
            speed = f"  {task.speed:,.0f} users/s" if task.speed else ""
            return Text(f"{int(task.completed):,}/{int(task.total):,} users{speed}")

    from rich.text import Text

    screen = stderr()
    return Bars(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        Users(""),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=Console(file=screen.stream, width=screen.width, no_color=not screen.color),
        refresh_per_second=REFRESHES,
        transient=True,
    )

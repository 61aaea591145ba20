"""When a process is killed: by the time, by the requests that the partner has seen, by the phase of the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from _crash.home import RoundHome
from _crash.partner import PartnerProcess

HasCome = Callable[[], bool]
"""Looked at every few milliseconds."""
PHASES = ("planning", "creating_list", "delivering", "settling")


def draw_moment(dice: Random, home: RoundHome, partner: PartnerProcess, requests: int) -> HasCome:
    """A moment from now on; `requests` is about how many the process will make."""
    match dice.choice(("time", "request", "request", "phase")):
        case "time":
            return after(dice.uniform(0.02, 0.8))
        case "request":
            return at_request(partner, dice.randint(1, max(2, requests)))
        case _:
            return in_phase(home, dice.choice(PHASES), dice.uniform(0, 0.03))


def after(seconds: float) -> HasCome:
    """So many seconds from now."""
    moment = time.monotonic() + seconds
    return lambda: time.monotonic() >= moment


def at_request(partner: PartnerProcess, number: int) -> HasCome:
    """As soon as so many more requests have come."""
    wanted = partner.requests() + number
    return lambda: partner.requests() >= wanted


def in_phase(home: RoundHome, phase: str, seconds: float) -> HasCome:
    """So many seconds after a new attempt at a run has been seen in this phase or a later one."""
    before = home.latest_run()
    reached: list[float] = []

    def has_come() -> bool:
        run = home.latest_run()
        is_new = run is not None and (before is None or run.attempt != before.attempt)
        if not reached and run is not None and is_new and _is_at_least(run.phase, phase):
            reached.append(time.monotonic())
        return bool(reached) and time.monotonic() >= reached[0] + seconds

    return has_come


def _is_at_least(phase: str, wanted: str) -> bool:
    return phase not in PHASES or PHASES.index(phase) >= PHASES.index(wanted)

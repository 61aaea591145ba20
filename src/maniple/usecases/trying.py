"""What an author does with a studied draft: test a call or all of them, save the users."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from maniple.errors import UsageError
from maniple.ports import Clock
from maniple.store.files import replace_file
from maniple.usecases.preview import Trial
from maniple.usecases.rehearsal import Rehearsal, Tell, rehearse_all, rehearse_call
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.sample_users import users_csv
from maniple.usecases.stand_in import StandIn
from maniple.usecases.study import Study
from maniple.usecases.users import TestUsers
from maniple.usecases.words import iso_time


async def try_call(found: Study, setup: Setup, name: str, stand_in: StandIn, tell: Tell) -> Rehearsal:
    """Make one call of a studied draft. Raises UsageError when it cannot be made, OperatorError."""
    trial = replace(_trial(found, setup, stand_in.clock), call=name)
    target = await stand_in.target(trial.program, trial.settings, simulated=setup.simulated)
    return await rehearse_call(trial, target, tell)


async def try_all(found: Study, setup: Setup, stand_in: StandIn, tell: Tell) -> Rehearsal:
    """Create a list, add and remove users, delete the list. Raises UsageError when that cannot begin, OperatorError."""
    trial = _trial(found, setup, stand_in.clock)
    target = await stand_in.target(trial.program, trial.settings, simulated=setup.simulated)
    return await rehearse_all(trial, target, tell)


def _trial(found: Study, setup: Setup, clock: Clock) -> Trial:
    """The trial of a study as it is made now."""
    if found.trial is None:
        first = found.troubles[0] if found.troubles else None
        raise UsageError(
            first.message if first else "nothing can be tested yet", hint=(first.hint or None) if first else None
        )
    now = clock.now()
    return replace(
        found.trial, now=iso_time(now), run_id=f"run_test_{int(now)}", list_id=setup.list_id, saved=setup.saved
    )


def save_users(path: Path, users: TestUsers) -> None:
    """Write users as CSV. Raises OperatorError."""
    replace_file(path, users_csv(users).encode())

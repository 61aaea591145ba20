"""When unchanged members are sent again, to a partner who forgets them."""

from __future__ import annotations

from maniple.runtime.program import Program
from maniple.store.control.rows import SyncRow
from maniple.store.control.store import ControlStore


def keeping_is_due(store: ControlStore, sync: SyncRow, program: Program, now: float) -> bool:
    """Whether a run that starts `now` sends every member, not only who entered or left.

    A snapshot always does. Else everybody is sent again once the time is over since the last run that sent everybody
    and was not stopped: then nobody's own time is over, for who entered later was sent later.
    """
    if program.is_snapshot:
        return True
    every = program.kept_every
    if every is None:
        return False
    ended = [run for run in store.history(sync.id) if run.status in ("succeeded", "succeeded_with_skips")]
    whole = [run for run in ended if run.counts.get("kept") or run is ended[-1]]
    return bool(whole) and now - whole[0].started_at >= every

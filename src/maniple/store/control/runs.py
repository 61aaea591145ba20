"""Runs of a sync, from their start to the membership they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal, TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from maniple.errors import Bug, UsageError
from maniple.store.control import tables
from maniple.store.control.ids import new_id
from maniple.store.control.journals import Journals
from maniple.store.control.rows import UNFINISHED, EndStatus, RunPhase, RunRow
from maniple.store.control.words import ambiguous, did_you_mean

TABLE = tables.runs
LATEST = "latest"


class RunFacts(TypedDict, total=False):
    """What becomes known about a run on its way; what is left out stays."""

    cohort_file: str
    cohort_rows: int
    batch_items: Mapping[str, Any]
    counts: Mapping[str, Any]


class RunEnd(TypedDict, total=False):
    """How a run ended, redacted: `reason` in a few words, `message` for the marketer, `rule` that said so."""

    counts: Mapping[str, Any]
    reason: str | None
    message: str | None
    rule: str | None


class Runs(Journals):
    """The part of the control plane that keeps runs."""

    def start_run(self, sync_id: str, *, manifest_version: str, **facts: Unpack[RunFacts]) -> RunRow:
        """Keep a new run, `running` and in phase `planning`; its number is the sync's next."""
        with self.writing() as connection:
            highest = connection.scalar(select(func.max(TABLE.c.number)).where(TABLE.c.sync_id == sync_id))
            row = RunRow(
                id=new_id("run_", self.dice),
                sync_id=sync_id,
                number=(highest or 0) + 1,
                status="running",
                phase="planning",
                started_at=self.now(),
                finished_at=None,
                cohort_file=facts.get("cohort_file"),
                cohort_rows=facts.get("cohort_rows", 0),
                batch_items=dict(facts.get("batch_items", {})),
                counts=dict(facts.get("counts", {})),
                reason=None,
                message=None,
                rule=None,
                list_created=False,
                resumed=0,
                manifest_version=manifest_version,
            )
            connection.execute(insert(TABLE).values(asdict(row)))
            return row

    def set_phase(self, run_id: str, phase: RunPhase, **facts: Unpack[RunFacts]) -> RunRow:
        """Note where an unfinished run has got to, and what is known by then. Raises Bug for a finished one."""
        with self.writing() as connection:
            return _change(connection, run_id, {"phase": phase, **facts})

    def resume_run(self, run_id: str) -> RunRow:
        """Take an unfinished run up again: it is `running`, and batches without an answer are `in_doubt`.

        Call it with the sync's lock held. Raises UsageError when the run is finished or unknown.
        """
        self.close_logbook(run_id)
        batches = tables.batches
        with self.writing() as connection:
            row = _one(connection, run_id)
            if row.status not in UNFINISHED:
                raise UsageError(
                    f"run `{run_id}` is finished ({row.status.replace('_', ' ')})", hint="start a new run instead"
                )
            unanswered = update(batches).where(batches.c.run_id == run_id, batches.c.state == "sending")
            connection.execute(unanswered.values(state="in_doubt"))
            afresh = {"status": "running", "finished_at": None, "reason": None, "message": None, "rule": None}
            return _change(connection, run_id, {**afresh, "resumed": row.resumed + 1})

    def interrupt_run(self, run_id: str, **end: Unpack[RunEnd]) -> RunRow:
        """Note that a run stopped before its end; its phase says where it goes on. Raises Bug for a finished one."""
        with self.writing() as connection:
            return _change(connection, run_id, {"status": "interrupted", "finished_at": self.now(), **end})

    def finish_run(self, run_id: str, status: EndStatus | Literal["interrupted"], **end: Unpack[RunEnd]) -> RunRow:
        """End a run that leaves the membership as it was. Raises Bug for a finished one.

        Call it with the sync's lock held.
        """
        if status == "interrupted":
            return self.interrupt_run(run_id, **end)
        self.close_logbook(run_id)
        with self.writing() as connection:
            return self._finish(connection, run_id, status, end)

    def adopt_membership(
        self,
        sync_id: str,
        run_id: str,
        *,
        file: str,
        members: int,
        doubts: int,
        status: EndStatus,
        **end: Unpack[RunEnd],
    ) -> RunRow:
        """End a run and make `file` (a name in the sync's directory) the membership the partner has accepted.

        Both or neither: one transaction. Raises Bug when the run is finished or not one of this sync.
        """
        syncs = tables.syncs
        with self.writing() as connection:
            row = self._finish(connection, run_id, status, end)
            if row.sync_id != sync_id:
                raise Bug(f"run `{run_id}` is not one of sync `{sync_id}`")
            connection.execute(
                update(syncs).where(syncs.c.id == sync_id).values(membership_file=file, members=members, doubts=doubts)
            )
            return row

    def get_run(self, run_id: str) -> RunRow:
        """The run with this id. Raises UsageError when there is none."""
        with self.reading() as connection:
            return _one(connection, run_id)

    def find_run(self, word: str, sync_id: str | None = None) -> RunRow:
        """The run that `word` names: an id, the beginning of one, or `latest`; of one sync if `sync_id` is given.

        Raises UsageError when none or several fit.
        """
        with self.reading() as connection:
            if word == LATEST:
                return _latest(connection, sync_id)
            ids = list(connection.scalars(_of_sync(select(TABLE.c.id), sync_id).order_by(TABLE.c.started_at.desc())))
            beginning = word if word.startswith("run_") else f"run_{word}"
            fitting = [run_id for run_id in ids if run_id.startswith(beginning)] if word not in ("", "run_") else []
            if len(fitting) == 1 or beginning in fitting:
                return _one(connection, beginning if beginning in fitting else fitting[0])
        if fitting:
            raise ambiguous(word, fitting)
        raise UsageError(f"there is no run `{word}`", hint=did_you_mean(word, [LATEST, *ids[:100]] if ids else []))

    def history(self, sync_id: str | None = None, limit: int | None = None) -> list[RunRow]:
        """The runs of one sync, or of all, newest first, at most `limit`."""
        query = _of_sync(select(TABLE), sync_id).order_by(*_newest_first(sync_id)).limit(limit)
        with self.reading() as connection:
            return [RunRow(**row._asdict()) for row in connection.execute(query)]

    def unfinished_run(self, sync_id: str) -> RunRow | None:
        """The newest run of the sync when it can be taken up again, else None."""
        newest = next(iter(self.history(sync_id, limit=1)), None)
        return newest if newest is not None and newest.status in UNFINISHED else None

    def _finish(self, connection: Connection, run_id: str, status: EndStatus, end: RunEnd) -> RunRow:
        return _change(connection, run_id, {"status": status, "phase": "done", "finished_at": self.now(), **end})


def _newest_first(sync_id: str | None) -> tuple[ColumnElement[Any], ...]:
    """Of one sync by number, for a clock that was set back would tell another run to be the newest."""
    number = TABLE.c.number.desc()
    return (number,) if sync_id is not None else (TABLE.c.started_at.desc(), number, TABLE.c.id)


def _change(connection: Connection, run_id: str, values: Mapping[str, Any]) -> RunRow:
    """Change an unfinished run: a finished one is history and nothing may alter it."""
    unfinished = update(TABLE).where(TABLE.c.id == run_id, TABLE.c.status.in_(UNFINISHED))
    if connection.execute(unfinished.values(dict(values))).rowcount != 1:
        raise Bug(f"run `{run_id}` is finished or unknown and cannot change")
    return _one(connection, run_id)


def _one(connection: Connection, run_id: str) -> RunRow:
    found = connection.execute(select(TABLE).where(TABLE.c.id == run_id)).first()
    if found is None:
        raise UsageError(f"there is no run with the id `{run_id}`")
    return RunRow(**found._asdict())


def _latest(connection: Connection, sync_id: str | None) -> RunRow:
    found = connection.execute(_of_sync(select(TABLE), sync_id).order_by(*_newest_first(sync_id)).limit(1)).first()
    if found is None:
        raise UsageError("there is no run yet", hint="start one with `maniple sync`")
    return RunRow(**found._asdict())


def _of_sync(query: Select[Any], sync_id: str | None) -> Select[Any]:
    return query if sync_id is None else query.where(TABLE.c.sync_id == sync_id)

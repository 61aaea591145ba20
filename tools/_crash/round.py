"""One round: a sync that is killed again and again, resumed or begun anew, and held against the partner's list."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from random import Random

from _crash.cohort import Cohort, Cohorts
from _crash.figures import Figures
from _crash.home import RoundHome
from _crash.moments import HasCome, draw_moment
from _crash.partner import ITEMS, PartnerProcess
from _crash.process import Command

LOOK = 0.003
"""Seconds between two looks whether the moment has come."""
PATIENCE = 60.0
"""Seconds after which a process counts as hung."""
RUNS_TO_THE_END = 8


class Fault(Exception):
    """A process did what it must never do: it hung, or it failed against a partner whose troubles a run overcomes."""


class Round:
    """Round `number` of a seed: its cohorts, its troubles and what it kills by are the same each time, to the clock."""

    def __init__(self, folder: Path, partner: PartnerProcess, seed: int, number: int) -> None:
        self.home = RoundHome(folder)
        self.partner = partner
        self.dice = Random(f"{seed}-{number}")
        self.name = f"round-{number}"
        self.cohorts = Cohorts(self.dice, self.name)
        self.figures = Figures(rounds=1)
        self._written: dict[str, Cohort] = {}

    def play(self) -> Figures:
        """Kill, go on, compare. A fault ends the round and is told among the figures."""
        try:
            self._play()
        except Fault as fault:
            self.figures.faults.append(f"{self.name}: {fault}")
        seen = self.partner.seen()
        self.figures.repeated_requests = seen.needless
        self.figures.max_in_flight = seen.most_at_once
        return self.figures

    def _play(self) -> None:
        self.partner.empty()
        self.home.connect(self.partner.manifest, self.partner.url)
        cohort = self.cohorts.first()
        self._attempt(cohort, self._draw(cohort))
        for _ in range(self.dice.randint(2, 5)):
            unfinished = self._is_unfinished()
            if unfinished and self.dice.random() < 0.6:
                self._attempt(None, self._draw(cohort))
                continue
            if self.dice.random() < 0.6:
                cohort = self.cohorts.changed(cohort)
            self._attempt(cohort, self._draw(cohort))
        self._finish(cohort)
        self._finish(self.cohorts.rest(cohort))

    def _draw(self, cohort: Cohort) -> HasCome:
        return draw_moment(self.dice, self.home, self.partner, len(cohort.users) // ITEMS)

    def _finish(self, cohort: Cohort) -> None:
        """Go on until a run has sent this cohort whole."""
        for _ in range(RUNS_TO_THE_END):
            done = self._attempt(None if self._is_unfinished() else cohort, None)
            if done == cohort:
                return
        raise Fault(f"{RUNS_TO_THE_END} runs did not bring `{cohort.name}` to an end")

    def _is_unfinished(self) -> bool:
        run = self.home.latest_run()
        return run is not None and run.is_unfinished

    def _attempt(self, cohort: Cohort | None, moment: HasCome | None) -> Cohort | None:
        """Sync a cohort, or (None) resume the latest run, until the moment has come; the cohort that was sent whole."""
        words = ["resume", "latest"]
        if cohort is not None:
            self._written[cohort.name] = cohort
            words = ["sync", "acme", cohort.write(self.home.folder), "--cohort", self.name, "--yes"]
        command = self.home.start(*words, "--quiet")
        give_up = time.monotonic() + PATIENCE
        while command.code is None and not (moment is not None and moment()):
            if time.monotonic() > give_up:
                command.kill()
                raise Fault(f"`{words[0]}` hung: {command.errors}")
            time.sleep(LOOK)
        return self._end(command, words[0])

    def _end(self, command: Command, verb: str) -> Cohort | None:
        code = command.kill()
        run = self.home.latest_run()
        if code == -signal.SIGKILL:
            self.figures.kills += 1
            self.figures.phases[run.phase if run is not None and run.is_unfinished else "between runs"] += 1
            return None
        if code != 0 or run is None:
            raise Fault(f"`{verb}` ended with {code}: {command.errors}")
        cohort = self._written[run.cohort_file]
        self._compare(cohort)
        return cohort

    def _compare(self, cohort: Cohort) -> None:
        """After a run that says it succeeded, the partner has this cohort in the list that is kept, and nobody else."""
        lists = self.partner.seen().lists
        held = lists.pop(self.home.list_id() or "", set())
        strays = set().union(*lists.values()) if lists else set()
        lost, wrong = cohort.wanted - held, (held - cohort.wanted) | strays
        self.figures.lost += len(lost)
        self.figures.wrong += len(wrong)
        if lost or wrong:
            self.figures.faults.append(
                f"{self.name}: after `{cohort.name}` lost {sorted(lost)[:5]}, wrong {sorted(wrong)[:5]}"
            )

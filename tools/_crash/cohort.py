"""Cohorts of one round: who is in, who leaves, whose identifier changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

SIZES = (60, 160)


@dataclass(frozen=True)
class Cohort:
    """Users by number, with the identifier that the partner is to know each by."""

    name: str
    users: dict[int, str]

    @property
    def wanted(self) -> set[str]:
        """The identifiers that the partner is to have."""
        return set(self.users.values())

    def write(self, folder: Path) -> str:
        """The cohort's file in `folder`; gives its name."""
        lines = ["amplitude_id,user_id", *(f"{number},{user}" for number, user in self.users.items())]
        (folder / self.name).write_text("\n".join(lines) + "\n")
        return self.name


class Cohorts:
    """The cohorts of a round, each made from the one before."""

    def __init__(self, dice: Random, prefix: str) -> None:
        self._dice = dice
        self._prefix = prefix
        self._made = 0
        self._next = 0

    def first(self) -> Cohort:
        """A cohort of new users."""
        return self._cohort(self._new(self._dice.randint(*SIZES)))

    def changed(self, cohort: Cohort) -> Cohort:
        """Some leave, some enter, a few get another identifier; of those who left before, nobody is known here."""
        stay = {number: user for number, user in cohort.users.items() if self._dice.random() < 0.7}
        drifted = {number: f"{user}x" for number, user in stay.items() if self._dice.random() < 0.05}
        return self._cohort({**stay, **drifted, **self._new(self._dice.randint(5, 40))})

    def rest(self, cohort: Cohort) -> Cohort:
        """One user in ten: whoever the ledger has forgotten stays at the partner, and is seen there."""
        return self._cohort({number: user for number, user in cohort.users.items() if number % 10 == 0})

    def _new(self, count: int) -> dict[int, str]:
        numbers = range(self._next, self._next + count)
        self._next += count
        return {number: f"{self._prefix}-u{number}" for number in numbers}

    def _cohort(self, users: dict[int, str]) -> Cohort:
        self._made += 1
        return Cohort(f"cohort-{self._made}.csv", users)

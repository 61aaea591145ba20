"""What rounds add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from _crash.partner import PARALLEL


@dataclass
class Figures:
    """What rounds add up to."""

    rounds: int = 0
    kills: int = 0
    lost: int = 0
    wrong: int = 0
    repeated_requests: int = 0
    max_in_flight: int = 0
    phases: Counter[str] = field(default_factory=Counter)
    """Kills by the phase in which they came."""
    faults: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Take in another round's figures."""
        self.rounds += other.rounds
        self.kills += other.kills
        self.lost += other.lost
        self.wrong += other.wrong
        self.repeated_requests += other.repeated_requests
        self.max_in_flight = max(self.max_in_flight, other.max_in_flight)
        self.phases += other.phases
        self.faults += other.faults

    @property
    def is_sound(self) -> bool:
        """Nobody is lost or wrong, nothing failed in another way, and no more was repeated than was in flight."""
        return not (self.lost or self.wrong or self.faults) and self.repeated_requests <= self.kills * PARALLEL

    def as_json(self) -> dict[str, int]:
        """The figures that are published."""
        names = ("rounds", "kills", "lost", "wrong", "repeated_requests", "max_in_flight")
        return {name: getattr(self, name) for name in names}

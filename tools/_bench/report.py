"""From samples to figures: medians, ratios of samples that were taken in turn, and how both are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

ENGINE = "engine"
LIMIT = "limit"
Round = Mapping[str, "Sample"]
"""The samples of one turn, by contender: `engine`, `limit`, and any other name for a hand-written way."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of one contender. `sent_bytes` is what the sink took, `sink_cpu_s` what that cost it."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    sent_bytes: int = 0
    sink_cpu_s: float = 0.0


SHOWN = {
    "ratio_to_floor": "{:.2f} of floor",
    "ratio_to_limit": "{:.2f} of limit",
    "users_per_s": "{:,.0f}/s",
    "cpu_s": "{:.2f} CPU s",
    "peak_mb": "{:,.0f} MB",
    "ms_slowest": "{:.0f} ms each",
    "frame_s": "first frame {:.2f} s",
    "silence_ms": "{:.0f} ms without an answer",
    "tenfold_peak_mb": "{:,.0f} MB tenfold",
    "tenfold_time": "{:.0f} times tenfold",
}
"""How the figures that targets name are written."""


@dataclass(frozen=True)
class Target:
    """What a bench is to reach, by the names that its figures have in JSON."""

    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)

    def is_met(self, figures: Mapping[str, Any]) -> bool | None:
        """Whether figures reach it; None when nothing is asked, or none of what is asked was measured."""
        enough = [figures[name] >= least for name, least in self.at_least.items() if figures.get(name) is not None]
        little = [figures[name] <= most for name, most in self.at_most.items() if figures.get(name) is not None]
        return all(enough + little) if enough or little else None

    def words(self) -> str:
        """The target for a table."""
        enough = [SHOWN[name].format(least) for name, least in self.at_least.items()]
        return ", ".join([*enough, *(f"<= {SHOWN[name].format(most)}" for name, most in self.at_most.items())])


@dataclass(frozen=True)
class Result:
    """The figures of one bench. A figure that has no meaning for it is None."""

    name: str
    users: int | None
    users_per_s: float | None
    cpu_s: float
    peak_mb: float
    ratio_to_floor: float | None = None
    ratio_to_limit: float | None = None
    target: Target = Target()
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further figures, for JSON only."""

    @property
    def ok(self) -> bool | None:
        """Whether the target is met."""
        return self.target.is_met(self._figures())

    def as_json(self) -> dict[str, Any]:
        """The figures, rounded to what they are worth."""
        figures = self._figures()
        return {
            **{name: figures.pop(name) for name in ("name", "users", "users_per_s", "cpu_s", "peak_mb")},
            **{name: figures.pop(name) for name in ("ratio_to_floor", "ratio_to_limit")},
            "target": {"at_least": dict(self.target.at_least), "at_most": dict(self.target.at_most)},
            "ok": self.ok,
            **figures,
        }

    def _figures(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "users": self.users,
            "users_per_s": _rounded(self.users_per_s, 0),
            "cpu_s": _rounded(self.cpu_s, 3),
            "peak_mb": _rounded(self.peak_mb, 1),
            "ratio_to_floor": _rounded(self.ratio_to_floor, 3),
            "ratio_to_limit": _rounded(self.ratio_to_limit, 3),
            **self.more,
        }


def result_of(
    name: str, users: int, rounds: Sequence[Round], *, target: Target = Target(), limit_s: float = 0.0
) -> Result:
    """The figures of a bench from its rounds.

    The floor is the hand-written way with the smallest median. Ratios are medians of the ratios within a round, so
    that a busy moment of the machine weighs on both sides. `limit_s` is a limit in seconds that follows from
    arithmetic, where no contender measures one.
    """
    engine = [turn[ENGINE] for turn in rounds]
    by_hand = [way for way in rounds[0] if way not in (ENGINE, LIMIT)]
    floor = min(by_hand, key=lambda way: _median_wall(rounds, way)) if by_hand else None
    wall = median(sample.wall_s for sample in engine)
    limit_ratio = ratio_of(rounds, LIMIT) if LIMIT in rounds[0] else (limit_s / wall if limit_s else None)
    limit_wall = _median_wall(rounds, LIMIT) if LIMIT in rounds[0] else limit_s
    return Result(
        name,
        users,
        users / wall,
        median(sample.cpu_s for sample in engine),
        max(sample.peak_mb for sample in engine),
        ratio_of(rounds, floor) if floor else None,
        limit_ratio,
        target,
        {
            "wall_s": _rounded(wall, 4),
            "rounds": len(rounds),
            "floor": floor,
            "floor_users_per_s": _rounded(users / _median_wall(rounds, floor), 0) if floor else None,
            "floor_cpu_s": _rounded(median(turn[floor].cpu_s for turn in rounds), 3) if floor else None,
            "floors_wall_s": {way: _rounded(_median_wall(rounds, way), 4) for way in by_hand},
            "limit_users_per_s": _rounded(users / limit_wall, 0) if limit_wall else None,
            "sink_busy": _rounded(max(sample.sink_cpu_s / sample.wall_s for sample in engine), 2),
            "same_bytes": len({sample.sent_bytes for turn in rounds for sample in turn.values()}) == 1,
        },
    )


def ratio_of(rounds: Sequence[Round], other: str) -> float:
    """How fast the engine is measured by `other`: 1 is as fast, less is slower."""
    return median(turn[other].wall_s / turn[ENGINE].wall_s for turn in rounds)


def _median_wall(rounds: Sequence[Round], contender: str) -> float:
    return median(turn[contender].wall_s for turn in rounds)


def _rounded(value: float | None, digits: int) -> float | int | None:
    if value is None:
        return None
    return round(value, digits) if digits else round(value)


COLUMNS = ("bench", "users/s", "cpu s", "peak MB", "of floor", "of limit", "target", "")


def table(results: Iterable[Result]) -> str:
    """The figures as text, a line each."""
    rows = [COLUMNS, *(_row(result) for result in results)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at in (0, 6, 7) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(result: Result) -> tuple[str, ...]:
    def shown(value: float | None, form: str) -> str:
        return "" if value is None else format(value, form)

    return (
        result.name,
        shown(result.users_per_s, ",.0f"),
        shown(result.cpu_s, ".3f"),
        shown(result.peak_mb, ".0f"),
        shown(result.ratio_to_floor, ".2f"),
        shown(result.ratio_to_limit, ".2f"),
        result.target.words(),
        {True: "met", False: "missed", None: ""}[result.ok],
    )

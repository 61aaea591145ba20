"""What the steps of the data plane are given and answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeAlias

from maniple.errors import CohortError

Operation: TypeAlias = Literal["add", "remove"]
State: TypeAlias = Literal["delivered", "in_doubt", "unsent"]

MEMORY = "512MB"
"""How much DuckDB may hold before it spills to disk, unless told otherwise; the process needs about 100 MB more."""


class Cohort(Protocol):
    """What the data plane needs of a cohort file (`sources.file.CohortFile`)."""

    @property
    def path(self) -> Path: ...

    @property
    def format(self) -> Literal["csv", "tsv", "jsonl", "parquet"]: ...

    @property
    def compression(self) -> Literal["none", "gzip"]: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def blank_lines(self) -> int: ...

    @property
    def delimiter(self) -> str: ...

    def missing(self, column: str) -> CohortError: ...

    def fault(self) -> CohortError | None: ...

    def tidied(self, out: Path) -> Cohort: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a cohort file held: `rows` users, `duplicates` left out (the first row of an id counts), rows without id."""

    rows: int
    duplicates: int
    missing_ids: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """How many users can be sent, and how many are skipped by reason."""

    rows: int
    skips_by_reason: dict[str, int]


@dataclass(frozen=True, slots=True)
class Planned:
    """How many changes a plan holds.

    `shared` leavers need no request. `unchanged` users are accepted as they are wanted. `drifted` users are accepted
    under another value than they are wanted under. The last `kept` of the adds are among the unchanged: they are sent
    again to a partner who forgets.
    """

    adds: int
    removes: int
    shared: int
    unchanged: int
    drifted: int
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of `count` rows of a plan file from row `start`, one batch or more."""

    operation: Operation
    start: int
    count: int
    state: State


class RowVerdict(NamedTuple):
    """What befell one row of a plan file instead of its batch's fate. `row` counts from 0 over the whole file."""

    operation: Operation
    row: int
    kind: Literal["rejected", "skipped"]
    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """How many pairs the new membership holds (one a member, but while a change is half done), how many in doubt."""

    members: int
    doubts: int


Verdicts: TypeAlias = Iterable[RowVerdict] | Path
"""Verdicts, or a Parquet file with the columns `operation`, `row`, `kind`, `reason` and `message`."""

SkipBatch: TypeAlias = Callable[[int], bool]

"""What is learnt from a step's reply: users or a list it names, further pages, a job's end, values to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from maniple.template.compile import ColumnTemplate, ScalarTemplate


@dataclass(frozen=True)
class MatchProgram:
    """`match`, compiled: rows of a reply name users of the batch, or the list. Paths are compiled JMESPath expressions.

    `item` is what a row's identifier is compared with: a column where users are matched, else one value.
    """

    rows: Any
    where: Any
    by: Literal["index", "value", "pointer"]
    at: Any
    base: int
    item: ColumnTemplate | None
    one: ScalarTemplate | None
    pattern: Any
    exact: bool
    save: tuple[tuple[str, Any], ...]
    missing: Literal["reject", "already_gone", "create", "continue"]


@dataclass(frozen=True)
class PaginateProgram:
    """`paginate`, compiled: where a reply has the next page's URL or cursor, and the parameter that takes a cursor or
    is counted up by `advance`. `header` is the name of a header with links."""

    next: Any
    header: str | None
    cursor: Any
    param: str | None
    advance: int | None
    max_pages: int


@dataclass(frozen=True)
class PollProgram:
    """`poll`, compiled. `every` and `at_most` are in seconds."""

    until: Any
    failed: Any
    every: float
    at_most: float
    then: Literal["pending", "fail", "accept"]


@dataclass(frozen=True)
class SaveProgram:
    """One saved value: a path into the reply's body, or the name of a header."""

    name: str
    expression: Any = None
    header: str | None = None

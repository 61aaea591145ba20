"""How far a batch has come through the steps of its call, and what has been learned on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from maniple.runtime.exchange import Tally
from maniple.runtime.outcome import Exchange, Verdict
from maniple.runtime.program import StepProgram
from maniple.template.text import text_of
from maniple.wire import Reply, Request

LONGEST_SAVED = 1_000
"""Characters of a value that is saved from a reply: it goes into the requests that follow."""


@dataclass
class Course:
    """How far a batch has come through the steps of its call. Rows are positions among the users of the batch."""

    scope: dict[str, Any]
    columns: dict[str, list[Any]]
    size: int
    """Users; 0 for a call that carries none."""
    single: bool = False
    dedupe: bool = False
    """Equal items of a step are sent once."""
    twins: dict[int, list[int]] = field(default_factory=dict)
    """The users for whom another is sent, by that one."""
    learned: set[str] = field(default_factory=set)
    """The columns that replies fill."""
    left: list[int] = field(default_factory=list)
    """The users who have not been settled yet."""
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    again: set[int] = field(default_factory=set)
    """The rejected whom the partner would take later."""
    reached: set[int] = field(default_factory=set)
    """The users with whom some step did something."""
    sent: list[int] = field(default_factory=list)
    """The users of the last step that carried some."""
    saved: dict[str, Any] = field(default_factory=dict)
    named: list[Verdict] = field(default_factory=list)
    """Whom the reply that ended the walk speaks of."""
    matched: frozenset[int] = frozenset()
    """The users whom a step's reply named."""
    loose: set[tuple[str, int]] = field(default_factory=set)
    """What this step learned of users whom a row named in another case: who fits exactly may still come."""
    uncounted: int = 0
    requests: int = 0
    retries: int = 0
    in_doubt: bool = False
    last: Exchange | None = None

    def part(self, rows: list[int]) -> dict[str, list[Any]]:
        """The columns of some users."""
        everybody = len(rows) == self.size
        return self.columns if everybody else {name: [each[row] for row in rows] for name, each in self.columns.items()}

    def count(self, tally: Tally, request: Request, reply: Reply) -> None:
        """Add what an exchange has cost. A look-up does nothing that could be in doubt."""
        self.requests += tally.requests
        self.retries += tally.retries
        self.in_doubt = self.in_doubt or (tally.in_doubt and request.method != "GET")
        # A copy of the reply, without the tree that was read from it: it takes ten times the room.
        self.last = Exchange(request, replace(reply))

    def settle(self, row: int, verdict: Verdict | None = None) -> None:
        """A user goes through no further step."""
        if verdict is not None:
            self.verdicts.setdefault(row, verdict)
        self.left.remove(row)

    def follow(self) -> None:
        """Twins share the fate of the user who is sent for them, and what was found out about that one."""
        left = set(self.left)
        for row, others in self.twins.items():
            for other in left & set(others):
                for column in [self.columns[name] for name in self.learned]:
                    column[other] = column[row] if column[other] is None else column[other]
                if row in self.reached:
                    self.reached.add(other)
                if row not in self.left:
                    verdict = self.verdicts.get(row)
                    self.settle(other, replace(verdict, row=other) if verdict is not None else None)
                if row in self.again:
                    self.again.add(other)

    def learn(self, name: str, row: int, value: Any, *, exact: bool) -> None:
        """Save a value for a user unless there is one already; one that was loosely theirs makes room for an exact one."""
        column = self.columns[name]
        if exact and (name, row) in self.loose:
            self.loose.discard((name, row))
            column[row] = None
            if self.single:
                self.saved[name] = self.scope[name] = None
        if column[row] is None:
            column[row] = value
            if not exact:
                self.loose.add((name, row))
        if self.single:
            self.keep(name, column[row])

    def is_settled(self, rows: list[int]) -> bool:
        """Further rows can say nothing new about the users who were asked for, or about the list."""
        return not self.loose and self.matched >= (set(rows) if self.size else {0})

    def keep(self, name: str, value: Any) -> None:
        """Save a value unless it has one already or is too long to go into a request."""
        if value is None or len(text_of(value)) > LONGEST_SAVED:
            self.saved.setdefault(name, None)
            return
        if self.saved.get(name) is None:
            self.saved[name] = self.scope[name] = value


def set_out(
    scope: Mapping[str, Any],
    columns: Mapping[str, list[Any]],
    size: int,
    steps: tuple[StepProgram, ...],
    *,
    single: bool,
    dedupe: bool = False,
) -> Course:
    """A course at its beginning."""
    course = Course({**scope, "steps": {}}, dict(columns), size, single, dedupe, left=list(range(size)))
    for step in steps:
        for saved in step.save:
            course.scope.setdefault(saved.name, None)
        for name, _ in step.match.save if step.match else ():
            course.scope.setdefault(name, None)
            if size:
                course.learned.add(name)
                course.columns[name] = [None] * size
    return course


def verdicts_of(course: Course) -> Iterator[Verdict]:
    """The verdicts in order, without those who are to be tried again."""
    return (course.verdicts[row] for row in sorted(course.verdicts) if row not in course.again)

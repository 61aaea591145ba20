"""The columns of a cohort, wherever it is kept, and which of them is the id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from maniple.diagnostics.suggest import hint_for, listed
from maniple.errors import CohortError, UsageError

ID_COLUMNS = ("amplitude_id", "user_id")
"""Columns taken as the member's id without being told, the first one there is."""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of the cohort that messages call `shown`, in its order.

    `written`: the names stand in the first line of a text, which somebody may have left out.
    """

    shown: str
    names: tuple[str, ...]
    written: bool = False

    def columns(self) -> list[str]:
        """The names of the columns that have one."""
        return [name for name in self.names if name]

    def id_column(self, given: str | None = None) -> str:
        """The column of the member ids: `given`, else `amplitude_id`, else `user_id`.

        Raises CohortError when the cohort has none of them.
        """
        columns = self.columns()
        if given is not None:
            if given not in columns:
                raise self.missing(given)
            return given
        found = next((name for name in ID_COLUMNS if name in columns), None)
        if found is not None:
            return found
        if self.written and looks_like_values(self.names):
            hint = "the first line must name the columns, it looks like a user"
        else:
            hint = "name the column of the user ids with `--id-column`"
        raise CohortError(
            f"`{self.shown}` has no `amplitude_id` or `user_id` column; it has {self._listed()}", hint=hint
        )

    def missing(self, column: str) -> CohortError:
        """The error for a `column` that this cohort does not have."""
        message = f"`{self.shown}` has no column `{column}`; it has {self._listed()}"
        return CohortError(message, hint=hint_for(column, self.columns()))

    def _listed(self) -> str:
        return listed(self.columns(), last="and") or "no columns"


def looks_like_values(names: tuple[str, ...]) -> bool:
    """Whether a header holds what is probably a user, not column names."""
    return any("@" in name or name.replace(".", "").replace("+", "").isdigit() for name in names)


def twins_of(names: Sequence[str]) -> list[str]:
    """The names that stand more than once, sorted."""
    return sorted(name for name, times in Counter(names).items() if name and times > 1)


def answered_header(shown: str, names: Sequence[str]) -> Header:
    """The header of what a query answers. Raises CohortError when it answers no columns, or two of one name."""
    if not names:
        raise CohortError(f"the query to `{shown}` answers no users", hint="a cohort is what one SELECT answers")
    twins = twins_of(names)
    if twins:
        hint = "give each column a name of its own, such as `SELECT u.id AS user_id`"
        raise CohortError(f"the query to `{shown}` answers {listed(twins, last='and')} more than once", hint=hint)
    return Header(shown, tuple(names))


def not_one_select(reference: str) -> UsageError:
    """The error for a query that is no query, or several."""
    return UsageError(f"the query to `{reference}` is not one SELECT", hint="a cohort is what one SELECT answers")

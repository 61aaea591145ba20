"""The users of a rehearsal: an author's CSV, or made ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from maniple.diagnostics.suggest import listed
from maniple.errors import CohortError, UsageError
from maniple.runtime.program import Program
from maniple.template.scope import PREDEFINED, canonical
from maniple.template.text import text_of
from maniple.usecases.users import TestUsers, read_users

MOST_USERS = 2_000
"""Users of one rehearsal: they are all on the screen, and the partner is really called."""
MOST_ROWS_NAMED = 3


def users_file(typed: str, manifest: Path) -> str:
    """The file that was meant: one beside the manifest, else as it was typed.

    The name is made whole where there is such a file, so that it is found also from another working directory.
    """
    path = Path(typed).expanduser()
    for candidate in (manifest.resolve().parent / path, path):
        if candidate.is_file():
            return str(candidate.resolve())
    return typed


def read_rehearsal_users(path: Path, program: Program) -> TestUsers:
    """Users from a CSV file with a column `operation` and columns named like variables or user properties.

    Raises CohortError when the file cannot be read, and when a parameter of the creation is not the same in all rows;
    UsageError when there are more than 2,000 users.
    """
    users = read_users(path.expanduser())
    if len(users.rows) > MOST_USERS:
        raise UsageError(
            f"`{path.name}` has {len(users.rows):,} users; {MOST_USERS:,} are the most of a test",
            hint="take a part of it; `maniple test` and `maniple preview` take more",
        )
    for column in creation_columns(program, users):
        _demand_one_value(users, column, path)
    return users


def creation_columns(program: Program, users: TestUsers) -> Iterator[str]:
    """The columns that say what stands in the request that creates the list; their values must be the same for all."""
    create = program.create
    if create is None:
        return
    names = frozenset[str]().union(*(step.names_outside for step in create.steps))
    parameters = {name.partition(".")[0] for name in names}
    declared = {form_field.name for form_field in program.fields}
    for column in users.columns:
        name = canonical(column)
        if name in parameters and (name in declared or name in PREDEFINED):
            yield column


def _demand_one_value(users: TestUsers, column: str, path: Path) -> None:
    first = text_of(users.rows[0].get(column)) if users.rows else ""
    others = [place for place, row in enumerate(users.rows, 1) if text_of(row.get(column)) != first]
    if not others:
        return
    named = listed([str(place) for place in others[:MOST_ROWS_NAMED]], last="and")
    further = f" and {len(others) - MOST_ROWS_NAMED} more" if len(others) > MOST_ROWS_NAMED else ""
    word = "row" if len(others) == 1 else "rows"
    raise CohortError(
        f"`{column}` stands in the request that creates the list, and {word} {named}{further} of `{path.name}` "
        f"have another value than row 1",
        hint=f"give every row the `{column}` of row 1, `{first}`",
    )


def settings_told(program: Program, users: TestUsers) -> dict[str, str]:
    """Settings that the users' columns say: those named like a field, where all rows have one value."""
    told: dict[str, str] = {}
    for form_field in program.fields:
        if form_field.name in users.columns and form_field.name not in program.sent_names:
            values = {text_of(row.get(form_field.name)) for row in users.rows}
            if len(values) == 1 and (value := values.pop()):
                told[form_field.name] = value
    return told

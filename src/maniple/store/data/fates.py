"""What became of each row of a plan file, from the fates of ranges and the verdicts on single rows."""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from maniple.errors import Bug
from maniple.store.data.arrow import load_arrow
from maniple.store.data.columns import parquet, quote_text
from maniple.store.data.engine import fetch_count
from maniple.store.data.values import Fate, Operation, RowVerdict, State, Verdicts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT_ONCE = 65_536

Stretch = tuple[int, int, State]
"""The rows from the first number to before the second, and what became of them."""


def stretches(operation: Operation, fates: Iterable[Fate], rows: int) -> list[Stretch]:
    """What became of all `rows` of a plan file, in order, neighbours of one state as one; rows no fate covers are
    unsent.

    Raises Bug for fates that overlap or go beyond the file.
    """
    found: list[Stretch] = []

    def add(start: int, stop: int, state: State) -> None:
        if found and found[-1][2] == state:
            start = found.pop()[0]
        if start < stop:
            found.append((start, stop, state))

    reached = 0
    for fate in sorted((fate for fate in fates if fate.operation == operation), key=lambda fate: fate.start):
        stop = fate.start + fate.count
        if fate.start < reached or stop > rows:
            raise Bug(f"the fate of the {operation} rows {fate.start} to {stop} of {rows} overlaps or goes too far")
        add(reached, fate.start, "unsent")
        add(fate.start, stop, fate.state)
        reached = stop
    add(reached, rows, "unsent")
    return found


def load_verdicts(connection: DuckDBPyConnection, verdicts: Verdicts) -> None:
    """Make the table `verdict`: `operation`, `row`, `kind`, `reason`, `message`, the first verdict on each row."""
    connection.execute("""
        CREATE TEMP TABLE given (operation VARCHAR, row BIGINT, kind VARCHAR, reason VARCHAR, message VARCHAR);
    """)
    if isinstance(verdicts, Path):
        connection.execute(f"INSERT INTO given SELECT operation, row, kind, reason, message FROM {parquet(verdicts)}")
    else:
        _insert(connection, verdicts)
    connection.execute("""
        CREATE TEMP TABLE verdict AS
        SELECT operation, row, kind, reason, message FROM given
        QUALIFY row_number() OVER (PARTITION BY operation, row ORDER BY rowid) = 1
    """)


def load_fates(
    connection: DuckDBPyConnection, operation: Operation, plan_file: Path, fates: Sequence[Fate]
) -> tuple[str, bool]:
    """A table of the plan file with `state` and `reason` beside its columns, and whether every row was delivered.

    `state` is a fate or a verdict's kind; the table `verdict` must be there. Only rows that fared otherwise than most
    are looked up.
    """
    rows = fetch_count(connection, f"SELECT count(*) FROM {parquet(plan_file)}")
    beyond = (
        f"SELECT count(*) FROM verdict WHERE operation = {quote_text(operation)} AND NOT row BETWEEN 0 AND {rows - 1}"
    )
    if fetch_count(connection, beyond):
        raise Bug(f"there is a verdict on an {operation} row that the plan does not have")
    spans = stretches(operation, fates, rows)
    usual = _usual(spans)
    unusual = [span for span in spans if span[2] != usual]
    table = f"{operation}_fate"
    connection.execute(f"CREATE TEMP TABLE {table}_span (start BIGINT, stop BIGINT, state VARCHAR)")
    if unusual:
        _insert_spans(connection, f"{table}_span", unusual)
    connection.execute(f"""
        CREATE TEMP TABLE {table} AS
        SELECT row, kind AS state, reason FROM verdict WHERE operation = {quote_text(operation)}
        UNION ALL
        SELECT s.row, s.state, NULL FROM (SELECT unnest(range(start, stop)) AS row, state FROM {table}_span) s
        ANTI JOIN (FROM verdict WHERE operation = {quote_text(operation)}) v USING (row)
    """)
    joined = f"""(
        SELECT p.* EXCLUDE (file_row_number), coalesce(f.state, {quote_text(usual)}) AS state, f.reason AS reason
        FROM {parquet(plan_file, rows=True)} p LEFT JOIN {table} f ON f.row = p.file_row_number
    )"""
    all_delivered = usual == "delivered" and not fetch_count(connection, f"SELECT count(*) FROM {table}")
    return joined, all_delivered


def _usual(spans: Sequence[Stretch]) -> State:
    """The state most rows are in."""
    totals: dict[State, int] = {"delivered": 0, "in_doubt": 0, "unsent": 0}
    for start, stop, state in spans:
        totals[state] += stop - start
    return max(totals, key=lambda state: totals[state])


def _insert(connection: DuckDBPyConnection, verdicts: Iterable[RowVerdict]) -> None:
    pa = load_arrow()

    fields = [("operation", pa.string()), ("row", pa.int64()), ("kind", pa.string())]
    schema = pa.schema([*fields, ("reason", pa.string()), ("message", pa.string())])
    following = iter(verdicts)
    while chunk := list(islice(following, _AT_ONCE)):
        columns = [pa.array(column, field.type) for column, field in zip(zip(*chunk, strict=True), schema, strict=True)]
        connection.register("chunk", pa.Table.from_arrays(columns, schema=schema))
        connection.execute("INSERT INTO given FROM chunk")
        connection.unregister("chunk")


def _insert_spans(connection: DuckDBPyConnection, table: str, spans: Sequence[Stretch]) -> None:
    pa = load_arrow()

    starts, stops, states = zip(*spans, strict=True)
    connection.register("chunk", pa.table({"start": starts, "stop": stops, "state": states}))
    connection.execute(f"INSERT INTO {table} FROM chunk")
    connection.unregister("chunk")

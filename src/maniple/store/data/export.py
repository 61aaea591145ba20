"""The CSV of a run: one row a user that was changed or could not be."""

# ruff: noqa: S608  (names are quoted by `columns`, no value of a user is ever part of a statement)

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from maniple.cohort.member import MEMBER_ID
from maniple.store.data.columns import (
    MEMBER,
    as_text,
    column_types,
    mapping_column,
    parquet,
    quote_name,
    quote_text,
)
from maniple.store.data.engine import open_engine, replacing
from maniple.store.data.fates import load_fates, load_verdicts
from maniple.store.data.folder import open_plan
from maniple.store.data.values import MEMORY, Fate, Verdicts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_REASON = """
    CASE state
        WHEN 'rejected' THEN 'rejected by partner: ' || reason
        WHEN 'skipped' THEN reason
        WHEN 'in_doubt' THEN 'in doubt: the partner did not say whether it was done'
        WHEN 'unsent' THEN 'not sent'
    END
"""


def export_csv(
    plan_dir: Path,
    fates: Sequence[Fate],
    verdicts: Verdicts,
    skips: Path,
    out: Path | IO[bytes],
    mapping_names: Sequence[str],
    labels: Mapping[str, str],
    *,
    memory: str = MEMORY,
) -> int:
    """Write the CSV of a run to `out`, a path or an open binary file; how many rows below the header.

    Columns: `amplitude_id`, `operation` (`added`, `removed`), one for each mapping (called by its label), and
    `skip_detected` (`true` for whoever was not delivered) with `skip_reason`. A user that was skipped before anything
    was planned has the raw properties. A text a spreadsheet would take for a formula (it begins with `=`, `+`, `-`,
    `@`, a tab or a line end) gets an apostrophe in front, so a phone number `+1555` becomes `'+1555`.
    """
    if isinstance(out, Path):
        with replacing(out) as draft:
            return _write(plan_dir, fates, verdicts, skips, draft, mapping_names, labels, memory)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=plan_dir) as folder:
        written = Path(folder, "export.csv")
        rows = _write(plan_dir, fates, verdicts, skips, written, mapping_names, labels, memory)
        with written.open("rb") as source:
            shutil.copyfileobj(source, out)
        return rows


def _write(
    plan_dir: Path,
    fates: Sequence[Fate],
    verdicts: Verdicts,
    skips: Path,
    out: Path,
    mapping_names: Sequence[str],
    labels: Mapping[str, str],
    memory: str,
) -> int:
    with open_engine(plan_dir, memory) as connection:
        select = _select(connection, plan_dir, fates, verdicts, skips, mapping_names, labels)
        row = connection.execute(
            f"COPY ({select}) TO {quote_text(str(out))} (FORMAT csv, HEADER true, USE_TMP_FILE false)"
        ).fetchone()
    return int(row[0]) if row else 0


def _select(
    connection: DuckDBPyConnection,
    plan_dir: Path,
    fates: Sequence[Fate],
    verdicts: Verdicts,
    skips: Path,
    mapping_names: Sequence[str],
    labels: Mapping[str, str],
) -> str:
    folder = open_plan(plan_dir)
    load_verdicts(connection, verdicts)
    adds, _ = load_fates(connection, "add", folder.adds, fates)
    removes, _ = load_fates(connection, "remove", folder.removes, fates)
    skipped = f"(SELECT *, 'skipped' AS state FROM {parquet(skips)})"
    headers = [MEMBER_ID, "operation", *_headers(mapping_names, labels), "skip_detected", "skip_reason"]
    parts = []
    for table, operation in ((adds, "added"), (removes, "removed"), (skipped, "added")):
        types = column_types(connection, table)
        columns = [MEMBER, *(mapping_column(name) for name in mapping_names)]
        member, *sent = [_cell(as_text(quote_name(column), types[column])) for column in columns]
        cells = [member, quote_text(operation), *sent, "state <> 'delivered'", _cell(_REASON)]
        named = [f"{cell} AS {quote_name(header)}" for cell, header in zip(cells, headers, strict=True)]
        parts.append(f"SELECT {', '.join(named)} FROM {table}")
    return " UNION ALL ".join(parts)


def _headers(mapping_names: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    """One header a mapping, each another one also without regard to capital letters."""
    taken = {MEMBER_ID, "operation", "skip_detected", "skip_reason"}
    headers = []
    for name in mapping_names:
        header = _safe(labels.get(name, name))
        if header.lower() in taken:
            header = f"{header} ({name})"
        taken.add(header.lower())
        headers.append(header)
    return headers


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(text: str) -> str:
    """SQL for a text a spreadsheet does not run."""
    risky = ", ".join(f"chr({ord(letter)})" for letter in _FORMULA)
    return f"CASE WHEN left({text}, 1) IN ({risky}) THEN '''' || {text} ELSE {text} END"

"""The comparison of two memberships: by the engine, and by the barest DuckDB that writes the same rows.

    python -m _bench.difference HOW FOLDER

HOW is `engine`, or a bare way: `anti` (an anti join for each direction) or `outer` (one outer join for both). All have two
threads and 512 MB, and write who entered and who left as Parquet.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PARQUET = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 61440)"
SAME = "w.member_id = a.member_id AND w.m_user_id = a.m_user_id"


def write_members(folder: Path, count: int) -> None:
    """Two memberships of `count` users, `membership` and `resolved`; one user in a hundred is another."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = _open(folder)
    for name, first in (("membership", 0), ("resolved", count // 100)):
        ids = "printf('%016x', hash(range))"
        users = f"SELECT {ids} AS member_id, {ids} AS m_user_id FROM range({first}, {first + count})"
        connection.execute(f"COPY ({users}) TO '{folder}/{name}.parquet' {PARQUET}")
    # What is not on the disk yet would be written while others are timed.
    os.sync()
    nobody = f"SELECT *, '' AS reason, '' AS mapping FROM '{folder}/resolved.parquet' LIMIT 0"
    connection.execute(f"COPY ({nobody}) TO '{folder}/skips.parquet' {PARQUET}")


def compare(how: str, folder: Path) -> None:
    """Write who is only in `resolved` and who is only in `membership`."""
    if how == "engine":
        from maniple.store.data.difference import plan_changes

        files = (folder / f"{name}.parquet" for name in ("resolved", "skips", "membership"))
        plan_changes(*files, ["user_id"], ["user_id"], folder / "engine")
        return
    wanted, accepted = (f"'{folder}/{name}.parquet'" for name in ("resolved", "membership"))
    connection = _open(folder)
    if how == "anti":
        adds = f"SELECT * FROM {wanted} w ANTI JOIN {accepted} a ON {SAME}"
        removes = f"SELECT * FROM {accepted} a ANTI JOIN {wanted} w ON {SAME}"
    else:
        sides = "w.member_id AS w_id, w.m_user_id AS w_user, a.member_id AS a_id, a.m_user_id AS a_user"
        joined = f"SELECT {sides} FROM {wanted} w FULL JOIN {accepted} a ON {SAME}"
        connection.execute(f"CREATE TEMP TABLE d AS FROM ({joined}) WHERE w_id IS NULL OR a_id IS NULL")
        adds, removes = (
            "SELECT w_id, w_user FROM d WHERE a_id IS NULL",
            "SELECT a_id, a_user FROM d WHERE w_id IS NULL",
        )
    for name, select in (("adds", adds), ("removes", removes)):
        connection.execute(f"COPY ({select}) TO '{folder}/bare-{name}.parquet' {PARQUET}")


def _open(folder: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    spill = folder / "spill"
    return duckdb.connect(config={"threads": 2, "memory_limit": "512MB", "temp_directory": str(spill)})


if __name__ == "__main__":
    compare(sys.argv[1], Path(sys.argv[2]))

"""The floor of a whole command: a script that reads a CSV file of users and sends their ids, by hand.

    python -m _bench.floor_sync first HOW PORT COHORT.csv
    python -m _bench.floor_sync diff HOW PORT COHORT.csv BEFORE.csv

HOW is how it reads: `arrow` (pyarrow's CSV reader) or `csv` (the standard library's).
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
from collections.abc import Iterator

SIZE = 10_000


def ids_in(how: str, path: str) -> Iterator[list[str]]:
    """The ids of a cohort file, block by block."""
    if how == "csv":
        import csv

        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            at = next(rows).index("user_id")
            while block := [row[at] for row in itertools.islice(rows, SIZE)]:
                yield block
        return
    from pyarrow import csv as arrow

    table = arrow.read_csv(path, convert_options=arrow.ConvertOptions(include_columns=["user_id"]))
    for start in range(0, table.num_rows, SIZE):
        yield table.column(0).slice(start, SIZE).to_pylist()


def cut(ids: list[str]) -> Iterator[list[str]]:
    return (ids[start : start + SIZE] for start in range(0, len(ids), SIZE))


def main(job: str, how: str, port: str, cohort: str, before: str = "") -> None:
    import orjson

    from _bench.floors import send_all

    gc.disable()
    if job == "first":
        asyncio.run(send_all((("/add", orjson.dumps({"userIds": block})) for block in ids_in(how, cohort)), int(port)))
        return
    old = set(itertools.chain.from_iterable(ids_in(how, before)))
    new = list(itertools.chain.from_iterable(ids_in(how, cohort)))
    left = sorted(old.difference(new))
    entered = [member for member in new if member not in old]
    for path, ids in (("/remove", left), ("/add", entered)):
        asyncio.run(send_all(((path, orjson.dumps({"userIds": block})) for block in cut(ids)), int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])

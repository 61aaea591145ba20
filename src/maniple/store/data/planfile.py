"""Reading a plan file batch by batch, as columns, in bounded memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from maniple.cohort.batch import batches
from maniple.cohort.member import MEMBER_ID
from maniple.errors import Bug, OperatorError
from maniple.store.data.arrow import Table, load_arrow, load_arrow_parquet
from maniple.store.data.columns import MEMBER, mapping_column
from maniple.store.data.decoding import decode, decode_rows
from maniple.store.data.values import SkipBatch

USER = "user"
"""The variable that holds the carried properties of a user, a map."""

_DECODED_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class PlanBatch:
    """Batch `index` of a plan file: the values of the asked columns for the rows from `start`."""

    index: int
    start: int
    rows: dict[str, list[Any]]


class PlanFile:
    """One of the files of a plan, `adds.parquet` or `removes.parquet`.

    Columns are asked for by variable: `amplitude_id`, a mapping's name, or `user` for the carried properties (an empty
    map where the plan carries none). The row number in the file is what batches and fates count by. Raises
    OperatorError when the file is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with _Reader(path, ()) as reader:
            self.rows = reader.rows

    def batches(self, size: int, columns: Sequence[str], skip: SkipBatch = lambda _: False) -> Iterator[PlanBatch]:
        """The batches of `size` rows in order, without those whose index `skip` says yes to; they are not decoded."""
        cuts = batches(self.rows, size)
        together = max(1, _DECODED_AT_ONCE // size)
        with _Reader(self.path, columns) as reader:
            for first in range(0, len(cuts), together):
                indices = [index for index in range(first, min(first + together, len(cuts))) if not skip(index)]
                if not indices:
                    continue
                start, stop = cuts[indices[0]].start, cuts[indices[-1]].stop
                block = reader.read(start, stop - start)
                for index in indices:
                    cut = cuts[index]
                    rows = {name: values[cut.start - start : cut.stop - start] for name, values in block.items()}
                    yield PlanBatch(index, cut.start, rows)

    def read(self, start: int, count: int, columns: Sequence[str]) -> dict[str, list[Any]]:
        """The rows from `start`, at most `count`, at random."""
        with _Reader(self.path, columns) as reader:
            return reader.read(start, max(0, min(count, self.rows - start)))


@dataclass
class _Reader:
    """An open plan file with the row group read last."""

    path: Path
    columns: Sequence[str]
    rows: int = 0
    _file: Any = field(init=False)
    _starts: list[int] = field(default_factory=list)
    _wanted: list[str] = field(default_factory=list)
    _carried: list[str] = field(default_factory=list)
    _group: tuple[int, Table] | None = None

    def __enter__(self) -> _Reader:
        pa = load_arrow()
        pq = load_arrow_parquet()

        try:
            self._file = pq.ParquetFile(self.path)
        except (OSError, pa.ArrowException) as cause:
            raise OperatorError(f"the plan file `{self.path}` cannot be read: {cause}") from cause
        described = self._file.metadata
        self.rows = described.num_rows
        counts = (described.row_group(at).num_rows for at in range(described.num_row_groups))
        self._starts = list(accumulate(counts, initial=0))
        self._choose_columns(self._file.schema_arrow.names)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, start: int, count: int) -> dict[str, list[Any]]:
        """The values of the asked columns for `count` rows from `start`."""
        slices = list(self._slices(start, count))
        found: dict[str, list[Any]] = {}
        for name in self.columns:
            found[name] = values = []
            for part in slices:
                if name == USER:
                    carried = {column[2:]: part.column(column).combine_chunks() for column in self._carried}
                    values.extend(decode_rows(carried, part.num_rows))
                else:
                    values.extend(decode(part.column(_file_column(name))))
        return found

    def _choose_columns(self, present: list[str]) -> None:
        self._wanted = [_file_column(name) for name in self.columns if name != USER]
        missing = [name for name in self._wanted if name not in present]
        if missing:
            raise Bug(f"the plan file `{self.path.name}` has no column `{missing[0]}`")
        self._carried = [name for name in present if name.startswith("u_")] if USER in self.columns else []

    def _slices(self, start: int, count: int) -> Iterator[Table]:
        """The rows as slices of row groups."""
        stop = start + count
        at = bisect_right(self._starts, start) - 1
        while start < stop:
            group = self._read_group(at)
            offset = start - self._starts[at]
            part = group.slice(offset, stop - start)
            yield part
            start += part.num_rows
            at += 1

    def _read_group(self, at: int) -> Table:
        if self._group is None or self._group[0] != at:
            columns = list(dict.fromkeys([*self._wanted, *self._carried]))
            self._group = (at, self._file.read_row_group(at, columns=columns, use_threads=False))
        return self._group[1]


def _file_column(name: str) -> str:
    return MEMBER if name == MEMBER_ID else mapping_column(name)

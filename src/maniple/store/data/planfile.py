"""Reading a plan file batch by batch, as columns, in bounded memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from maniple.cohort.batch import batches
from maniple.cohort.member import MEMBER_ID
from maniple.errors import Bug, OperatorError
from maniple.store.data.arrow import Array, Table, load_arrow, load_arrow_parquet
from maniple.store.data.columns import MEMBER, mapping_column
from maniple.store.data.decoding import decode, decode_rows
from maniple.store.data.values import SkipBatch

USER = "user"
"""The variable that holds the carried properties of a user, a map."""

_DECODED_AT_ONCE = 1024
"""Rows of small batches that are decoded together: each decoding has a price of its own."""


@dataclass(frozen=True, slots=True)
class PlanBatch:
    """Batch `index` of a plan file: the values of the asked columns for the rows from `start`.

    `text` are the columns of which the file says that they hold only text.
    """

    index: int
    start: int
    rows: dict[str, list[Any]]
    text: frozenset[str] = field(default=frozenset(), compare=False)


class PlanFile:
    """One of the files of a plan, `adds.parquet` or `removes.parquet`.

    Columns are asked for by variable: `amplitude_id`, a mapping's name, or `user` for the carried properties (an empty
    map where the plan carries none). The row number in the file is what batches and fates count by. Raises
    OperatorError when the file is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(_RowGroups(path, ())) as groups:
            self.rows = groups.rows

    def batches(self, size: int, columns: Sequence[str], skip: SkipBatch = lambda _: False) -> PlanBatches:
        """The batches of `size` rows in order, without those whose index `skip` says yes to; they are not decoded."""
        return PlanBatches(_RowGroups(self.path, columns), columns, size, skip)

    def read(self, start: int, count: int, columns: Sequence[str]) -> dict[str, list[Any]]:
        """The rows from `start`, at most `count`, at random."""
        with closing(_RowGroups(self.path, columns)) as groups:
            return groups.decode(start, max(0, min(count, self.rows - start)), columns).rows


class PlanBatches(Iterator[PlanBatch]):
    """The batches of a plan file in order. One row group at a time is in memory."""

    def __init__(self, groups: _RowGroups, columns: Sequence[str], size: int, skip: SkipBatch) -> None:
        self._groups = groups
        self._columns = columns
        self._size = size
        self._following = self._cut(skip)

    def __next__(self) -> PlanBatch:
        return next(self._following)

    def close(self) -> None:
        """Close the file. Reading to the end closes it too."""
        self._following.close()
        self._groups.close()

    def _cut(self, skip: SkipBatch) -> Generator[PlanBatch, None, None]:
        cuts = batches(self._groups.rows, self._size)
        together = max(1, _DECODED_AT_ONCE // self._size)
        for first in range(0, len(cuts), together):
            indices = [index for index in range(first, min(first + together, len(cuts))) if not skip(index)]
            if len(indices) == 1:
                # Nothing of it is held here: the next one then finds its memory free and warm.
                yield self._groups.decode(cuts[indices[0]].start, len(cuts[indices[0]]), self._columns, indices[0])
            elif indices:
                start, stop = cuts[indices[0]].start, cuts[indices[-1]].stop
                block = self._groups.decode(start, stop - start, self._columns)
                for index in indices:
                    cut = cuts[index]
                    part = slice(cut.start - start, cut.stop - start)
                    rows = {name: values[part] for name, values in block.rows.items()}
                    yield PlanBatch(index, cut.start, rows, block.text)
        self._groups.close()


class _Group:
    """The rows of one row group, each column in one piece, and the columns of them that hold only text."""

    def __init__(self, table: Table) -> None:
        self.rows = table.num_rows
        # Cut from one piece, a batch costs a tenth of what it does cut from a table.
        self.columns: dict[str, Array] = {
            name: column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
        string = load_arrow().string()
        self.text = frozenset(
            name for name, column in self.columns.items() if column.type == string and column.null_count == 0
        )

    def maps(self, carried: Sequence[str], first: int, count: int) -> list[dict[str, Any]]:
        """The carried properties of `count` rows from `first`."""
        return decode_rows({name[2:]: self.columns[name].slice(first, count) for name in carried}, count)


class _RowGroups:
    """An open plan file with the row group read last."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path = path
        with _readable(path):
            self._file = load_arrow_parquet().ParquetFile(path)
        described = self._file.metadata
        counts = (described.row_group(at).num_rows for at in range(described.num_row_groups))
        self._starts = list(accumulate(counts, initial=0))
        self.rows: int = described.num_rows
        self._wanted, self._carried = _choose_columns(path, self._file.schema_arrow.names, columns)
        self._last: tuple[int, _Group] | None = None

    def decode(self, start: int, count: int, columns: Sequence[str], index: int = 0) -> PlanBatch:
        """The values of `columns` for `count` rows from `start`, as batch `index`."""
        parts = list(self._parts(start, count))
        rows: dict[str, list[Any]] = {}
        for name in columns:
            if name == USER:
                rows[name] = [row for group, first, some in parts for row in group.maps(self._carried, first, some)]
            elif len(parts) == 1:
                group, first, some = parts[0]
                rows[name] = decode(group.columns[_file_column(name)].slice(first, some))
            else:
                rows[name] = []
                for group, first, some in parts:
                    rows[name] += decode(group.columns[_file_column(name)].slice(first, some))
        text = [name for name in columns if all(_file_column(name) in group.text for group, _, _ in parts)]
        return PlanBatch(index, start, rows, frozenset(text))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _parts(self, start: int, count: int) -> Iterator[tuple[_Group, int, int]]:
        """Where the rows lie: row groups, each with the first of its rows and their number."""
        stop = start + count
        at = bisect_right(self._starts, start) - 1
        while start < stop:
            group = self._group(at)
            first = start - self._starts[at]
            some = min(stop - start, group.rows - first)
            yield group, first, some
            start += some
            at += 1

    def _group(self, at: int) -> _Group:
        if self._last is None or self._last[0] != at:
            self._last = None
            with _readable(self._path):
                # Several columns are read on both cores. A thread of ours that reads ahead would fight for the
                # interpreter's lock, and what another core has put into its caches comes slower than it saves.
                columns = [*self._wanted, *self._carried]
                group = self._file.read_row_group(at, columns=columns, use_threads=len(columns) > 1)
                self._last = at, _Group(group)
        return self._last[1]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, load_arrow().ArrowException) as cause:
        raise OperatorError(f"the plan file `{path}` cannot be read: {cause}") from cause


def _choose_columns(path: Path, present: list[str], columns: Sequence[str]) -> tuple[list[str], list[str]]:
    """The file's columns for the asked ones, and those of the carried properties when `user` is asked for."""
    wanted = list(dict.fromkeys(_file_column(name) for name in columns if name != USER))
    missing = [name for name in wanted if name not in present]
    if missing:
        raise Bug(f"the plan file `{path.name}` has no column `{missing[0]}`")
    return wanted, [name for name in present if name.startswith("u_")] if USER in columns else []


def _file_column(name: str) -> str:
    return MEMBER if name == MEMBER_ID else mapping_column(name)

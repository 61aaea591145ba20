"""Record batches of Arrow as a Parquet file, written as they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from maniple.errors import OperatorError
from maniple.sources.reading import Reading

BATCH = 61_440
"""Rows of a batch, and so of a row group: a few megabytes in memory."""


def write_batches(
    batches: Iterable[Any], schema: Any, names: Sequence[str], is_json: Sequence[bool], out: Path, reading: Reading
) -> None:
    """Write Arrow batches of one `schema` to `out`, their columns called `names`; texts that are JSON are marked so.

    Raises OperatorError when the file cannot be written, CohortError when the reading was stopped.
    """
    import pyarrow
    from pyarrow import parquet

    arrow: Any = pyarrow  # it ships no types
    types = [arrow.json_(arrow.string()) if json else field.type for field, json in zip(schema, is_json, strict=True)]
    named = arrow.schema(list(zip(names, types, strict=True)))
    try:
        with parquet.ParquetWriter(out, named, compression="zstd") as writer:
            for batch in batches:
                columns = [
                    arrow.ExtensionArray.from_storage(type_, column) if json else column
                    for column, type_, json in zip(batch.columns, types, is_json, strict=True)
                ]
                writer.write_batch(arrow.RecordBatch.from_arrays(columns, schema=named))
                reading.count(batch.num_rows)
    except OSError as cause:
        raise OperatorError(f"`{out.parent}` cannot be written to: {cause.strerror or cause}") from cause

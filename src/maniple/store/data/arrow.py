"""pyarrow, loaded when first needed. It ships no types, so its values are `Any` under the names they have there."""

from __future__ import annotations

from typing import Any, TypeAlias

Array: TypeAlias = Any
DataType: TypeAlias = Any
RecordBatch: TypeAlias = Any
Schema: TypeAlias = Any
Table: TypeAlias = Any


def load_arrow() -> Any:
    """The module `pyarrow`."""
    import pyarrow

    return pyarrow


def load_arrow_parquet() -> Any:
    """The module `pyarrow.parquet`."""
    import pyarrow.parquet

    return pyarrow.parquet

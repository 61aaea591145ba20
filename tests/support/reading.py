"""A source read as a run reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from maniple.errors import ManipleError
from maniple.sources.reading import Reading
from maniple.sources.source import CohortSource, fetched
from maniple.store.data.plane import snapshot


def take(
    source: CohortSource, here: Path, properties: Sequence[str] = (), reading: Reading | None = None
) -> list[tuple[Any, ...]]:
    """The rows of a snapshot: the id, and the properties. Nothing else is left behind."""
    with fetched(source, here / "run", reading) as cohort:
        snapshot(cohort, cohort.id_column(), properties, here / "run" / "snapshot.parquet")
    assert ["snapshot.parquet"] == [path.name for path in (here / "run").iterdir()]
    return [tuple(row.values()) for row in pq.read_table(here / "run" / "snapshot.parquet").to_pylist()]


def refusal(source: CohortSource, here: Path, properties: Sequence[str] = ()) -> tuple[str, str | None]:
    """The message and the hint of the error that reading ends with. Nothing is left behind."""
    with pytest.raises(ManipleError) as caught:
        take(source, here, properties)
    assert [] == list((here / "run").glob("*"))
    return caught.value.message, caught.value.hint

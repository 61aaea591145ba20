"""What a run is to send: the cohort's snapshot, resolved, and compared with what the partner accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maniple.cohort.resolve import MappingColumn
from maniple.runtime.program import Operation, Program
from maniple.sources.file import CohortFile
from maniple.store.data.capture import snapshot
from maniple.store.data.difference import plan_changes
from maniple.store.data.resolution import resolve
from maniple.store.data.values import Planned


@dataclass
class RunFiles:
    """The files of a run."""

    directory: Path

    @property
    def snapshot(self) -> Path:
        return self.directory / "snapshot.parquet"

    @property
    def resolved(self) -> Path:
        return self.directory / "resolved.parquet"

    @property
    def skips(self) -> Path:
        return self.directory / "skips.parquet"

    @property
    def verdicts(self) -> Path:
        return self.directory / "verdicts.parquet"

    def plan(self, operation: Operation) -> Path:
        return self.directory / ("adds.parquet" if operation == "add" else "removes.parquet")


def plan_run(
    program: Program,
    cohort: CohortFile,
    files: RunFiles,
    *,
    id_column: str,
    mappings: Mapping[str, str],
    scope: Mapping[str, Any],
    membership: Path | None,
    resend: bool = False,
) -> tuple[dict[str, Any], Planned]:
    """Snapshot, resolve and diff. Answers with the figures of the report so far, and the plan's.

    With `resend` unchanged members are sent again.
    """
    columns = mapping_columns(program, cohort, mappings, id_column, scope)
    mapped = [column.property for column in columns]
    carried = carried_properties(program, cohort, id_column, mapped)
    taken = snapshot(cohort, id_column, [*mapped, *carried], files.snapshot)
    resolved = resolve(files.snapshot, columns, carried, files.resolved, files.skips, program.manifest.require)
    names = [column.name for column in columns]
    planned = plan_changes(
        files.resolved, files.skips, membership, names, identity_names(program, names), files.directory, resend=resend
    )
    figures = {
        "cohort_users": taken.rows,
        "duplicates": taken.duplicates,
        "skipped_by_reason": dict(resolved.skips_by_reason),
        "unchanged": planned.unchanged,
        "shared": planned.shared,
        "drifted": planned.drifted,
        "adds": planned.adds,
        "kept": planned.kept,
        "removes": planned.removes,
    }
    return figures, planned


def mapping_columns(
    program: Program, cohort: CohortFile, mappings: Mapping[str, str], id_column: str, scope: Mapping[str, Any]
) -> list[MappingColumn]:
    """The mappings as columns. `amplitude_id` names the id column whatever the file calls it."""
    available = cohort.columns()
    columns: list[MappingColumn] = []
    for mapping in program.mappings:
        chosen = mappings.get(mapping.name)
        if chosen is None:
            continue
        name = id_column if chosen == "amplitude_id" and chosen not in available else chosen
        columns.append(MappingColumn(mapping.name, name, mapping.optional, mapping.converter(scope)))
    return columns


def carried_properties(program: Program, cohort: CohortFile, id_column: str, mapped: list[str]) -> list[str]:
    """The properties that travel with each user, when a call reads `$user`: all that are neither id nor mapped."""
    if not program.carries_user:
        return []
    return [name for name in cohort.columns() if name != id_column and name not in mapped]


def identity_names(program: Program, mapped: list[str]) -> list[str]:
    """The identity columns that are mapped; the member's own id when none is."""
    names = [name for name in program.identity if name in mapped or name == "amplitude_id"]
    return names or ["amplitude_id"]

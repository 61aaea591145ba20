"""What a run is to send: the cohort's snapshot, resolved, and compared with what the partner accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maniple.cohort.resolve import MappingColumn, sent_names
from maniple.errors import SettingsError
from maniple.runtime.program import Operation, Program
from maniple.runtime.resolve import mapping_columns, required_groups
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
    value_column: str | None = None,
) -> tuple[dict[str, Any], Planned]:
    """Snapshot, resolve and diff. Answers with the figures of the report so far, and the plan's.

    With `resend` unchanged members are sent again. `value_column` holds the value of a property sync for each user; a
    user whose value has changed is sent again.
    """
    columns = mapping_columns(program, mappings, scope, cohort.columns(), id_column)
    if value_column is not None:
        columns.append(_value_of(program, cohort, value_column))
    mapped = [name for column in columns for name in column.sources()]
    carried = carried_properties(program, cohort, id_column, mapped)
    taken = snapshot(cohort, id_column, [*mapped, *carried], files.snapshot)
    require = required_groups(program, columns, scope)
    resolved = resolve(files.snapshot, columns, carried, files.resolved, files.skips, require)
    names = sent_names(columns)
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


def _value_of(program: Program, cohort: CohortFile, column: str) -> MappingColumn:
    """The column of a property sync. Raises SettingsError when no call has a place for it."""
    if not any("property_value" in call.rows for call in program.calls.values()):
        raise SettingsError(
            f"{program.manifest.name} has no place for the value of a property",
            hint="its manifest does not use `$property_value`; leave out `--property`",
        )
    if column not in cohort.columns():
        raise cohort.missing(column)
    return MappingColumn("property_value", column, optional=True)


def carried_properties(program: Program, cohort: CohortFile, id_column: str, mapped: list[str]) -> list[str]:
    """The properties that travel with each user, when a call reads `$user`: all that are neither id nor mapped."""
    if not program.carries_user:
        return []
    return [name for name in cohort.columns() if name != id_column and name not in mapped]


def identity_names(program: Program, mapped: list[str]) -> list[str]:
    """The identity columns that are mapped; the member's own id when none is."""
    names = [name for name in program.identity if name in mapped or name == "amplitude_id"]
    return names or ["amplitude_id"]

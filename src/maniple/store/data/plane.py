"""The steps of the data plane, in the order of a run; each is synchronous and opens its own DuckDB.

snapshot -> resolve -> plan_changes -> PlanFile.batches -> fold_membership, export_csv
"""

from __future__ import annotations

from maniple.cohort.member import INVALID
from maniple.cohort.resolve import MappingColumn
from maniple.store.data.capture import snapshot
from maniple.store.data.difference import plan_changes
from maniple.store.data.export import export_csv
from maniple.store.data.folder import PlanFolder, open_plan
from maniple.store.data.planfile import PlanBatch, PlanFile
from maniple.store.data.resolution import resolve
from maniple.store.data.settling import fold_membership
from maniple.store.data.values import Fate, Folded, Planned, Resolved, RowVerdict, Snapshot

__all__ = [
    "INVALID",
    "Fate",
    "Folded",
    "MappingColumn",
    "PlanBatch",
    "PlanFile",
    "PlanFolder",
    "Planned",
    "Resolved",
    "RowVerdict",
    "Snapshot",
    "export_csv",
    "fold_membership",
    "open_plan",
    "plan_changes",
    "resolve",
    "snapshot",
]

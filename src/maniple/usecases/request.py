"""What a person asks to sync where, and which sync that is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from maniple.diagnostics.cells import is_line
from maniple.diagnostics.suggest import listed
from maniple.errors import UsageError
from maniple.sources.source import CohortSource, FileSource
from maniple.store.control.rows import ConnectionRow, SyncRow
from maniple.template.filters import slugify
from maniple.wiring import Workspace

LONGEST_NAME = 500
NOWHERE = FileSource(Path(os.devnull))
"""The source of what needs no cohort."""


@dataclass(frozen=True)
class SyncRequest:
    """What to sync where. `cohort_id` is made from the name when it is not given."""

    connection: str
    source: CohortSource
    cohort_name: str
    cohort_id: str | None = None
    cohort_url: str = ""
    id_column: str | None = None
    property: str | None = None
    """The column whose value is synced for each user, in a property sync; it also names the property."""
    via: str | None = None
    allow_private: bool = False


def cohort_id_of(name: str) -> str:
    """The cohort's id when nobody gave one: its name as a slug, in lower case."""
    return slugify(name).strip("-").lower() or "cohort"


def known_sync(workspace: Workspace, connection: ConnectionRow, request: SyncRequest) -> SyncRow | None:
    """The sync that a request is about, when it is there already: by the id of its cohort, else by its name.

    Raises UsageError for a blank name; and when no id is given and several cohorts have the name, or the id made from
    it belongs to a cohort of another name: taking it would replace that cohort's members.
    """
    _check_names(request)
    syncs = workspace.store.list_syncs(connection.id)
    if request.cohort_id is not None:
        return next((sync for sync in syncs if sync.cohort_id == request.cohort_id), None)
    made = cohort_id_of(request.cohort_name)
    named = [sync for sync in syncs if sync.cohort_name == request.cohort_name]
    if len(named) > 1:
        ids = listed(sorted(sync.cohort_id for sync in named), last="or")
        raise UsageError(
            f"{len(named)} cohorts have the name `{request.cohort_name}`", hint=f"say which: `--cohort-id` {ids}"
        )
    if named:
        return named[0]
    other = next((sync for sync in syncs if sync.cohort_id == made), None)
    if other is not None:
        raise UsageError(
            f"the cohort `{request.cohort_name}` would get the id `{made}`, and that is the cohort `{other.cohort_name}`",
            hint="give the new cohort an id of its own with `--cohort-id`, or use the other one's name",
        )
    return None


def request_of_sync(connection: ConnectionRow, sync: SyncRow) -> SyncRequest:
    """A request about a sync that needs no cohort."""
    return SyncRequest(connection.name, NOWHERE, sync.cohort_name, sync.cohort_id)


def _check_names(request: SyncRequest) -> None:
    if not request.cohort_name.strip():
        raise UsageError("a cohort needs a name")
    for what, name in (("name", request.cohort_name), ("id", request.cohort_id or "")):
        if not is_line(name, LONGEST_NAME):
            raise UsageError(
                f"the cohort's {what} must be one line of at most {LONGEST_NAME} characters, without control characters"
            )

"""The folder of a plan: its files, and what they were made for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from maniple.errors import OperatorError
from maniple.store.data.columns import identity_columns, mapping_column
from maniple.store.data.engine import replacing
from maniple.store.data.values import Planned


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """A finished plan in `directory`.

    `adds`, `removes` and `shared` hold `member_id`, `m_<mapping>` for each of `mappings`, and `accepted_row`: the row
    of the accepted membership the change is about (not on a first run). `first`: nothing was accepted before.
    `conformed`: the mappings of the sync were changed, `accepted` is the membership in terms of `mappings`.
    """

    directory: Path
    mappings: tuple[str, ...]
    identity: tuple[str, ...]
    first: bool
    conformed: bool
    planned: Planned

    @property
    def adds(self) -> Path:
        return self.directory / "adds.parquet"

    @property
    def removes(self) -> Path:
        return self.directory / "removes.parquet"

    @property
    def shared(self) -> Path:
        return self.directory / "shared.parquet"

    @property
    def accepted(self) -> Path:
        return self.directory / "accepted.parquet"

    @property
    def columns(self) -> list[str]:
        """The columns of what a member is sent as."""
        return [mapping_column(name) for name in self.mappings]

    @property
    def identifiers(self) -> list[str]:
        """The columns the partner's remove call identifies a user by."""
        return identity_columns(self.identity)

    def write(self) -> None:
        """Record that the plan is finished; written last, so a folder with it is whole."""
        record = {
            "mappings": self.mappings,
            "identity": self.identity,
            "first": self.first,
            "conformed": self.conformed,
            "planned": asdict(self.planned),
        }
        with replacing(_record(self.directory)) as draft:
            draft.write_text(json.dumps(record), encoding="utf-8")


def open_plan(directory: Path) -> PlanFolder:
    """The finished plan in `directory`. Raises OperatorError when there is none."""
    try:
        record = json.loads(_record(directory).read_text(encoding="utf-8"))
        return PlanFolder(
            directory=directory,
            mappings=tuple(record["mappings"]),
            identity=tuple(record["identity"]),
            first=record["first"],
            conformed=record["conformed"],
            planned=Planned(**record["planned"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise OperatorError(
            f"there is no finished plan in `{directory}`",
            hint="put a copy of the folder back: without it nobody knows what its run has sent",
        ) from cause


def _record(directory: Path) -> Path:
    return directory / "plan.json"

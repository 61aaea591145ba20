"""Options that several verbs share, each told once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterable

HIGHEST_RETRIES = 50


def flag(name: str, text: str) -> Parameter:
    """A switch that is off unless it is given."""
    return Parameter(name=name, negative="", help=text, show_default=False)


def complete_destinations(_context: Any) -> Iterable[str]:
    """The slugs there are, for the shell's completion."""
    from maniple.wiring import integration_folders

    return sorted({path.name for folder in integration_folders() for path in folder.iterdir() if path.is_dir()})


def complete_connections(_context: Any) -> Iterable[str]:
    """The names of the connections, for the shell's completion."""
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        return [connection.name for connection in workspace.store.list_connections()]


def complete_syncs(_context: Any) -> Iterable[str]:
    """The syncs as `connection/cohort`, for the shell's completion."""
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        names = {connection.id: connection.name for connection in workspace.store.list_connections()}
        return [f"{names[sync.connection_id]}/{sync.cohort_name}" for sync in workspace.store.list_syncs()]


def check_retries(_type: Any, value: int | None) -> None:
    """Raises ValueError, which cyclopts tells of."""
    if value is not None and not 0 <= value <= HIGHEST_RETRIES:
        raise ValueError(f"It must be a number from 0 to {HIGHEST_RETRIES}.")


AsJson: TypeAlias = Annotated[bool, flag("--json", "Print JSON on stdout instead of text.")]
Quiet: TypeAlias = Annotated[bool, flag("--quiet", "No progress; there is none either when stderr is no terminal.")]
AllowPrivate: TypeAlias = Annotated[
    bool,
    flag("--allow-private-hosts", "Let requests go to loopback and private addresses; never to cloud metadata."),
]
ShowSecrets: TypeAlias = Annotated[bool, flag("--show-secrets", "Show credentials instead of `***`.")]
Via: TypeAlias = Annotated[
    str | None,
    Parameter(
        name="--via",
        metavar="URL",
        help="Send requests to this stand-in (such as `maniple simulate`); path, query, headers and Host stay.",
    ),
]
Retries: TypeAlias = Annotated[
    int | None,
    Parameter(
        name="--retries",
        metavar="N",
        validator=check_retries,
        help="Tries after the first for each call; 8 by default.",
    ),
]
Maps: TypeAlias = Annotated[
    list[str] | None,
    Parameter(
        name="--map",
        metavar="NAME=PROPERTY",
        consume_multiple=True,
        negative="",
        help="The user property for a mapping (a,b for one that takes several; NAME.target=TARGET for what a choice is);"
        " several after one --map or after several.",
    ),
]
Settings: TypeAlias = Annotated[
    str | None,
    Parameter(
        name="--settings",
        metavar="FILE.json",
        help="The form's fields as a JSON object; `-` reads stdin.",
    ),
]
DestinationWord: TypeAlias = Annotated[
    str, Parameter(name="PATH", completer=complete_destinations, help="A manifest, its folder, or a slug.")
]
ConnectionWord: TypeAlias = Annotated[
    str, Parameter(name="CONNECTION", completer=complete_connections, help="A connection's name.")
]
SyncWord: TypeAlias = Annotated[
    str,
    Parameter(
        name="SYNC",
        completer=complete_syncs,
        help="`connection/cohort`, the cohort alone when it has one sync, or the sync's id.",
    ),
]
RunWord: TypeAlias = Annotated[str, Parameter(name="RUN", help="A run's id, the beginning of one, or `latest`.")]


@Parameter(name="*")
@dataclass(frozen=True)
class TrialOptions:
    """What a preview and a test are made with."""

    users: Annotated[
        Path, Parameter(name="--users", metavar="FILE.csv", help="Test users: CSV, JSON lines or Parquet.")
    ]
    settings: Settings = None
    maps: Maps = None
    call: Annotated[
        str | None, Parameter(name="--call", metavar="CALL", help="Only this call of the manifest, such as add_users.")
    ] = None
    list_id: Annotated[
        str | None,
        Parameter(name="--list-id", metavar="ID", help="The list's id, instead of creating one. Digits are a number."),
    ] = None
    cohort_name: Annotated[
        str | None,
        Parameter(name="--cohort-name", metavar="NAME", help="The cohort's name; else that in `amp_cohort_name`."),
    ] = None
    cohort_id: Annotated[
        str | None, Parameter(name="--cohort-id", metavar="ID", help="The cohort's id; else that in `amp_cohort_id`.")
    ] = None

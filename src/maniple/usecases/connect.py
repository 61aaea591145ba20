"""Setting a destination up: settings and mappings checked, secrets sealed, kept under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maniple.runtime.program import Program
from maniple.runtime.settings import check_mappings, check_settings, split_settings
from maniple.store.control.rows import ConnectionRow
from maniple.usecases.destinations import Destination, find_destination, load_content, load_file
from maniple.usecases.operator import operator_values
from maniple.wiring import Workspace


def connect(
    workspace: Workspace,
    destination: Destination,
    *,
    name: str,
    settings: Mapping[str, Any],
    mappings: Mapping[str, str],
    via: str | None = None,
    allow_private: bool = False,
) -> ConnectionRow:
    """Keep a new connection. Raises ManifestError, SettingsError, and UsageError for a name that is taken."""
    program = destination.usable()
    checked = check_settings(program, settings)
    chosen = check_mappings(program, mappings, settings=checked)
    if via is not None:
        check_via(via)
    secret = {key: value for key, value in checked.items() if key in program.secret_names and value is not None}
    plain = {key: value for key, value in checked.items() if key not in program.secret_names and value is not None}
    return workspace.store.create_connection(
        name,
        slug=program.manifest.slug,
        manifest_path=str(destination.path.resolve()),
        manifest_version=program.manifest.version,
        manifest_text=destination.content.decode("utf-8"),
        settings=plain,
        secret_settings=secret,
        mappings=chosen,
        via=via,
        allow_private=allow_private,
    )


def check_via(via: str) -> None:
    """Raises UsageError when `via` is no base URL."""
    from maniple.delivery.sender import stand_in

    stand_in(via)


def connected_program(connection: ConnectionRow) -> Program:
    """The program of a connection: its manifest file as it is now, else the copy that was kept.

    Manifests are loaded at run time, so a corrected manifest takes effect at the next run. Raises ManifestError.
    """
    from pathlib import Path

    path = Path(connection.manifest_path)
    if path.is_file():
        destination = load_file(path)
        if destination.manifest is None or destination.manifest.slug == connection.slug:
            return destination.usable()
    return load_content(path, connection.manifest_text.encode()).usable()


def connection_settings(workspace: Workspace, connection: ConnectionRow, program: Program) -> dict[str, Any]:
    """The connection's settings, secrets opened, checked against the manifest as it is now; with them the fields
    of whoever runs maniple. Raises SettingsError and OperatorError."""
    given = {**connection.settings, **workspace.store.secret_settings(connection)}
    known = {form_field.name for form_field in program.fields}
    own, _ = split_settings(program, {name: value for name, value in given.items() if name in known})
    return check_settings(program, own, operator=operator_values(workspace.home, program))


def destination_for(workspace: Workspace, word: str) -> Destination:
    """The destination with this slug or at this path, also when it was published on another machine. Raises UsageError."""
    from maniple.usecases.publication import bring_up

    bring_up(workspace.home, workspace.store)
    return find_destination(word, workspace.catalogue_folders())

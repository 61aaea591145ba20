"""What the golden cases make the engine send."""

from __future__ import annotations

from pathlib import Path

from maniple.errors import SettingsError
from maniple.testing.destination import read_cases, read_program
from maniple.testing.golden import OPERATIONS, play
from maniple.wire import Request


def rendered_requests(folder: Path) -> list[tuple[str, Request]]:
    """Every request of a destination's golden cases, with the name of its case.

    A case whose settings are refused sends nothing.
    """
    program = read_program(folder / "manifest.yaml")
    cases = read_cases(folder / "cases.yaml").cases
    assert cases is not None, f"{folder.name}/cases.yaml cannot be read"
    sent: list[tuple[str, Request]] = []
    for case in cases.cases:
        operation = case.operation if case.call == "update_users" else OPERATIONS.get(case.call)
        try:
            played = play(program, cases, case, program.calls[case.call], operation)
        except SettingsError:
            continue
        sent += [(case.name, request) for request in played.requests]
    return sent

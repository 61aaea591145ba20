"""The variables that calls and their steps save from replies."""

from __future__ import annotations

from collections.abc import Mapping

from maniple.manifest.call import Call, Exchange
from maniple.source.text import Path


def saved_names(calls: Mapping[str, Call]) -> dict[str, tuple[str, Path]]:
    """The variables that calls save: by name, the section and the place of the first that does."""
    found: dict[str, tuple[str, Path]] = {}
    for name, call in calls.items():
        exchanges: list[tuple[Exchange, Path]] = [(call, (name,))]
        exchanges += [(step, (name, "steps", position)) for position, step in enumerate(call.steps or ())]
        for exchange, path in exchanges:
            for variable in exchange.save:
                found.setdefault(variable, (f"{name}.save", (*path, "save", variable)))
            for variable in exchange.match.save if exchange.match else ():
                found.setdefault(variable, (f"{name}.match", (*path, "match", "save", variable)))
    return found

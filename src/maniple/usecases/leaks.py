"""Secrets in files that are about to be handed in: what was typed to try an integration must not travel with it."""

from __future__ import annotations

from maniple.errors import OperatorError
from maniple.runtime.program import Program
from maniple.store.control.store import ControlStore
from maniple.store.home import Home
from maniple.store.redact import Redactor
from maniple.usecases.bundle import Bundle
from maniple.usecases.rehearsal_setup import read_setup

SHORTEST = 8
"""Shorter values may be words that files hold anyway."""


def leaks(home: Home, store: ControlStore | None, program: Program, bundle: Bundle) -> tuple[str, ...]:
    """Which files hold a secret that this home knows for the integration, as sentences."""
    known = _known(home, store, program)
    told: list[str] = []
    for name, content in sorted(bundle.files.items()):
        text = content.decode("utf-8", "replace")
        for field, values in known.items():
            if any(Redactor([value]).text(text) != text for value in values):
                told.append(f"`{name}` holds the secret that was given as `{field}`: write a made-up one, and renew it")
    return tuple(told)


def _known(home: Home, store: ControlStore | None, program: Program) -> dict[str, set[str]]:
    """The secrets by their field: of the test set-up, and of connections."""
    found: dict[str, set[str]] = {}
    for given in _given(home, store, program):
        for field, value in given.items():
            if field in program.secret_names and isinstance(value, str) and len(value) >= SHORTEST:
                found.setdefault(field, set()).add(value)
    return found


def _given(home: Home, store: ControlStore | None, program: Program) -> list[dict[str, object]]:
    """What was typed for the partner; what was typed for a stand-in is no secret, and may be that of the cases."""
    slug = program.manifest.slug
    found: list[dict[str, object]] = []
    try:
        setup = read_setup(home, slug)
        if not setup.simulated:
            found.append(dict(setup.settings))
        for row in store.list_connections() if store is not None else ():
            if store is not None and row.slug == slug and row.via is None:
                found.append(store.secret_settings(row))
    except OperatorError:
        # Without the key nobody can tell; whoever needs the secrets is told of it.
        return found
    return found

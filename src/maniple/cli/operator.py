"""`maniple operator`: what whoever runs maniple gives once for a destination."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from cyclopts import App

from maniple.cli.faults import keep_secret
from maniple.cli.inputs import find, read_settings
from maniple.cli.parameters import DestinationWord, Settings
from maniple.cli.screen import stdout
from maniple.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from maniple.runtime.program import Program

app = App(
    name="operator",
    help_epilogue="""\
Some destinations need an OAuth client or a partner key that belongs to whoever
runs maniple, not to the end user: their fields say `from: operator`. In a
terminal they are asked for. They are sealed, and hold for all connections of
the destination. The environment goes before them:
MANIPLE_OPERATOR_<SLUG>_<FIELD>.

Examples:
  maniple operator acme-ads
  maniple operator acme-ads --settings client.json""",
)


@app.default
def operator(path: DestinationWord, /, *, settings: Settings = None) -> int:
    """Give the operator's fields of a destination."""
    from maniple.runtime.settings import operator_fields
    from maniple.store.home import Home
    from maniple.usecases.operator import keep_operator_values

    program = find(path).usable()
    fields = operator_fields(program)
    if not fields:
        raise UsageError(
            f"{program.manifest.name} has no field with `from: operator`", hint="`maniple connect` is next"
        )
    given = _gather(program, settings)
    keep_secret([str(value) for value in given.values()])
    kept = keep_operator_values(Home.locate().create(), program, given)
    screen = stdout()
    screen.line(f"{screen.paint('✓', 'green')} kept for {program.manifest.name}: {', '.join(kept)}")
    return ExitCode.OK


def _gather(program: Program, settings: str | None) -> dict[str, Any]:
    if settings is not None:
        return read_settings(settings, program)
    if not sys.stdin.isatty():
        raise UsageError(
            "nothing was given", hint="add `--settings FILE.json` with the operator's fields, or run it in a terminal"
        )
    from dataclasses import replace

    from maniple.cli.asking import ask_settings
    from maniple.runtime.settings import operator_fields

    # Asked for as fields of a form are, and of this form only.
    asked = tuple(field.model_copy(update={"from_": None}) for field in operator_fields(program))
    return ask_settings(replace(program, fields=asked, field_conditions={}), {}, optional=False)

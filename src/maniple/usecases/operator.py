"""The fields of a destination that whoever runs maniple fills in, once for all connections."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from maniple.errors import UsageError
from maniple.runtime.program import Program
from maniple.runtime.settings import check_settings, operator_fields, operator_variable
from maniple.store.home import Home


def operator_values(home: Home, program: Program, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What is given: in the environment, else in the home. Raises OperatorError when the home's file is unreadable."""
    fields = operator_fields(program)
    if not fields:
        return {}
    names = [form_field.name for form_field in fields]
    variables = {name: environ.get(operator_variable(program.manifest.slug, name)) for name in names}
    kept = {} if all(variables.values()) else _kept(home, program)
    given = {name: variables[name] or kept.get(name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def keep_operator_values(home: Home, program: Program, given: Mapping[str, Any]) -> list[str]:
    """Keep the values of a destination's operator fields, sealed; answers with the names of those it has now.

    Values that are not given stay. Raises UsageError for a field that is the end user's or does not exist, and
    OperatorError when one is still missing or does not fit.
    """
    from maniple.store.operator import OperatorFields
    from maniple.store.secrets import FernetSecrets

    fields = operator_fields(program)
    names = [form_field.name for form_field in fields]
    if not fields:
        raise UsageError(f"{program.manifest.name} has no field with `from: operator`")
    foreign = next((name for name in given if name not in names), None)
    if foreign is not None:
        hint = f"its operator fields are {', '.join(f'`{name}`' for name in names)}"
        raise UsageError(f"`{foreign}` is not given by whoever runs maniple", hint=hint)
    values = {**_kept(home, program), **given}
    # Only the operator's fields are checked here, so the form holds nothing else.
    from dataclasses import replace

    checked = check_settings(replace(program, fields=tuple(fields), field_conditions={}), {}, operator=values)
    kept = {name: value for name, value in checked.items() if value is not None}
    OperatorFields(home, FernetSecrets(home.key_file)).put(program.manifest.slug, kept)
    return list(kept)


def _kept(home: Home, program: Program) -> dict[str, Any]:
    from maniple.store.operator import OperatorFields
    from maniple.store.secrets import FernetSecrets

    return OperatorFields(home, FernetSecrets(home.key_file)).of(program.manifest.slug)

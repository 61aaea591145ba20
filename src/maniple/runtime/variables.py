"""The variables table: declared, used, pre-defined, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maniple.runtime.program import VariableRow
from maniple.runtime.reading import Located
from maniple.template.scope import PREDEFINED


def variables_table(declared: Mapping[str, str], uses: Sequence[Located]) -> tuple[VariableRow, ...]:
    """One row a variable: declared ones in their order, then the pre-defined that are used, then unknown ones.

    `declared` maps a name to the section that declares it (`fields`, `define`, `mappings`, `auth`, `create_list.save`).
    """
    sections: dict[str, list[str]] = {}
    for use in uses:
        places = sections.setdefault(use.name, [])
        if use.section not in places:
            places.append(use.section)
    rows = [_row(name, section, sections.get(name, [])) for name, section in declared.items()]
    for name, places in sections.items():
        if name in declared:
            continue
        known = name in PREDEFINED
        rows.append(
            VariableRow(name, False, True, known, ", ".join(places), None if known else "used, but not declared")
        )
    return tuple(rows)


def _row(name: str, section: str, places: list[str]) -> VariableRow:
    problem = None if places else "declared, but not used"
    return VariableRow(name, True, bool(places), name in PREDEFINED, ", ".join((section, *places)), problem)

"""What a key takes, as a phrase that ends a sentence: `1 or more`, `a whole number`, `` `GET` or `POST` ``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from maniple.diagnostics.suggest import listed

BOOLEAN = "`true` or `false`"

_TYPES = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": BOOLEAN,
    "bool_parsing": BOOLEAN,
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "iterable_type": "a list",
    "dict_type": "a map",
    "mapping_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
    "dataclass_type": "a map",
    "none_required": "left out",
    "url_type": "a URL",
    "url_parsing": "a URL",
}
_WORD = re.compile(r"'((?:[^'\\]|\\.)*)'|([^\s,']+)")


def expectation(kind: str, context: Mapping[str, Any]) -> str | None:
    """What pydantic's error `kind` asks for, after "must be", or None when it is about something else."""
    if kind in _TYPES:
        return _TYPES[kind]
    match kind:
        case "literal_error" | "enum":
            return listed(allowed_words(context))
        case "greater_than":
            return f"more than {_figure(context['gt'])}"
        case "greater_than_equal":
            return f"{_figure(context['ge'])} or more"
        case "less_than":
            return f"less than {_figure(context['lt'])}"
        case "less_than_equal":
            return f"{_figure(context['le'])} or less"
        case "multiple_of":
            return f"a multiple of {_figure(context['multiple_of'])}"
        case "string_pattern_mismatch":
            return f"text that fits `{context['pattern']}`"
        case _:
            return None


def length_fault(kind: str, context: Mapping[str, Any], actual: int) -> tuple[str, str] | None:
    """What is wrong with a length and what is asked for, or None when `kind` is not about one.

    >>> length_fault("too_short", {"min_length": 1}, 0)
    ('has no entry', 'needs 1 entry or more')
    """
    unit = "entry" if kind in ("too_short", "too_long") else "character"
    match kind:
        case "too_short" | "string_too_short":
            bound = context["min_length"]
            return f"has {_count(actual, unit)}", f"needs {_count(bound, unit)} or more"
        case "too_long" | "string_too_long":
            bound = context["max_length"]
            return f"has {_count(actual, unit)}", f"may have {_count(bound, unit)} at most"
        case _:
            return None


def allowed_words(context: Mapping[str, Any], key: str = "expected") -> list[str]:
    """The values that pydantic lists in words, such as `'a', 'b' or 'c'`, as an author writes them."""
    words = []
    for quoted, bare in _WORD.findall(str(context.get(key, ""))):
        if quoted or not bare:
            words.append(quoted.replace("\\'", "'"))
        elif bare != "or":
            words.append({"True": "true", "False": "false", "None": "null"}.get(bare, bare))
    return words


def _count(number: int, unit: str) -> str:
    plural = {"entry": "entries", "character": "characters"}[unit]
    if number == 0:
        return f"no {unit}"
    return f"{number:,} {unit if number == 1 else plural}"


def _figure(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:g}" if isinstance(number, float) else str(number)

"""The table of filters: their docstrings, and their doctests as an author writes them."""

from __future__ import annotations

import ast
import doctest
import inspect
import json
from collections.abc import Iterator
from typing import Any

from _generate.markdown import cell
from maniple.template.filters import FILTERS, FilterSpec


def filter_rows() -> Iterator[tuple[str, str, str]]:
    """One row a filter: how it is written, what it gives, examples."""
    for name, spec in FILTERS.items():
        text = inspect.getdoc(spec.apply) or ""
        about = " ".join(part for part in text.split("\n\n") if not part.startswith(">>>"))
        yield f"`{_form(name, spec)}`", cell(about), "<br>".join(_examples(name, text))


def _form(name: str, spec: FilterSpec) -> str:
    taken = list(inspect.signature(spec.apply).parameters.values())[1:]
    shown = [
        each.name if index < spec.least else f"{each.name}={_written(each.default)}" for index, each in enumerate(taken)
    ]
    return f"{name}({', '.join(shown)})" if shown else name


def _examples(name: str, text: str) -> Iterator[str]:
    for example in doctest.DocTestParser().get_examples(text):
        call = ast.parse(example.source, mode="eval").body
        calls = call.elts if isinstance(call, ast.Tuple) else [call]
        wanted = ast.literal_eval(example.want)
        results = wanted if isinstance(call, ast.Tuple) else [wanted]
        for each, result in zip(calls, results, strict=True):
            yield _example(name, each, result)


def _example(name: str, call: ast.expr, result: Any) -> str:
    """`f(value, argument)` as `value | f(argument)`; a cut result (`[:16]`) with dots."""
    shown = _written(result)
    if isinstance(call, ast.Subscript):
        call, shown = call.value, f"{shown[:-1]}...{shown[-1]}"
    assert isinstance(call, ast.Call)
    value, *arguments = [_written(ast.literal_eval(argument)) for argument in call.args]
    applied = f"{name}({', '.join(arguments)})" if arguments else name
    return f"`{value} | {applied}` gives `{shown}`".replace("|", "\\|")


def _written(value: Any) -> str:
    """A value as an expression writes it: texts in single quotes where that is simpler."""
    if isinstance(value, str):
        return (
            f"'{value}'"
            if "'" not in value and "\\" not in json.dumps(value, ensure_ascii=False)
            else json.dumps(value, ensure_ascii=False)
        )
    return json.dumps(value, ensure_ascii=False)

"""The published schema and the models judge the shape of a manifest alike."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from _generate.rule_pages import BASE, Example, pages
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from maniple.manifest.load import read_named
from maniple.manifest.model import Manifest
from maniple.manifest.schema import manifest_schema
from maniple.source.text import Path

SCHEMA = Draft202012Validator(manifest_schema())
REPLACEMENTS: list[Any] = [
    0, -1, 7, 2.5, True, "", "x", "1", "4xx", "all", "5MB", "2s", "10/s",
    [], [1], ["x"], [["x"]], [{}], {}, {"x": 1}, {"x": "y"}, {"kind": "basic"}, {"same_as": "add_users"},
]  # fmt: skip


def corpus() -> list[object]:
    return [
        pytest.param(example, id=f"{page.code}-{example.word}-{position}")
        for page in pages()
        for position, example in enumerate(page.examples)
        if example.word != "output"
    ]


def accepted_by_models(data: Any) -> bool:
    try:
        Manifest.model_validate(data)
    except ValidationError:
        return False
    return True


def read(text: str) -> Any:
    document, _ = read_named("manifest.yaml", text.encode())
    return document.data if document is not None else None


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, child in children:
        yield from places(child, (*path, step))


def changed(data: Any, path: Path, value: Any) -> Any:
    whole = copy.deepcopy(data)
    owner = whole
    for step in path[:-1]:
        owner = owner[step]
    owner[path[-1]] = value
    return whole


def without(data: Any, path: Path) -> Any:
    whole = copy.deepcopy(data)
    owner = whole
    for step in path[:-1]:
        owner = owner[step]
    del owner[path[-1]]
    return whole


@pytest.mark.parametrize("example", corpus())
def test_schema_and_models_agree_on_every_example_of_the_rule_pages(example: Example) -> None:
    data = read(example.manifest)
    assert data is None or SCHEMA.is_valid(data) == accepted_by_models(data)


def test_schema_and_models_agree_when_any_value_is_another_one() -> None:
    data = read(BASE.read_text())
    odd = [
        (path, value)
        for path in places(data)
        for value in REPLACEMENTS
        # True equals 1 to the model of `manifest: 1`.
        if (path, value) != (("manifest",), True)
        and accepted_by_models(candidate := changed(data, path, value)) != SCHEMA.is_valid(candidate)
    ]
    assert odd == []


def test_schema_and_models_agree_when_any_key_is_missing_or_unknown() -> None:
    data = read(BASE.read_text())
    candidates = [(path, without(data, path)) for path in places(data)]
    candidates += [
        ((*path, "unheard_of"), changed(data, (*path, "unheard_of"), 1)) for path in places(data) if is_map(data, path)
    ]
    odd = [path for path, candidate in candidates if accepted_by_models(candidate) != SCHEMA.is_valid(candidate)]
    assert odd == []


def is_map(data: Any, path: Path) -> bool:
    for step in path:
        data = data[step]
    return isinstance(data, dict)

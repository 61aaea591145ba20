"""Which models may stand at a place of a document, read from the annotations of a pydantic model."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from maniple.source.text import Path

Shape = Any
"""An annotation: a model class, `list[X]`, `dict[str, X]`, `Literal[...]` or a plain type."""


def models_at(model: type[BaseModel], path: Path, data: Any) -> tuple[type[BaseModel], ...]:
    """The models that may stand at `path` of a document validated by `model`, likeliest first.

    A model whose fixed fields contradict the data there, as `kind: basic` does for bearer, is left out.
    """
    shapes = _shapes_at(model, path, data)
    for step in path:
        data = _child(data, step)
    return tuple(shape for shape in _fitting(shapes, data) if _is_model(shape))


def field_at(model: type[BaseModel], path: Path, data: Any) -> FieldInfo | None:
    """The field that the last key of `path` fills, if a model along the way has it."""
    if not path or not isinstance(path[-1], str):
        return None
    for owner in models_at(model, path[:-1], data):
        found = keys_of(owner).get(path[-1])
        if found is not None:
            return found
    return None


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys an author may write for `model`, in its order."""
    return {_written(name, field): field for name, field in model.model_fields.items()}


def _written(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias or field.alias
    return alias if isinstance(alias, str) else name


def _shapes_at(model: type[BaseModel], path: Path, data: Any) -> list[Shape]:
    shapes: list[Shape] = [model]
    for step in path:
        shapes = [
            branch for shape in _fitting(shapes, data) for inner in _inside(shape, step) for branch in _branches(inner)
        ]
        data = _child(data, step)
    return shapes


def _branches(shape: Shape) -> Iterator[Shape]:
    """The members of a union, or the shape itself, without its metadata."""
    origin: Any = get_origin(shape)
    if origin is Annotated:
        yield from _branches(get_args(shape)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(shape):
            yield from _branches(member)
    elif isinstance(shape, TypeVar):
        return
    elif shape is not type(None):
        yield shape


def _inside(shape: Shape, step: str | int) -> Iterator[Shape]:
    """What may stand under key or position `step` of a shape."""
    if _is_model(shape):
        field = keys_of(shape).get(step) if isinstance(step, str) else None
        if field is not None:
            yield field.annotation
        return
    origin, arguments = get_origin(shape), get_args(shape)
    if not isinstance(origin, type) or not arguments:
        return
    if isinstance(step, str) and issubclass(origin, Mapping):
        yield arguments[1]
    elif isinstance(step, int) and issubclass(origin, Sequence):
        yield arguments[0]


def _fitting(shapes: list[Shape], data: Any) -> list[Shape]:
    """The shapes without the models that the data contradicts; all of them when it contradicts every one."""
    fitting = [shape for shape in shapes if not _contradicts(shape, data)]
    return fitting or shapes


def _contradicts(shape: Shape, data: Any) -> bool:
    if not _is_model(shape) or not isinstance(data, dict):
        return False
    for key, field in keys_of(shape).items():
        if key in data and get_origin(field.annotation) is Literal:
            allowed = get_args(field.annotation)
            if len(allowed) == 1 and data[key] != allowed[0]:
                return True
    return False


def _is_model(shape: Shape) -> bool:
    return isinstance(shape, type) and issubclass(shape, BaseModel)


def _child(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None

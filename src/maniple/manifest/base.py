"""What every model of a manifest shares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field


class ManifestModel(BaseModel):
    """A part of a manifest: closed (unknown keys are findings), strict (no text for numbers), frozen."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        populate_by_name=False,
        use_attribute_docstrings=True,
        protected_namespaces=(),
    )


Template: TypeAlias = Annotated[str, Field(json_schema_extra={"x-template": True})]
"""Text in which `$name` and `{{ expression }}` are holes."""

Tree: TypeAlias = Any
"""A YAML tree whose strings and keys are templates, or JSON text with bare holes."""

PathExpression: TypeAlias = Annotated[str, Field(min_length=1, max_length=500, json_schema_extra={"x-jmespath": True})]
"""A JMESPath expression read against a reply."""

VariableName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]
"""The name of a variable, without its dollar sign; underscores, no dashes."""

Duration: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?(ms|s|min|h|d)$")]
"""A time such as `2s`, `10min`, `25d`."""

_INITIALS = frozenset({"api", "id", "url"})


def label_of(given: Mapping[str, Any]) -> str:
    """The words that a form shows for something without a `label`.

    >>> label_of({"name": "api_key"}), label_of({"name": "user_id"})
    ('API key', 'User ID')
    """
    words = [word.upper() if word in _INITIALS else word for word in str(given.get("name", "")).split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(duration: str) -> float:
    """A `Duration` in seconds.

    >>> seconds("10min"), seconds("250ms")
    (600.0, 0.25)
    """
    unit = duration.lstrip("0123456789.")
    return float(duration.removesuffix(unit)) * _SECONDS[unit]

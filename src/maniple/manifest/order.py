"""The canonical order of a manifest's keys: the order in which the models declare them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from maniple.manifest.answers import ErrorRule, ListId, Rejects
from maniple.manifest.call import Call, Step
from maniple.manifest.fields import FormField, Option
from maniple.manifest.limits import BatchSize, Limits
from maniple.manifest.mappings import CohortName, Mapping
from maniple.manifest.model import CALL_NAMES, KeepUsers, Maintainer, Manifest
from maniple.source.text import Path

_BY_KEY: dict[str, type[BaseModel]] = {
    "maintainer": Maintainer,
    "cohort_name": CohortName,
    "limits": Limits,
    "batch": BatchSize,
    "rejects": Rejects,
    "list_id": ListId,
    "keep_users": KeepUsers,
}
_BY_LIST: dict[str, type[BaseModel]] = {
    "fields": FormField,
    "options": Option,
    "mappings": Mapping,
    "errors": ErrorRule,
}
_FIRST_IN_CALL = (
    "method",
    "url",
    "query",
    "headers",
    "auth",
    "json",
    "form",
    "ndjson",
    "csv",
    "multipart",
    "xml",
    "text",
    "gzip",
    "item",
    "join",
    "batch",
    "limits",
    "list_id",
    "save",
    "success",
    "rejects",
    "errors",
)
_FIRST_IN_STEP = (
    "name",
    "once",
    "when",
    *_FIRST_IN_CALL[: _FIRST_IN_CALL.index("batch")],
    "paginate",
    "poll",
    "match",
    "save",
    "success",
    "rejects",
    "errors",
)


def canonical_order(path: Path) -> Sequence[str] | None:
    """The order of the keys of the map at `path`; None where order is the author's (bodies, headers, options' extras)."""
    if not path:
        return _keys(Manifest)
    if any(part in ("json", "item", "body", "define", "query", "headers", "form", "save") for part in path):
        return None
    last = path[-1]
    if isinstance(last, int) and path[-2:-1] == ("steps",):
        return (*_FIRST_IN_STEP, *(key for key in _keys(Step) if key not in _FIRST_IN_STEP))
    if isinstance(last, int):
        owner = path[-2] if len(path) > 1 else ""
        return _keys(_BY_LIST[owner]) if isinstance(owner, str) and owner in _BY_LIST else None
    if last in CALL_NAMES and len(path) == 1:
        return (*_FIRST_IN_CALL, *(key for key in _keys(Call) if key not in _FIRST_IN_CALL))
    if last == "auth":
        return ("kind",)
    return _keys(_BY_KEY[last]) if last in _BY_KEY else None


@lru_cache
def _keys(model: type[Any]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def is_written_out(path: Path) -> bool:
    """Whether the map at `path` stands over several lines even when one line has room: calls and their steps."""
    return (len(path) == 1 and path[0] in CALL_NAMES) or path[-2:-1] == ("steps",)

"""What to type instead, where a word, a shape or a place tells what its author meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from maniple.diagnostics.shapes import keys_of, models_at
from maniple.diagnostics.suggest import hint_for
from maniple.source.text import Path

OTHER_WORDS = {
    "password": "secret",
    "text": "string",
    "number": "integer",
    "dropdown": "select",
    "radio": "buttons",
    "phone": "e164",
    "phonenumber": "e164",
    "audience": "list",
    "segment": "list",
    "attribute": "property",
    "body": "json",
    "payload": "json",
    "data": "json",
    "apikey": "header",
    "token": "bearer",
    "oauth2": "oauth2_client_credentials",
    "position": "index",
    "id": "value",
    "path": "url",
    "params": "query",
}
"""What other tools call the words of the language."""
_LONGEST = 80
_NEAR = 100
OWNERS = {"list_id": "create_list", "first_batch": "create_list"}
"""Keys that every call has and one call uses."""


def word_hint(word: str, allowed: Iterable[str]) -> str | None:
    """The hint that names the allowed word that `word` is a slip of, or another name for."""
    words = list(allowed)
    other = OTHER_WORDS.get(re.sub(r"[^a-z0-9]", "", word[:_LONGEST].casefold()))
    return hint_for(word, words) or (f"did you mean `{other}`?" if other in words else None)


def place_hint(model: type[BaseModel], path: Path, data: Any) -> str | None:
    """Where the key at the end of `path` belongs when it stands at the wrong depth, or None."""
    *above, name = path
    if not isinstance(name, str):
        return None
    known = {key for each in models_at(model, tuple(above), data) for key in keys_of(each)}
    standing = _value(data, tuple(above))
    before = list(takewhile(lambda key: key != name, standing if isinstance(standing, dict) else ()))[-_NEAR:]
    for sibling in [OWNERS[name]] if OWNERS.get(name) in before else reversed(before):
        if sibling in known and _has_key(model, (*above, sibling), data, name):
            return f"`{name}` belongs to `{sibling}`: indent it further"
    for depth in reversed(range(len(above))):
        if _has_key(model, tuple(above[:depth]), data, name):
            owner = f"`{above[depth - 1]}`" if depth else "the manifest itself"
            return f"`{name}` belongs to {owner}: indent it less"
    return None


def map_hint(key: str, value: Any, written: str, models: Iterable[type[BaseModel]]) -> str | None:
    """The map that a lone value was meant as: `batch: 500` is `batch: {items: 500}`."""
    if len(written) > _LONGEST or re.search(r"[,\[\]{}\n]", written):
        return None
    kinds = list(models)
    for each in kinds:
        for name, field in keys_of(each).items():
            if (len(kinds) == 1 or get_origin(field.annotation) is Literal) and _takes(field, value):
                return f"write `{key}: {{{name}: {written}}}`"
    return None


def form_hint(value: str, pattern: str) -> str | None:
    """`value` mended so that it fits `pattern`, or None."""
    mended = re.sub(r"[^a-z0-9]+", "-", value[:_LONGEST].casefold()).strip("-")
    return f"write `{mended}`" if mended and re.fullmatch(pattern, mended) else None


def literal_words(field: FieldInfo | None) -> list[str]:
    """The words that a field takes when it takes nothing else."""
    if field is None or get_origin(field.annotation) is not Literal:
        return []
    return [str(word) for word in get_args(field.annotation)]


def _has_key(model: type[BaseModel], path: Path, data: Any, name: str) -> bool:
    standing = _value(data, path)
    return (standing is None or isinstance(standing, dict)) and any(
        name in keys_of(each) for each in models_at(model, path, data)
    )


def _takes(field: FieldInfo, value: Any) -> bool:
    annotation: Any = field.annotation
    try:
        TypeAdapter(annotation).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _value(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data

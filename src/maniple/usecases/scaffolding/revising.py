"""Another value in the place of a guess."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from maniple.errors import UsageError
from maniple.source.text import Path
from maniple.usecases.scaffolding.answers import path_in
from maniple.usecases.scaffolding.draft import Draft, DraftCall

_BODIES = ("json", "form", "multipart")


def revised(draft: Draft, place: Path, value: Any) -> Draft:
    """The draft with `value` where the guess at `place` stands. Raises UsageError for a value that cannot stand there."""
    match place:
        case (str() as key,) if key in draft.whys:
            return _top(draft, key, value)
        case (str() as name, str() as key) if any(call.name == name for call in draft.calls):
            calls = tuple(_call(call, key, value) if call.name == name else call for call in draft.calls)
            return replace(draft, calls=calls)
        case _:
            raise UsageError("this guess is changed in the editor")


def can_revise(place: Path) -> bool:
    """Whether a guess can be changed before the manifest is written."""
    if len(place) == 1:
        return place[0] in ("auth", "define", "limits", "list_id")
    return len(place) == 2 and place[0] not in ("errors", "mappings")


def _top(draft: Draft, key: str, value: Any) -> Draft:
    whys = {name: why for name, why in draft.whys.items() if name != key}
    match key:
        case "auth" if isinstance(value, dict | list):
            return replace(draft, auth=value, whys=whys)
        case "define" if isinstance(value, dict):
            return replace(draft, define=value, whys=whys)
        case "limits" if isinstance(value, dict) and isinstance(value.get("rate"), str | list):
            rates = [value["rate"]] if isinstance(value["rate"], str) else value["rate"]
            return replace(draft, rates=tuple(map(str, rates)), whys=whys)
        case "list_id" if isinstance(value, str):
            return replace(draft, list_id=value, whys=whys)
        case _:
            raise UsageError(f"`{key}` cannot be this", hint="write it as in the manifest")


def _call(call: DraftCall, key: str, value: Any) -> DraftCall:
    guesses = {name: why for name, why in call.guesses.items() if name != key}
    match key:
        case "method" if isinstance(value, str):
            return replace(call, method=value.upper(), guesses=guesses)
        case "url" if isinstance(value, str):
            return replace(call, url=value, guesses=guesses)
        case "item":
            return replace(call, item=value, guesses=guesses)
        case "batch" if isinstance(value, dict) and _count(value.get("items")):
            return replace(call, batch=value["items"], single=False, guesses=guesses, settled=True)
        case "batch" if _count(value):
            return replace(call, batch=value, single=False, guesses=guesses, settled=True)
        case "list_id" if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
            return replace(call, list_id=value, id_at=path_in(value.get("response", "")), guesses=guesses)
        case _ if key in _BODIES and isinstance(value, dict | list):
            return replace(call, body=value, guesses=guesses)
        case _:
            raise UsageError(f"`{key}` of `{call.name}` cannot be this", hint="write it as in the manifest")


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0

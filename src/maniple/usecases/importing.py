"""Beginning a destination from a description of the partner's API: OpenAPI, Swagger or a Postman collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from maniple.diagnostics.suggest import hint_for
from maniple.errors import UsageError
from maniple.source.openapi import is_openapi, read_openapi
from maniple.source.operation import ApiDescription, Operation
from maniple.source.plain_text import MAX_CHARACTERS, TextFault, read_plain
from maniple.source.postman import is_postman, read_postman
from maniple.usecases.scaffolding.declarations import Declarations
from maniple.usecases.scaffolding.draft import Draft, Kind
from maniple.usecases.scaffolding.guess import draft_of
from maniple.usecases.scaffolding.ranking import CALLS, NEEDED, Candidate, picked, ranked
from maniple.usecases.scaffolding.sample import of_operation

__all__ = ["CALLS", "NEEDED", "Candidate", "draft_from_api", "operations_json", "picked", "ranked", "read_api"]

_MAX_BYTES: Final = 4 * MAX_CHARACTERS


def read_api(paths: Sequence[Path]) -> ApiDescription:
    """What the files describe; several files of one API are read as one.

    Raises UsageError for a file that is not there, is too large, or is no such description.
    """
    found = [_read(path) for path in paths]
    if len(found) == 1:
        return found[0]
    operations: dict[str, Operation] = {}
    for each in found:
        for operation in each.operations:
            word, count = operation.id, 2
            while word in operations:
                word, count = f"{operation.id} ({count})", count + 1
            operations[word] = replace(operation, id=word)
    notes = tuple(dict.fromkeys(note for each in found for note in each.notes))
    servers = found[0].servers if all(each.servers == found[0].servers for each in found) else ()
    return ApiDescription(found[0].title, tuple(operations.values()), servers, notes)


def _read(path: Path) -> ApiDescription:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"there is no file `{path}`") from None
    except OSError as cause:
        raise UsageError(f"`{path}` cannot be read: {cause.strerror}") from cause
    except UnicodeDecodeError:
        raise UsageError(f"`{path}` is not UTF-8 text", hint="save it as UTF-8") from None
    return describe(str(path), text)


def describe(name: str, text: str) -> ApiDescription:
    """What the text of a file says. Raises UsageError when it is no description of an API, or has no operation."""
    tree: Any = read_plain(text)
    if isinstance(tree, TextFault):
        line = f", in line {tree.line}" if tree.line else ""
        raise UsageError(f"`{name}` cannot be read: {tree.message}{line}")
    if is_openapi(tree):
        api = read_openapi(tree)
    elif is_postman(tree):
        api = read_postman(tree)
    else:
        raise UsageError(
            f"`{name}` is neither OpenAPI or Swagger nor a Postman collection",
            hint="an OpenAPI file has `openapi:` and `paths:`, a Postman export `info` and `item`",
        )
    if not api.operations:
        raise UsageError(f"`{name}` describes no operation", hint="export the whole API, and not only its schemas")
    return api


def chosen(api: ApiDescription, kind: Kind, words: Mapping[str, str]) -> dict[str, str]:
    """The operation's id for each call: what was guessed, and over it what `words` say; an empty word is none.

    Raises UsageError for a call or an operation that is not there.
    """
    picks = picked(ranked(api, kind))
    for call, word in words.items():
        if call not in CALLS[kind]:
            raise UsageError(
                f"`{call}` is no call of a `{kind}` destination",
                hint=hint_for(call, CALLS[kind]) or f"these are: {', '.join(CALLS[kind])}",
            )
        if word:
            picks[call] = _found(api, word).id
        else:
            picks.pop(call, None)
    return {call: picks[call] for call in CALLS[kind] if call in picks}


def _found(api: ApiDescription, word: str) -> Operation:
    """The operation with this id, or this `METHOD /path`."""
    for each in api.operations:
        if word == each.id or word.lower() == f"{each.method} {each.path}".lower():
            return each
    hint = hint_for(word, [each.id for each in api.operations])
    raise UsageError(f"there is no operation `{word}`", hint=hint or "`--list-operations` shows them")


def draft_from_api(slug: str, kind: Kind, api: ApiDescription, picks: Mapping[str, str]) -> Draft:
    """The draft whose calls are the picked operations, by their ids. Raises UsageError when none fits."""
    found = {
        call: of_operation(operation, api.servers)
        for call, id in picks.items()
        if (operation := api.operation(id)) is not None
    }
    carrying = [call for call in found if call in CALLS[kind] and call not in ("rename_list", "delete_list", "verify")]
    if not carrying:
        needed = NEEDED[kind][0]
        raise UsageError(
            f"no operation of the file looks like `{needed}`",
            hint=f"name it: `--operation {needed}=ID`; `--list-operations` shows the ids",
        )
    declarations = Declarations()
    for note in api.notes:
        declarations.note(note)
    draft = draft_of(slug, kind, found, declarations, origin="a description of the API")
    return replace(draft, origin=f"the description of {api.title}" if api.title else draft.origin)


def operations_json(api: ApiDescription, kind: Kind) -> list[dict[str, Any]]:
    """Every operation as plain data; `guessed` is the call it was picked for, `fits` its score for each call."""
    ranking = ranked(api, kind)
    picks = picked(ranking)
    fits: dict[str, dict[str, float]] = {}
    for call, candidates in ranking.items():
        for each in candidates:
            fits.setdefault(each.operation.id, {})[call] = round(each.score, 1)
    return [
        {
            "id": each.id,
            "method": each.method,
            "path": each.path,
            "summary": each.summary,
            "folders": list(each.folders),
            "guessed": [call for call, id in picks.items() if id == each.id],
            "fits": fits.get(each.id, {}),
        }
        for each in api.operations
    ]

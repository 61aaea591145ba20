"""What a person gives on the command line, read and checked: settings, mappings, list ids, destinations."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maniple.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from maniple.manifest.fields import FormField
    from maniple.runtime.program import Program
    from maniple.usecases.destinations import Destination

STDIN = "-"
LONGEST_SETTINGS = 1_000_000
NOT_JSON = {
    "Expecting property name": "a key in double quotes must stand here, and no comma before `}`",
    "Illegal trailing comma": "no comma stands before `}` or `]`",
    "Expecting value": "a value must stand here, text in double quotes",
    "Expecting ':'": "a `:` is missing",
    "Expecting ','": "a `,` is missing",
    "Extra data": "the text goes on after the JSON",
    "Unterminated string": "a quote is opened and never closed",
    "Invalid control character": "a text goes on in the next line, or holds a tab",
}
"""What Python's JSON reader says, in words; never with a piece of the text, which holds secrets."""


def find(word: str) -> Destination:
    """The destination at this path or with this slug. Raises UsageError."""
    from maniple.usecases.destinations import find_destination
    from maniple.wiring import integration_folders

    return find_destination(word, integration_folders())


def manifest_paths(words: Sequence[str]) -> list[Path]:
    """The paths that words name; a word that is no path may be a slug. Raises UsageError."""
    return [Path(word) if Path(word).exists() or "/" in word or "." in word else find(word).path for word in words]


def read_settings(word: str | None, program: Program) -> dict[str, Any]:
    """The settings in the JSON file `word` (`-`: stdin). Raises SettingsError that shows what the JSON looks like."""
    if word is None:
        if all(one.optional or one.default is not None or one.from_ is not None for one in program.fields):
            return {}
        raise SettingsError(
            f"{program.manifest.name} has fields to fill in, and no settings were given",
            hint=f"add `--settings FILE.json`, a file such as {settings_example(program)}",
        )
    shown = "stdin" if word == STDIN else f"`{word}`"
    try:
        given = json.loads(_read(word))
    except FileNotFoundError:
        raise _unusable(f"there is no file {shown}", program) from None
    except OSError as cause:
        raise _unusable(f"{shown} cannot be read: {cause.strerror}", program) from cause
    except (ValueError, RecursionError) as cause:
        # Without the cause: it quotes the text, and the text holds secrets.
        raise _unusable(f"{shown} {_why_not_json(cause)}", program) from None
    if not isinstance(given, dict):
        raise _unusable(f"{shown} must hold one JSON object", program)
    return given


def _read(word: str) -> str:
    """The text of a file of settings. A pipe is one too: `<(pass show acme)`."""
    if word == STDIN:
        text = sys.stdin.read(LONGEST_SETTINGS + 1)
    else:
        with Path(word).open(encoding="utf-8-sig") as stream:
            text = stream.read(LONGEST_SETTINGS + 1)
    if len(text) > LONGEST_SETTINGS:
        raise UsageError(f"the settings have more than {LONGEST_SETTINGS:,} characters")
    return text


def settings_example(program: Program) -> str:
    """The settings of a destination as JSON to be filled in."""
    return json.dumps(
        {
            form_field.name: _example(form_field)
            for form_field in program.fields
            if form_field.from_ is None and (not form_field.optional or form_field.default is not None)
        },
        ensure_ascii=False,
    )


def read_maps(words: Sequence[str] | None) -> dict[str, str]:
    """Property by mapping name from `NAME=PROPERTY` words. Raises UsageError."""
    chosen: dict[str, str] = {}
    for word in words or ():
        name, equals, chosen_property = word.partition("=")
        if not equals or not name or not chosen_property:
            raise UsageError(
                f"`--map {word}` does not say which property a mapping takes", hint="write `--map NAME=PROPERTY`"
            )
        if name in chosen:
            raise UsageError(f"the mapping `{name}` is given twice")
        chosen[name] = chosen_property
    return chosen


def read_list_id(word: str | None) -> int | str | None:
    """A list id as typed: digits are an integer, unless they begin with a zero that a number would lose."""
    if word is None:
        return None
    plain = word.isascii() and word.isdigit() and (word == "0" or word[0] != "0")
    return int(word) if plain else word


def read_query(query: str | None, file: Path | None) -> str | None:
    """The query given in words or in a file (`-`: stdin). Raises UsageError when both are, or the file cannot be read."""
    if file is None:
        return query
    if query is not None:
        raise UsageError("`--query` and `--query-file` say the same thing", hint="give one of them")
    try:
        return sys.stdin.read() if str(file) == STDIN else file.read_text(encoding="utf-8-sig")
    except OSError as cause:
        raise UsageError(f"`{file}` cannot be read: {cause.strerror}") from cause
    except UnicodeDecodeError as cause:
        raise UsageError(f"`{file}` is not UTF-8 text") from cause


def query_words(query: str | None, file: Path | None = None) -> list[str]:
    """The words of a command line that give this query once more."""
    if file is not None:
        return ["--query-file", str(file)]
    return [] if query is None else ["--query", query]


def _why_not_json(cause: Exception) -> str:
    if not isinstance(cause, json.JSONDecodeError):
        return "is not UTF-8 text" if isinstance(cause, UnicodeDecodeError) else "is not JSON"
    if not cause.doc.strip():
        return "is empty"
    why = next((f": {words}" for said, words in NOT_JSON.items() if cause.msg.startswith(said)), "")
    return f"is not JSON (line {cause.lineno}, column {cause.colno}){why}"


def _unusable(message: str, program: Program) -> SettingsError:
    return SettingsError(message, hint=f"the settings of {program.manifest.name} look like {settings_example(program)}")


def _example(form_field: FormField) -> str | int | bool:
    if form_field.default is not None:
        return form_field.default
    match form_field.type:
        case "select" | "buttons":
            return form_field.options[0].value if form_field.options else ""
        case "integer":
            return 1
        case "boolean":
            return True
        case "url":
            return "https://..."
        case "string" | "secret" | "subdomain":
            return "..."

"""`maniple new`: the beginning of a destination."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from maniple.cli.parameters import AsJson, complete_destinations, flag
from maniple.cli.screen import hint, note, stdout
from maniple.cli.words import plural
from maniple.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from maniple.usecases.scaffold import Beginning, Identity
    from maniple.usecases.scaffolding.draft import Kind

_SOURCES = ("--from-curl", "--from-openapi", "--from-postman", "--from", "--template")
_SHOWN_GUESSES = 12

app = App(
    name="new",
    help_epilogue="""\
With --from-curl the curl commands of the partner's documentation become the
calls: one that adds users, or also those that create the list and remove
users. With --from-openapi or --from-postman the operations of the API are
ranked and the likeliest become the calls; --list-operations shows them,
--operation picks others. What was guessed is marked `# guessed:`.

Examples:
  maniple new my-partner
  maniple new my-partner --template list-of-objects
  maniple new my-partner --from infobip
  pbpaste | maniple new my-partner --from-curl -
  maniple new --from-openapi api.yaml --list-operations
  maniple new my-partner --from-openapi api.yaml --operation add_users=addAll""",
)


@app.default
def new(
    slug: Annotated[
        str | None, Parameter(name="SLUG", help="The destination's name: lower case, digits, hyphens.")
    ] = None,
    /,
    *,
    kind: Annotated[
        Literal["list", "property", "snapshot"],
        Parameter(
            name="--kind",
            help="A list with members, a property on each user, or the whole cohort each run.",
        ),
    ] = "list",
    template: Annotated[
        str | None, Parameter(name="--template", metavar="NAME", help="A template; `--list-templates` shows them.")
    ] = None,
    from_: Annotated[
        str | None,
        Parameter(
            name="--from",
            metavar="DESTINATION",
            completer=complete_destinations,
            help="A destination to copy: its slug, or the path of its folder.",
        ),
    ] = None,
    from_curl: Annotated[
        list[str] | None,
        Parameter(
            name="--from-curl", negative="", metavar="FILE", help="curl commands to begin from; `-` reads stdin."
        ),
    ] = None,
    from_openapi: Annotated[
        list[Path] | None,
        Parameter(name="--from-openapi", negative="", metavar="FILE", help="An OpenAPI or Swagger file."),
    ] = None,
    from_postman: Annotated[
        list[Path] | None,
        Parameter(name="--from-postman", negative="", metavar="FILE", help="An exported Postman collection."),
    ] = None,
    operation: Annotated[
        list[str] | None,
        Parameter(
            name="--operation",
            negative="",
            metavar="CALL=ID",
            help="The operation that a call is; `CALL=` is none. For each call again.",
        ),
    ] = None,
    list_operations: Annotated[
        bool, flag("--list-operations", "Show the operations of the file and what was guessed; nothing is written.")
    ] = False,
    list_templates: Annotated[bool, flag("--list-templates", "Show the templates; nothing is written.")] = False,
    into: Annotated[
        Path | None,
        Parameter(name="--into", metavar="FOLDER", help="Where to make its folder: `integrations` if it is here."),
    ] = None,
    json: AsJson = False,
) -> int:
    """Begin a destination."""
    if list_templates:
        return _show_templates(json=json)
    described = [*(from_openapi or ()), *(from_postman or ())]
    _one_source([from_curl, from_openapi, from_postman, from_, template])
    if list_operations:
        return _show_operations(described, kind, json=json)
    if operation and not described:
        raise UsageError("`--operation` picks from a file, and there is none", hint="add `--from-openapi FILE`")
    if slug is None:
        raise UsageError("the destination has no slug", hint="type one, such as `maniple new acme-engage`")
    from maniple.usecases.scaffold import Identity, default_folder, write

    folder = (into if into is not None else default_folder()) / slug
    identity = Identity(slug)
    if described:
        beginning = _from_api(identity, kind, described, operation or (), folder)
    else:
        beginning = _other(identity, kind, template, from_, from_curl, folder)
    made = write(beginning, folder)
    if json:
        stdout().json(_as_json(made, beginning))
        return ExitCode.OK
    for path in made:
        stdout().line(str(path))
    _say_next(folder, beginning)
    return ExitCode.OK


def _one_source(given: Sequence[object]) -> None:
    named = [name for name, value in zip(_SOURCES, given, strict=True) if value]
    if len(named) > 1:
        raise UsageError(f"`{named[0]}` and `{named[1]}` cannot be given together", hint="begin from one of them")


def _other(
    identity: Identity, kind: Kind, template: str | None, source: str | None, curl: list[str] | None, folder: Path
) -> Beginning:
    """The beginning from anything but a description of an API."""
    from maniple.usecases import scaffold

    if template is not None:
        return scaffold.begin_from_template(identity, template, folder)
    if source is not None:
        from maniple.cli.inputs import find

        return scaffold.begin_from_destination(identity, find(source).path, folder)
    if curl:
        return scaffold.begin_from_curl(identity, kind, "\n".join(map(_curl, curl)), folder)
    return scaffold.begin_from_scratch(identity, kind, folder)


def _from_api(identity: Identity, kind: Kind, paths: list[Path], words: Sequence[str], folder: Path) -> Beginning:
    from maniple.usecases.scaffold import begin_from_api

    return begin_from_api(identity, kind, paths, _picks(words), folder)


def _picks(words: Sequence[str]) -> dict[str, str]:
    picks: dict[str, str] = {}
    for word in words:
        call, equals, id = word.partition("=")
        if not equals:
            raise UsageError(f"`--operation {word}` names no call", hint=f"write `--operation add_users={word}`")
        picks[call.strip()] = id.strip()
    return picks


def _curl(word: str) -> str:
    try:
        return sys.stdin.read() if word == "-" else Path(word).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"there is no file `{word}`", hint="`--from-curl -` reads the command from stdin") from None
    except UnicodeDecodeError:
        raise UsageError(f"`{word}` is not UTF-8 text") from None


def _show_operations(paths: list[Path], kind: Kind, *, json: bool) -> int:
    from maniple.cli.table import Column
    from maniple.usecases.importing import operations_json, read_api

    if not paths:
        raise UsageError("`--list-operations` reads a file, and there is none", hint="add `--from-openapi FILE`")
    api = read_api(paths)
    rows = operations_json(api, kind)
    if json:
        stdout().json({"title": api.title, "kind": kind, "operations": rows, "notes": list(api.notes)})
        return ExitCode.OK
    columns = [Column("GUESSED"), Column("METHOD"), Column("PATH"), Column("ID", cut=True), Column("SUMMARY", cut=True)]
    rows.sort(key=lambda row: not row["guessed"])
    cells = [
        [", ".join(row["guessed"]) or "-", *(row[key] for key in ("method", "path", "id", "summary"))] for row in rows
    ]
    stdout().table(columns, cells)
    note(f"{plural(len(rows), 'operation')}")
    for each in api.notes:
        note(f"note: {each}")
    return ExitCode.OK


def _show_templates(*, json: bool) -> int:
    from maniple.cli.table import Column
    from maniple.usecases.templates import TEMPLATES

    if json:
        rows = [{"name": each.name, "kind": each.kind, "title": each.title, "suits": each.suits} for each in TEMPLATES]
        stdout().json({"templates": rows})
        return ExitCode.OK
    columns = [Column("TEMPLATE"), Column("KIND"), Column("SUITS", cut=True)]
    stdout().table(columns, [[each.name, each.kind, each.suits] for each in TEMPLATES])
    return ExitCode.OK


def _as_json(made: list[Path], beginning: Beginning) -> dict[str, object]:
    guesses = [{"place": list(guess.place), "why": guess.why} for guess in beginning.guesses]
    return {"files": [str(path) for path in made], "guesses": guesses, "notes": list(beginning.notes)}


def _say_next(folder: Path, beginning: Beginning) -> None:
    """What was guessed, and what to type next."""
    for guess in beginning.guesses[:_SHOWN_GUESSES]:
        note(f"guessed: {'.'.join(map(str, guess.place))}: {guess.why}")
    if len(beginning.guesses) > _SHOWN_GUESSES:
        note(f"{len(beginning.guesses) - _SHOWN_GUESSES} more are marked `# guessed:` in the manifest")
    shown = shlex.quote(str(folder))
    hint(f"fill the manifest in, then `maniple check {shown}`")
    if {"users.csv", "settings.example.json"} <= set(beginning.files):
        given = shlex.join(["--users", str(folder / "users.csv"), "--settings", str(folder / "settings.example.json")])
        hint(f"see its requests: `maniple preview {shown} {given}`")

"""`maniple new`: the beginning of a destination."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from maniple.cli.screen import hint, stdout
from maniple.errors import ExitCode, UsageError

app = App(
    name="new",
    help_epilogue="""\
With --from-curl the URL, headers and body of a curl command from the
partner's documentation become the call that adds users.

Examples:
  maniple new my-partner
  maniple new my-partner --kind property
  pbpaste | maniple new my-partner --from-curl -""",
)


@app.default
def new(
    slug: Annotated[str, Parameter(name="SLUG", help="The destination's name: lower case, digits, hyphens.")],
    /,
    *,
    kind: Annotated[
        Literal["list", "property", "snapshot"],
        Parameter(
            name="--kind",
            help="A list with members, a property on each user, or the whole cohort each run.",
        ),
    ] = "list",
    from_curl: Annotated[
        str | None, Parameter(name="--from-curl", metavar="FILE", help="A curl command to begin from; `-` reads stdin.")
    ] = None,
    into: Annotated[
        Path | None,
        Parameter(name="--into", metavar="FOLDER", help="Where to make its folder: `integrations` if it is here."),
    ] = None,
) -> int:
    """Begin a destination."""
    from maniple.usecases.scaffold import scaffold

    screen = stdout()
    made = scaffold(slug, kind, _curl(from_curl), into)
    for path in made:
        screen.line(str(path))
    folder = made[0].parent
    given = shlex.join(["--users", str(folder / "users.csv"), "--settings", str(folder / "settings.example.json")])
    hint(f"fill the manifest in, then `maniple check {shlex.quote(str(folder))}`")
    hint(f"see its requests: `maniple preview {shlex.quote(str(folder))} {given}`")
    return ExitCode.OK


def _curl(word: str | None) -> str | None:
    if word is None:
        return None
    try:
        return sys.stdin.read() if word == "-" else Path(word).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"there is no file `{word}`", hint="`--from-curl -` reads the command from stdin") from None
    except UnicodeDecodeError:
        raise UsageError(f"`{word}` is not UTF-8 text") from None

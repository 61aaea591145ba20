"""`maniple fmt`: manifests in canonical form."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from maniple.cli.inputs import manifest_paths
from maniple.cli.parameters import complete_destinations, flag
from maniple.cli.screen import Screen, note, stdout
from maniple.cli.words import plural
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.usecases.form import Formed

_COLORS = {"+": "green", "-": "red", "@": "cyan"}

app = App(
    name="fmt",
    help_epilogue="""\
Keys come into the order of the language's description; comments stay with
their keys. Nothing changes in what a manifest means.

Examples:
  maniple fmt my-partner/manifest.yaml
  maniple fmt integrations --check""",
)


@app.default
def fmt(
    paths: Annotated[
        list[str],
        Parameter(
            name="PATH",
            negative="",
            completer=complete_destinations,
            help="Manifests, their folders, folders of destinations, or slugs.",
        ),
    ],
    /,
    *,
    check: Annotated[
        bool, flag("--check", "Write nothing: show what would change, and exit with 1 when something would.")
    ] = False,
) -> int:
    """Bring manifests into canonical form."""
    from maniple.usecases.form import form, write

    formed = form(manifest_paths(paths))
    changed = [file for file in formed if file.changed]
    screen = stdout()
    for file in changed:
        if check:
            _show_difference(screen, file)
            note(f"would change: {file.path}")
        else:
            write(file)
            screen.line(str(file.path))
    word = "would change" if check else "changed"
    note(f"{plural(len(formed), 'manifest')}, {len(changed):,} {word}")
    return ExitCode.FINDINGS if check and changed else ExitCode.OK


def _show_difference(screen: Screen, file: Formed) -> None:
    before, after = file.before.splitlines(), file.after.splitlines()
    for line in unified_diff(before, after, str(file.path), f"{file.path} (canonical)", lineterm=""):
        style = "bold" if line.startswith(("---", "+++")) else _COLORS.get(line[:1])
        screen.line(screen.paint(line, style) if style else line)

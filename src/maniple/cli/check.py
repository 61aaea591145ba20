"""`maniple check`: everything that is wrong with manifests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from maniple.cli.inputs import manifest_paths
from maniple.cli.parameters import AsJson, complete_destinations, flag
from maniple.cli.screen import note, stderr, stdout
from maniple.cli.words import plural
from maniple.errors import ExitCode

if TYPE_CHECKING:
    from maniple.usecases.check import Checked

app = App(
    name="check",
    help_epilogue="""\
Errors block, warnings and notes only advise. `maniple rules CODE` explains one.
Golden cases (cases.yaml) beside a manifest are read too. --deep makes every request
with quotes, other scripts, line breaks, very long texts and the like, sends none of
them, and says which value changes more of a request than its own place.

Examples:
  maniple check integrations
  maniple check my-partner/manifest.yaml --json
  maniple check my-partner/manifest.yaml --deep
  maniple check integrations --format github""",
)


@app.default
def check(
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
    format: Annotated[
        Literal["text", "json", "github"], Parameter(name="--format", help="How findings are printed.")
    ] = "text",
    deep: Annotated[bool, flag("--deep", "Try odd values in every request; nothing is sent.")] = False,
    seed: Annotated[int, Parameter(name="--seed", metavar="N", help="Other values with --deep.")] = 0,
    json: AsJson = False,
) -> int:
    """Check manifests."""
    from maniple.cli.progress import counting
    from maniple.usecases.check import check as check_manifests

    with counting("Checking manifests", quiet=not deep) as show:
        checked = check_manifests(manifest_paths(paths), deep=deep, seed=seed, show=show)
    match "json" if json else format:
        case "json":
            _print_json(checked)
        case "github":
            _print_github(checked)
        case _:
            _print_text(checked)
    _summarize(checked)
    return ExitCode.FINDINGS if any(file.blocked for file in checked) else ExitCode.OK


def _print_text(checked: Sequence[Checked]) -> None:
    from maniple.diagnostics.render import render_text

    screen = stdout()
    for file in checked:
        for diagnostic in file.findings:
            screen.line(render_text(diagnostic, color=screen.color, width=screen.width))
            screen.line()


def _print_github(checked: Sequence[Checked]) -> None:
    from maniple.diagnostics.render import render_github

    for file in checked:
        for diagnostic in file.findings:
            stdout().line(render_github(diagnostic))


def _print_json(checked: Sequence[Checked]) -> None:
    from maniple.diagnostics.render import render_json

    files = [
        {
            "path": str(file.path),
            "ok": not file.blocked,
            **({"trials": file.trials} if file.trials else {}),
            "findings": [render_json(diagnostic) for diagnostic in file.findings],
        }
        for file in checked
    ]
    stdout().json({"files": files})


def _summarize(checked: Sequence[Checked]) -> None:
    severities = [diagnostic.severity for file in checked for diagnostic in file.findings]
    found = [
        plural(severities.count(severity), severity)
        for severity in ("error", "warning", "note")
        if severity in severities
    ]
    blocked = sum(file.blocked for file in checked)
    screen = stderr()
    verdict = screen.paint("✗", "red") if blocked else screen.paint("✓", "green")
    trials = sum(file.trials for file in checked)
    tried = f" with {plural(trials, 'trial')}" if trials else ""
    counted = f"{plural(len(checked), 'manifest')} checked{tried}, {blocked:,} blocked"
    note(f"{verdict} {counted}: {', '.join(found) or 'no findings'}")

"""`maniple preview`: the exact requests, with nothing sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App

from maniple.cli.parameters import AsJson, DestinationWord, ShowSecrets, TrialOptions, flag
from maniple.cli.screen import note, stdout
from maniple.cli.trial import show_skipped, trial_of
from maniple.cli.words import plural
from maniple.errors import ExitCode
from maniple.usecases.exchange_text import preview_lines

if TYPE_CHECKING:
    from maniple.usecases.preview import Preview

MOST_REQUESTS = 20

app = App(
    name="preview",
    help_epilogue="""\
The requests are byte for byte those that a sync sends for the same users.
Users with `remove` in a column `operation` are shown as leaving; columns
`amp_cohort_name` and `amp_cohort_id` say what the cohort is called.

Examples:
  maniple preview iterable --users users.csv --settings iterable.json
  maniple preview my-partner/manifest.yaml --users users.csv \\
      --settings - --call add_users --map email=e_mail --json < settings.json""",
)


@app.default
def preview(
    path: DestinationWord,
    /,
    *,
    options: TrialOptions,
    json: AsJson = False,
    show_secrets: ShowSecrets = False,
    full: Annotated[bool, flag("--full", "Show every request and body uncut.")] = False,
) -> int:
    """Show the requests of a destination for test users."""
    from maniple.usecases.preview import preview as preview_requests
    from maniple.usecases.preview import request_json

    previewed = preview_requests(trial_of(path, options), show_secrets=show_secrets)
    if json:
        stdout().json(
            {
                "requests": [
                    {**request_json(request), **({"when": condition} if condition else {})}
                    for request, condition in zip(previewed.requests, previewed.conditions, strict=True)
                ],
                "skipped": [{"id": id_, "reason": reason} for id_, reason in previewed.skipped],
            }
        )
        return ExitCode.OK
    _show(previewed, everything=full)
    return ExitCode.OK


def _show(previewed: Preview, *, everything: bool) -> None:
    screen = stdout()
    for line, heading in preview_lines(previewed, most=None if everything else MOST_REQUESTS, everything=everything):
        screen.line(screen.paint(line, "bold") if heading else line)
    show_skipped(screen, previewed.skipped, everything=everything)
    note(
        f"{plural(len(previewed.requests), 'request')}, {plural(len(previewed.skipped), 'user')} skipped; "
        "nothing was sent"
    )

"""`maniple simulate`: a server that plays partners."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from maniple.cli.inputs import manifest_paths
from maniple.cli.parameters import complete_destinations
from maniple.cli.screen import hint, note, stdout
from maniple.errors import ExitCode

HOST = "127.0.0.1"

app = App(
    name="simulate",
    help_epilogue="""\
The server reads requests with the templates that make them, keeps lists and
members, and answers as the partner would. It runs until Ctrl-C; its address is
on stdout as soon as it listens. Nothing is kept when it ends.

Examples:
  maniple simulate iterable --port 8080
  maniple simulate integrations --hostile flaky --seed 7
  maniple sync prod users.csv --cohort Buyers \\
      --via http://127.0.0.1:8080 --allow-private-hosts""",
)


@app.default
def simulate(
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
    port: Annotated[int, Parameter(name="--port", metavar="N", help="0 takes a free port.")] = 0,
    hostile: Annotated[
        str | None,
        Parameter(
            name="--hostile",
            metavar="PROFILE",
            help="How it misbehaves: throttle, flaky, slow, lossy, rejects, list-gone or down.",
        ),
    ] = None,
    seed: Annotated[int, Parameter(name="--seed", metavar="N", help="The same seed, the same trouble.")] = 0,
) -> int:
    """Play the partner."""
    from maniple.testing.simulator.serve import load_simulator, serve_app

    simulator = load_simulator(manifest_paths(paths), hostile, seed)
    for text in simulator.notes:
        note(f"note: {text}")
    try:
        serve_app(simulator, HOST, port, _tell)
    except KeyboardInterrupt:
        # Ctrl-C is how it is meant to end.
        note("stopped")
    return ExitCode.OK


def _tell(port: int) -> None:
    url = f"http://{HOST}:{port}"
    screen = stdout()
    screen.line(url)
    screen.stream.flush()
    hint(f"add `--via {url} --allow-private-hosts` to `maniple test`, `connect` or `sync`; Ctrl-C ends it")

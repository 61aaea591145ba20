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
on stdout as soon as it listens. Nothing is kept when it ends. `GET /__state`
shows what it holds and which troubles it made.

How it misbehaves, with --hostile (several with commas):
  throttle       answers 429 with Retry-After now and then
  throttle-bare  answers 429 without saying how long to wait
  flaky          answers 5xx in bursts
  slow           takes 100 ms for every answer
  uneven         takes up to 40 ms an answer; answers come out of order
  lossy          closes connections without an answer, the work done or not
  hang           never answers some requests, the work done or not
  reset          resets connections in the middle of an answer
  drip           sends some answers drop by drop, a few without end
  truncated      sends some answers cut short inside their JSON
  huge           sends some answers of 11 MB
  garbage        sends a web page, bytes or nothing in place of some answers
  redirect       sends clients to private hosts, or to where they are
  errors-inside  answers 200 with an error inside that its manifest reads
  rejects        refuses one user in fifty, as its manifest reads it
  drops          accepts one user in fifty and does not keep them
  duplicate      does some requests twice, or loses the answer afterwards
  list-gone      loses the list once, before the second request about it
  expiry         refuses a token after 20 requests, until a new sign-in
  skew           has a clock that goes wrong, and throttles by that clock
  down           answers 503 always

Examples:
  maniple simulate iterable --port 8080
  maniple simulate integrations --hostile flaky,reset --seed 7
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
            metavar="NAME[,NAME]",
            help="How it misbehaves; the names are below.",
        ),
    ] = None,
    seed: Annotated[int, Parameter(name="--seed", metavar="N", help="The same seed, the same trouble.")] = 0,
) -> int:
    """Play the partner."""
    from maniple.testing.simulator.serve import load_simulator, serve_app

    simulator = load_simulator(manifest_paths(paths), hostile, seed)
    for why in simulator.left_out:
        note(f"left out: {why}")
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

"""`tools/bench`: reads its words, measures, prints."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from _bench.benches import BENCHES, FULL, QUICK, Bench
from _bench.measure import Sink
from _bench.report import Result, table

DESCRIPTION = """\
How fast maniple is on this machine. Each bench is taken in turn with the same job written by hand (the floor) and with
ready bodies over the barest client (the limit), against a sink on the loopback; docs/concepts/speed.md says how to read
the figures."""


def main(words: list[str] | None = None) -> int:
    """Measure the benches that were named, or all."""
    parser = argparse.ArgumentParser(
        "tools/bench", description=DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHES)}")
    parser.add_argument("--quick", action="store_true", help="fewer users and rounds: under a minute, and rougher")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args(words)
    unknown = [name for name in given.names if name not in BENCHES]
    if unknown:
        parser.error(f"there is no bench `{unknown[0]}`; there are {', '.join(BENCHES)}")
    results = _measure(given.names or list(BENCHES), quick=given.quick)
    if given.json:
        print(json.dumps({"results": [result.as_json() for result in results]}, indent=2))
    else:
        print(table(results))
    return 0


def _measure(names: list[str], *, quick: bool) -> list[Result]:
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="maniple-bench-") as folder, Sink() as sink:
        bench = Bench(Path(folder), sink, QUICK if quick else FULL)
        for name in names:
            print(f"{name} ...", file=sys.stderr, flush=True)
            results.append(BENCHES[name](bench))
    return results


if __name__ == "__main__":
    raise SystemExit(main())

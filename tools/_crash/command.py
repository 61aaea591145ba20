"""`tools/crash`: reads its words, plays rounds on two cores, prints what they add up to."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from _crash.figures import Figures
from _crash.partner import PARALLEL

WORKERS = 2
DESCRIPTION = f"""\
Kills `maniple sync` and `maniple resume` with SIGKILL at random moments while they send cohorts to a hostile partner,
goes on until a run succeeds, and compares the partner's list with the cohort. Kill moments are drawn by time, by the
requests that the partner has seen, and by the phase of the run.

  lost               members who are missing at the partner after a run that succeeded
  wrong              members who are there and should not be, or under another identifier
  repeated_requests  requests for nothing but what an answer had said was done
  max_in_flight      the most requests that the partner had in hand at once

Ends with 0 if nobody is lost or wrong, nothing failed in another way, and each kill cost at most {PARALLEL} repeated
requests, as many as can be in flight."""


def main(words: Sequence[str] | None = None) -> int:
    """Play the rounds and print their figures."""
    parser = argparse.ArgumentParser(
        "tools/crash", description=DESCRIPTION, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=8, metavar="N", help="how many; the nightly run plays 100")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other cohorts and moments")
    parser.add_argument("--only", type=int, metavar="ROUND", help="only this round of the seed")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    given = parser.parse_args(words)
    figures = play_rounds(list(range(given.rounds)) if given.only is None else [given.only], given.seed)
    if given.json:
        print(json.dumps(figures.as_json()))
    else:
        print("\n".join(f"{name:18} {value:6}" for name, value in figures.as_json().items()))
    return 0 if figures.is_sound else 1


def play_rounds(numbers: Sequence[int], seed: int) -> Figures:
    """The figures of these rounds of a seed, all together. What single rounds came to is told on stderr."""
    total = Figures()
    shares = [share for worker in range(WORKERS) if (share := numbers[worker::WORKERS])]
    workers = [_start(seed, share) for share in shares]
    for worker, share in zip(workers, shares, strict=True):
        out, _ = worker.communicate()
        lines = [json.loads(line) for line in out.splitlines()]
        for line in lines:
            figures = Figures(**{**line["figures"], "phases": Counter(line["figures"]["phases"])})
            _tell(line["number"], figures)
            total.add(figures)
        if worker.returncode != 0:
            total.faults.append(f"round {share[len(lines)]} could not be played")
            print(total.faults[-1], file=sys.stderr)
    return total


def _start(seed: int, share: Sequence[int]) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MANIPLE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "_crash.worker", str(seed), *map(str, share)],
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[1])},
        stdout=subprocess.PIPE,
        text=True,
    )


def _tell(number: int, figures: Figures) -> None:
    phases = ", ".join(f"{phase} {count}" for phase, count in sorted(figures.phases.items())) or "none"
    print(f"round {number}: killed in {phases}; {figures.repeated_requests} repeated", file=sys.stderr, flush=True)
    for fault in figures.faults:
        print(f"  {fault}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())

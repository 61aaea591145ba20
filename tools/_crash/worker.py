"""Plays rounds one after another with a partner of its own, and prints a line of JSON for each.

python -m _crash.worker SEED ROUND...
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from _crash.partner import PartnerProcess
from _crash.process import load
from _crash.round import Round


def play(seed: int, numbers: list[int]) -> None:
    """Play these rounds of a seed."""
    load()
    with (
        tempfile.TemporaryDirectory(prefix="maniple-crash-") as folder,
        PartnerProcess(Path(folder), seed) as partner,
    ):
        for number in numbers:
            place = Path(folder) / f"round-{number}"
            place.mkdir()
            figures = Round(place, partner, seed, number).play()
            print(json.dumps({"number": number, "figures": vars(figures)}), flush=True)


if __name__ == "__main__":
    play(int(sys.argv[1]), [int(word) for word in sys.argv[2:]])

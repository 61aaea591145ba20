"""`python -m maniple` is the `maniple` command."""

from __future__ import annotations

import sys

from maniple.cli.main import run

if __name__ == "__main__":
    sys.exit(run())

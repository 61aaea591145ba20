"""`tools/generate [--check]`."""

from __future__ import annotations

import argparse
import sys

from _generate import ROOT, outdated, write


def main() -> int:
    """Write, or with `--check` compare; 1 when something is out of date."""
    parser = argparse.ArgumentParser(prog="tools/generate", description="Writes what is made from the models.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is out of date")
    if not parser.parse_args().check:
        for path in write():
            print(f"wrote {path.relative_to(ROOT)}")
        return 0
    stale = outdated()
    for path, difference in stale.items():
        print(f"{path.relative_to(ROOT)} is out of date\n{difference}\n", file=sys.stderr)
    if stale:
        print("run `tools/generate`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

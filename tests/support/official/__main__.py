"""Print how the destinations fit their partners' descriptions: `tools/official [--json] [SLUG ...]`."""

from __future__ import annotations

import argparse
import json
import sys

from .documents import VARIABLE, folder_of_descriptions
from .report import Report, destinations, report_on
from .table import as_data, as_text


def main(arguments: list[str]) -> int:
    """Print the table; 1 when something is invalid or listed in vain, 2 without descriptions."""
    parser = argparse.ArgumentParser(prog="tools/official", description=__doc__)
    parser.add_argument("slug", nargs="*", help="the destinations to look at (all)")
    parser.add_argument("--json", action="store_true", help="as JSON")
    chosen = parser.parse_args(arguments)
    folder = folder_of_descriptions()
    if folder is None:
        print(f"there are no descriptions: name their folder in {VARIABLE}", file=sys.stderr)
        return 2
    report: Report = report_on(folder, chosen.slug or destinations())
    print(json.dumps(as_data(report), indent=2) if chosen.json else as_text(report))
    return 1 if report.stale or any(row.verdict == "invalid" for row in report.rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m maniple` is the `maniple` command."""

from __future__ import annotations

from maniple.cli.main import main

if __name__ == "__main__":
    main()

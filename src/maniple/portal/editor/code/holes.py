"""Where the holes of a line stand, so that they can be seen in any text."""

from __future__ import annotations

import re

_HOLE = re.compile(r"\$\$|(\$[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*~?)|(\{\{.*?\}\})")


def holes_in(line: str) -> list[tuple[int, int]]:
    """First and last+1 column of each `$name` and `{{ expression }}` of a line; `$$` is a dollar."""
    if "$" not in line and "{{" not in line:
        return []
    return [found.span() for found in _HOLE.finditer(line) if found[0] != "$$"]

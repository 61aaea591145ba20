"""Where holes, and the keys and texts of JSON with holes, stand in a line."""

from __future__ import annotations

import re

_HOLE = re.compile(r"\$\$|(\$[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*~?)|(\{\{.*?\}\})")


def holes_in(line: str) -> list[tuple[int, int]]:
    """First and last+1 column of each `$name` and `{{ expression }}` of a line; `$$` is a dollar."""
    if "$" not in line and "{{" not in line:
        return []
    return [found.span() for found in _HOLE.finditer(line) if found[0] != "$$"]


_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"?(?P<colon>\s*:)?')


def json_texts(line: str) -> list[tuple[int, int, str]]:
    """First and last+1 column of each quoted text of a line, and whether it is a key: the grammar of JSON, which knows
    no holes, loses its way behind one."""
    return [
        (
            found.start(),
            found.start("colon") if found["colon"] else found.end(),
            "json.label" if found["colon"] else "string",
        )
        for found in _TEXT.finditer(line)
    ]

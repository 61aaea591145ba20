"""The index of `docs/rules`."""

from __future__ import annotations

from maniple.diagnostics.codes import CODES, Code

_FAMILIES = {
    "MAN1": ("Reading", "From the file to plain data. Nothing else is looked at until the file can be read."),
    "MAN2": ("Templates and variables", "Holes, expressions, filters, and where a variable has a value."),
    "MAN3": ("Requests", "URLs and headers, and what must never stand in them."),
    "MAN4": ("Shape", "Keys, types and allowed values."),
    "MAN5": ("Meaning", "The parts of a manifest must fit each other."),
    "MAN6": ("Advice", "A manifest that runs, and could be better for those who use and review it. Never blocks."),
    "MAN9": ("This version", "What the language has and this version of maniple does not run."),
}


def page() -> str:
    """The text of `docs/rules/README.md`."""
    parts = [
        "# Findings",
        "",
        "Every finding of `maniple check` has a code that stays the same from version to version. An *error* blocks: a",
        "manifest with one is not used. A *warning* or a *note* does not. Each page says what the code means and why it",
        "matters, with an example that gives it and one that does not; the examples are run as tests.",
        "",
        "An example shows only the keys in which it differs from a complete manifest,",
        "[tests/rules/base.yaml](../../tests/rules/base.yaml); line numbers are those of the complete text.",
    ]
    for family, (title, about) in _FAMILIES.items():
        parts += ["", f"## {title}", "", about, "", "| code | | what is wrong |", "|---|---|---|"]
        parts += [_row(code) for name, code in CODES.items() if name.startswith(family)]
    return "\n".join(parts) + "\n"


def _row(code: Code) -> str:
    return f"| [{code.code}]({code.code}.md) | {code.severity} | **{code.title}.** {code.summary.replace('|', chr(92) + '|')} |"

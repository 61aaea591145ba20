"""`maniple rules`: what a finding's code stands for."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from maniple.cli.parameters import AsJson
from maniple.cli.screen import Screen, stdout
from maniple.cli.table import Column
from maniple.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from maniple.diagnostics.codes import Code

PAGES = Path(__file__).resolve().parents[3] / "docs" / "rules"
"""The pages of a checkout; an installed package explains with what it has."""

app = App(
    name="rules",
    help_epilogue="""\
Examples:
  maniple rules MAN201
  maniple rules --json""",
)


@app.default
def rules(
    code: Annotated[str | None, Parameter(name="CODE", help="A code such as MAN201; all of them without one.")] = None,
    /,
    *,
    json: AsJson = False,
) -> int:
    """Explain the code of a finding."""
    from maniple.diagnostics.codes import CODES
    from maniple.diagnostics.suggest import hint_for

    screen = stdout()
    known = CODES.get(code.upper()) if code else None
    if code and known is None:
        raise UsageError(f"there is no code `{code}`", hint=hint_for(code, CODES) or "`maniple rules` lists the codes")
    if json:
        screen.json(asdict(known) if known else [asdict(rule) for rule in CODES.values()])
    elif known:
        _explain(screen, known)
    else:
        screen.table(
            [Column("CODE"), Column("SEVERITY"), Column("TITLE", cut=True)],
            [(rule.code, rule.severity, rule.title) for rule in CODES.values()],
        )
    return ExitCode.OK


def _explain(screen: Screen, code: Code) -> None:
    page = PAGES / f"{code.code}.md"
    if not page.is_file():
        screen.line(f"{screen.paint(f'{code.severity}[{code.code}]', 'bold')}: {code.title}")
        for paragraph in (code.summary, code.fix):
            screen.line()
            screen.paragraph(paragraph)
        return
    text = page.read_text(encoding="utf-8")
    if not screen.terminal:
        screen.line(text.rstrip("\n"))
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(file=screen.stream, width=min(screen.width, 100), no_color=not screen.color).print(Markdown(text))

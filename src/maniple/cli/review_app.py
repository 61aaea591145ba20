"""The verbs of `maniple review` are kept here; each module that has some adds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeAlias

from cyclopts import App, Group, Parameter

LOOKING = Group("Look at it", sort_key=1)
DECIDING = Group("Say and decide", sort_key=2)
AUTHOR = Group("For its author", sort_key=3)

app = App(
    name="review",
    group_commands=LOOKING,
    help_epilogue="""\
A submission is named by its id, the beginning of one, or the integration's slug.
You are whom MANIPLE_USER names, else who is logged in.

Examples:
  maniple review list
  maniple review show my-partner
  maniple review cases my-partner && maniple review try my-partner
  maniple review comment my-partner "Is this documented?" --at manifest.yaml:31
  maniple review request-changes my-partner "The limit is 100/s, see the docs"
  maniple review approve my-partner --yes""",
)
app["--help"].group = AUTHOR
Verb: TypeAlias = Callable[..., int]


def verb(name: str, group: Group, *examples: str) -> Callable[[Verb], Verb]:
    """Makes a function a verb of `maniple review`. `examples` are what follows `maniple review`."""
    shown = "\n".join(("Examples:", *(f"  maniple review {example}" for example in examples)))

    def add(function: Verb) -> Verb:
        app.command(function, name=name, group=group, help_epilogue=shown)
        return function

    return add


def complete_submissions(_context: Any) -> Iterable[str]:
    """The slugs of submissions, for the shell's completion."""
    from maniple.wiring import Workspace

    with Workspace.open() as workspace:
        return sorted({row.slug for row in workspace.store.list_submissions()})


SubmissionWord: TypeAlias = Annotated[
    str, Parameter(name="SUBMISSION", completer=complete_submissions, help="Its id, the beginning of one, or the slug.")
]

"""What was decided in the wizard so far, and which steps follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, assert_never

from maniple.errors import UsageError
from maniple.source.operation import ApiDescription
from maniple.source.text import Path as Place
from maniple.usecases import scaffold
from maniple.usecases.scaffold import Beginning, Identity
from maniple.usecases.scaffolding.draft import Kind

Start: TypeAlias = Literal["scratch", "template", "copy", "curl", "file"]
Step: TypeAlias = Literal["connection", "kind", "start", "operations", "review"]


@dataclass(frozen=True)
class Plan:
    """Every choice. `slug_typed`: the slug no longer follows the name. `source` is the path of the one that is copied.

    `api` is what `file` describes; `picks` are the operations that were chosen, by call, an empty one for none;
    `changes` are values in the place of guesses.
    """

    name: str = ""
    slug: str = ""
    slug_typed: bool = False
    category: str = "other"
    summary: str = ""
    kind: Kind = "list"
    start: Start = "scratch"
    template: str = ""
    source: str = ""
    curl: str = ""
    file: str = ""
    api: ApiDescription | None = field(default=None, repr=False)
    picks: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[Place, Any] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, in order; operations are picked only where a file has them."""
        picking: tuple[Step, ...] = ("operations",) if self.start == "file" else ()
        return ("connection", "kind", "start", *picking, "review")

    @property
    def typed(self) -> bool:
        """Something would be lost."""
        return bool(self.name or self.slug or self.summary or self.curl or self.file)

    @property
    def identity(self) -> Identity:
        """What the integration is called."""
        return Identity(self.slug, self.name.strip(), self.category, self.summary.strip())


def begin(plan: Plan, folder: Path) -> Beginning:
    """The integration of the plan, which is to lie in `folder`; nothing is written. Raises UsageError, OperatorError."""
    beginning = _begin(plan, folder)
    for place, value in plan.changes.items():
        try:
            beginning = scaffold.revise(beginning, place, value, folder)
        except UsageError:
            # The guess was of another beginning.
            continue
    return beginning


def _begin(plan: Plan, folder: Path) -> Beginning:
    match plan.start:
        case "scratch":
            return scaffold.begin_from_scratch(plan.identity, plan.kind, folder)
        case "template":
            return scaffold.begin_from_template(plan.identity, plan.template, folder)
        case "copy":
            return scaffold.begin_from_destination(plan.identity, Path(plan.source), folder)
        case "curl":
            return scaffold.begin_from_curl(plan.identity, plan.kind, plan.curl, folder)
        case "file":
            assert plan.api is not None
            return scaffold.begin_from_description(plan.identity, plan.kind, plan.api, plan.picks, folder)
        case _:
            assert_never(plan.start)

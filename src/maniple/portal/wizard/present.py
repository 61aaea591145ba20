"""What the wizard says, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from textual.content import Content

from maniple.diagnostics.cells import cell_count, visible
from maniple.portal.wizard.plan import Start, Step
from maniple.source.operation import ApiDescription
from maniple.source.text import Path
from maniple.usecases.importing import Candidate
from maniple.usecases.naming import Known
from maniple.usecases.scaffolding.draft import Kind
from maniple.usecases.scaffolding.yaml_text import inline
from maniple.usecases.templates import Template

STEPS: Final[dict[Step, str]] = {
    "connection": "Connection",
    "kind": "Kind",
    "start": "Start from",
    "operations": "Operations",
    "review": "Review",
}
ASKED: Final[dict[Step, str]] = {
    "connection": "What is the integration called, and where does the catalogue list it?",
    "kind": "What does a cohort become at the partner?",
    "start": "What do you begin from?",
    "operations": "Which operation of the API is which call?",
    "review": "This is what will be written. Look at what was guessed.",
}
KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "list": (
        "List",
        "A cohort is a list, segment or audience at the partner. It is created once; users are added and removed.",
    ),
    "property": (
        "Property",
        "There are no lists. A property of each user says whether they are in the cohort: set on entering, unset on leaving.",
    ),
    "snapshot": (
        "Snapshot",
        "The partner gets the whole cohort in every run and replaces what it had, often as one file.",
    ),
}
STARTS: Final[dict[Start, tuple[str, str]]] = {
    "scratch": ("Scratch", "A small example to change."),
    "template": ("Template", "A starting point for a common shape of API, with golden cases."),
    "copy": ("Existing integration", "A copy of one of yours or of the catalogue."),
    "curl": ("Pasted curl", "curl commands from the partner's documentation."),
    "file": ("API description", "An OpenAPI, Swagger or Postman file."),
}
CALLS: Final[dict[str, str]] = {
    "create_list": "Creates the list",
    "add_users": "Adds users",
    "remove_users": "Removes users",
    "set_property": "Sets the property",
    "unset_property": "Takes the property away",
    "replace_users": "Takes the whole cohort",
    "rename_list": "Renames the list (optional)",
    "delete_list": "Deletes the list (optional)",
    "verify": "Checks the credentials (optional)",
}
_GLYPHS: Final = {"done": "✓", "now": "●", "later": "○"}


def stepper(steps: Sequence[Step], now: Step) -> Content:
    """The line that shows where one is: a glyph and a word for each step."""
    place = steps.index(now)
    parts: list[Content | tuple[str, str] | str] = []
    for number, step in enumerate(steps):
        state = "done" if number < place else "now" if number == place else "later"
        style = {"done": "$text-success", "now": "bold $text-primary", "later": "$text-muted"}[state]
        parts += [("  ─  ", "$text-muted")] if number else []
        parts.append((f"{_GLYPHS[state]} {STEPS[step]}", style))
    return Content.assemble(*parts)


def place_in_steps(steps: Sequence[Step], now: Step) -> str:
    """`step 2 of 4`."""
    return f"step {steps.index(now) + 1} of {len(steps)}"


def titled(title: str, text: str) -> Content:
    """An option of a list: a title and below it a sentence."""
    return Content.assemble((visible(title), "bold"), "\n", (visible(text), "$text-muted"))


def template_option(template: Template) -> Content:
    """A template in the list of templates."""
    return titled(template.title, template.suits)


def known_option(known: Known) -> Content:
    """A destination in the list of those that can be copied."""
    where = "yours" if known.own else "catalogue"
    return Content.assemble(
        (visible(known.name), "bold"), "  ", (visible(f"{known.slug} · {known.kind or '?'} · {where}"), "$text-muted")
    )


def matching(known: Sequence[Known], word: str, kind: str) -> list[Known]:
    """The destinations whose name or slug has `word` in it: those of the kind first, and that begin with the word."""
    wanted = word.strip().casefold()
    found = [each for each in known if wanted in f"{each.slug} {each.name}".casefold()]
    return sorted(found, key=lambda each: (each.kind != kind, not each.name.casefold().startswith(wanted)))


def said_of_api(api: ApiDescription) -> str:
    """What a file turned out to be."""
    count = len(api.operations)
    servers = f", {len(api.servers)} servers" if len(api.servers) > 1 else ""
    title = f"{api.title}: " if api.title else ""
    return visible(f"✓ {title}{count:,} operation{'s' if count != 1 else ''}{servers}")


def candidate_text(candidate: Candidate) -> str:
    """A ranked operation in a picker."""
    operation = candidate.operation
    summary = f" · {operation.summary}" if operation.summary else ""
    return visible(f"{operation.method} {operation.path}{summary}")


def place_text(place: Path) -> str:
    """A place in the manifest as a person writes it: `add_users.batch`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def value_text(value: Any, longest: int = 0) -> str:
    """A value as YAML in one line; with `longest`, cut to that many characters."""
    text = visible(inline(value))
    return cut(text, longest) if longest else text


def cut(text: str, room: int) -> str:
    """A text in `room` cells, with a mark when something is missing."""
    if cell_count(text) <= room:
        return text
    kept = ""
    for char in text:
        if cell_count(kept + char) > room - 1:
            break
        kept += char
    return kept.rstrip() + "…"

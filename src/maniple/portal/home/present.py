"""The texts of the home screen."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.content import Content

from maniple.diagnostics.cells import visible
from maniple.portal.states import STATES
from maniple.usecases.destinations import CatalogueEntry
from maniple.usecases.integrations import Details, Integration, State

if TYPE_CHECKING:
    from maniple.manifest.model import Manifest
    from maniple.store.control.submission_rows import NoticeRow

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0

TIERS: Final[Mapping[str, str]] = {"": "–", "bronze": "★ bronze", "silver": "★★ silver", "gold": "★★★ gold"}

NEXT_STEPS: Final[Mapping[State, str]] = {
    "draft": "press s to see what a submission would send",
    "released": "your organisation can use it; press s to have it reviewed for everybody",
    "under_review": "a reviewer has it; s shows what was said so far",
    "changes_requested": "a reviewer asks for changes: s shows them",
    "approved": "it is in the catalogue; edit it and submit again to change it there",
    "rejected": "s shows the reviewer's reason",
    "withdrawn": "you took it back; press s to submit it again",
    "deprecated": "no new connections are made to it; s shows why",
}


def ago(seconds: float, at: float) -> str:
    """How long something is past, in few cells; `at` is when it was, for what is longer past than a month."""
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h ago"
    if seconds < 2 * DAY:
        return "yesterday"
    if seconds < 31 * DAY:
        return f"{int(seconds // DAY)} days ago"
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def count(number: int, noun: str) -> str:
    """A number and its noun in the fitting form."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown_path(path: Path, environ: Mapping[str, str]) -> str:
    """A folder as its owner would write it: from here, or from home."""
    absolute = os.path.abspath(path)
    here = os.getcwd()
    if absolute == here:
        return "this folder"
    if absolute.startswith(here + os.sep):
        return visible(os.path.relpath(absolute, here))
    home = environ.get("HOME", "")
    if home and absolute.startswith(home.rstrip(os.sep) + os.sep):
        return visible(f"~{absolute[len(home.rstrip(os.sep)) :]}")
    return visible(absolute)


def masthead(folder: str, author: str, unread: int) -> Content:
    """The line on top: where one is, who one is, and whether reviewers said something."""
    told = (f"   ✉ {count(unread, 'new message')}  [m]", "$text-warning") if unread else ""
    return Content.assemble(
        (" maniple ", "bold $text-primary"), f" {folder} ", (f" {visible(author)}", "$foreground-muted"), told
    )


def messages(notices: Sequence[NoticeRow], now: float) -> Content:
    """What reviewers said, the latest first."""
    if not notices:
        return Content("Nobody has said anything yet.")
    lines = [
        Content.assemble((f"{ago(now - notice.at, notice.at):>12}", "$foreground-muted"), f"  {visible(notice.text)}")
        for notice in notices
    ]
    return Content("\n").join(lines)


def name_of(integration: Integration, details: Details | None) -> str:
    """What a row is called: the integration's name, else its folder's."""
    return visible(details.name if details is not None and details.name else integration.slug)


def state_words(state: State) -> str:
    """A state as sign and word."""
    sign, word, _ = STATES[state]
    return f"{sign} {word}"


def checks(details: Details | None) -> tuple[str, str]:
    """What was found in a manifest, and the theme's colour for it."""
    if details is None:
        return "…", "foreground-muted"
    if details.errors:
        return f"✗ {count(details.errors, 'error')}", "text-error"
    if details.warnings:
        return f"▲ {count(details.warnings, 'warning')}", "text-warning"
    return "✓ clean", "text-success"


def edited(integration: Integration, now: float) -> str:
    """When it was last written; that something was typed and not saved matters more."""
    return "unsaved text" if integration.unsaved else ago(now - integration.edited, integration.edited)


def row_details(integration: Integration, details: Details | None, state: State) -> Content:
    """What is said below the table about the row with the cursor."""
    title = Content.assemble(
        (name_of(integration, details), "bold"), (f"  {visible(integration.slug)}", "$foreground-muted")
    )
    if details is None:
        return Content("\n").join([title, Content.styled("Its manifest is being read …", "$foreground-muted")])
    kind = f"{visible(details.kind)}-based" if details.kind else ""
    category = category_words(details.category) if details.category else ""
    facts = " · ".join(word for word in (category, kind, visible(details.version)) if word)
    lines = [title, *([Content.styled(facts, "$foreground-muted")] if facts else [])]
    if details.summary:
        lines.append(Content(visible(details.summary)))
    lines.append(_next_step(details, state))
    return Content("\n").join(lines)


def _next_step(details: Details, state: State) -> Content:
    words, colour = checks(details)
    if details.errors:
        keep = "keeps" if details.errors == 1 else "keep"
        return Content.assemble((words, f"${colour}"), f" {keep} it from being used: enter opens it at the first")
    sign, word, state_colour = STATES[state]
    return Content.assemble(
        (words, f"${colour}"), "   ", (f"{sign} {word}", f"${state_colour}"), f": {NEXT_STEPS[state]}"
    )


def nothing_yet(folder: str) -> Content:
    """What an author reads who has no integration yet."""
    return Content.assemble(
        ("Nothing here yet\n\n", "bold"),
        "An integration says how a partner's API takes a cohort: which calls are made, with\n"
        "which bodies, and how the answers are read. It is a folder with a manifest in ",
        (folder, "bold"),
        ".\n\n",
        ("  n  ", "bold reverse"),
        "  begin one: from scratch, a template, a curl command, an API file\n\n",
        ("  2  ", "bold reverse"),
        "  look at the catalogue: c there starts yours from one that works\n\n",
        ("  f1 ", "bold reverse"),
        "  says on every screen what it is for, and its keys",
    )


def nothing_found(words: str) -> Content:
    """What is said when a search finds nothing."""
    return Content.assemble("Nothing here matches ", (visible(words), "bold"), ". Escape clears the search.")


def category_words(category: str) -> str:
    """A category as it is read: `marketing-automation` is marketing automation."""
    return visible(category.replace("-", " ")) or "no category"


def categories(entries: Sequence[CatalogueEntry]) -> list[tuple[str, str]]:
    """The choices of the filter: label and value. Everything is the empty value."""
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.category] = counts.get(entry.category, 0) + 1
    return [
        ("every category", ""),
        *((f"{category_words(name)} ({counts[name]})", name) for name in sorted(counts) if name),
    ]


def tile_lines(entry: CatalogueEntry, width: int) -> tuple[str, str, str, str]:
    """Name, facts and two lines of summary of a tile, each of at most `width` characters."""
    facts = f"{category_words(entry.category)} · {entry.kind or 'not readable'}"
    if entry.deprecated is not None:
        facts = f"⊘ deprecated · {facts}"
    elif entry.internal:
        facts = f"◈ internal · {facts}"
    if entry.problems:
        facts = f"✗ {count(entry.problems, 'error')} · {facts}"
    first, second = _two_lines(visible(entry.summary), width)
    return _cut(visible(entry.name), width), _cut(facts, width), first, second


def _two_lines(text: str, width: int) -> tuple[str, str]:
    if len(text) <= width:
        return text, ""
    at = text.rfind(" ", 0, width + 1)
    at = at if at > 0 else width
    return text[:at], _cut(text[at:].strip(), width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def entry_text(manifest: Manifest, entry: CatalogueEntry) -> Content:
    """Everything that a catalogue page says of a destination."""
    ways = manifest.auth if isinstance(manifest.auth, list) else [manifest.auth]
    facts = [
        ("category", category_words(manifest.category)),
        ("kind", f"{manifest.kind}-based"),
        ("version", manifest.version),
        ("cadences", ", ".join(manifest.cadences)),
        ("signs in by", ", ".join(way.kind.replace("_", " ") for way in ways)),
        ("set-up asks for", ", ".join(field.label for field in manifest.fields) or "nothing"),
        ("maps", ", ".join(mapping.label for mapping in manifest.mappings) or "nothing"),
    ]
    width = max(len(label) for label, _ in facts)
    lines = [Content.styled(visible(manifest.summary), "bold"), Content("")]
    lines += [
        Content.assemble((label.rjust(width), "$foreground-muted"), f"  {visible(value)}")
        for label, value in facts
        if value
    ]
    if entry.deprecated is not None:
        lines += [Content(""), Content.styled(f"⊘ deprecated: {visible(entry.deprecated)}", "$text-warning")]
    elif entry.internal:
        lines += [Content(""), Content.styled("◈ released internally: nobody has reviewed it", "$text-accent")]
    if manifest.description:
        lines += [Content(""), Content(visible(" ".join(manifest.description.split())))]
    if manifest.maintainer is not None:
        lines += [
            Content(""),
            Content.styled(f"maintained by {visible(manifest.maintainer.name)}", "$foreground-muted"),
        ]
    return Content("\n").join(lines)

"""The templates that a destination can be begun from: folders that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from maniple.diagnostics.suggest import hint_for
from maniple.errors import UsageError
from maniple.usecases.scaffolding.draft import Kind

_FILES: Final = ("manifest.yaml", "cases.yaml", "README.md", "users.csv", "settings.example.json")


@dataclass(frozen=True, slots=True)
class Template:
    """A starting point: its name, its kind, its title and in a sentence for which APIs it is."""

    name: str
    kind: Kind
    title: str
    suits: str


TEMPLATES: Final = (
    Template("list-of-ids", "list", "List of ids", "Calls carry a plain array of ids, as `{userIds: [u1, u2]}` does."),
    Template(
        "list-of-objects",
        "list",
        "List of objects",
        "Calls carry an object for each user, with an e-mail address, a phone number or an id, and answers name refused users.",
    ),
    Template(
        "oauth-list",
        "list",
        "List behind OAuth 2",
        "The end user signs in and grants access; tokens are kept fresh.",
    ),
    Template(
        "async-import",
        "list",
        "Import by a job",
        "Users are handed over to a job, which is asked until it is done and then for its errors.",
    ),
    Template(
        "user-property",
        "property",
        "Property on each user",
        "There are no lists: an attribute of each user says whether they are in the cohort.",
    ),
    Template(
        "snapshot-file",
        "snapshot",
        "Snapshot file",
        "The whole cohort goes out as one CSV file in each run.",
    ),
)
"""Every template, the simplest first."""


def template(name: str) -> Template:
    """The template of this name. Raises UsageError when there is none."""
    for each in TEMPLATES:
        if each.name == name:
            return each
    names = [each.name for each in TEMPLATES]
    raise UsageError(f"there is no template `{name}`", hint=hint_for(name, names) or f"these are: {', '.join(names)}")


def template_files(name: str) -> dict[str, bytes]:
    """The content of the template's files, the manifest first. Raises UsageError when there is no such template."""
    folder: Traversable = files("maniple") / "scaffolds" / template(name).name
    return {each: (folder / each).read_bytes() for each in _FILES}

"""A manifest: one destination, complete. These models are the one truth of the language's shape.

The JSON Schema, the set-up form, the reference page and the editor's completion are all made from them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field

from maniple.auth import Auth
from maniple.auth.none import NoneAuth
from maniple.manifest.answers import ErrorRules, Rejects
from maniple.manifest.base import Duration, ManifestModel, PathExpression, Template, Tree
from maniple.manifest.call import Call, QueryValue
from maniple.manifest.fields import FormField
from maniple.manifest.limits import BatchSize, Limits
from maniple.manifest.mappings import CohortName, Mapping

Cadence = Literal["once", "hourly", "daily", "realtime"]
KnownCategory = Literal[
    "advertising",
    "analytics",
    "attribution",
    "cdp",
    "collaboration",
    "customer-engagement",
    "data-warehouse",
    "experimentation",
    "feature-flags",
    "marketing-automation",
    "messaging",
    "qualitative-feedback",
    "storage",
    "webhook",
    "other",
]
CATEGORIES: tuple[str, ...] = get_args(KnownCategory)
Category = KnownCategory | Annotated[str, Field(min_length=1, max_length=40)]
"""The catalogue's categories; a partner may have its own, which is advised against."""
Kind = Literal["list", "property", "snapshot"]

CALL_NAMES = (
    "create_list",
    "add_users",
    "remove_users",
    "update_users",
    "set_property",
    "unset_property",
    "replace_users",
    "rename_list",
    "delete_list",
    "count_members",
    "list_members",
    "verify",
)
"""Every call a manifest may have, in canonical order."""
CALLS_WITH_USERS = ("add_users", "remove_users", "update_users", "set_property", "unset_property", "replace_users")
"""The calls that always carry users; `create_list` does with `first_batch`."""


class Maintainer(ManifestModel):
    """Who answers for the manifest."""

    name: str
    """The company or team."""
    support: str
    """A URL or e-mail address for help."""


class KeepUsers(ManifestModel):
    """Sends unchanged members again, for partners that forget them."""

    as_: Literal["add_users", "update_users"] = Field(default="add_users", alias="as")
    """The call that is used."""
    every: Duration | Literal["run"]
    """How often: `25d`, or `run` for every run."""


def _no_boolean(value: Any) -> Any:
    # To Python `True == 1`, so the literal alone would take it.
    return "true" if value is True else value


class Manifest(ManifestModel):
    """A destination described for maniple."""

    manifest: Annotated[Literal[1], BeforeValidator(_no_boolean)]
    """The version of the manifest language."""
    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, examples=["acme-engage"])
    """The destination's name in file names and commands: lower case, digits, hyphens; the folder's name."""
    version: str = Field(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$", examples=["1.0.0"])
    """The version of this manifest (semver); a breaking change needs a new major."""
    name: str = Field(min_length=1, max_length=80)
    """The display name, unique in the catalogue."""
    category: Category = "other"
    """Where the catalogue lists it."""
    summary: str = Field(default="", max_length=140)
    """One line for the tile."""
    description: str | None = None
    """What it does and for whom."""
    logo: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]+\.png$")
    """A PNG beside the manifest."""
    maintainer: Maintainer | None = None
    """Who answers for it."""
    sources: list[str] = Field(default_factory=list)
    """Where the facts come from, with dates."""

    kind: Kind
    """`list`: a list with members. `property`: a property on each user. `snapshot`: the whole cohort each run."""
    cadences: list[Cadence] = Field(default=["once", "hourly", "daily", "realtime"], min_length=1)
    """How often syncs may run."""

    auth: Auth | list[Auth] = NoneAuth(kind="none")
    """How the partner is authenticated, for all calls."""
    headers: dict[Template, Template] = Field(default_factory=dict)
    """Additional headers, on every call."""
    query: dict[Template, QueryValue] = Field(default_factory=dict)
    """Query parameters, on every call."""
    fields: list[FormField] = Field(default_factory=list)
    """Custom fields: they become the set-up form."""
    define: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], Template] = Field(default_factory=dict)
    """Constants, for what would be repeated."""
    mappings: list[Mapping] = Field(default_factory=list)
    """User property to partner identifier, chosen by the end user."""
    require: list[list[str]] = Field(default_factory=list)
    """Groups of mappings: each user needs at least one of each group."""
    cohort_name: CohortName = CohortName()
    """What is done to the cohort's name."""
    list_id: Template | None = None
    """Names the list when there is no `create_list`."""

    create_list: Call | None = None
    """Creates the list; called on the first sync."""
    add_users: Call | None = None
    """Adds users who entered."""
    remove_users: Call | None = None
    """Removes users who left."""
    update_users: Call | None = None
    """Adds and removes in one call, told apart by `$operation` or `$membership`."""
    set_property: Call | None = None
    """Sets the property on users who entered."""
    unset_property: Call | None = None
    """Takes the property from users who left."""
    replace_users: Call | None = None
    """Gets the whole cohort each run."""
    rename_list: Call | None = None
    """Called when the cohort is renamed."""
    delete_list: Call | None = None
    """Called when the sync is deleted."""
    count_members: Call | None = None
    """Reads how many members the list has."""
    list_members: Call | None = None
    """Reads the list's members."""
    verify: Call | None = None
    """Checks the credentials."""
    keep_users: KeepUsers | None = None
    """Sends unchanged members again."""

    item: Tree = None
    """Default `item` of the calls."""
    batch: BatchSize | None = None
    """Default `batch` of the calls."""
    rejects: Rejects | None = None
    """Default `rejects` of the calls that are one request."""
    success: PathExpression | None = None
    """Default `success` of the calls."""
    limits: Limits = Limits()
    """How fast the partner may be called."""
    errors: ErrorRules = Field(default_factory=list)
    """What error replies mean, for every call."""

    @property
    def calls(self) -> dict[str, Call]:
        """The calls that are written, by name, in canonical order."""
        return {name: call for name in CALL_NAMES if (call := getattr(self, name)) is not None}

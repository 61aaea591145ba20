"""How a partner's answers are read: error classification, refused users, the list's id."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from maniple.manifest.base import Duration, ManifestModel, PathExpression, Template

CallName = Literal[
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
]
Then: TypeAlias = Literal[
    "recreate_list",
    "refresh_auth",
    "split_batch",
    "reject_items",
    "drop_rejected_and_resend",
    "pause_sync",
    "treat_as_success",
]
StatusClass = Literal["1xx", "2xx", "3xx", "4xx", "5xx"]


class RetryAfter(ManifestModel):
    """Try again after a fixed time."""

    after: Duration
    """How long to wait, such as `10min`."""


class ErrorRule(ManifestModel):
    """One meaning of a reply. The first rule that fits speaks; a call's own rules come before the manifest's."""

    status: int | StatusClass | list[int | StatusClass] | None = None
    """An HTTP status, a class such as `4xx`, or a list of them."""
    body: Any = None
    """The sub error code: a JSON fragment contained in the reply, as PostgreSQL's `@>` contains."""
    where: PathExpression | None = None
    """A JMESPath over the reply that must be true."""
    calls: list[CallName] = Field(default_factory=list)
    """The calls the rule is for; all when nothing is said."""
    reason: str | None = None
    """The failure in a few words, as the sync's history shows it."""
    message: Template | None = None
    """What a marketer should know and do."""
    retry: bool | RetryAfter | None = None
    """Overrides whether the call is tried again."""
    then: Then | None = None
    """What else follows."""

    @model_validator(mode="after")
    def _rule_says_something(self) -> ErrorRule:
        if self.status is None and self.body is None and self.where is None:
            raise PydanticCustomError("MAN403", "an error rule needs `status`, `body` or `where`")
        if self.reason is None and self.then != "treat_as_success":
            raise PydanticCustomError("MAN403", "an error rule needs a `reason`, the failure in a few words")
        return self


class SameAs(ManifestModel):
    """Copies the error rules of another call."""

    same_as: CallName
    """The call whose own rules are copied."""


ErrorRules: TypeAlias = list[ErrorRule | SameAs] | SameAs


class Rejects(ManifestModel):
    """Names the users that a 2xx reply refused."""

    rows: PathExpression | None = None
    """The refused rows; an object's entries become `{key, value}` rows; null means none."""
    where: PathExpression | None = None
    """Keeps the rows for which it is true; positions stay."""
    by: Literal["index", "value", "pointer"] | None = None
    """How a row names users: by position, by identifier, or by a JSON pointer."""
    at: PathExpression | None = None
    """Where in a row the number, identifier or pointer stands; without it, by index, the row's own position."""
    base: Literal[0, 1, 2] = 0
    """What the partner calls the first position; 2 when it counts the lines of a file and line 1 is the header."""
    item: Template | None = None
    """By value: what the identifier is compared with, for each user."""
    pattern: str | None = Field(default=None, max_length=500)
    """By pointer: a regular expression with a group `index`."""
    reason: PathExpression | None = None
    """Where in a row the reason stands (`key` for an object's key)."""
    message: PathExpression | None = None
    """Where in a row the partner's message stands."""
    retry: PathExpression | None = None
    """Rows for which this is true are tried again."""
    count: PathExpression | None = None
    """How many were refused, when the reply does not say whom."""

    @model_validator(mode="after")
    def _rows_are_addressed(self) -> Rejects:
        if self.rows is None and self.count is None:
            raise PydanticCustomError("MAN403", "`rejects` needs `rows` or `count`")
        if self.rows is not None and self.by is None:
            raise PydanticCustomError("MAN403", "`rejects` with `rows` needs `by`: index, value or pointer")
        if self.by == "value" and self.item is None:
            raise PydanticCustomError("MAN403", "`rejects` by value needs `item`: what the identifier is compared with")
        if self.by == "pointer" and self.pattern is None:
            raise PydanticCustomError(
                "MAN403", "`rejects` by pointer needs `pattern`: a regular expression with a group `index`"
            )
        return self


class Match(ManifestModel):
    """Matches rows of a reply back to the items of the batch."""

    rows: PathExpression
    """The rows of the reply."""
    by: Literal["index", "value", "pointer"] = "value"
    """How a row names a user."""
    at: PathExpression | None = None
    """Where in a row the number, identifier or pointer stands."""
    item: Template | None = None
    """By value: what the identifier is compared with."""
    pattern: str | None = None
    """By pointer: a regular expression with a group `index`."""
    base: Literal[0, 1, 2] = 0
    """What the partner calls the first position; 2 when it counts the lines of a file and line 1 is the header."""
    exact: bool = False
    """By value: the same letters in another case are another identifier."""
    where: PathExpression | None = None
    """Keeps the rows for which it is true."""
    save: dict[str, PathExpression] = Field(default_factory=dict)
    """Values of the row kept for the user: variable to JMESPath."""
    missing: Literal["reject", "already_gone", "create", "continue"] = "reject"
    """What becomes of users that no row names."""


class ListId(ManifestModel):
    """Where the id of a created list comes from: exactly one of these."""

    response: PathExpression | None = None
    """A JMESPath into the reply's body."""
    request: PathExpression | None = None
    """A JMESPath into the request's own body, for partners that answer without an id."""
    header: str | None = None
    """A header of the reply; of an address in `Location` the last part, `9` of `https://api.acme.test/lists/9`."""
    field: str | None = None
    """A field of the set-up form."""
    value: Template | None = None
    """A template."""

    @model_validator(mode="after")
    def _one_source(self) -> ListId:
        given = [
            name for name in ("response", "request", "header", "field", "value") if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise PydanticCustomError(
                "MAN406", "`list_id` needs exactly one of `response`, `request`, `header`, `field` and `value`"
            )
        return self

    @field_validator("header")
    @classmethod
    def _header_is_a_name(cls, value: str | None) -> str | None:
        if value is not None and not value.replace("-", "").isalnum():
            raise PydanticCustomError("MAN303", "`{name}` is not a header name", {"name": value})
        return value

"""Golden cases: what a destination must send, and how it must read answers, written by hand from the partner's docs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from maniple.manifest.answers import CallName, Then
from maniple.manifest.base import ManifestModel


class CohortNamed(ManifestModel):
    """The cohort of a case."""

    name: str
    id: str
    url: str = ""


class ExpectedRequest(ManifestModel):
    """A request that must go out."""

    method: str
    url: str
    """The whole URL, percent-encoded as it travels."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers that must be there with these values; others may be there too."""
    body: Any = None
    """The body as data (JSON with its types, forms and XML in texts, lines as a list), or as text with the boundary of a
    multipart body written `boundary`."""


class CannedReply(ManifestModel):
    """An answer the partner gives. `status: 0` is a transport failure."""

    status: int
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    """JSON as data, or text as it is."""
    failure: str | None = None
    in_doubt: bool = False


class SkippedUser(ManifestModel):
    """A user for whom nothing is sent."""

    id: str
    reason: str


class RejectedUser(ManifestModel):
    """A user whom the partner refuses."""

    id: str
    reason: str | None = None


class ExpectedOutcome(ManifestModel):
    """How the answers must be read."""

    result: Literal["delivered", "failed"]
    list_id: str | int | None = None
    members: int | list[str] | None = None
    """The number that `count_members` reads, or the identifiers that `list_members` reads, in the partner's order."""
    rejected: list[RejectedUser] = Field(default_factory=list)
    reason: str | None = None
    message: str | None = None
    action: Then | None = None
    retries: int | None = None
    in_doubt: bool | None = None


class Case(ManifestModel):
    """One case: users and settings in, requests out, answers in, an outcome out."""

    name: str
    """What it shows, as a sentence."""
    call: CallName
    operation: Literal["add", "remove"] | None = None
    """For `update_users`: which of the two."""
    users: list[dict[str, Any]] = Field(default_factory=list)
    """Users as rows of user properties."""
    settings: dict[str, Any] | None = None
    mappings: dict[str, str | list[str]] | None = None
    cohort: CohortNamed | None = None
    list_: dict[str, Any] | None = Field(default=None, alias="list")
    requests: list[ExpectedRequest] = Field(default_factory=list)
    skipped: list[SkippedUser] = Field(default_factory=list)
    replies: list[CannedReply] = Field(default_factory=list)
    """The partner's answers, in order; those of its sign-in apart."""
    token: dict[str, Any] | str | list[CannedReply] | None = None
    """What the partner's sign-in answers: a body for a 200, or whole replies in order."""
    token_requests: list[ExpectedRequest] = Field(default_factory=list)
    """Requests for tokens that must go out, compared when it is written."""
    outcome: ExpectedOutcome | None = None


class Cases(ManifestModel):
    """A destination's golden cases; the top level holds defaults for all of them."""

    version: Literal[1] = 1
    """The version of this format."""
    settings: dict[str, Any] = Field(default_factory=dict)
    mappings: dict[str, str | list[str]] = Field(default_factory=dict)
    """The user property of each mapping, a list of them for one that takes many; `name.target` says what a mapping with
    `one_of` is."""
    cohort: CohortNamed = CohortNamed(name="Golden cohort", id="c0h0rt")
    list_: dict[str, Any] = Field(default_factory=dict, alias="list")
    now: str = "2026-11-20T10:00:00Z"
    """The run's start, and the moment of signatures."""
    token: dict[str, Any] | str | list[CannedReply] = Field(
        default_factory=lambda: {"access_token": "golden_token", "token_type": "Bearer", "expires_in": 3600}
    )
    """What the partner's sign-in answers: a body for a 200, or whole replies in order."""
    cases: list[Case]

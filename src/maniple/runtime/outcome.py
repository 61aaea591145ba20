"""What became of a call: values, one per way it can end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from maniple.wire import Reply, Request

Action: TypeAlias = Literal[
    "fail",
    "recreate_list",
    "refresh_auth",
    "split_batch",
    "reject_items",
    "drop_rejected_and_resend",
    "pause_sync",
    "treat_as_success",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What befell one user of a batch instead of delivery.

    `row` is the user's position in the batch, from 0. `rejected`: the partner refused this user;
    `skipped`: nothing could be sent for this user (unresolved mapping, too large for a request).
    """

    row: int
    kind: Literal["rejected", "skipped"]
    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Classification:
    """How a reply was read: the reason and message a marketer sees, and which rule said so.

    `rule` is the rule's place in the manifest (`errors[0]`, `add_users.errors[2]`), or None for the default.
    """

    reason: str
    message: str
    rule: str | None = None
    status: int = 0
    action: Action = "fail"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its reply."""

    request: Request
    reply: Reply


@dataclass(frozen=True, slots=True)
class Delivered:
    """The partner accepted the batch, but for the users in `verdicts`."""

    verdicts: tuple[Verdict, ...] = ()
    requests: int = 1
    """Requests sent, retries included; 0 when every user was skipped."""
    retries: int = 0
    saved: Mapping[str, Any] = field(default_factory=dict)
    """Values taken from the reply (`list_id`), by variable name."""
    rejected_uncounted: int = 0
    """Users the partner says it refused without naming them."""
    last: Exchange | None = None
    again: tuple[Verdict, ...] = ()
    """Users whom the partner refused and would take later, by their position in the request."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The batch was not accepted. `in_doubt`: it was sent, and no answer says whether it was done, so the partner may
    hold it."""

    why: Classification
    in_doubt: bool = False
    verdicts: tuple[Verdict, ...] = ()
    requests: int = 1
    retries: int = 0
    last: Exchange | None = None
    named: tuple[Verdict, ...] = ()
    """Users of whom the refusal speaks, by their position in the request."""


Outcome: TypeAlias = Delivered | Failed

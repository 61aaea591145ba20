"""What a simulated partner has: its lists and their members, and how often it was asked for what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from maniple.testing.simulator.members import Member, shown_in_order

FIRST_ID = 1001


@dataclass
class MemberList:
    """A list at the partner, or the users who have the cohort's property. `requests` counts those about its members."""

    name: str | None
    members: set[Member] = field(default_factory=set)
    requests: int = 0


@dataclass
class Batches:
    """The requests with users. `repeated` were the same, byte for byte, as one before."""

    users: int = 0
    largest: int = 0
    seen: Counter[bytes] = field(default_factory=Counter)

    def count(self, mark: bytes, users: int) -> None:
        """Count one request with `users` users."""
        self.users += users
        self.largest = max(self.largest, users)
        self.seen[mark] += 1

    def shown(self) -> dict[str, int]:
        """The figures as plain data."""
        total = self.seen.total()
        return {
            "different": len(self.seen),
            "repeated": total - len(self.seen),
            "largest": self.largest,
            "users": self.users,
        }


@dataclass
class PartnerState:
    """Everything one partner remembers."""

    lists: dict[str, MemberList] = field(default_factory=dict)
    requests: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    batches: Batches = field(default_factory=Batches)
    created: dict[bytes, int] = field(default_factory=dict)
    """The list that a create request made whose answer was lost, by the request's mark."""
    lost: bool = False
    """A list has vanished by itself."""
    next_id: int = FIRST_ID

    def new_id(self) -> int:
        """The id of the next list."""
        self.next_id += 1
        return self.next_id - 1

    def shown(self, *, counts: bool) -> dict[str, Any]:
        """The state as plain data; with `counts` the number of members in their place."""
        lists = {
            list_id: {"name": one.name, "members": len(one.members) if counts else shown_in_order(one.members)}
            for list_id, one in self.lists.items()
        }
        return {
            "lists": lists,
            "requests": self.requests,
            "calls": dict(sorted(self.calls.items())),
            "refused": {str(status): count for status, count in sorted(self.refused.items())},
            "batches_seen": self.batches.shown(),
        }

"""What a simulated partner has: its lists and their members, and how often it was asked for what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from maniple.testing.simulator.members import Member, shown_in_order
from maniple.wire import SIGN_IN

FIRST_ID = 1001


@dataclass
class MemberList:
    """A list at the partner, or the users who have the cohort's property. `requests` counts those about its members."""

    name: str | None
    members: set[Member] = field(default_factory=set)
    requests: int = 0
    unheard: set[Member] = field(default_factory=set)
    """Members, past ones too, about whom the last request got no answer: the client cannot know where they stand."""

    def is_known(self, operation: str, members: list[Member]) -> bool:
        """The client was told already that all of these are members, or (`remove`) that none of them is."""
        there = self.members.issuperset(members) if operation == "add" else self.members.isdisjoint(members)
        return bool(members) and there and self.unheard.isdisjoint(members)


@dataclass
class Batches:
    """The requests with users.

    `repeated` were the same, byte for byte, as one before; `needless` asked for nothing but what an answer had said
    was done.
    """

    users: int = 0
    largest: int = 0
    needless: int = 0
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
            "needless": self.needless,
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
    troubles: Counter[str] = field(default_factory=Counter)
    """How many requests each hostile profile has befallen."""
    batches: Batches = field(default_factory=Batches)
    created: dict[bytes, int] = field(default_factory=dict)
    """The list that a create request made whose answer was lost, by the request's mark."""
    lost: bool = False
    """A list has vanished by itself."""
    served: int = 0
    """Requests since the client last signed in."""
    sign_ins: int = 0
    next_id: int = FIRST_ID

    def serve_token(self) -> int:
        """Count a request as one that came with the token of the last sign-in; how many there were."""
        if self.sign_ins != self.calls[SIGN_IN]:
            self.served, self.sign_ins = 0, self.calls[SIGN_IN]
        self.served += 1
        return self.served

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
            "calls": {name: count for name, count in sorted(self.calls.items()) if count},
            "refused": {str(status): count for status, count in sorted(self.refused.items())},
            "troubles": dict(sorted(self.troubles.items())),
            "batches_seen": self.batches.shown(),
        }

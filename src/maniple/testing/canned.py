"""A partner who gives the answers of a golden case, in order, to whatever it is asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from maniple.manifest.cases import CannedReply
from maniple.runtime.outcome import Outcome
from maniple.wire import Flow, Reply, Request, Wait


@dataclass
class Played:
    """What a case made happen. A request that is sent again is in `requests` once; `pauses` are seconds.

    `skipped` and `rejected` are the id and the reason of each such user.
    """

    requests: list[Request] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    unanswered: list[Request] = field(default_factory=list)
    unused_replies: int = 0


class OutOfReplies(Exception):
    """A case has fewer replies than its requests ask for."""


class CannedPartner:
    """Performs the effects of flows: requests get `replies`, pauses are written down and not waited for."""

    def __init__(self, replies: Sequence[CannedReply]) -> None:
        self.played = Played()
        self._replies = [reply_of(canned) for canned in replies]
        self._mute = not replies

    def meet(self, flow: Flow[Outcome]) -> Outcome | None:
        """Drive one flow to its end and keep its outcome; None after the first request when no reply was given at all.

        Raises OutOfReplies when the replies do not suffice.
        """
        sent: Request | None = None
        answer: Any = None
        while True:
            try:
                effect = flow.send(answer)
            except StopIteration as end:
                outcome: Outcome = end.value
                self.played.outcomes.append(outcome)
                return outcome
            answer = None
            if isinstance(effect, Wait):
                self.played.pauses.append(effect.seconds)
            if not isinstance(effect, Request):
                continue
            if effect != sent:
                self.played.requests.append(effect)
            if self._mute:
                return None
            sent, answer = effect, self._next_reply(effect)

    def _next_reply(self, request: Request) -> Reply:
        if not self._replies:
            self.played.unanswered.append(request)
            raise OutOfReplies
        return self._replies.pop(0)

    def close(self) -> Played:
        """What was played, once nothing more will be asked."""
        self.played.unused_replies = len(self._replies)
        return self.played


def reply_of(canned: CannedReply) -> Reply:
    """The reply that a case writes down."""
    if canned.status == 0:
        return Reply.unreached(canned.failure or "the connection failed", in_doubt=canned.in_doubt)
    body = b""
    if "body" in canned.model_fields_set:
        body = canned.body.encode() if isinstance(canned.body, str) else json.dumps(canned.body).encode()
    return Reply(canned.status, tuple(canned.headers.items()), body)

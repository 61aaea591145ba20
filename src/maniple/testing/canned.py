"""A partner who gives the answers of a golden case, in order, to whatever it is asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from maniple.manifest.cases import CannedReply
from maniple.runtime.outcome import Outcome
from maniple.wire import SIGN_IN, Flow, Moment, Nonce, Recall, Record, Remember, Reply, Request, Wait

NONCE = "0123456789abcdef"


@dataclass
class Played:
    """What a case made happen. A request that is sent again is in `requests` once; `pauses` are seconds.

    `skipped` and `rejected` are the id and the reason of each such user, `members` the identifiers read back.
    """

    requests: list[Request] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    token_requests: list[Request] = field(default_factory=list)
    unanswered: list[Request] = field(default_factory=list)
    unused_replies: int = 0


class OutOfReplies(Exception):
    """A case has fewer replies than its requests ask for."""


class CannedPartner:
    """Performs the effects of flows: requests get `replies`, pauses are written down and not waited for.

    Its sign-in answers with `token`, the same each time when it is a body. `moment` is its only time, in seconds since
    the Unix epoch, and chance is always the same.
    """

    def __init__(
        self, replies: Sequence[CannedReply], token: Sequence[CannedReply] | Any = None, moment: float = 0.0
    ) -> None:
        self.played = Played()
        self._replies = [reply_of(canned) for canned in replies]
        self._mute = not replies
        self._tokens = _tokens_of(token)
        self._moment = moment
        self._remembered: dict[str, Any] = {}

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
            match effect:
                case Request(call=call) if call == SIGN_IN:
                    answer = self._token_for(effect)
                    continue
                case Request():
                    pass
                case _:
                    answer = self._perform(effect)
                    continue
            if effect != sent:
                self.played.requests.append(effect)
            if self._mute:
                return None
            sent, answer = effect, self._next_reply(effect)

    def _perform(self, effect: Any) -> Any:
        match effect:
            case Wait(seconds):
                self.played.pauses.append(seconds)
            case Moment():
                return self._moment
            case Nonce(octets):
                return (NONCE * octets)[: 2 * octets]
            case Record(outcome=list(identifiers)):
                self.played.members += identifiers
            case Recall(key):
                return self._remembered.get(key)
            case Remember(key, value):
                self._remembered[key] = value
        return None

    def _token_for(self, request: Request) -> Reply:
        self.played.token_requests.append(request)
        if not self._tokens:
            self.played.unanswered.append(request)
            raise OutOfReplies
        return self._tokens.pop(0) if len(self._tokens) > 1 else self._tokens[0]

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


def _tokens_of(token: Any) -> list[Reply]:
    """The answers of the sign-in; the last one is given again and again."""
    if isinstance(token, list | tuple):
        return [reply_of(canned) for canned in token]
    return [] if token is None else [reply_of(CannedReply(status=200, body=token))]

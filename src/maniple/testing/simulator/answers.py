"""The answers a simulated partner gives, made so that its manifest reads them as they are meant."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from maniple.runtime.authorize import places_token
from maniple.runtime.classify import Accepted, Refused, classify
from maniple.runtime.flow import read_list_id
from maniple.runtime.outcome import Action
from maniple.runtime.program import CallProgram
from maniple.template.text import text_of
from maniple.testing.simulator.build import NoSuchAnswer, accepting_body, failing_bodies, put, refusing_answer
from maniple.testing.simulator.match import Captures
from maniple.testing.simulator.naming import makes_id
from maniple.testing.simulator.refusal import RefusedUser, can_refuse, identifier_of, refuse
from maniple.testing.simulator.shape import Received
from maniple.testing.simulator.trouble import Manner
from maniple.wire import Headers, Reply, Request

PROBE_ID = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner answers: a status and a tree for a JSON body, and how that is given.

    `made` is the id of a list it made.
    """

    status: int
    tree: Any = field(default_factory=dict)
    headers: Headers = ()
    made: int | None = None
    manner: Manner = None

    @property
    def body(self) -> bytes:
        """The body as it travels."""
        return orjson.dumps(self.tree)

    def as_reply(self) -> Reply:
        """The answer as a client sees it."""
        return Reply(self.status, self.headers, self.body)


@dataclass(frozen=True)
class CallAnswers:
    """The answers to one call. None: the manifest has no rule for it, or none that can be answered to."""

    call: CallProgram
    accepted: Answer
    gone: Answer | None
    no_user: Answer | None
    names_users: bool
    """Refused users can be named inside a success."""
    failing: Answer | None
    """A 200 that is read as a failure."""

    @property
    def can_refuse(self) -> bool:
        """Refusing a user has an effect."""
        return self.names_users or (self.call.single and self.no_user is not None)

    def created(self, list_id: int) -> Answer:
        """The answer to a call that made a list, with what the manifest takes from it."""
        tree = self.accepted.tree
        for saved in self.call.first.save:
            if saved.expression is not None:
                value = list_id if saved.name == "list_id" else f"{saved.name}-{list_id}"
                tree = put(tree, saved.expression.parsed, value)
        source = self.call.list_id
        headers: Headers = ()
        if source is not None and source.source == "response":
            tree = put(tree, source.expression.parsed, list_id)
        elif source is not None and source.source == "header":
            headers = ((source.written, str(list_id)),)
        return Answer(200, tree, headers, list_id)

    def refusing(self, positions: list[int], users: list[Captures]) -> Answer:
        """The answer to a call of which the users at `positions` were refused."""
        if not self.names_users or self.call.first.rejects is None:
            return self.no_user or self.accepted
        refused = [RefusedUser(at, identifier_of(self.call.first.rejects, users[at])) for at in positions]
        return Answer(200, refuse(self.call.first.rejects, self.accepted.tree, refused, len(users)))


def answers_to(call: CallProgram) -> CallAnswers:
    """The answers to one call. Raises NoSuchAnswer when none can be built that its manifest reads as success."""
    accepted = Answer(200, accepting_body(call))
    answers = CallAnswers(
        call=call,
        accepted=accepted,
        gone=_answer_by_rule(call, "recreate_list"),
        no_user=_answer_by_rule(call, "reject_items"),
        names_users=can_refuse(call, accepted.tree),
        failing=_failing(call),
    )
    probe = answers.created(PROBE_ID) if call.name == "create_list" else accepted
    if not isinstance(classify(call.first.rules, call.first.success, probe.as_reply(), {}), Accepted):
        raise NoSuchAnswer(f"the simulator cannot build an answer that `{call.name}` reads as success")
    if call.list_id is not None and makes_id(call):
        found = read_list_id(call, Request("POST", ""), probe.as_reply(), {})
        if text_of(found) != str(PROBE_ID):
            raise NoSuchAnswer(f"the simulator cannot build an answer in which `{call.list_id.written}` finds an id")
    return answers


def _answer_by_rule(call: CallProgram, action: Action) -> Answer | None:
    """An answer that the first rule with this action fits."""
    for rule in call.first.rules:
        if rule.action != action:
            continue
        try:
            answer = Answer(*refusing_answer(rule))
        except NoSuchAnswer:
            continue
        reading = classify(call.first.rules, call.first.success, answer.as_reply(), {})
        if isinstance(reading, Refused) and reading.why.rule == rule.place:
            return answer
    return None


def _failing(call: CallProgram) -> Answer | None:
    """A 200 that the manifest reads as a failure: by a rule that fits it, or because `success` is false."""
    step = call.first
    trees: list[Any] = []
    for rule in step.rules:
        fits = rule.any_status or 200 in rule.statuses or 2 in rule.classes
        if not fits or rule.action != "fail" or not (rule.has_body or rule.where is not None):
            continue
        with suppress(NoSuchAnswer):
            trees.append(refusing_answer(rule)[1])
    trees += failing_bodies(step.success)
    answers = [Answer(200, tree) for tree in trees]
    return next((one for one in answers if _is_refused(classify(step.rules, step.success, one.as_reply(), {}))), None)


def _is_refused(reading: Accepted | Refused) -> bool:
    return isinstance(reading, Refused) and reading.why.action == "fail"


def has_credentials(call: CallProgram, request: Received) -> bool:
    """The request has what one of the call's auth kinds always sends; that it is there counts, not what it is."""
    headers = {name for name, value in request.headers if value}
    query = {name for name, _ in parse_qsl(urlsplit(request.target).query)} if "?" in request.target else set()
    if places_token(call.first):
        return True
    wanted = [
        ({name.lower() for name in one.kind.sets_header()}, set(one.kind.sets_query())) for one in call.first.auth.kinds
    ]
    return not wanted or any(names <= headers and pairs <= query for names, pairs in wanted)

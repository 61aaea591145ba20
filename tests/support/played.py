"""A flow played against replies that are written down: no clock, no loop, no sockets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from maniple.runtime.flow import create_list, deliver
from maniple.runtime.outcome import Outcome
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Program
from maniple.wire import Flow, Recall, Remember, Reply, Request, Wait
from support.manifests import context


@dataclass
class Played:
    """The requests that a flow made, how long it waited, and what came of it."""

    outcome: Outcome
    requests: list[Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Method and path with query of each request."""
        return [(request.method, request.url.removeprefix("https://api.acme.test")) for request in self.requests]

    @property
    def bodies(self) -> list[Any]:
        """The JSON bodies; None where there is none."""
        return [json.loads(request.body) if request.body else None for request in self.requests]

    @property
    def verdicts(self) -> list[tuple[int, str, str]]:
        """Row, kind and reason of each verdict."""
        return [(verdict.row, verdict.kind, verdict.reason) for verdict in self.outcome.verdicts]


def answer(body: Any = None, status: int = 200, **headers: str) -> Reply:
    """A JSON reply."""
    return Reply(status, tuple(headers.items()), b"" if body is None else json.dumps(body).encode())


def play(flow: Flow[Outcome], replies: Iterable[Reply], memory: dict[str, Any] | None = None) -> Played:
    """Run a flow whose requests get `replies` in turn."""
    waiting = list(replies)
    known = {} if memory is None else memory
    requests: list[Request] = []
    waits: list[float] = []
    given: Any = None
    try:
        while True:
            effect = flow.send(given)
            given = None
            match effect:
                case Request():
                    requests.append(effect)
                    given = waiting.pop(0)
                case Wait(seconds):
                    waits.append(seconds)
                case Recall(key):
                    given = known.get(key)
                case Remember(key, value):
                    known[key] = value
    except StopIteration as end:
        return Played(end.value, requests, waits)


def played_add(of: Program, columns: dict[str, list[Any]], *replies: Reply, **saved: Any) -> Played:
    """A batch of users added: all of them in one batch."""
    size = len(next(iter(columns.values())))
    call = of.call_for("add")
    (prepared,) = prepare(call, context(of, **saved), Batch("add", 0, columns, size))
    return play(deliver(call, prepared, lambda: 0.0), replies)


def played_remove(of: Program, columns: dict[str, list[Any]], *replies: Reply) -> Played:
    """A batch of users removed."""
    size = len(next(iter(columns.values())))
    call = of.call_for("remove")
    (prepared,) = prepare(call, context(of), Batch("remove", 0, columns, size))
    return play(deliver(call, prepared, lambda: 0.0), replies)


def played_create(of: Program, *replies: Reply) -> Played:
    """The list created."""
    assert of.create is not None
    return play(create_list(of.create, context(of), lambda: 0.0), replies)

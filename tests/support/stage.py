"""A stage for flows with credentials: replies in order, one moment, one nonce, a memory; nothing is waited for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from maniple.wire import SIGN_IN, Conceal, Hold, Moment, Nonce, Recall, Release, Remember, Reply, Request, Wait


@dataclass
class Stage:
    """Performs effects. `asked` are token requests, `sent` all others, `concealed` what is secret from then on."""

    tokens: list[Reply] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    moment: float = 1_000_000.0
    nonce: str = "00" * 16
    memory: dict[str, Any] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    sent: list[Request] = field(default_factory=list)
    concealed: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def play(self, flow: Any) -> Any:
        """The flow's result."""
        answer: Any = None
        while True:
            try:
                effect = flow.send(answer)
            except StopIteration as end:
                return end.value
            answer = self._perform(effect)

    def _perform(self, effect: Any) -> Any:
        match effect:
            case Request(call=call) if call == SIGN_IN:
                self.asked.append(effect)
                return self.tokens.pop(0)
            case Request():
                self.sent.append(effect)
                return self.replies.pop(0)
            case Moment():
                return self.moment
            case Nonce():
                return self.nonce
            case Recall(key):
                return self.memory.get(key)
            case Remember(key, value):
                self.memory[key] = value
            case Conceal(texts):
                self.concealed += texts
            case Wait(seconds):
                self.waits.append(seconds)
            case Hold(key):
                self.held.append(key)
            case Release(key):
                self.held.remove(key)
        return None


def form_of(request: Request) -> dict[str, str]:
    """A form body, by name."""
    from urllib.parse import parse_qsl

    return dict(parse_qsl((request.body or b"").decode(), keep_blank_values=True))


def given(values: dict[str, Any], found: Iterable[str] = ()) -> Any:
    """What a kind is given, with values by template; paths are keys of the reply."""
    from maniple.auth import Given

    return Given(
        lambda template: values.get(template, template),
        lambda path, tree: tree.get(path) if isinstance(tree, dict) else None,
    )

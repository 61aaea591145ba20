"""A sender that answers from a list."""

from __future__ import annotations

from maniple.wire import Reply, Request


class ScriptedSender:
    """`ports.Sender` for tests: the n-th request gets the n-th of `answers`; an exception among them is raised."""

    def __init__(self, *answers: Reply | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[Request] = []
        self.closed = False

    async def send(self, request: Request) -> Reply:
        self.sent.append(request)
        answer = self.answers[len(self.sent) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        self.closed = True

"""The edges of maniple as Protocols: what a use case needs from the world, and nothing about how it is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from maniple.wire import Reply, Request


class Sender(Protocol):
    """Sends one request and answers with one reply; a transport failure is a reply too, never an exception."""

    async def send(self, request: Request) -> Reply: ...

    async def close(self) -> None: ...


class Clock(Protocol):
    """Time as the edge sees it."""

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for pauses and rates."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class Memory(Protocol):
    """What the flows of one connection share: its tokens, and whose turn it is to get one."""

    async def recall(self, key: str) -> Any: ...

    async def remember(self, key: str, value: Any, seconds: float | None) -> None: ...

    async def hold(self, key: str) -> Any:
        """Wait for `key`; the word it was last released with meanwhile, else None."""
        ...

    def release(self, key: str, word: Any = None) -> None: ...

    def conceal(self, texts: tuple[str, ...]) -> None:
        """`texts` are secrets from now on."""
        ...


@dataclass(frozen=True)
class Message:
    """A mail. `to` are addresses; `text` is plain text."""

    to: tuple[str, ...]
    subject: str
    text: str


class Notifier(Protocol):
    """Brings messages to people who are not looking at maniple."""

    @property
    def reviewers(self) -> tuple[str, ...]:
        """The addresses of those who review; empty when nobody said."""
        ...

    def notify(self, message: Message) -> None:
        """Send `message`, and return when it is handed over. Blocks. Raises OperatorError when that is not possible."""
        ...


class Secrets(Protocol):
    """Encrypts small texts at rest."""

    def seal(self, text: str) -> bytes:
        """Encrypt `text`."""
        ...

    def unseal(self, sealed: bytes) -> str:
        """Decrypt what `seal` returned. Raises OperatorError when the key is missing or another one."""
        ...

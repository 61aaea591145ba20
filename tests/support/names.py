"""A name server for one event loop: tests resolve names without a network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any


class Names:
    """Answers name look-ups of the running event loop from `table`: each name with its next list of addresses.

    The last list of a name stays for all further questions; a name that is not in the table does not resolve.
    """

    def __init__(self, table: dict[str, list[Sequence[str]]]) -> None:
        self.table = table
        self.asked: list[str] = []

    def answer_for_this_loop(self) -> None:
        asyncio.get_running_loop().getaddrinfo = self._getaddrinfo  # type: ignore[method-assign]

    async def _getaddrinfo(self, host: Any, port: Any, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if host not in self.table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = self.table[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry(address, port) for address in addresses]


def entry(address: str, port: int) -> tuple[Any, ...]:
    """One row of a `getaddrinfo` answer."""
    if ipaddress.ip_address(address).version == 6:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)

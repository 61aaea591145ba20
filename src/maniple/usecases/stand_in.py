"""Whom test calls go to: the partner, or the simulated partner of the same manifest on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from maniple.errors import UsageError
from maniple.ports import Clock
from maniple.runtime.program import Program
from maniple.usecases.rehearsal import Target
from maniple.usecases.rehearsal_tokens import KeptTokens
from maniple.wiring import allows_private, open_sender

if TYPE_CHECKING:
    from maniple.testing.simulator.state import PartnerState

PARTNER = "partner"
SIMULATOR = "simulator"


class StandIn:
    """The targets of one integration's test calls, made when they are first called and kept as long as the program is
    the same: the partner's tokens are not got twice, and outlive it in `kept`. The simulated partner remembers its lists also when the manifest is
    changed.

    Close it when nobody tests any more.
    """

    def __init__(self, clock: Clock, environ: Mapping[str, str], kept: KeptTokens | None = None) -> None:
        self.clock = clock
        self._kept = kept
        self._environ = environ
        self._stack = ExitStack()
        self._program: Program | None = None
        self._settings: Mapping[str, object] = {}
        self._target: Target | None = None
        self._state: PartnerState | None = None

    async def target(self, program: Program, settings: Mapping[str, object], *, simulated: bool) -> Target:
        """Whom to call. Raises UsageError when the simulator cannot play the manifest, OperatorError."""
        name = SIMULATOR if simulated else PARTNER
        same = self._program is program and self._settings == settings
        if self._target is not None and same and self._target.name == name:
            return self._target
        await self.close()
        via = await asyncio.to_thread(self._start, program) if simulated else None
        allowed = simulated or allows_private(self._environ)
        kept = None if simulated else self._kept
        sender = open_sender(allow_private=allowed, via=via)
        self._target = await asyncio.to_thread(Target, name, sender, self.clock, kept=kept)
        self._program, self._settings = program, dict(settings)
        return self._target

    async def close(self) -> None:
        """End the simulated partner and the connections."""
        target, self._target, self._program = self._target, None, None
        if target is not None:
            await target.sender.close()
        stack, self._stack = self._stack, ExitStack()
        await asyncio.to_thread(stack.close)

    def _start(self, program: Program) -> str:
        """Play the partner of `program`; the URL it is reached at."""
        try:
            from maniple.testing.simulator.app import simulator_app
            from maniple.testing.simulator.serve import running
        except ImportError as cause:
            raise UsageError("the simulator is not installed", hint="pip install 'maniple[simulator]'") from cause
        try:
            simulator = simulator_app([program])
        except UsageError as error:
            hint = "call the partner itself, or write the exchange down as golden cases"
            raise UsageError(error.message, hint=hint) from error
        (partner,) = simulator.partners.values()
        if self._state is not None:
            partner.state = self._state
        self._state = partner.state
        port = self._stack.enter_context(running(simulator))
        return f"http://127.0.0.1:{port}"

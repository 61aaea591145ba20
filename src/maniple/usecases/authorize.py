"""Having the end user grant access in a browser, for a refresh token."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maniple.auth import Denied, Given
from maniple.auth.code_grant import code_request, consent_url, refresh_token_in
from maniple.auth.oauth2_refresh import OAuth2Refresh
from maniple.delivery.driver import drive
from maniple.delivery.loopback import PATH, open_door
from maniple.errors import DeliveryError, UsageError
from maniple.ports import Clock, Sender
from maniple.runtime.authorize import patiently
from maniple.runtime.credentials import KindProgram
from maniple.runtime.program import Cohort, Program, StepProgram, run_context
from maniple.runtime.retry import RetryPolicy
from maniple.runtime.settings import check_settings
from maniple.wire import Flow, Reply, Request

PORT = 8765
PATIENCE = 600.0
"""Seconds that a person has for the partner's pages."""
_FIELD = re.compile(r"\$([A-Za-z_]\w*)")
UNKNOWN_YET = "not granted yet"


@dataclass(frozen=True)
class Consent:
    """An auth of a destination for which the end user grants access. `field` takes the refresh token."""

    kind: OAuth2Refresh
    field: str
    given: Given


def consent_field(program: Program) -> str | None:
    """The field that takes the refresh token; None when there is nothing to grant in a browser."""
    found = _consenting(program)
    return found[3] if found is not None else None


def consent_of(program: Program, settings: Mapping[str, Any], operator: Mapping[str, Any]) -> Consent:
    """What a destination asks the end user to grant. `settings` need not hold the refresh token.

    Raises UsageError when there is nothing to grant, SettingsError and OperatorError as `check_settings`.
    """
    found = _consenting(program)
    if found is None:
        raise UsageError(
            f"{program.manifest.name} has no sign-in in a browser",
            hint="its manifest has no `oauth2_refresh` with an `authorize_url`",
        )
    step, one, kind, field = found
    checked = check_settings(program, {**settings, field: UNKNOWN_YET}, operator=operator)
    cohort = Cohort("authorize", "authorize")
    context = run_context(program, settings=checked, cohort=cohort, run_id="authorize", now="")
    return Consent(kind, field, step.auth.given(one, context.scope))


def _consenting(program: Program) -> tuple[StepProgram, KindProgram, OAuth2Refresh, str] | None:
    for step in (step for call in program.calls.values() for step in call.steps):
        for one in step.auth.kinds:
            if isinstance(one.kind, OAuth2Refresh) and one.kind.authorize_url is not None:
                field = _FIELD.fullmatch(one.kind.refresh_token)
                if field is not None:
                    return step, one, one.kind, field[1]
    return None


async def grant(
    consent: Consent, *, sender: Sender, clock: Clock, policy: RetryPolicy, port: int, show: Callable[[str], None]
) -> str:
    """The refresh token, once the end user has granted access at the URL that `show` is given.

    Raises DeliveryError when access is not granted, OperatorError when the port is taken.
    """
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    redirect = f"http://127.0.0.1:{port}{PATH}"
    async with open_door(port, state) as door:
        show(consent_url(consent.kind, consent.given, redirect=redirect, state=state, verifier=verifier))
        code = await door.code(PATIENCE)
        # A moment, so that the browser gets its page before the door closes.
        await asyncio.sleep(0)
    request = code_request(consent.kind, consent.given, code=code, redirect=redirect, verifier=verifier)
    reply = await drive(patiently(_asked(request), secrets.SystemRandom().random, policy), sender=sender, clock=clock)
    token = refresh_token_in(consent.kind, consent.given, reply)
    if isinstance(token, Denied):
        raise DeliveryError(token.message)
    return token


def _asked(request: Request) -> Flow[Reply]:
    reply: Reply = yield request
    return reply

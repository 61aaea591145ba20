"""The one place that picks real edges: the home's stores, the clock, the sender."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from maniple.errors import OperatorError, UsageError
from maniple.ports import Clock, Notifier, Sender
from maniple.store.home import Home

if TYPE_CHECKING:
    from maniple.runtime.retry import RetryPolicy
    from maniple.store.control.store import ControlStore

ALLOW_PRIVATE = "MANIPLE_ALLOW_PRIVATE_HOSTS"
RETRIES = "MANIPLE_MAX_RETRIES"
DATABASE_URL = "MANIPLE_DATABASE_URL"
INTEGRATIONS = "MANIPLE_INTEGRATIONS"
SMTP_URL = "MANIPLE_SMTP_URL"
MAIL_FROM = "MANIPLE_MAIL_FROM"
REVIEWERS = "MANIPLE_REVIEWERS"
USER = "MANIPLE_USER"


def allows_private(environ: Mapping[str, str] = os.environ) -> bool:
    """Requests may go to loopback and private addresses, says the environment."""
    return environ.get(ALLOW_PRIVATE, "").strip().lower() in ("1", "true", "yes", "on")


def retry_policy(environ: Mapping[str, str] = os.environ) -> RetryPolicy:
    """How often calls are tried again: eight times, or what MANIPLE_MAX_RETRIES says. Raises UsageError."""
    from maniple.runtime.retry import MAX_RETRIES, RetryPolicy

    word = environ.get(RETRIES, "").strip()
    if not word:
        return RetryPolicy()
    if not word.isdigit() or int(word) > 50:
        raise UsageError(
            f"{RETRIES} is `{word}`, and must be a number from 0 to 50",
            hint=f"unset it for the default of {MAX_RETRIES}",
        )
    return RetryPolicy(int(word))


def open_sender(*, allow_private: bool, via: str | None) -> Sender:
    """The sender of bulk deliveries."""
    from maniple.delivery.sender import BulkSender

    return BulkSender(allow_private=allow_private, via=via)


def open_clock() -> Clock:
    """The machine's clock."""
    from maniple.delivery.clock import SystemClock

    return SystemClock()


def person(environ: Mapping[str, str] = os.environ) -> str:
    """Who is at work here: whom MANIPLE_USER names, else who is logged in. Raises OperatorError when nobody knows."""
    named = environ.get(USER, "").strip()
    try:
        return named or getpass.getuser()
    except (OSError, KeyError) as cause:
        raise OperatorError("nobody knows who is logged in", hint=f"set `{USER}` to your name") from cause


def open_notifier(environ: Mapping[str, str] = os.environ) -> Notifier | None:
    """Who carries mail, as MANIPLE_SMTP_URL says; None without it. Raises UsageError when it cannot be read."""
    if not environ.get(SMTP_URL):
        return None
    from maniple.delivery.mail import mailer

    return mailer(environ[SMTP_URL], environ.get(MAIL_FROM, ""), environ.get(REVIEWERS, ""))


@dataclass
class Workspace(AbstractContextManager["Workspace"]):
    """A home with its control plane open. Use it as a context manager."""

    home: Home
    store: ControlStore

    @classmethod
    def open(cls, environ: Mapping[str, str] = os.environ) -> Workspace:
        """The workspace of MANIPLE_HOME, made if need be. Raises OperatorError."""
        from maniple.store.control.store import ControlStore

        home = Home.locate(environ)
        return cls(home, ControlStore.open(home, url=environ.get(DATABASE_URL) or None))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    def catalogue_folders(self) -> list[Path]:
        """The folders that hold destinations."""
        return integration_folders(self.home)


def integration_folders(
    home: Home | None = None, environ: Mapping[str, str] = os.environ, *, here: bool = True
) -> list[Path]:
    """The folders that hold destinations, most specific first.

    `MANIPLE_INTEGRATIONS` (several, separated as in PATH), `integrations/` of the working directory, that of
    MANIPLE_HOME, and that of the checkout that maniple runs from. Without `here` that of the working directory is left
    out: somebody may be at work in it.
    """
    given = [Path(part) for part in environ.get(INTEGRATIONS, "").split(os.pathsep) if part]
    checkout = Path(__file__).resolve().parents[2] / "integrations"
    own = (home or Home.locate(environ)).integrations
    seen: dict[Path, None] = {}
    for folder in (*given, *((Path.cwd() / "integrations",) if here else ()), own, checkout):
        if folder.is_dir():
            seen.setdefault(folder.resolve())
    return list(seen)

"""Mail over SMTP: the standard library's client, one connection a message."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from maniple.errors import OperatorError, UsageError
from maniple.ports import Message

PATIENCE = 15.0
"""Seconds that a server has for each answer."""
PORTS = {"smtp": 587, "smtps": 465}
VARIABLE = "MANIPLE_SMTP_URL"
_ADDRESS = re.compile(r"[^\s@<>,;\"()\[\]\\]+@[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Mailer:
    """Hands messages to one SMTP server (`ports.Notifier`).

    `smtps` is TLS from the start. `smtp` asks for STARTTLS where the server offers it; with credentials it insists.
    """

    host: str
    port: int
    secure: bool
    user: str
    password: str = field(repr=False)
    sender: str
    reviewers: tuple[str, ...] = ()
    plain: bool = False
    """Credentials may travel unencrypted: `?tls=off` says so."""

    def notify(self, message: Message) -> None:
        """Send one message. Raises OperatorError, without the password in it."""
        place = f"the mail server `{self.host}:{self.port}`"
        try:
            with self._connected() as server:
                self._sign_in(server)
                server.send_message(self._letter(message), from_addr=self.sender, to_addrs=list(message.to))
        except smtplib.SMTPAuthenticationError as cause:
            raise OperatorError(
                f"{place} does not accept the user `{self.user}`", hint=f"correct the password in `{VARIABLE}`"
            ) from cause
        except smtplib.SMTPRecipientsRefused as cause:
            refused = ", ".join(sorted(cause.recipients))
            raise OperatorError(f"{place} does not take mail for {refused}") from cause
        except smtplib.SMTPResponseException as cause:
            raise OperatorError(f"{place} answered {cause.smtp_code}: {_words(cause.smtp_error)}") from cause
        except (smtplib.SMTPException, OSError) as cause:
            raise OperatorError(f"{place} cannot be used: {cause}", hint=f"correct `{VARIABLE}`") from cause

    def _connected(self) -> smtplib.SMTP:
        if self.secure:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=PATIENCE)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if not self.secure and not self.plain and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif not self.secure and self.user and not self.plain:
            raise OperatorError(
                f"the mail server `{self.host}:{self.port}` offers no encryption, and a password would travel readable",
                hint=f"use `smtps://` in `{VARIABLE}`, or add `?tls=off` where nobody listens",
            )
        if self.user:
            server.login(self.user, self.password)

    def _letter(self, message: Message) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self.sender
        letter["To"] = ", ".join(message.to)
        letter["Subject"] = message.subject
        letter["Date"] = formatdate(localtime=False)
        letter["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.text)
        return letter


def mailer(url: str, sender: str, reviewers: str) -> Mailer:
    """The mailer that settings describe: `smtp://USER:PASSWORD@HOST:PORT` or `smtps://...`, an address, and addresses
    separated by commas. Raises UsageError that does not show the URL, for it holds a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unreadable() from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise _unreadable()
    user = unquote(parts.username or "")
    sender = sender.strip() or (user if is_address(user) else f"maniple@{parts.hostname}")
    if not is_address(sender):
        raise UsageError(f"`MANIPLE_MAIL_FROM` is `{sender}`, which is no e-mail address")
    readers = tuple(word.strip() for word in reviewers.split(",") if word.strip())
    for reader in readers:
        if not is_address(reader):
            raise UsageError(f"`MANIPLE_REVIEWERS` holds `{reader}`, which is no e-mail address")
    return Mailer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        secure=parts.scheme == "smtps",
        user=user,
        password=unquote(parts.password or ""),
        sender=sender,
        reviewers=readers,
        plain=parse_qs(parts.query).get("tls") == ["off"],
    )


def is_address(text: str) -> bool:
    """`text` is one e-mail address, without a name.

    >>> is_address("ada@acme.test"), is_address("Ada <ada@acme.test>"), is_address("ada")
    (True, False, False)
    """
    return _ADDRESS.fullmatch(text) is not None


def _unreadable() -> UsageError:
    return UsageError(
        f"`{VARIABLE}` is not the URL of a mail server", hint="write `smtp://USER:PASSWORD@HOST:587` or `smtps://...`"
    )


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.split())[:200]

"""Mail to a real SMTP server on loopback."""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from maniple.delivery.mail import Mailer, mailer
from maniple.errors import OperatorError, UsageError
from maniple.ports import Message
from maniple.usecases.telling import subject
from maniple.wiring import open_notifier


@dataclass
class Postbox:
    """What a server has taken."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.letters.append(email.message_from_bytes(content, policy=policy.default))
            self.recipients.append(list(envelope.rcpt_tos))
        return self.answer

    async def handle_RCPT(
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data.login == b"maniple" and data.password == b"p@ss word", handled=False)


class AnyPort(Controller):
    """A server on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    controller = AnyPort(
        box, hostname="127.0.0.1", port=0, authenticator=_known, auth_require_tls=False, auth_required=False
    )
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


LETTER = Message(("ada@acme.test",), "Acme 1.0.0 is approved by Zoë, and live", "Héllo.\n\n> all good\n")


def test_a_letter_arrives_as_it_was_written(postbox: Postbox) -> None:
    mailer(f"smtp://127.0.0.1:{postbox.port}", "maniple@acme.test", "").notify(LETTER)

    [letter] = postbox.letters
    assert ("maniple@acme.test", "ada@acme.test", LETTER.subject) == (letter["From"], letter["To"], letter["Subject"])
    assert LETTER.text == letter.get_content().replace("\r\n", "\n")
    assert [["ada@acme.test"]] == postbox.recipients
    assert "auto-generated" == letter["Auto-Submitted"]


def test_a_password_is_percent_encoded_in_the_url_and_signs_in(postbox: Postbox) -> None:
    url = f"smtp://maniple:p%40ss%20word@127.0.0.1:{postbox.port}?tls=off"

    mailer(url, "maniple@acme.test", "").notify(LETTER)

    assert 1 == len(postbox.letters)


def test_a_password_does_not_travel_unencrypted_unasked(postbox: Postbox) -> None:
    with pytest.raises(OperatorError) as caught:
        mailer(f"smtp://maniple:p%40ss%20word@127.0.0.1:{postbox.port}", "maniple@acme.test", "").notify(LETTER)

    assert "offers no encryption, and a password would travel readable" in caught.value.message
    assert [] == postbox.letters


def test_a_wrong_password_is_told_without_it(postbox: Postbox) -> None:
    with pytest.raises(OperatorError) as caught:
        mailer(f"smtp://maniple:WRONG-1@127.0.0.1:{postbox.port}?tls=off", "maniple@acme.test", "").notify(LETTER)

    assert f"the mail server `127.0.0.1:{postbox.port}` does not accept the user `maniple`" == caught.value.message
    assert "WRONG-1" not in repr(mailer(f"smtp://maniple:WRONG-1@127.0.0.1:{postbox.port}", "m@acme.test", ""))


def test_an_address_that_the_server_refuses_is_told(postbox: Postbox) -> None:
    with pytest.raises(OperatorError) as caught:
        mailer(f"smtp://127.0.0.1:{postbox.port}", "maniple@acme.test", "").notify(
            Message(("nobody@acme.test",), "Hello", "Hello")
        )

    assert f"the mail server `127.0.0.1:{postbox.port}` does not take mail for nobody@acme.test" == caught.value.message


def test_an_answer_of_the_server_is_told(postbox: Postbox) -> None:
    postbox.answer = "552 mailbox\tfull"

    with pytest.raises(OperatorError) as caught:
        mailer(f"smtp://127.0.0.1:{postbox.port}", "maniple@acme.test", "").notify(LETTER)

    assert f"the mail server `127.0.0.1:{postbox.port}` answered 552: mailbox full" == caught.value.message


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(OperatorError) as caught:
        mailer("smtp://127.0.0.1:1", "maniple@acme.test", "").notify(LETTER)

    assert caught.value.message.startswith("the mail server `127.0.0.1:1` cannot be used: ")


def test_a_name_cannot_add_a_header() -> None:
    assert "Acme Bcc: eve@evil.test 1.0.0" == subject("Acme\r\nBcc: eve@evil.test\x00 1.0.0")


def test_a_long_subject_is_cut() -> None:
    assert (120, "…") == (len(subject("word " * 50)), subject("word " * 50)[-1])


def test_settings_come_from_the_environment() -> None:
    found = open_notifier(
        {
            "MANIPLE_SMTP_URL": "smtps://maniple:secret@mail.acme.test",
            "MANIPLE_MAIL_FROM": "maniple@acme.test",
            "MANIPLE_REVIEWERS": "rob@acme.test, uma@acme.test",
        }
    )

    assert isinstance(found, Mailer)
    assert ("mail.acme.test", 465, True, ("rob@acme.test", "uma@acme.test")) == (
        found.host,
        found.port,
        found.secure,
        found.reviewers,
    )
    assert open_notifier({}) is None


@pytest.mark.parametrize(
    ("url", "sender", "reviewers", "told"),
    [
        ("http://user:SECRET-9@mail", "", "", "`MANIPLE_SMTP_URL` is not the URL of a mail server"),
        ("smtp://mail:notaport", "", "", "`MANIPLE_SMTP_URL` is not the URL of a mail server"),
        ("smtp://mail", "Ada", "", "`MANIPLE_MAIL_FROM` is `Ada`, which is no e-mail address"),
        ("smtp://mail", "", "rob", "`MANIPLE_REVIEWERS` holds `rob`, which is no e-mail address"),
    ],
)
def test_settings_that_cannot_be_used_are_told_without_the_password(
    url: str, sender: str, reviewers: str, told: str
) -> None:
    with pytest.raises(UsageError) as caught:
        mailer(url, sender, reviewers)

    assert told == caught.value.message
    assert "SECRET-9" not in f"{caught.value.message}{caught.value.hint}"

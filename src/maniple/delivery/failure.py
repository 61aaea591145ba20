"""Transport failures in words that a marketer can act on, and what a request must be like to be sent at all."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

from maniple.wire import Request

MAX_REPLY = 10_000_000
"""Bytes of a reply's body, decompressed, that are read. A longer one would only fill the memory."""

TOO_LARGE = "the answer was larger than 10 MB"
BROKE_BEFORE_ANSWER = "the connection broke before an answer came"
BROKE_OFF = "the answer broke off before its end"
NOT_HTTP = "the answer is not readable as HTTP"

WHOLE_URL = re.compile(r"https?://[^/?#]+(?:[/?#].*)?", re.IGNORECASE)
FRAMING = frozenset({"content-length", "expect", "transfer-encoding"})
USER_IN_URL = re.compile(r"[^/?#]*//[^/?#]*@")


def fault_in(request: Request) -> str | None:
    """Why `request` cannot be sent as it stands, in words, or None.

    HTTP clients would mend such a request each in its own way; what is shown would then not be what is sent.
    """
    url = request.url
    if not (url.isascii() and url.isprintable()) or " " in url:
        return "the URL holds a space or a character outside ASCII that is not percent-encoded"
    if USER_IN_URL.match(url):
        return "the URL holds a user name or password before its host, which is never sent"
    if not WHOLE_URL.fullmatch(url):
        return "the URL does not begin with `https://` or `http://` and a host"
    for name, _ in request.headers:
        if name.lower() in FRAMING:
            return f"the header `{name}` follows from the body and cannot be set"
    return None


def no_connection(error: BaseException, host: str) -> str:
    """Why no connection to `host` could be made, in words; nothing was sent."""
    for cause in reversed(list(causes(error))):
        match cause:
            case ssl.SSLCertVerificationError():
                detail = getattr(cause, "verify_message", "").rstrip(".")
                return f"the TLS certificate of `{host}` is not valid" + (f": {detail}" if detail else "")
            case ssl.SSLError():
                return f"no secure connection to `{host}` could be made"
            case socket.gaierror():
                return f"the name `{host}` does not resolve"
            case ConnectionRefusedError():
                return "the connection was refused"
            case ConnectionError():
                return "the connection was closed while it was being made"
    return f"no connection to `{host}` could be made"


def no_connection_within(seconds: float) -> str:
    """The words for a connection that was not there in time."""
    return f"no connection within {seconds:g} s"


def no_answer_within(seconds: float) -> str:
    """The words for an answer that was not there, or not complete, in time."""
    return f"no answer within {seconds:g} s"


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error`, what caused it, what caused that; of a group its first member."""
    while error is not None:
        yield error
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__

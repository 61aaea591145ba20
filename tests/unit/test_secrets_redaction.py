"""Secrets do not appear in what is printed or stored."""

from __future__ import annotations

import base64
import io
import json
import logging
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maniple.store.redact import RedactedLog, Redactor

PLAIN = "canary-7f3a9c1e5b"
ODD = 'ca"na/ry\\ +&<ü>=%'


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_secret_becomes_three_stars() -> None:
    assert Redactor([PLAIN]).text(f"key {PLAIN} was refused") == "key *** was refused"


def test_every_secret_and_every_place_counts() -> None:
    assert Redactor(["alpha", "omega"]).text("alpha omega alpha") == "*** *** ***"


def test_text_without_secrets_stays() -> None:
    assert Redactor([PLAIN]).text("nothing to hide") == "nothing to hide"


def test_values_below_four_characters_are_left_alone() -> None:
    assert Redactor(["us", "abc", ""]).text("us abc") == "us abc"


def test_a_secret_of_four_characters_is_replaced() -> None:
    assert Redactor(["abcd"]).text("pin abcd") == "pin ***"


def test_a_secret_that_contains_another_goes_as_a_whole() -> None:
    assert Redactor(["canary", "canary-long"]).text("canary-long canary") == "*** ***"


@pytest.mark.parametrize(
    "spelling",
    [
        ODD,
        json.dumps(ODD),
        json.dumps(ODD, ensure_ascii=False),
        json.dumps(ODD, ensure_ascii=False).replace("/", "\\/"),
        repr(ODD),
        quote(ODD),
        quote(ODD, safe=""),
        quote_plus(ODD),
        quote(ODD, safe="").lower(),
        "ca&quot;na/ry\\ +&amp;&lt;ü&gt;=%",
        'ca"na/ry\\ +&amp;&lt;ü&gt;=%',
    ],
)
def test_every_spelling_is_found(spelling: str) -> None:
    assert Redactor([ODD]).text(f"<{spelling}>").replace('"', "").replace("'", "") == "<***>"


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "someone@acme.test"])
@pytest.mark.parametrize("secret", [PLAIN, ODD])
def test_basic_credentials_are_found_whoever_the_user_is(user: str, secret: str) -> None:
    assert Redactor([secret]).text(f"Authorization: Basic {b64(f'{user}:{secret}')}\n") == "Authorization: Basic ***\n"


@pytest.mark.parametrize("around", ["{}", "{}:", "x{}", '{{"token": "{}"}}'])
def test_base64_of_any_alignment_and_alphabet_is_found(around: str) -> None:
    text = around.format("??>>canary~~~ÿ")
    redactor = Redactor(["??>>canary~~~ÿ"])
    safe = base64.urlsafe_b64encode(text.encode()).decode()
    assert [redactor.text(spelt) for spelt in (b64(text), b64(text).rstrip("="), safe)] == ["***"] * 3


def test_lines_of_a_key_with_several_lines_are_found() -> None:
    pem = "-----BEGIN KEY-----\nMIICanaryLineOne\nCanaryLineTwo\n-----END KEY-----\n"
    assert Redactor([pem]).text("near MIICanaryLineOne: bad") == "near ***: bad"


def test_octets_keep_what_is_not_text() -> None:
    assert Redactor([PLAIN]).octets(b"\xff\x00" + PLAIN.encode() + b"\xfe") == b"\xff\x00***\xfe"


def test_plain_data_is_redacted_to_its_leaves() -> None:
    tree = {"reply": [{"echo": f"Bearer {PLAIN}", PLAIN: 1}], "count": 2, "ok": True, "none": None}
    assert Redactor([PLAIN]).tree(tree) == {
        "reply": [{"echo": "Bearer ***", "***": 1}],
        "count": 2,
        "ok": True,
        "none": None,
    }


def test_a_token_learnt_later_is_replaced_from_then_on() -> None:
    redactor = Redactor([PLAIN])
    redactor.learn(["fresh-token"])
    assert redactor.text(f"{PLAIN} fresh-token") == "*** ***"


def test_a_redactor_does_not_show_its_secrets() -> None:
    assert PLAIN not in repr(Redactor([PLAIN]))


@given(st.text(min_size=4, max_size=40), st.text(max_size=30), st.text(max_size=30))
def test_no_secret_survives_in_any_text(secret: str, before: str, after: str) -> None:
    redacted = Redactor([secret]).text(before + secret + after)
    assert secret not in redacted or secret in "***"


@given(st.text(st.characters(codec="utf-8"), min_size=4, max_size=40), st.binary(max_size=9), st.binary(max_size=9))
def test_no_secret_survives_in_base64(secret: str, before: bytes, after: bytes) -> None:
    spelt = base64.b64encode(before + secret.encode() + after).decode()
    assert Redactor([secret]).text(f"[{spelt}]") == "[***]"


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO, logging.Handler]:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RedactedLog(Redactor([PLAIN])))
    logger = logging.Logger("canary")
    logger.addHandler(handler)
    return logger, out, handler


def test_log_messages_and_arguments_are_redacted(log: tuple[logging.Logger, io.StringIO, logging.Handler]) -> None:
    logger, out, _ = log
    logger.warning("sent %s to %s", PLAIN, "acme")
    assert out.getvalue() == "sent *** to acme\n"


def test_logged_exceptions_are_redacted(log: tuple[logging.Logger, io.StringIO, logging.Handler]) -> None:
    logger, out, _ = log
    try:
        raise RuntimeError(f"refused {PLAIN}")
    except RuntimeError:
        logger.exception("failed")
    assert out.getvalue().startswith("failed\nTraceback (most recent call last):\n")
    assert out.getvalue().endswith("RuntimeError: refused ***\n")
    assert PLAIN not in out.getvalue()


def test_extra_fields_are_redacted(log: tuple[logging.Logger, io.StringIO, logging.Handler]) -> None:
    logger, out, handler = log
    handler.setFormatter(logging.Formatter("%(message)s %(reply)s"))
    logger.warning("answer", extra={"reply": {"echo": PLAIN}})
    assert out.getvalue() == "answer {'echo': '***'}\n"


def test_arguments_that_do_not_fit_are_logged_and_redacted(
    log: tuple[logging.Logger, io.StringIO, logging.Handler],
) -> None:
    logger, out, _ = log
    words = "two %s %s"
    logger.warning(words, PLAIN)
    assert out.getvalue() == "two %s %s ('***',)\n"

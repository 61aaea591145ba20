"""Secrets that were cut, or that a terminal shows otherwise, are hidden as well."""

from __future__ import annotations

import base64

import pytest

from maniple.diagnostics.cells import visible
from maniple.store.redact import Redactor

SECRET = "pa/ss\u200b-wört-0123456789"


@pytest.mark.parametrize("kept", range(4, len(SECRET)))
def test_the_beginning_of_a_secret_before_a_cut_is_hidden(kept: int) -> None:
    assert "key ***…" == Redactor([SECRET]).text(f"key {SECRET[:kept]}…")


def test_the_beginning_of_credentials_in_base64_before_a_cut_is_hidden() -> None:
    whole = base64.b64encode(f"user:{SECRET}".encode()).decode()

    assert "Basic ***…" == Redactor([SECRET]).text(f"Basic {whole[:20]}…")


def test_a_cut_text_without_a_secret_stays() -> None:
    assert "nothing to hide…" == Redactor([SECRET]).text("nothing to hide…")


def test_a_secret_is_hidden_as_a_terminal_shows_it() -> None:
    assert "<U+200B>" in visible(SECRET)
    assert "key ***" == Redactor([SECRET]).text(f"key {visible(SECRET)}")

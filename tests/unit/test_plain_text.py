"""Text that somebody else wrote is read within bounds, and whatever it is an answer comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maniple.source.plain_text import MAX_DEPTH, TextFault, read_plain


def test_json_and_yaml_say_the_same() -> None:
    assert read_plain('{"a": [1, "x"]}') == read_plain("a: [1, x]") == {"a": [1, "x"]}


def test_a_status_as_a_key_is_a_text() -> None:
    assert read_plain("responses: {200: ok, on: x}") == {"responses": {"200": "ok", "on": "x"}}


def test_an_alias_is_the_same_value_and_a_merge_key_adds_what_is_missing() -> None:
    text = "base: &b {a: 1, b: 2}\nmine: {<<: *b, a: 3}\nsame: *b"
    assert read_plain(text) == {"base": {"a": 1, "b": 2}, "mine": {"a": 3, "b": 2}, "same": {"a": 1, "b": 2}}


def test_many_aliases_of_aliases_cost_nothing() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]" for level in range(1, 60)]
    tree = read_plain("\n".join(lines))
    assert tree["a59"][0] is tree["a59"][1]


@pytest.mark.parametrize("text", ["[" * 100_000, "a:\n" + "- " * (MAX_DEPTH + 1) + "x", '{"a": ' * 50_000])
def test_what_is_too_deep_is_refused(text: str) -> None:
    assert isinstance(read_plain(text), TextFault)


def test_a_fault_names_its_line() -> None:
    assert read_plain("a: 1\nb: [") == TextFault("it is not YAML: did not find expected node content", 3)


def test_json_that_is_broken_says_so_and_where() -> None:
    fault = read_plain('{"a": 1,\n "b" 2}' + " " * 1_000_000)
    assert fault == TextFault("it is not JSON: expecting ':' delimiter", 2)


def test_only_the_first_document_is_read() -> None:
    assert read_plain("a: 1\n---\nb: 2") == {"a": 1}


@given(st.text(max_size=200) | st.text("{}[]:,-&*<> ab\n\"'", max_size=200))
def test_any_text_gives_data_or_a_fault(text: str) -> None:
    found = read_plain(text)

    assert isinstance(found, TextFault | dict | list | str | int | float | None)

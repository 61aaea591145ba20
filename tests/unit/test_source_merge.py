"""Two edits of one text become one, or are shown to clash."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maniple.source.merge import Merged, merge

BASE = "name: Acme\nkind: list\nauth: none\nversion: 1.0.0\n"

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=8).map("".join)


def test_edits_of_different_lines_are_both_kept() -> None:
    mine = BASE.replace("Acme", "Acme Engage")
    theirs = BASE.replace("1.0.0", "1.1.0")

    assert Merged("name: Acme Engage\nkind: list\nauth: none\nversion: 1.1.0\n", 0) == merge(BASE, mine, theirs)


def test_edits_of_one_line_clash_and_both_are_shown() -> None:
    mine = BASE.replace("Acme", "Acme Engage")
    theirs = BASE.replace("Acme", "ACME")

    merged = merge(BASE, mine, theirs)

    assert 1 == merged.clashes
    assert merged.text == (
        "<<<<<<< mine\nname: Acme Engage\n=======\nname: ACME\n>>>>>>> theirs\nkind: list\nauth: none\nversion: 1.0.0\n"
    )


def test_edits_of_neighbouring_lines_clash() -> None:
    assert 1 == merge(BASE, BASE.replace("Acme", "Bolt"), BASE.replace("list", "property")).clashes


def test_the_same_edit_made_twice_is_made_once() -> None:
    edited = BASE.replace("Acme", "Bolt")

    assert Merged(edited, 0) == merge(BASE, edited, edited)


def test_a_clash_at_the_end_of_a_text_without_a_last_line_break_keeps_markers_on_their_lines() -> None:
    assert "<<<<<<< mine\nb\n=======\nc\n>>>>>>> theirs\n" == merge("a", "b", "c").text


@given(base=LINES, edited=LINES)
def test_an_edit_on_one_side_only_is_taken_as_it_is(base: str, edited: str) -> None:
    assert Merged(edited, 0) == merge(base, edited, base) == merge(base, base, edited)


@given(base=LINES, mine=LINES, theirs=LINES)
def test_whether_edits_clash_does_not_depend_on_whose_they_are(base: str, mine: str, theirs: str) -> None:
    assert merge(base, mine, theirs).clashes == merge(base, theirs, mine).clashes

"""What a code field works with: marks, indentation, finding, colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maniple.diagnostics.model import Diagnostic, Severity
from maniple.portal.editor.code.finding_text import chosen_place, places_of, read_place
from maniple.portal.editor.code.holes import holes_in
from maniple.portal.editor.code.indent import commented, dedented, indent_after, indented
from maniple.portal.editor.code.marks import (
    Lines,
    Mark,
    change_between,
    mark_at,
    marks_of,
    next_mark,
    underlined,
    worst_by_line,
)
from maniple.source.text import Source, Span

TEXT = "abc\ndef\nghi"
LINES = Lines(TEXT.split("\n"))


def mark(start: int, end: int, severity: Severity = "error") -> Mark:
    return Mark(Diagnostic("MAN201", "m", Source("x", TEXT), Span(start, end), severity), start, end)


@given(st.text("ab\n", max_size=20), st.text("ab\n", max_size=20))
def test_a_change_makes_the_one_text_of_the_other(before: str, after: str) -> None:
    change = change_between(before, after)
    made = (
        before[: change.start]
        + after[change.start : change.start + change.added]
        + before[change.start + change.removed :]
    )
    assert after == made


@pytest.mark.parametrize(
    ("after", "place"),
    [("xxabc def", (6, 9)), ("abc defgh", (4, 7)), ("ab def", (3, 6)), ("abc dXf", (4, 7)), ("abc ", (4, 4))],
)
def test_a_mark_keeps_to_its_text(after: str, place: tuple[int, int]) -> None:
    moved = mark(4, 7).shifted(change_between("abc def", after))
    assert place == (moved.start, moved.end)


@given(st.lists(st.text("aé ", max_size=5), min_size=1, max_size=5), st.integers(1, 2), st.data())
def test_offsets_and_locations_are_two_names_of_a_place(lines: list[str], newline: int, data: st.DataObject) -> None:
    rows = Lines(lines, newline)
    row = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[row])))
    assert (row, column) == rows.location(rows.offset((row, column)))


def test_findings_stand_in_the_order_of_the_text_errors_first() -> None:
    found = [mark(4, 5, "warning").finding, mark(4, 5).finding, mark(0, 1).finding]
    assert [(0, "error"), (4, "error"), (4, "warning")] == [
        (one.start, one.finding.severity) for one in marks_of(found)
    ]


def test_the_mark_that_holds_the_cursor_is_spoken_of() -> None:
    marks = (mark(4, 5), mark(6, 7))
    assert marks[1] == mark_at(marks, 6, (4, 7))


def test_elsewhere_on_the_line_its_first_mark_is_spoken_of() -> None:
    assert mark(6, 7) == mark_at((mark(6, 7),), 4, (4, 7))


def test_on_another_line_no_mark_is_spoken_of() -> None:
    assert mark_at((mark(4, 5),), 9, (8, 11)) is None


def test_after_the_last_mark_comes_the_first() -> None:
    marks = (mark(0, 1), mark(4, 5))
    assert (marks[0], marks[1]) == (next_mark(marks, 4, 1), next_mark(marks, 0, -1))


def test_without_marks_there_is_no_next() -> None:
    assert next_mark((), 0, 1) is None


def test_an_error_is_worse_than_a_warning() -> None:
    assert {1: "error"} == worst_by_line((mark(4, 5, "warning"), mark(6, 7)), LINES)


def test_a_span_over_lines_is_underlined_in_its_first() -> None:
    assert [(0, 1, 3)] == underlined(mark(1, 9), LINES)


def test_an_empty_span_is_underlined_for_one_character() -> None:
    assert [(1, 2, 3)] == underlined(mark(6, 6), LINES)


def test_a_finding_about_the_whole_text_is_underlined_nowhere() -> None:
    (whole,) = marks_of([Diagnostic("MAN501", "m")])
    assert [] == underlined(whole, LINES)


@pytest.mark.parametrize(
    ("line", "holes"),
    [
        ("a: $x and $y.z~", ["$x", "$y.z~"]),
        ("a: $$x", []),
        ("{{ a | b }}$c", ["{{ a | b }}", "$c"]),
        ("no holes", []),
    ],
)
def test_holes_are_seen_in_any_text(line: str, holes: list[str]) -> None:
    assert holes == [line[start:end] for start, end in holes_in(line)]


@pytest.mark.parametrize(
    ("before", "blanks"),
    [("a:", 2), ("  - a: 1", 4), ("- - a:", 6), ("a: 1", 0), ("  a: [", 4), ("   ", 3), ("a: >-  # c", 2), ("  -", 2)],
)
def test_the_next_line_of_yaml_is_indented(before: str, blanks: int) -> None:
    assert " " * blanks == indent_after(before)


@pytest.mark.parametrize(("before", "blanks"), [('  "a": {', 4), ('  "a": 1,', 2), ("[", 2)])
def test_the_next_line_of_json_is_indented(before: str, blanks: int) -> None:
    assert " " * blanks == indent_after(before, json=True)


def test_lines_are_moved_and_moved_back() -> None:
    assert ["  a", "", "    b"] == indented(["a", "", "  b"])
    assert ["a", "", "b", " c"] == dedented(["  a", "", " b", "   c"])


def test_lines_become_comments_at_their_least_indentation() -> None:
    assert ["  # a", "  #   b", ""] == commented(["  a", "    b", ""])
    assert ["  a", "    b", ""] == commented(["  # a", "  #   b", ""])


@pytest.mark.parametrize(("query", "places"), [("ab", [0, 3]), ("AB", [3]), ("", []), (".", [])])
def test_a_text_is_found_in_any_case_unless_it_has_capitals(query: str, places: list[int]) -> None:
    assert places == places_of(query, "ab AB")


@pytest.mark.parametrize(("offset", "step", "index"), [(0, 0, 0), (0, 1, 1), (5, 1, 0), (0, -1, 1), (5, -1, 0)])
def test_the_next_place_goes_around_the_end(offset: int, step: int, index: int) -> None:
    assert index == chosen_place([0, 5], offset, step)


@pytest.mark.parametrize(
    ("typed", "place"),
    [("12", (12, 1)), (" 12:3 ", (12, 3)), ("12, 3", (12, 3)), ("0", (1, 1)), ("x", None), ("", None)],
)
def test_a_place_is_read_as_people_write_it(typed: str, place: tuple[int, int] | None) -> None:
    assert place == read_place(typed)

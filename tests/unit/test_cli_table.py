"""Tables in plain text."""

from __future__ import annotations

from maniple.cli.table import Column, cut_to, table_lines

COLUMNS = [Column("NAME"), Column("USERS", right=True), Column("SUMMARY", cut=True)]
ROWS = [["short", "7", "A summary of some length"], ["a longer name", "1,000", "Brief"]]


def test_columns_are_aligned_and_numbers_to_the_right() -> None:
    assert table_lines(COLUMNS, ROWS) == [
        "NAME           USERS  SUMMARY",
        "short              7  A summary of some length",
        "a longer name  1,000  Brief",
    ]


def test_a_column_that_may_be_cut_gives_way_to_the_width() -> None:
    assert table_lines(COLUMNS, ROWS, width=36) == [
        "NAME           USERS  SUMMARY",
        "short              7  A summary of…",
        "a longer name  1,000  Brief",
    ]


def test_where_even_that_is_too_wide_each_row_is_a_record() -> None:
    assert table_lines(COLUMNS, ROWS, width=30) == [
        "short",
        "  users 7",
        "  summary A summary of some length",
        "a longer name",
        "  users 1,000 · summary Brief",
    ]


def test_wide_characters_count_as_two_cells() -> None:
    assert table_lines([Column("A"), Column("B")], [["日本", "x"], ["ab", "y"]]) == ["A     B", "日本  x", "ab    y"]


def test_control_characters_are_shown_not_obeyed() -> None:
    assert table_lines([Column("A")], [["\x1b[31mred"]]) == ["A", "␛[31mred"]


def test_styles_do_not_change_the_alignment() -> None:
    lines = table_lines(
        [Column("A"), Column("B")], [[("✓ ok", "green"), "x"]], paint=lambda text, style: f"<{style}>{text}</>"
    )

    assert lines == ["<bold>A     B</>", "<green>✓ ok</>  x"]


def test_a_table_without_rows_has_its_titles() -> None:
    assert table_lines(COLUMNS, []) == ["NAME  USERS  SUMMARY"]


def test_a_cut_text_says_so() -> None:
    assert (cut_to("abcdef", 6), cut_to("abcdef", 5)) == ("abcdef", "abcd…")

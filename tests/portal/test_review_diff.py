"""Differences as rows."""

from __future__ import annotations

from maniple.portal.review.diff import Row, row_content, rows_of
from maniple.store.control.submission_rows import EntryRow
from maniple.usecases.reviewing import differences

OLD = {"manifest.yaml": b"name: Acme\nversion: 1.0.0\nkind: list\n"}
NEW = {"manifest.yaml": b"name: Acme\nversion: 1.1.0\nlogo: logo.png\nkind: list\n"}


def plain(rows: list[Row], width: int = 60, *, beside: bool = False) -> list[str]:
    return [row_content(row, width, beside=beside).plain.rstrip() for row in rows]


def test_lines_are_numbered_as_in_the_two_files_and_carry_their_sign() -> None:
    assert plain(rows_of(differences(OLD, NEW)))[2:] == [
        "   1    1   name: Acme",
        "   2      - version: 1.0.0",
        "        2 + version: 1.1.0",
        "        3 + logo: logo.png",
        "   3    4   kind: list",
    ]


def test_side_by_side_a_changed_line_stands_beside_what_it_was() -> None:
    assert plain(rows_of(differences(OLD, NEW), beside=True), beside=True)[2:] == [
        "   1   name: Acme            │   1   name: Acme",
        "   2 - version: 1.0.0        │   2 + version: 1.1.0",
        "                             │   3 + logo: logo.png",
        "   3   kind: list            │   4   kind: list",
    ]


def test_a_long_line_goes_on_below() -> None:
    row = Row("manifest.yaml", "new", new="a" * 40, new_number=7)

    assert plain([row], 32) == [f"        7 + {'a' * 20}\n          + {'a' * 20}"]


def test_what_a_terminal_would_obey_is_shown_as_what_it_is() -> None:
    row = Row("manifest.yaml", "new", new="\x1b[31mred", new_number=1)

    assert plain([row]) == ["        1 + ␛[31mred"]


def test_what_was_said_about_a_line_stands_below_it() -> None:
    entry = EntryRow(1, "sub_1", 1, "comment", "rob", "Why?\nSay it", "manifest.yaml", 3, 0.0)
    rows = rows_of(differences(OLD, NEW), [entry])

    assert plain(rows)[5:7] == ["        3 + logo: logo.png", "  ┃ rob, round 1: Why?\n  ┃ Say it"]


def test_a_file_that_is_no_text_is_one_row() -> None:
    rows = rows_of(differences({}, {"logo.png": b"\x89PNG\xff"}))

    assert [(row.kind, row.text) for row in rows] == [("file", "logo.png is new")]


def test_a_deleted_file_is_said_to_be_deleted() -> None:
    rows = rows_of(differences({"README.md": b"# Acme\n"}, {}))

    assert [(row.kind, row.text) for row in rows if row.kind != "gap"] == [
        ("file", "README.md: deleted"),
        ("gone", "# Acme"),
    ]

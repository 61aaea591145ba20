"""One diagnostic in each of its forms."""

from __future__ import annotations

import pytest

from maniple.diagnostics.model import Diagnostic
from maniple.diagnostics.render import render_github, render_json, render_line, render_text
from maniple.source.text import Source, Span

TEXT = "add_users:\n  method: POST\n  url: https://a.test/lists/$list_idd/members\n"
PLACE = Span(TEXT.index("$"), TEXT.index("/members"))
FOUND = Diagnostic(
    "MAN201",
    "`$list_idd` is not declared",
    Source("integrations/acme/manifest.yaml", TEXT),
    PLACE,
    label="no variable has this name",
    notes=("available here: $api_key (field), $items",),
    hint="did you mean `$list_id`?",
    path=("add_users", "url"),
)


def _carets(text: str, start: int, end: int, *, width: int = 100) -> str:
    lines = render_text(Diagnostic("MAN101", "m", Source("f", text), Span(start, end)), width=width).split("\n")
    return "\n".join(lines[3:5])


def test_text_shows_the_line_and_points_at_the_place() -> None:
    assert (
        render_text(FOUND)
        == """\
error[MAN201]: `$list_idd` is not declared
 --> integrations/acme/manifest.yaml:3:29
  |
3 |   url: https://a.test/lists/$list_idd/members
  |                             ^^^^^^^^^ no variable has this name
  = note: available here: $api_key (field), $items
  = hint: did you mean `$list_id`?"""
    )


def test_the_frame_is_as_wide_as_the_line_number() -> None:
    found = Diagnostic("MAN101", "m", Source("f", "\n" * 99 + "ab"), Span(100, 101), hint="h")
    assert render_text(found) == "error[MAN101]: m\n   --> f:100:2\n    |\n100 | ab\n    |  ^\n    = hint: h"


def test_a_finding_without_a_place_is_its_words() -> None:
    found = Diagnostic("MAN501", "no `add_users`", severity="warning", notes=("a", "b\nc"))
    assert render_text(found) == "warning[MAN501]: no `add_users`\n  = note: a\n  = note: b\n          c"
    assert render_text(Diagnostic("MAN502", "m", Source("f", "x"))) == "error[MAN502]: m\n --> f"


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("ab", 2, 2, "1 | ab\n  |   ^"),
        ("", 0, 0, ""),
        ("a\tb", 2, 3, "1 | a    b\n  |      ^"),
        ("\tb", 0, 1, "1 |     b\n  | ^^^^"),
        ("日本: x", 0, 2, "1 | 日本: x\n  | ^^^^"),
        ("日本: x", 4, 5, "1 | 日本: x\n  |       ^"),
        ("e\u0301: x", 4, 5, "1 | e\u0301: x\n  |    ^"),
        ("a: |\n  b\n  c", 3, 12, "1 | a: |\n  |    ^"),
        ("ab\r\nc", 0, 6, "1 | ab\n  | ^^"),
        ("a\nb", 1, 1, "1 | a\n  |  ^"),
    ],
)
def test_carets_stand_under_the_place(text: str, start: int, end: int, expected: str) -> None:
    assert _carets(text, start, end) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 2, "1 | ab0123456789012345678901…\n  | ^^"),
        (50, 52, "1 | …789012345678901234567890…\n  |             ^^"),
        (100, 102, "1 | …678901234567890123456789\n  |                        ^^"),
        (10, 90, "1 | …890123456789012345678901…\n  |  ^^^^^^^^^^^^^^^^^^^^^^^^"),
    ],
)
def test_a_long_line_is_cut_around_the_place(start: int, end: int, expected: str) -> None:
    assert _carets("ab" + "0123456789" * 10, start, end, width=30) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\x07b\x00", "a␇b␀"),
        ("a\x7f", "a␡"),
        ("a\x9bm", "a<U+009B>m"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u200bb", "a<U+200B>b"),
    ],
)
def test_a_character_that_a_terminal_obeys_is_written_out(text: str, expected: str) -> None:
    found = Diagnostic(
        "MAN101", text, Source(text, text), Span(0, 1), label=text, notes=(text,), hint=text, severity="note"
    )
    shown = render_text(found)
    assert shown.count(expected) == 6
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert render_line(found) == f"{expected}:1:1: note[MAN101]: {expected}"


def test_color_adds_codes_and_nothing_else() -> None:
    colored = render_text(FOUND, color=True)
    assert colored.startswith("\x1b[1;31merror[MAN201]\x1b[0m")
    plain = colored
    for code in ("\x1b[1;31m", "\x1b[34m", "\x1b[1m", "\x1b[0m"):
        plain = plain.replace(code, "")
    assert plain == render_text(FOUND)


def test_json_has_every_fact() -> None:
    assert render_json(FOUND) == {
        "code": "MAN201",
        "severity": "error",
        "message": "`$list_idd` is not declared",
        "file": "integrations/acme/manifest.yaml",
        "line": 3,
        "column": 29,
        "end_line": 3,
        "end_column": 38,
        "label": "no variable has this name",
        "notes": ["available here: $api_key (field), $items"],
        "hint": "did you mean `$list_id`?",
        "path": ["add_users", "url"],
    }
    placeless = render_json(Diagnostic("MAN501", "m"))
    assert (placeless["file"], placeless["line"], placeless["end_column"]) == (None, None, None)


def test_github_shows_it_beside_the_line() -> None:
    assert render_github(FOUND) == (
        "::error file=integrations/acme/manifest.yaml,line=3,col=29,endColumn=38,title=MAN201"
        "::`$list_idd` is not declared%0Adid you mean `$list_id`?"
    )


def test_github_escapes_what_would_end_a_property_or_a_command() -> None:
    found = Diagnostic("MAN304", "100%\r\nsure", Source("a:b,c%.yaml", "x\ny"), Span(0, 3), severity="warning")
    assert render_github(found) == (
        "::warning file=a%3Ab%2Cc%25.yaml,line=1,col=1,endLine=2,title=MAN304::100%25%0D%0Asure"
    )
    assert render_github(Diagnostic("MAN601", "m", severity="note")) == "::notice title=MAN601::m"


def test_one_line_names_the_place_first() -> None:
    assert render_line(FOUND) == "integrations/acme/manifest.yaml:3:29: error[MAN201]: `$list_idd` is not declared"

"""Keys in canonical order, with everything that belongs to them."""

from __future__ import annotations

from maniple.source.edit import reorder
from maniple.source.read import read_document
from maniple.source.text import Path, Source

ORDERS = {(): ("name", "auth", "calls"), ("auth",): ("kind", "key"), ("calls", 0): ("url", "item")}


def _order(path: Path) -> tuple[str, ...] | None:
    return ORDERS.get(path)


def _reordered(text: str, name: str = "m.yaml") -> str:
    document, findings = read_document(Source(name, text))
    assert document is not None, findings
    return reorder(document, _order)


def test_a_key_moves_with_the_comments_above_and_behind_it() -> None:
    text = """\
# yaml-language-server: $schema=x
# about auth
auth:  # behind auth
  # about key
  key: $k  # behind key

  kind: basic
  # after the last key

# about name
name: a   # behind name
other: 1
"""
    expected = """\
# yaml-language-server: $schema=x
# about name
name: a   # behind name
# about auth
auth:  # behind auth
  kind: basic
  # about key
  key: $k  # behind key
  # after the last key
other: 1
"""
    assert _reordered(text) == expected


def test_a_comment_at_the_top_with_a_blank_line_below_stays_there() -> None:
    text = "# a licence\n# of two lines\n\nauth: 1\nname: 2\n"
    assert _reordered(text) == "# a licence\n# of two lines\n\nname: 2\nauth: 1\n"


def test_a_key_that_follows_a_dash_changes_places() -> None:
    text = "calls:\n  - item: |\n      a\n\n    # about url\n    url: b\n  - url: c\n"
    assert _reordered(text) == "calls:\n  # about url\n  - url: b\n    item: |\n      a\n  - url: c\n"


def test_maps_in_flow_style_stay_as_they_are() -> None:
    text = "auth: {key: a,  kind: b}\nname: c\n"
    assert _reordered(text) == "name: c\nauth: {key: a,  kind: b}\n"


def test_unknown_keys_follow_in_their_own_order() -> None:
    assert _reordered("z: 1\nb: 2\nname: 3\na: 4\n") == "name: 3\nz: 1\nb: 2\na: 4\n"


def test_white_space_at_line_ends_goes_outside_of_block_texts() -> None:
    text = "name: a  \nauth:\t\n  kind: |\n    b  \n\n    c\n\n\n\n"
    assert _reordered(text) == "name: a\nauth:\n  kind: |\n    b  \n\n    c\n"


def test_blank_lines_that_belong_to_a_text_are_kept() -> None:
    text = "auth: |+\n  a\n\nname: b\n"
    assert _reordered(text) == "name: b\nauth: |+\n  a\n\n"


def test_a_file_without_a_line_break_at_its_end_gets_one_and_keeps_its_data() -> None:
    assert _reordered("name: a") == "name: a\n"
    assert _reordered("auth: |\n  a\nname: |\n  b") == "name: |-\n  b\nauth: |\n  a\n"


def test_line_breaks_stay_what_they_are() -> None:
    assert _reordered("auth: 1\r\nname: 2") == "name: 2\r\nauth: 1\r\n"


def test_a_comment_deeper_than_its_map_does_not_become_text() -> None:
    text = "auth:\n      # deep\n  key: 1\n  kind: |\n    a\n"
    assert _reordered(text) == "auth:\n  kind: |\n    a\n  # deep\n  key: 1\n"


def test_explicit_keys_are_left_alone() -> None:
    text = "? auth\n: 1\n? name\n: 2\n"
    assert _reordered(text) == text


def test_json_is_written_anew_in_order() -> None:
    text = '{"auth": {"key": 1.0, "kind": "é"}, "name": [], "z": null}'
    expected = """\
{
  "name": [],
  "auth": {
    "kind": "é",
    "key": 1.0
  },
  "z": null
}
"""
    assert _reordered(text, "m.json") == expected

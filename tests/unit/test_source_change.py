"""Changes of a manifest's text at one place, example by example."""

from __future__ import annotations

from maniple.manifest.order import canonical_order, is_written_out
from maniple.source import change
from maniple.source.read import read_document
from maniple.source.text import Document, Source
from maniple.source.yaml_write import Style

STYLE = Style(canonical_order, is_written_out)
TEXT = """\
# yaml-language-server: $schema=x
manifest: 1
name: "Acme"  # as they write it
summary: 'one line'

auth: {kind: basic}

fields:
  # first
  - name: a
    help: >-
      A long text that goes over
      two lines.
  # second
  - {name: b, label: B}
"""


def document(text: str = TEXT, name: str = "m.yaml") -> Document:
    found, findings = read_document(Source(name, text))
    assert found is not None, findings
    return found


def test_a_text_keeps_its_quotes_and_its_comment() -> None:
    assert 'name: "Bcme"  # as they write it\n' in change.put(document(), ("name",), "Bcme", STYLE)
    assert "summary: 'it''s one'\n" in change.put(document(), ("summary",), "it's one", STYLE)


def test_a_text_that_would_be_a_number_gets_quotes() -> None:
    assert 'label: "12"}' in change.put(document(), ("fields", 1, "label"), "12", STYLE)


def test_a_text_of_several_lines_is_written_below_a_bar() -> None:
    result = change.put(document(), ("fields", 0, "help"), "one\ntwo\n", STYLE)
    assert "    help: |\n      one\n      two\n  # second\n" in result


def test_a_folded_text_stays_folded() -> None:
    words = "A long text that now has even more words in it, so many that one line would not do for all of them at all."
    result = change.put(document(), ("fields", 0, "help"), words, STYLE)
    assert "    help: >-\n      A long text that now has" in result
    assert words == change.value_at(document(result).data, ("fields", 0, "help"))


def test_a_new_key_stands_in_canonical_order_and_in_the_style_of_its_map() -> None:
    assert "\nsummary: 'one line'\ndescription: More.\n" in change.put(document(), ("description",), "More.", STYLE)
    assert "auth: {kind: basic, username: $u}\n" in change.put(document(), ("auth", "username"), "$u", STYLE)
    assert "  - {name: b, type: url, label: B}\n" in change.put(document(), ("fields", 1, "type"), "url", STYLE)


def test_a_new_call_is_written_over_lines_and_set_apart() -> None:
    result = change.put(document(), ("add_users",), {"url": "https://a.test", "method": "POST"}, STYLE)
    assert result.endswith("  - {name: b, label: B}\n\nadd_users:\n  method: POST\n  url: https://a.test\n")


def test_maps_that_are_missing_on_the_way_are_made() -> None:
    assert "maintainer: {name: Acme}\n" in change.put(document(), ("maintainer", "name"), "Acme", STYLE)


def test_an_item_goes_with_its_comment() -> None:
    assert "fields:\n  # second\n  - {name: b, label: B}\n" in change.remove(document(), ("fields", 0), STYLE)


def test_the_last_item_leaves_an_empty_list() -> None:
    once = document(change.remove(document(), ("fields", 0), STYLE))
    assert "fields: []\n" in change.remove(once, ("fields", 0), STYLE)


def test_an_item_moves_with_its_comment() -> None:
    result = change.move(document(), ("fields",), 1, 0, STYLE)
    assert "fields:\n  # second\n  - {name: b, label: B}\n  # first\n  - name: a\n" in result


def test_a_new_item_is_written_as_its_neighbour_is() -> None:
    result = change.insert(document(), ("fields",), 2, {"name": "c", "label": "C"}, STYLE)
    assert result.endswith("  - {name: b, label: B}\n  - {name: c, label: C}\n")
    result = change.insert(document(), ("fields",), 0, {"name": "c", "label": "C"}, STYLE)
    assert "fields:\n  - name: c\n    label: C\n  # first\n" in result


def test_a_key_is_renamed_where_it_stands() -> None:
    text = "define:\n  a: 1  # one\n  b: 2\n"
    assert "define:\n  c: 1  # one\n  b: 2\n" == change.rename(document(text), ("define", "a"), "c", STYLE)


def test_a_map_in_the_place_of_another_is_changed_where_they_differ() -> None:
    text = "auth:\n  kind: basic  # why\n  # who\n  username: $a\n"
    result = change.put(document(text), ("auth",), {"kind": "basic", "username": "$b"}, STYLE)
    assert "auth:\n  kind: basic  # why\n  # who\n  username: $b\n" == result


def test_lines_that_end_as_in_windows_still_do() -> None:
    text = TEXT.replace("\n", "\r\n")
    result = change.put(document(text), ("fields", 0, "help"), "one\ntwo", STYLE)
    assert result.replace("\r\n", "").count("\n") == 0
    assert "one\ntwo" == change.value_at(document(result).data, ("fields", 0, "help"))


def test_json_stays_json() -> None:
    result = change.put(document('{"name": "a", "manifest": 1}', "m.json"), ("slug",), "b", STYLE)
    assert '{\n  "manifest": 1,\n  "slug": "b",\n  "name": "a"\n}\n' == result


def test_nothing_to_change_changes_nothing() -> None:
    assert change.put(document(), ("name",), "Acme", STYLE) == TEXT


def test_a_map_that_becomes_too_long_for_its_line_is_written_over_lines() -> None:
    help_text = "Under Settings > Keys > New key; ask whoever administers the account when you do not see it there."
    result = change.put(document(), ("fields", 1, "help"), help_text, STYLE)
    assert result.endswith(f"  # second\n  - name: b\n    label: B\n    help: {help_text}\n")


def test_a_map_that_was_too_long_before_stays_in_its_line() -> None:
    text = f"errors:\n  - {{status: 400, message: {'long ' * 20}end}}\n"
    result = change.put(document(text), ("errors", 0, "status"), 401, STYLE)
    assert text.replace("400", "401") == result


def test_a_manifest_begins_below_the_comments_of_an_empty_text() -> None:
    for empty in ("", "# mine\n", "---\n"):
        assert f"{empty}name: Acme\n" == change.put(document(empty), ("name",), "Acme", STYLE)

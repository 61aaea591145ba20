"""The canonical order of a manifest's keys."""

from __future__ import annotations

from maniple.manifest.order import canonical_order


def test_a_step_begins_with_its_name_and_when_it_is_done() -> None:
    order = canonical_order(("add_users", "steps", 0))

    assert order is not None
    assert list(order)[:6] == ["name", "once", "when", "method", "url", "query"]
    assert len(set(order)) == len(order)


def test_what_a_step_does_with_the_reply_stands_after_what_it_sends() -> None:
    order = canonical_order(("remove_users", "steps", 1))

    assert order is not None
    written = sorted(["errors", "item", "rejects", "match", "save", "paginate", "json"], key=list(order).index)
    assert written == ["json", "item", "paginate", "match", "save", "rejects", "errors"]

"""Partners that nobody had in mind: strict servers, manifests written from the documentation alone, exact membership."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maniple.wiring import Workspace
from support.strangers.one_by_one import Audiences, Groups, Segments, Tags
from support.strangers.visit import Visit

AWKWARD = {
    "u/1",
    "a+b",
    "50% off",
    "a b",
    "é",
    "e\u0301",
    "日本",
    "😀",
    "ada@x.test",
    "a&b=c?d#e;f",
    "'\"\\<>",
    "~.-_",
    "%2F",
}
"""Users whose ids need care in a URL, a form or a text."""
MONDAY = AWKWARD | {f"u{number}" for number in range(20)}
TUESDAY = MONDAY - {"u/1", "😀", "u3", "u4", "u5"} | {"new/1", "ñ+1", "u40", "u41"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open({"MANIPLE_HOME": str(tmp_path / "home")}) as opened:
        yield opened


def test_users_in_the_path_arrive_whatever_their_ids_are(workspace: Workspace, tmp_path: Path) -> None:
    with Groups(MONDAY | TUESDAY) as partner:
        visit = Visit(workspace, tmp_path, "groups", partner, settings={"api_key": "k-1"})
        first = visit.sync(MONDAY)
        assert list(partner.groups.values()) == [MONDAY]

        second = visit.sync(TUESDAY)
        assert list(partner.groups.values()) == [TUESDAY]

        third = visit.sync(TUESDAY)

    assert [(run.status, run.added, run.removed, run.requests) for run in (first, second, third)] == [
        ("succeeded", 33, 0, 34),
        ("succeeded", 4, 5, 9),
        ("succeeded", 0, 0, 0),
    ]
    assert partner.refusals == []


def test_users_whom_a_directory_does_not_know_are_named_and_the_others_are_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    with Groups({"a", "b"}) as partner:
        visit = Visit(workspace, tmp_path, "groups", partner, settings={"api_key": "k-1"})
        first = visit.sync({"a", "b", "stranger/1"})
        partner.groups[next(iter(partner.groups))].discard("b")
        second = visit.sync({"a"})

    assert list(partner.groups.values()) == [{"a"}]
    assert (first.status, first.added, first.rejected_by_reason) == ("succeeded_with_skips", 2, {"Unknown user": 1})
    assert (second.status, second.removed, second.members) == ("succeeded", 1, 1)


def test_a_segment_with_a_key_of_the_clients_choice_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    with Segments() as partner:
        visit = Visit(workspace, tmp_path, "segments", partner, settings={"bearer_token": "t-1"})
        visit.sync(MONDAY, name="Grüße & Buyers/1")
        assert partner.segments == {"gru-e-buyers-1": MONDAY}

        visit.sync(TUESDAY, name="Grüße & Buyers/1")
        third = visit.sync(TUESDAY, name="Grüße & Buyers/1")

    assert partner.segments == {"gru-e-buyers-1": TUESDAY}
    assert partner.labels == {"gru-e-buyers-1": "[maniple] Grüße & Buyers/1"}
    assert (third.list_id, third.requests, partner.refusals) == ("gru-e-buyers-1", 0, [])


def test_an_audience_is_found_at_the_encoded_address_that_its_creation_answered(
    workspace: Workspace, tmp_path: Path
) -> None:
    with Audiences() as partner:
        visit = Visit(workspace, tmp_path, "audiences", partner, settings={"api_key": "k 1&2"})
        first = visit.sync(MONDAY)
        assert partner.audiences == {"[maniple] Buyers/№1": MONDAY}

        visit.sync(TUESDAY)
        third = visit.sync(TUESDAY)

    assert partner.audiences == {"[maniple] Buyers/№1": TUESDAY}
    assert (first.list_id, third.requests, partner.refusals) == ("[maniple] Buyers/№1", 0, [])


def test_a_tag_is_taken_off_by_a_delete_with_a_body(workspace: Workspace, tmp_path: Path) -> None:
    with Tags() as partner:
        visit = Visit(workspace, tmp_path, "tags", partner, settings={"api_key": "k-1"})
        visit.sync(MONDAY, name="Big spenders")
        assert partner.tags == {"Big-spenders": MONDAY}

        visit.sync(TUESDAY, name="Big spenders")
        third = visit.sync(TUESDAY, name="Big spenders")

    assert partner.tags == {"Big-spenders": TUESDAY}
    assert (third.requests, partner.refusals) == (0, [])

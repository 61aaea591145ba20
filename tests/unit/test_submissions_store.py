"""Submissions in the control plane: what may follow what, and two who decide at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from maniple.errors import UsageError
from maniple.store.control.store import ControlStore
from maniple.store.control.submission_rows import REVIEWERS, EntryKind, SubmissionRow
from maniple.store.control.submissions import Handed, Told, Word
from maniple.store.home import Home
from support.postgres import postgres

HANDED = Handed(
    slug="acme",
    name="Acme",
    version="1.0.0",
    author="ada",
    email="ada@acme.test",
    bundle=b"files",
    sha256="0" * 64,
    report={"tier": "bronze"},
)
RELEASED = replace(HANDED, internal=True)


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    with postgres() as running:
        yield running.url()


@pytest.fixture(params=["file", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ControlStore]:
    url = None
    if request.param == "server":
        url = request.getfixturevalue("server_url")
    opened = ControlStore.open(Home(tmp_path / "home"), url=url)
    for row in opened.list_submissions():
        with opened.writing() as connection:
            connection.exec_driver_sql(f"DELETE FROM submissions WHERE id = '{row.id}'")
    yield opened
    opened.close()


def say(
    store: ControlStore, kind: EntryKind, who: str = "rob", text: str = "because", word: str = "acme"
) -> SubmissionRow:
    return store.record(store.find_submission(word).id, Word(kind, who, text))


def test_what_is_handed_in_is_under_review_with_its_bundle(store: ControlStore) -> None:
    row = store.hand_in(HANDED)

    assert ("under_review", 1, "ada", "1.0.0") == (row.state, row.round, row.author, row.version)
    assert b"files" == store.bundle(row.id, 1)
    assert [(1, {"tier": "bronze"}, False)] == [
        (each.number, each.report, each.internal) for each in store.rounds(row.id)
    ]


def test_handed_in_again_it_is_the_next_round_of_the_same_submission(store: ControlStore) -> None:
    first = store.hand_in(HANDED)
    say(store, "changes_requested")
    second = store.hand_in(replace(HANDED, version="1.0.1", bundle=b"better", note="Amended"))

    assert (first.id, 2, "under_review", "1.0.1") == (second.id, second.round, second.state, second.version)
    assert (b"files", b"better") == (store.bundle(first.id, 1), store.bundle(first.id, 2))
    assert ["submitted", "changes_requested", "submitted"] == [each.kind for each in store.entries(first.id)]


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "approved"])
def test_after_its_end_another_submission_begins(store: ControlStore, end: EntryKind) -> None:
    first = store.hand_in(HANDED)
    say(store, end)
    second = store.hand_in(replace(HANDED, version="1.1.0"))

    assert first.id != second.id
    assert (end, "under_review") == (store.find_submission(first.id).state, store.find_submission("acme").state)


def test_nobody_amends_what_another_handed_in(store: ControlStore) -> None:
    store.hand_in(HANDED)

    with pytest.raises(UsageError) as caught:
        store.hand_in(replace(HANDED, author="eve"))

    assert "`acme` is under review, handed in by ada" == caught.value.message


LEGAL: dict[str, set[str]] = {
    "released": {"comment", "answer", "withdrawn"},
    "under_review": {"comment", "answer", "changes_requested", "approved", "rejected", "withdrawn"},
    "changes_requested": {"comment", "answer", "rejected", "withdrawn"},
    "approved": {"comment", "answer", "deprecated"},
    "rejected": {"comment", "answer"},
    "withdrawn": {"comment", "answer"},
    "deprecated": {"comment", "answer"},
}
WAYS: dict[str, tuple[EntryKind, ...]] = {
    "under_review": (),
    "changes_requested": ("changes_requested",),
    "approved": ("approved",),
    "rejected": ("rejected",),
    "withdrawn": ("withdrawn",),
    "deprecated": ("approved", "deprecated"),
}
DECISIONS: tuple[EntryKind, ...] = (
    "comment",
    "answer",
    "changes_requested",
    "approved",
    "rejected",
    "withdrawn",
    "deprecated",
)


@pytest.mark.parametrize("state", LEGAL)
def test_only_some_things_may_be_done_in_a_state(store: ControlStore, state: str) -> None:
    done = set()
    for kind in DECISIONS:
        slug = f"acme-{kind.replace('_', '-')}"
        store.hand_in(replace(RELEASED if state == "released" else HANDED, slug=slug))
        for step in WAYS.get(state, ()):
            say(store, step, word=slug)
        assert state == store.find_submission(slug).state
        try:
            say(store, kind, word=slug)
        except UsageError:
            continue
        done.add(kind)

    assert LEGAL[state] == done


def test_what_may_not_be_done_is_told_with_who_decided_before(store: ControlStore) -> None:
    store.hand_in(HANDED)
    say(store, "rejected", who="rob")

    with pytest.raises(UsageError) as caught:
        say(store, "approved", who="uma")

    assert "`acme` is rejected (by rob) and cannot be approved" == caught.value.message


def test_of_two_who_decide_at_once_one_is_told_so(store: ControlStore) -> None:
    row = store.hand_in(HANDED)
    begun = threading.Barrier(2)

    def decide(kind: EntryKind) -> str:
        begun.wait()
        try:
            return store.record(row.id, Word(kind, kind, "because")).state
        except UsageError as error:
            return error.message

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(decide, ("approved", "rejected")))

    decided = store.find_submission(row.id).state
    other = "rejected" if decided == "approved" else "approved"
    assert sorted([decided, f"`acme` is {decided} (by {decided}) and cannot be {other}"]) == answers
    assert ["submitted", decided] == [each.kind for each in store.entries(row.id)]


def test_who_looked_at_an_earlier_round_decides_nothing(store: ControlStore) -> None:
    row = store.hand_in(HANDED)
    store.hand_in(replace(HANDED, bundle=b"better"))

    with pytest.raises(UsageError) as caught:
        store.record(row.id, Word("approved", "rob", seen_round=1))

    assert "ada handed in round 2 of `acme` after round 1 was looked at" == caught.value.message
    assert "under_review" == store.find_submission(row.id).state


def test_what_cannot_be_written_into_the_catalogue_is_not_recorded(store: ControlStore) -> None:
    row = store.hand_in(HANDED)

    def full(_row: SubmissionRow) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        store.record(row.id, Word("approved", "rob"), effect=full)

    assert "under_review" == store.find_submission(row.id).state
    assert [] == store.list_publications()
    assert ["submitted"] == [each.kind for each in store.entries(row.id)]


def test_what_is_approved_is_published_and_what_is_deprecated_says_why(store: ControlStore) -> None:
    row = store.hand_in(HANDED)
    say(store, "approved")
    published = store.publication("acme")
    say(store, "deprecated", text="Use acme-2")
    deprecated = store.publication("acme")

    assert published is not None
    assert deprecated is not None
    assert ("1.0.0", False, row.id, "rob", None) == (
        published.version,
        published.internal,
        published.submission_id,
        published.by,
        published.deprecation,
    )
    assert "Use acme-2" == deprecated.deprecation


def test_a_withdrawn_submission_goes_back_to_what_was_released_internally(store: ControlStore) -> None:
    store.hand_in(RELEASED)
    store.hand_in(replace(HANDED, version="1.1.0"))

    assert "released" == say(store, "withdrawn", who="ada").state
    assert store.publication("acme") is not None
    assert "withdrawn" == say(store, "withdrawn", who="ada").state
    assert store.publication("acme") is None


def test_a_submission_under_review_is_not_released_over_it(store: ControlStore) -> None:
    store.hand_in(HANDED)

    with pytest.raises(UsageError) as caught:
        store.hand_in(RELEASED)

    assert "`acme` is under review and cannot be released internally" == caught.value.message


def test_notices_are_read_once(store: ControlStore) -> None:
    row = store.hand_in(HANDED, notice=Told(REVIEWERS, "ada submitted Acme"))
    store.record(row.id, Word("approved", "rob"), notice=Told("ada", "Acme is live"))

    assert ["ada submitted Acme"] == [each.text for each in store.notices(REVIEWERS)]
    assert ["Acme is live"] == [each.text for each in store.notices("ada")]
    store.mark_seen("ada")
    assert [] == store.notices("ada")
    assert ["Acme is live"] == [each.text for each in store.notices("ada", unseen=False)]


def test_a_submission_is_found_by_its_id_its_beginning_and_its_slug(store: ControlStore) -> None:
    row = store.hand_in(HANDED)

    assert [row, row, row] == [store.find_submission(word) for word in (row.id, row.id[:8], "acme")]
    with pytest.raises(UsageError) as caught:
        store.find_submission("acne")
    assert ("there is no submission `acne`", "did you mean `acme`?") == (caught.value.message, caught.value.hint)

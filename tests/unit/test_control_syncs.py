"""Syncs and how a person names one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maniple.errors import UsageError
from maniple.store.control.rows import SyncRow
from maniple.store.control.store import ControlStore
from maniple.store.home import Home


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ControlStore]:
    opened = ControlStore.open(Home(tmp_path / "home"), now=lambda: 1000.0)
    for name in ("acme", "other"):
        opened.create_connection(
            name,
            slug="acme",
            manifest_path="manifest.yaml",
            manifest_version="1.0.0",
            manifest_text="",
            settings={},
            secret_settings={},
            mappings={},
        )
    yield opened
    opened.close()


def sync(store: ControlStore, connection: str, cohort_name: str, cohort_id: str) -> SyncRow:
    connection_id = store.find_connection(connection).id
    return store.get_or_create_sync(connection_id, cohort_name=cohort_name, cohort_id=cohort_id)


def test_a_new_sync_has_no_list_and_no_members(store: ControlStore) -> None:
    made = sync(store, "acme", "Buyers", "c1")
    assert store.get_sync(made.id) == made
    assert (made.list, made.list_name, made.membership_file, made.members, made.doubts) == ({}, None, None, 0, 0)


def test_the_same_cohort_on_the_same_connection_is_the_same_sync(store: ControlStore) -> None:
    first = sync(store, "acme", "Buyers", "c1")
    assert sync(store, "acme", "Buyers renamed", "c1") == first
    assert sync(store, "other", "Buyers", "c1").id != first.id
    assert sync(store, "acme", "Buyers", "c2").id != first.id


def test_a_sync_takes_over_new_names(store: ControlStore) -> None:
    made = sync(store, "acme", "Buyers", "c1")
    store.update_sync(made.id, cohort_name="Big buyers", id_column="email")
    changed = store.update_sync(made.id, list_name="[x] Big buyers")
    assert (changed.cohort_name, changed.id_column, changed.list_name) == ("Big buyers", "email", "[x] Big buyers")


def test_what_creating_a_list_saved_is_kept_with_its_types(store: ControlStore) -> None:
    made = sync(store, "acme", "Buyers", "c1")
    run = store.start_run(made.id, manifest_version="1.0.0")
    kept = store.save_list(made.id, {"list_id": 42, "etag": "x"}, list_name="Buyers", run_id=run.id)
    assert (kept.list, kept.list_name) == ({"list_id": 42, "etag": "x"}, "Buyers")
    assert store.get_run(run.id).list_created is True


def test_a_new_list_takes_the_place_of_the_old_one(store: ControlStore) -> None:
    made = sync(store, "acme", "Buyers", "c1")
    store.save_list(made.id, {"list_id": 42, "etag": "x"})
    assert store.save_list(made.id, {"list_id": 43}).list == {"list_id": 43}


def test_syncs_are_listed_by_cohort(store: ControlStore) -> None:
    sync(store, "acme", "Buyers", "c1")
    sync(store, "other", "Amblers", "c2")
    assert [row.cohort_name for row in store.list_syncs()] == ["Amblers", "Buyers"]
    acme = store.find_connection("acme").id
    assert [row.cohort_name for row in store.list_syncs(acme)] == ["Buyers"]


def test_a_sync_has_many_names(store: ControlStore) -> None:
    made = sync(store, "acme", "Buyers", "c1")
    sync(store, "other", "Amblers", "c2")
    words = [made.id, made.id[:13], "acme/Buyers", "acme/c1", "Buyers", "c1"]
    assert [store.find_sync(word) for word in words] == [made] * 6


def test_a_cohort_on_two_connections_must_be_told_apart(store: ControlStore) -> None:
    sync(store, "acme", "Buyers", "c1")
    on_other = sync(store, "other", "Buyers", "c1")
    with pytest.raises(UsageError) as caught:
        store.find_sync("Buyers")
    assert caught.value.message == "`Buyers` fits 2 of them"
    assert caught.value.hint is not None
    assert set(caught.value.hint.removeprefix("say which: ").split(" or ")) == {"`acme/Buyers`", "`other/Buyers`"}
    assert store.find_sync("other/Buyers") == on_other


def test_cohorts_of_one_name_are_told_apart_by_their_ids(store: ControlStore) -> None:
    sync(store, "acme", "Buyers", "c1")
    sync(store, "acme", "Buyers", "c2")
    with pytest.raises(UsageError) as caught:
        store.find_sync("acme/Buyers")
    assert caught.value.hint is not None
    assert set(caught.value.hint.removeprefix("say which: ").split(" or ")) == {"`acme/c1`", "`acme/c2`"}


def test_the_bare_prefix_of_ids_names_nothing(store: ControlStore) -> None:
    sync(store, "acme", "Buyers", "c1")
    with pytest.raises(UsageError, match="there is no sync `syn_`"):
        store.find_sync("syn_")


@pytest.mark.parametrize(
    ("word", "hint"), [("Buyer", "did you mean `Buyers`?"), ("acme/Byers", "did you mean `acme/Buyers`?")]
)
def test_a_misspelt_sync_is_told_the_right_name(store: ControlStore, word: str, hint: str) -> None:
    sync(store, "acme", "Buyers", "c1")
    with pytest.raises(UsageError) as caught:
        store.find_sync(word)
    assert (caught.value.message, caught.value.hint) == (f"there is no sync `{word}`", hint)


def test_without_syncs_the_hint_says_how_to_make_one(store: ControlStore) -> None:
    with pytest.raises(UsageError) as caught:
        store.find_sync("Buyers")
    assert caught.value.hint == "make the first one with `maniple sync`"

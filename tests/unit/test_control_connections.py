"""Connections and their tokens."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maniple.errors import UsageError
from maniple.store.control.ids import new_id
from maniple.store.control.rows import ConnectionRow
from maniple.store.control.store import ControlStore
from maniple.store.home import Home


class Watch:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def store(tmp_path: Path, watch: Watch) -> Iterator[ControlStore]:
    opened = ControlStore.open(Home(tmp_path / "home"), now=watch, dice=random.Random(7))
    yield opened
    opened.close()


def connect(store: ControlStore, name: str = "Acme EU", **more: Any) -> ConnectionRow:
    setup: dict[str, Any] = {
        "slug": "acme",
        "manifest_path": "integrations/acme/manifest.yaml",
        "manifest_version": "1.2.0",
        "manifest_text": "name: Acme",
        "settings": {"region": "eu"},
        "secret_settings": {"api_key": "k-1234"},
        "mappings": {"user_id_field": "email"},
        **more,
    }
    return store.create_connection(name, **setup)


def test_an_id_is_a_prefix_and_ten_letters_from_the_dice() -> None:
    assert new_id("con_", random.Random(7)) == new_id("con_", random.Random(7))
    assert new_id("run_", random.Random(7)) == "run_" + new_id("con_", random.Random(7))[4:]
    assert len(new_id("syn_", random.Random(7))) == 14


def test_a_connection_comes_back_as_it_was_made(store: ControlStore) -> None:
    made = connect(store, targets={"user_id_field": "UID2"}, via="http://127.0.0.1:8080", allow_private=True)
    assert store.get_connection(made.id) == made
    assert store.secret_settings(made) == {"api_key": "k-1234"}
    assert (made.name, made.settings, made.mappings, made.targets, made.via, made.allow_private) == (
        "Acme EU",
        {"region": "eu"},
        {"user_id_field": "email"},
        {"user_id_field": "UID2"},
        "http://127.0.0.1:8080",
        True,
    )
    assert (made.created_at, made.updated_at) == (1000.0, 1000.0)


def test_a_connection_without_secrets_needs_no_key(store: ControlStore, tmp_path: Path) -> None:
    made = connect(store, secret_settings={})
    assert store.secret_settings(made) == {}
    assert not (tmp_path / "home" / "secret.key").exists()


def test_a_name_is_used_once(store: ControlStore) -> None:
    connect(store)
    with pytest.raises(UsageError) as caught:
        connect(store, " Acme EU ")
    assert caught.value.message == "there is already a connection `Acme EU`"
    assert caught.value.hint == "choose another name"


def test_a_connection_needs_a_name(store: ControlStore) -> None:
    with pytest.raises(UsageError, match="a connection needs a name"):
        connect(store, "  ")


def test_a_change_changes_only_what_it_names(store: ControlStore, watch: Watch) -> None:
    made = connect(store)
    watch.time = 2000.0
    changed = store.update_connection(made.id, name="Acme US", settings={"region": "us"})
    assert (changed.name, changed.settings, changed.created_at, changed.updated_at) == (
        "Acme US",
        {"region": "us"},
        1000.0,
        2000.0,
    )
    assert store.secret_settings(changed) == {"api_key": "k-1234"}
    assert changed.mappings == made.mappings


def test_new_secrets_take_the_place_of_all_old_ones(store: ControlStore) -> None:
    changed = store.update_connection(connect(store).id, secret_settings={"token": "t-5678"})
    assert store.secret_settings(changed) == {"token": "t-5678"}


def test_a_name_that_is_taken_cannot_be_changed_to(store: ControlStore) -> None:
    connect(store, "one")
    other = connect(store, "two")
    with pytest.raises(UsageError, match="there is already a connection `one`"):
        store.update_connection(other.id, name="one")


def test_a_change_of_an_unknown_connection_is_refused(store: ControlStore) -> None:
    with pytest.raises(UsageError, match="there is no connection with the id `con_x`"):
        store.update_connection("con_x", name="one")


def test_connections_are_listed_by_name(store: ControlStore) -> None:
    for name in ("beta", "alpha", "gamma"):
        connect(store, name)
    assert [row.name for row in store.list_connections()] == ["alpha", "beta", "gamma"]


def test_a_connection_is_found_by_name_or_id(store: ControlStore) -> None:
    made = connect(store)
    assert store.find_connection("Acme EU") == made
    assert store.find_connection(made.id) == made


def test_a_misspelt_name_is_told_the_right_one(store: ControlStore) -> None:
    connect(store)
    with pytest.raises(UsageError) as caught:
        store.find_connection("acme-uE")
    assert caught.value.message == "there is no connection `acme-uE`"
    assert caught.value.hint == "did you mean `Acme EU`?"


def test_a_name_like_none_is_told_what_there_is(store: ControlStore) -> None:
    connect(store, "one")
    connect(store, "two")
    with pytest.raises(UsageError) as caught:
        store.find_connection("zzzzzzzz")
    assert caught.value.hint == "there is `one` and `two`"


def test_without_connections_the_hint_says_how_to_make_one(store: ControlStore) -> None:
    with pytest.raises(UsageError) as caught:
        store.find_connection("acme")
    assert caught.value.hint == "make the first one with `maniple connect`"


def test_a_deleted_connection_is_gone(store: ControlStore) -> None:
    made = connect(store)
    store.remember(made.id, "token", "x", None)
    assert store.delete_connection(made.id) == []
    assert store.list_connections() == []


def test_a_connection_with_syncs_is_deleted_only_when_said_so(store: ControlStore) -> None:
    made = connect(store)
    sync = store.get_or_create_sync(made.id, cohort_name="Buyers", cohort_id="c1")
    store.start_run(sync.id, manifest_version="1.2.0")
    with pytest.raises(UsageError) as caught:
        store.delete_connection(made.id)
    assert caught.value.message == "connection `Acme EU` still has 1 sync"
    assert store.delete_connection(made.id, with_syncs=True) == [sync.id]
    assert store.list_syncs() == []
    assert store.history() == []


def test_a_token_is_remembered_for_its_connection(store: ControlStore) -> None:
    one, other = connect(store, "one"), connect(store, "two")
    store.remember(one.id, "token", {"access": "a-1"}, None)
    assert store.recall(one.id, "token") == {"access": "a-1"}
    assert store.recall(other.id, "token") is None
    assert store.recall(one.id, "refresh") is None


def test_a_token_is_replaced(store: ControlStore) -> None:
    made = connect(store)
    store.remember(made.id, "token", "first", None)
    store.remember(made.id, "token", "second", None)
    assert store.recall(made.id, "token") == "second"


def test_a_token_is_forgotten_when_its_time_is_over(store: ControlStore, watch: Watch) -> None:
    made = connect(store)
    store.remember(made.id, "token", "a-1", 1060.0)
    watch.time = 1059.0
    assert store.recall(made.id, "token") == "a-1"
    watch.time = 1060.0
    assert store.recall(made.id, "token") is None


def test_tokens_got_with_other_settings_are_forgotten(store: ControlStore) -> None:
    made = connect(store)
    store.remember(made.id, "token", "a-1", None)
    store.update_connection(made.id, name="renamed", mappings={})
    assert store.recall(made.id, "token") == "a-1"
    store.update_connection(made.id, secret_settings={"api_key": "k-5678"})
    assert store.recall(made.id, "token") is None


def test_all_tokens_of_a_connection_come_with_their_time(store: ControlStore) -> None:
    made, other = connect(store, "one"), connect(store, "two")
    store.remember(made.id, "access", ["a-1", 3], 1060.0)
    store.remember(made.id, "refresh", "r-1", None)
    store.remember(made.id, "old", "o-1", 1000.0)
    store.remember(other.id, "access", "x", None)
    assert store.remembered(made.id) == {"access": (["a-1", 3], 1060.0), "refresh": ("r-1", None)}

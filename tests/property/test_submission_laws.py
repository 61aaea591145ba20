"""Laws of submissions and of compatibility."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from maniple.errors import UsageError
from maniple.manifest.load import load_manifest
from maniple.manifest.model import Manifest
from maniple.review.compat import compare, precedence
from maniple.store.control.store import ControlStore
from maniple.store.control.submission_rows import OPEN, EntryKind
from maniple.store.control.submissions import STEPS, Handed, Word
from maniple.store.home import Home
from maniple.usecases.bundle import Bundle, is_plain

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "integrations").glob("*/manifest.yaml"))
KINDS: tuple[EntryKind, ...] = get_args(EntryKind)


def read(path: Path) -> Manifest:
    manifest = load_manifest(str(path), path.read_bytes()).manifest
    assert manifest is not None
    return manifest


MANIFESTS = [read(path) for path in PATHS]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest.slug)
def test_nothing_differs_from_itself(manifest: Manifest) -> None:
    assert () == compare(manifest, manifest).differences


@given(st.sampled_from(MANIFESTS), st.sampled_from(MANIFESTS))
def test_any_two_manifests_can_be_compared_and_every_place_is_in_one_of_them(old: Manifest, new: Manifest) -> None:
    found = compare(old, new)

    assert (old.slug == new.slug) == (found.differences == ())
    for each in found.differences:
        written = (old if each.gone else new).model_dump(by_alias=True)
        assert _holds(written, each.path[:1]), each
    assert list(found.differences) == sorted(found.differences, key=lambda each: not each.breaking)


def _holds(tree: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        if (isinstance(tree, dict) and step in tree) or (
            isinstance(tree, list) and isinstance(step, int) and step < len(tree)
        ):
            tree = tree[step]
        else:
            return False
    return True


numbers = st.integers(0, 30)
marks = st.lists(st.sampled_from(["rc", "beta", "1", "2", "10"]), max_size=2).map(".".join)
versions = st.builds(lambda a, b, c, mark: f"{a}.{b}.{c}{f'-{mark}' if mark else ''}", numbers, numbers, numbers, marks)


@given(versions, versions, versions)
def test_versions_are_in_one_order(one: str, two: str, three: str) -> None:
    ordered = sorted((one, two, three), key=precedence)

    assert ordered == sorted(ordered, key=precedence)
    assert (precedence(one) == precedence(two)) == (one == two)
    if "-" in one:
        assert precedence(one) < precedence(one.partition("-")[0])


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(is_plain)


@given(st.dictionaries(names, st.binary(max_size=200), max_size=6))
def test_a_bundle_is_what_it_was(files: dict[str, bytes]) -> None:
    packed = Bundle(files).pack()

    assert Bundle(files) == Bundle.unpack(packed)
    assert packed == Bundle(dict(reversed(files.items()))).pack()


class Thread(RuleBasedStateMachine):
    """Whatever an author and reviewers do: only legal steps, nothing forgotten, one publication at most."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = ControlStore.open(Home(Path(self.folder.name) / "home"))
        self.said: list[tuple[str, str]] = []
        self.threads: set[str] = set()

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(internal=st.booleans())
    def hand_in(self, internal: bool) -> None:
        before = self.store.list_submissions()
        kind: EntryKind = "released" if internal else "submitted"
        handed = Handed("acme", "Acme", "1.0.0", "ada", None, b"files", "0" * 64, {}, internal=internal)
        try:
            row = self.store.hand_in(handed)
        except UsageError:
            assert before[0].state in ("under_review", "changes_requested")
            assert internal
            return
        self.threads.add(row.id)
        self.said.append((row.id, kind))

    @rule(kind=st.sampled_from([kind for kind in KINDS if kind not in ("released", "submitted")]))
    def say(self, kind: EntryKind) -> None:
        try:
            row = self.store.find_submission("acme")
        except UsageError:
            assert not self.threads
            return
        allowed, following = STEPS[kind]
        try:
            after = self.store.record(row.id, Word(kind, "rob", "because"))
        except UsageError:
            assert row.state not in allowed
            return
        assert row.state in allowed
        assert after.state in (following or row.state, "released" if kind == "withdrawn" else following or row.state)
        self.said.append((row.id, kind))

    @invariant()
    def nothing_is_forgotten(self) -> None:
        kept = [(entry.submission_id, entry.kind) for thread in sorted(self.threads) for entry in self._entries(thread)]
        assert sorted(kept) == sorted(self.said)

    @invariant()
    def at_most_one_submission_is_open(self) -> None:
        assert len(self.store.list_submissions(OPEN)) <= 1

    @invariant()
    def what_is_published_is_a_submission_that_was_let_in(self) -> None:
        for publication in self.store.list_publications():
            kinds = {entry.kind for entry in self._entries(publication.submission_id)}
            assert ("released" if publication.internal else "approved") in kinds

    def _entries(self, thread: str) -> Iterator[Any]:
        yield from self.store.entries(thread)


Thread.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
TestThread = Thread.TestCase

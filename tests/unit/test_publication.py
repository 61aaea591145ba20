"""The catalogue after a publication: its files, earlier versions, and connections that go on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from maniple.errors import Refused
from maniple.runtime.retry import RetryPolicy
from maniple.sources.source import FileSource
from maniple.store.control.rows import ConnectionRow
from maniple.store.home import Home
from maniple.usecases import reviewing, submissions
from maniple.usecases.bundle import Bundle
from maniple.usecases.connect import connect, connected_program, destination_for
from maniple.usecases.destinations import catalogue, load_file
from maniple.usecases.mark import Mark, mark_in
from maniple.usecases.proposal import propose
from maniple.usecases.publication import publish
from maniple.usecases.request import SyncRequest
from maniple.usecases.review_queue import queue
from maniple.usecases.setting import SyncTools
from maniple.usecases.sync import sync_cohort
from maniple.wire import Reply, Request
from support.fake_clock import FakeClock
from support.manifests import BASE, SETTINGS
from support.postgres import postgres
from support.submitted import CASES, EVIDENCE, House, house, write_integration

REGION = {
    "name": "region",
    "label": "Region",
    "type": "select",
    "options": [{"label": "EU", "value": "eu"}, {"label": "US", "value": "us"}],
}
TOKEN = {"name": "bearer_token", "label": "Token", "type": "secret"}
MARK = Mark("1.0.0", internal=False, by="rob", at=1.0, submission="sub_1")


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.chdir(tmp_path)
    with house(tmp_path) as made:
        yield made


def connected(acme: House) -> ConnectionRow:
    destination = destination_for(acme.workspace, "acme")
    return connect(acme.workspace, destination, name="prod", settings=SETTINGS, mappings={"user_key": "user_id"})


def now(acme: House) -> ConnectionRow:
    return acme.workspace.store.find_connection("prod")


class Partner:
    """Accepts everything; remembers where requests went."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    async def send(self, request: Request) -> Reply:
        self.urls.append(request.url)
        return Reply(200, body=b'{"id": 7}')

    async def close(self) -> None:
        return None


def sync(acme: House, *users: str) -> list[str]:
    """Where the requests of a sync of these users go."""
    partner = Partner()
    path = acme.folder / "cohort.csv"
    path.write_text("user_id\n" + "".join(f"{user}\n" for user in users))
    tools = SyncTools(sender=partner, clock=FakeClock(), dice=lambda: 0.0, policy=RetryPolicy(0))
    asyncio.run(sync_cohort(acme.workspace, SyncRequest("prod", FileSource(path), "Buyers"), tools))
    return partner.urls


def at(url: str) -> dict[str, Any]:
    """The adding call at another address."""
    return {**BASE["add_users"], "url": url}


def loose_cases(**settings: str) -> dict[str, Any]:
    """Cases that do not say where requests go."""
    cases = [{key: value for key, value in case.items() if key != "requests"} for case in CASES["cases"]]
    return {**CASES, "settings": {**CASES["settings"], **settings}, "cases": cases}


def test_a_sync_right_after_the_approval_uses_the_new_version(acme: House) -> None:
    acme.submit()
    acme.approve()
    connected(acme)
    before = sync(acme, "u1")
    moved = at("https://api.acme.test/v2/lists/$list_id")
    acme.submit(version="1.1.0", add_users=moved, cases=loose_cases())
    acme.approve()
    after = sync(acme, "u1", "u2")

    assert ["https://api.acme.test/lists", "https://api.acme.test/lists/7/add"] == before
    assert ["https://api.acme.test/v2/lists/7"] == after


def test_a_connection_stays_with_its_version_when_a_breaking_one_is_published(acme: House) -> None:
    acme.submit()
    acme.approve()
    connected(acme)
    sync(acme, "u1")
    changes = {"fields": [TOKEN, REGION], "headers": {"X-Region": "$region"}}
    acme.submit(
        version="2.0.0",
        **changes,
        add_users=at("https://api.acme.test/v2/lists/$list_id"),
        cases=loose_cases(region="eu"),
    )

    assert 1 == queue(acme.workspace.store)[0].affected_syncs
    acme.approve()

    assert ["https://api.acme.test/lists/7/add"] == sync(acme, "u1", "u2")
    assert "1.0.0" == connected_program(now(acme)).manifest.version
    assert "2.0.0" == destination_for(acme.workspace, "acme").usable().manifest.version


def test_a_breaking_change_in_a_minor_version_is_not_let_in(acme: House) -> None:
    acme.submit(fields=[TOKEN, REGION], headers={"X-Region": "$region"}, cases=loose_cases(region="eu"))
    acme.approve()
    path = acme.write(version="1.1.0")

    found = propose(acme.workspace, path, evidence=EVIDENCE)

    assert ("1 breaking change since 1.0.0: write a new major version, `version: 2.0.0`",) == found.obstacles


def test_what_became_wrong_while_it_waited_is_not_approved(acme: House) -> None:
    acme.submit(version="1.1.0")
    bundle = Bundle({"manifest.yaml": yaml.safe_dump({**BASE, "version": "1.2.0"}).encode()})
    publish(acme.workspace.home, "acme", bundle, Mark("1.2.0", internal=False, by="uma", at=1.0, submission="sub_0"))

    with pytest.raises(Refused) as caught:
        acme.approve()

    assert (
        "version 1.1.0 is lower than 1.2.0, which is live: write a higher one, such as `version: 1.3.0`"
        in caught.value.reasons
    )


def test_every_published_version_is_kept(acme: House) -> None:
    for version in ("1.0.0", "1.1.0"):
        acme.submit(version=version, summary=f"In {version}")
        acme.approve()

    kept = [load_file(path).manifest for path in sorted(acme.workspace.home.versions.glob("*/acme/manifest.yaml"))]
    assert ["In 1.0.0", "In 1.1.0"] == [manifest.summary for manifest in kept if manifest is not None]


def test_a_connection_to_what_is_shipped_follows_to_what_is_published(
    acme: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped" / "integrations"
    monkeypatch.setenv("MANIPLE_INTEGRATIONS", str(shipped))
    write_integration(shipped)
    connected(acme)
    acme.submit(version="1.1.0", summary="Better")
    acme.approve()

    assert ("1.1.0", str(acme.workspace.home.integrations / "acme" / "manifest.yaml")) == (
        now(acme).manifest_version,
        now(acme).manifest_path,
    )


def test_a_deprecated_destination_says_so_and_its_syncs_go_on(acme: House) -> None:
    acme.submit()
    acme.approve()
    connected(acme)
    reviewing.deprecate(acme.workspace, "acme", "Use acme-2", reviewer="rob")

    assert ["Use acme-2"] == [each.deprecated for each in catalogue([acme.workspace.home.integrations])]
    assert ["https://api.acme.test/lists", "https://api.acme.test/lists/7/add"] == sync(acme, "u1")
    acme.submit(version="1.1.0")
    acme.approve()
    assert [None] == [each.deprecated for each in catalogue([acme.workspace.home.integrations])]


def test_connections_to_a_withdrawn_release_go_on_with_their_copy(acme: House) -> None:
    submissions.release_internally(acme.workspace, acme.write(), author="ada", evidence={})
    connected(acme)
    submissions.withdraw(acme.workspace, "acme", author="ada")

    assert ["https://api.acme.test/lists", "https://api.acme.test/lists/7/add"] == sync(acme, "u1")


def killed_in_the_middle(acme: House) -> None:
    """An approval that wrote its files, and was killed before it was recorded."""
    row = acme.workspace.store.find_submission("acme")
    bundle = Bundle.unpack(acme.workspace.store.bundle(row.id, row.round))
    mark = Mark(row.version, internal=False, by="rob", at=row.updated_at, submission=row.id)
    publish(acme.workspace.home, "acme", bundle, mark)


def test_an_approval_that_was_killed_in_the_middle_is_made_again(acme: House) -> None:
    acme.submit()
    killed_in_the_middle(acme)

    assert reviewing.inspect(acme.workspace, "acme").proposal.live is None
    assert "approved" == acme.approve().state
    assert "1.0.0" == (acme.live or {})["version"]


def test_a_breaking_approval_that_was_killed_in_the_middle_knows_what_was_live(acme: House) -> None:
    acme.submit()
    acme.approve()
    connected(acme)
    sync(acme, "u1")
    changes = {"fields": [TOKEN, REGION], "headers": {"X-Region": "$region"}}
    acme.submit(version="2.0.0", **changes, cases=loose_cases(region="eu"))
    killed_in_the_middle(acme)

    found = reviewing.inspect(acme.workspace, "acme").proposal
    acme.approve()

    assert ("1.0.0", 1) == (found.live.version if found.live else None, found.affected_syncs)
    assert "1.0.0" == connected_program(now(acme)).manifest.version
    assert ["https://api.acme.test/lists/7/add"] == sync(acme, "u1", "u2")


def test_files_that_a_version_no_longer_has_are_gone_and_others_stay(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    publish(home, "acme", Bundle({"manifest.yaml": b"one", "logo.png": b"logo", "cases.yaml": b"cases"}), MARK)
    (home.integrations / "acme" / "notes.txt").write_text("ours")
    publish(home, "acme", Bundle({"manifest.yaml": b"two", "cases.yaml": b"cases"}), MARK)

    found = {path.name for path in (home.integrations / "acme").iterdir()}
    assert {"manifest.yaml", "cases.yaml", "publication.json", "notes.txt"} == found
    assert b"two" == (home.integrations / "acme" / "manifest.yaml").read_bytes()
    assert MARK == mark_in(home.integrations / "acme")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": "1.0.0"}', b"\xff"])
def test_a_mark_that_cannot_be_read_is_no_mark(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "publication.json").write_bytes(content)

    assert mark_in(tmp_path) is None


WRITER = """
import sys
from pathlib import Path
from maniple.store.home import Home
from maniple.usecases.bundle import Bundle
from maniple.usecases.mark import Mark
from maniple.usecases.proposal import propose
from maniple.usecases.review_queue import queue
from maniple.usecases.publication import publish

home = Home(Path(sys.argv[1]))
contents = [b"a" * 200_000, b"b" * 200_000]
print("begun", flush=True)
while True:
    for content in contents:
        publish(home, "acme", Bundle({"manifest.yaml": content, "README.md": content}), Mark("1.0.0", False, "rob", 1.0, "s"))
"""


def test_who_reads_meanwhile_sees_one_version_or_the_other_and_a_kill_leaves_one(tmp_path: Path) -> None:
    path = tmp_path / "home" / "integrations" / "acme" / "manifest.yaml"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "home")], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert writer.stdout is not None
    assert "begun\n" == writer.stdout.readline()
    seen: set[bytes] = set()
    while len(seen) < 2 or not path.exists():
        if path.exists():
            seen.add(path.read_bytes())
    for _ in range(200):
        seen.add(path.read_bytes())
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    seen.add(path.read_bytes())

    assert {b"a" * 200_000, b"b" * 200_000} == seen


def test_what_is_published_on_one_machine_is_connected_on_another(tmp_path: Path) -> None:
    with postgres() as server:
        url = {"MANIPLE_DATABASE_URL": server.url()}
        with house(tmp_path / "one", **url) as one, house(tmp_path / "two", **url) as two:
            one.submit()
            one.approve()
            first = destination_for(two.workspace, "acme").usable().manifest.version
            one.submit(version="1.1.0")
            one.approve()
            second = destination_for(two.workspace, "acme").usable().manifest.version
            reviewing.deprecate(one.workspace, "acme", "Use acme-2", reviewer="rob")
            destination_for(two.workspace, "acme")
            mark = mark_in(two.workspace.home.integrations / "acme")

    assert ("1.0.0", "1.1.0", "Use acme-2") == (first, second, mark.deprecated if mark else None)

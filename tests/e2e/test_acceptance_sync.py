"""Whole syncs by command, against a partner on loopback who counts: order, paces, tries, formats, doubts."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from support.command import Command, Finished
from support.live_partner import Answer, Asked, LivePartner, make_list

MANIFEST = """\
manifest: 1
slug: acme
version: 1.0.0
name: Acme
kind: list
auth: {kind: bearer}
mappings:
  - {name: uid, label: User ID, target: UID}
  - {name: email, label: E-mail, target: EMAIL, optional: true}
create_list:
  method: POST
  url: https://api.acme.test/lists
  json: {name: $amp_cohort_name}
  list_id: {response: id}
add_users:
  method: POST
  url: https://api.acme.test/lists/$list_id/add
  json: {ids: $items}
  item: {id: $uid, email~: $email}
  batch: {items: 2}
remove_users:
  method: POST
  url: https://api.acme.test/lists/$list_id/remove
  json: {ids: $items}
  item: $uid
"""


PATIENCE = 60.0


class Scene:
    """A folder with a connection `acme` to a partner."""

    def __init__(self, folder: Path, partner: LivePartner) -> None:
        self.maniple = Command(folder)
        self.partner = partner
        self.folder = folder
        self.maniple.write("settings.json", json.dumps({"bearer_token": "TOKEN-SECRET-1"}))

    def connect(self, manifest: str = MANIFEST, *maps: str) -> None:
        self.maniple.write("acme.yaml", manifest)
        done = self.maniple(
            *("connect", "acme.yaml", "--name", "acme", "--settings", "settings.json", "--via", self.partner.url),
            *("--allow-private-hosts", "--map", *(maps or ("uid=user_id",))),
        )
        assert done.code == 0, done.err

    def sync(self, file: str, *more: str, **environ: str) -> Finished:
        self.partner.received.clear()
        return self.maniple("sync", "acme", file, "--cohort", "Buyers", "--json", *more, **environ)

    def users(self, name: str, *ids: str) -> str:
        return self.maniple.write(name, "user_id", *ids)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with LivePartner() as partner:
        yield Scene(tmp_path, partner)


def failing(*answers: Answer) -> Any:
    """Lists are made; the calls after that are answered in turn, and accepted when none is left."""
    left = list(answers)

    def behave(request: Asked) -> Answer:
        return make_list(request) if request.path == "/lists" or not left else left.pop(0)

    return behave


def test_an_optional_mapping_that_is_not_mapped_is_left_out(scene: Scene) -> None:
    scene.connect()
    done = scene.sync(scene.users("users.csv", "u1"))

    assert (done.code, scene.partner.calls[1]) == (0, ("/lists/7/add", {"ids": [{"id": "u1"}]}))


def test_versions_of_a_cohort_in_every_format_are_sent_as_differences(scene: Scene) -> None:
    scene.connect(MANIFEST, "uid=user_id", "email=mail")
    parquet.write_table(pa.table({"user_id": ["u1", "u3"], "mail": ["a", None]}), scene.folder / "b.parquet")
    (scene.folder / "d.csv.gz").write_bytes(gzip.compress(b"user_id,mail\nu4,d\n"))
    files = [
        scene.maniple.write("a.csv", "user_id,mail", "u1,a", "u2,b"),
        "b.parquet",
        scene.maniple.write("c.jsonl", '{"user_id": "u3", "mail": null}'),
        "d.csv.gz",
    ]
    runs = [(scene.sync(file).json, list(scene.partner.calls)) for file in files]

    assert [(run["added"], run["removed"]) for run, _ in runs] == [(2, 0), (1, 1), (0, 1), (1, 1)]
    assert [calls for _, calls in runs][1:] == [
        [("/lists/7/remove", {"ids": ["u2"]}), ("/lists/7/add", {"ids": [{"id": "u3"}]})],
        [("/lists/7/remove", {"ids": ["u1"]})],
        [("/lists/7/remove", {"ids": ["u3"]}), ("/lists/7/add", {"ids": [{"id": "u4", "email": "d"}]})],
    ]


def together(number: int) -> Callable[[Asked], Answer]:
    """Calls that carry users are answered when `number` of them are there."""
    gate = threading.Barrier(number)

    def behave(request: Asked) -> Answer:
        if request.path != "/lists":
            gate.wait(PATIENCE)
        return make_list(request)

    return behave


def test_four_requests_are_under_way_at_once(scene: Scene) -> None:
    scene.partner.behave = together(4)
    scene.connect()
    done = scene.sync(scene.users("users.csv", *(f"u{number}" for number in range(32))))

    assert (done.code, done.json["requests"], scene.partner.most_at_once) == (0, 17, 4)


def test_the_limits_of_a_call_may_be_wider_than_those_of_the_others(scene: Scene) -> None:
    scene.partner.behave = together(8)
    scene.connect(MANIFEST.replace("batch: {items: 2}", "batch: {items: 2}\n  limits: {parallel: 8}"))
    scene.sync(scene.users("users.csv", *(f"u{number}" for number in range(32))))

    assert scene.partner.most_at_once == 8


def test_a_rate_counts_the_creation_too(scene: Scene) -> None:
    scene.connect(MANIFEST + "limits: {rate: [2/1s]}\n")
    scene.sync(scene.users("users.csv", "u1", "u2", "u3", "u4"))
    first, _, third = (request.at for request in scene.partner.received)

    assert [path for path, _ in scene.partner.calls] == ["/lists", "/lists/7/add", "/lists/7/add"]
    assert third - first > 0.99


def test_being_throttled_uses_up_no_tries(scene: Scene) -> None:
    scene.partner.behave = failing(*[Answer(429, {}, {"Retry-After": "0"})] * 4)
    scene.connect()
    done = scene.sync(scene.users("users.csv", "u1"), MANIPLE_MAX_RETRIES="1")

    assert (done.code, done.json["requests"], done.json["retries"]) == (0, 6, 4)


def test_a_call_is_tried_again_so_often_and_then_the_next_run_sends_what_is_missing(scene: Scene) -> None:
    scene.partner.behave = failing(*[Answer(503)] * 2)
    scene.connect()
    file = scene.users("users.csv", "u1")
    failed = scene.sync(file, MANIPLE_MAX_RETRIES="1")

    assert (failed.code, failed.json["status"], failed.json["unsent"]) == (3, "failed", 1)
    assert len(scene.partner.received) == 3
    assert "an unidentified kind of error" in failed.json["message"]
    again = scene.sync(file)
    assert (again.code, scene.partner.calls) == (0, [("/lists/7/add", {"ids": [{"id": "u1"}]})])


def test_a_batch_without_an_answer_is_said_to_be_in_doubt_everywhere(scene: Scene) -> None:
    scene.partner.behave = failing(Answer(0))
    scene.connect()
    file = scene.users("users.csv", "u1")
    done = scene.sync(file, "--retries", "0")

    assert (done.code, done.json["in_doubt"], done.json["unsent"]) == (3, 1, 0)
    titles, cells = (line.split("  ") for line in scene.maniple("history", "Buyers").out.splitlines())
    assert "IN DOUBT" in [title.strip() for title in titles]
    assert "No answer from the partner" in cells[-1]
    assert "in doubt" in scene.maniple("syncs").out
    assert "in doubt: the partner did not say whether it was done" in scene.maniple("export", "latest").out
    assert scene.sync(file).json["added"] == 1


def test_a_dry_run_sends_nothing_and_makes_no_sync(scene: Scene) -> None:
    scene.connect()
    done = scene.sync(scene.users("users.csv", "u1", "u2", "u3"), "--dry-run")

    assert (done.json["adds"], done.json["calls"]) == (3, {"create_list": 1, "add_users": 2})
    assert scene.partner.received == []
    assert scene.maniple("syncs", "--json").json == []


def test_the_id_of_a_list_is_the_end_of_its_address(scene: Scene) -> None:
    scene.partner.behave = lambda _: Answer(201, {}, {"Location": "https://api.acme.test/lists/l-99"})
    scene.connect(MANIFEST.replace("list_id: {response: id}", "list_id: {header: Location}"))
    done = scene.sync(scene.users("users.csv", "u1"))

    assert (done.json["list_id"], scene.partner.calls[1][0]) == ("l-99", "/lists/l-99/add")


def test_a_list_that_the_end_user_names_is_reported_too(scene: Scene) -> None:
    create = MANIFEST[MANIFEST.index("create_list:") : MANIFEST.index("add_users:")]
    scene.connect(MANIFEST.replace(create, "list_id: seg-$amp_cohort_id\n"))
    done = scene.sync(scene.users("users.csv", "u1"))

    assert (done.json["list_id"], scene.partner.calls[0][0]) == ("seg-buyers", "/lists/seg-buyers/add")


def test_one_user_who_cannot_stand_in_a_header_does_not_stop_the_others(scene: Scene) -> None:
    head = MANIFEST.partition("  - {name: email")[0].replace("kind: list", "kind: property")
    call = "{method: PUT, url: https://api.acme.test/me, headers: {X-User: $uid}, batch: {items: 1}}"
    scene.connect(f"{head}set_property: {call}\nunset_property: {call}\n")
    done = scene.sync(scene.maniple.write("users.csv", "user_id", '"a\nb"', "u2"))

    assert (done.code, done.json["status"]) == (0, "succeeded_with_skips")
    assert done.json["skipped_by_reason"] == {"invalid format": 1}
    assert [request.header("X-User") for request in scene.partner.received] == ["u2"]


def test_a_name_that_several_cohorts_have_does_not_say_which(scene: Scene) -> None:
    scene.connect()
    file = scene.users("users.csv", "u1")
    codes = [scene.sync(file, "--cohort-id", cohort_id).code for cohort_id in ("1", "2")]
    vague = scene.sync(file)

    assert (codes, vague.code, scene.partner.received) == ([0, 0], 2, [])
    assert "hint: say which: `--cohort-id` `1` or `2`" in vague.err


def test_an_export_into_a_folder_that_is_not_there_says_so(scene: Scene) -> None:
    scene.connect()
    scene.sync(scene.users("users.csv", "u1"))
    done = scene.maniple("export", "latest", "-o", "reports/run.csv")

    assert (done.code, done.err) == (2, "error: there is no folder `reports` to write `run.csv` into\n")


def test_a_stand_in_gets_path_query_headers_and_host_as_the_partner_would(tmp_path: Path) -> None:
    maniple = Command(tmp_path)
    maniple.write("acme.yaml", MANIFEST.replace("acme.test/lists\n", "acme.test:8443/lists?v=1\n"))
    maniple.write("settings.json", json.dumps({"bearer_token": "TOKEN-SECRET-1"}))
    maniple.write("users.csv", "user_id", "u1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard: list[bytes] = []
        listening = threading.Thread(target=_listen_once, args=(server, heard))
        listening.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        words = ("test", "acme.yaml", "--users", "users.csv", "--settings", "settings.json", "--call", "create_list")
        done = maniple(*words, "--map", "uid=user_id", "--via", url, "--allow-private-hosts")
        listening.join(10)

    head = heard[0].decode().split("\r\n\r\n")[0].split("\r\n")
    assert (done.code, head[0]) == (0, "POST /lists?v=1 HTTP/1.1")
    assert "Host: api.acme.test:8443" in head
    assert "Authorization: Bearer TOKEN-SECRET-1" in head


def _listen_once(server: socket.socket, heard: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection:
        data = b""
        while not data.endswith(b"}"):
            data += connection.recv(65536)
        heard.append(data)
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\n{"id":1}')


def test_users_whom_the_partner_refused_are_among_the_errors(scene: Scene) -> None:
    scene.partner.behave = failing(Answer(200, {"failed": [{"id": "u2", "why": "DUPLICATE"}]}))
    scene.connect(MANIFEST + "rejects: {rows: failed, by: value, at: id, item: $uid, reason: why}\n")
    done = scene.sync(scene.users("users.csv", "u1", "u2"))
    (error,) = scene.maniple("errors", "Buyers", "--json").json

    assert (done.code, done.json["status"], done.json["rejected"]) == (0, "succeeded_with_skips", 1)
    assert (error["status"], error["rejected_by_reason"]) == ("succeeded_with_skips", {"DUPLICATE": 1})
    assert "  - 1 user refused by the partner: DUPLICATE\n" in scene.maniple("errors", "Buyers").out

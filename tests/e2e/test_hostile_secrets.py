"""A secret is shown and kept nowhere, whatever it looks like and however a partner sends it back."""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from data.hostile.attack import changed
from maniple.diagnostics.cells import visible
from support.command import Command
from support.raw_partner import Asked, RawPartner

CANARIES = {
    "short": "k3Y!",
    "long": "L0ng-" + "abcDEF123" * 12,
    "quotes": "qu\"o'te\\back<x>&y",
    "other letters": "ünï-сек-🔑-ket",
    "invisible": "zero\u200bwidth-9\u202ex",
    "like base64": "QUJDREVGR0hJSktM0xyz",
    "like a template": "$list_id {{ x }}",
    "with a tab": "tab\there-77",
}
AUTHS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "basic": ({"kind": "basic"}, ["api_key", "api_secret"]),
    "bearer": ({"kind": "bearer"}, ["bearer_token"]),
    "header": ({"kind": "header", "name": "X-Key", "value": "App $api_key"}, ["api_key"]),
    "custom": ({"kind": "custom", "headers": {"X-K": "$k"}, "query": {"t": "$k"}, "json": {"auth": "$k"}}, ["k"]),
}


def spellings(secret: str) -> set[str]:
    octets = secret.encode()
    found = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    found |= {quote(secret), quote(secret, safe=""), visible(secret), secret[: max(6, len(secret) * 2 // 3)]}
    found |= {base64.b64encode(octets).decode(), base64.urlsafe_b64encode(octets).decode()}
    found.add(base64.b64encode(octets + b":" + octets).decode().rstrip("="))
    return {spelling for spelling in found if len(spelling) >= 4}


class Story:
    """A connection with a canary as its secret, to a partner that sends back all it gets; what was printed is kept."""

    def __init__(self, folder: Path, auth: str, secret: str) -> None:
        self.maniple = Command(folder, {"MANIPLE_MAX_RETRIES": "0", "MANIPLE_DEBUG": "1"})
        self.secret = secret
        self.printed = ""
        self.cut = False
        kind, names = AUTHS[auth]
        fields = [{"name": "k", "type": "secret", "label": "K"}] if auth == "custom" else []
        (folder / "acme.json").write_bytes(
            changed(
                auth=kind,
                fields=fields,
                errors=[{"status": 400, "reason": "Bad", "message": "{{ reply.error }} {{ reply | json }}"}],
                add_users__rejects={
                    **{"rows": "bad", "by": "value", "at": "id", "item": "$user_key"},
                    **{"reason": "why", "message": "text"},
                },
            )
        )
        self.maniple.write("settings.json", json.dumps(dict.fromkeys(names, secret)))
        self.maniple.write("users.csv", "user_id", "u1", "u2")
        self.maniple.write("nine.csv", "user_id", "u9")

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        if asked.path.split("?")[0] == "/lists":
            return 200, b'{"id": 7}'
        echo = "\n".join((*asked.headers, asked.path, asked.body.decode()))
        filler = "y" * (1_990 - len(self.secret) // 2) if self.cut else ""
        told = {"error": f"{filler}{self.secret}", "echo": echo, "deep": [{self.secret: quote(self.secret)}]}
        refused = [{"id": "u1", "why": f"no {self.secret}", "text": "x" * (495 - len(self.secret) // 2) + self.secret}]
        return (400 if b"u9" in asked.body else 200), json.dumps({**told, "bad": refused}).encode()

    def run(self, *words: str) -> int:
        done = self.maniple(*words)
        self.printed += done.out + done.err
        assert done.code != 70, done.err
        return done.code


PAIRS = list(zip(list(AUTHS) * 2, CANARIES, strict=True))
"""Every canary once, every kind of credentials twice."""


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}, {pair[1]}")
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    auth, name = request.param
    story = Story(tmp_path, auth, CANARIES[name])
    with RawPartner(story.answer) as partner:
        to = ("--via", partner.url, "--allow-private-hosts")
        story.maniple.environ["TO"] = partner.url
        assert story.run("connect", "acme.json", "--name", "c", "--settings", "settings.json", *MAP, *to) == 0
        yield story


MAP = ("--map", "user_key=user_id")


def test_a_secret_is_neither_shown_nor_kept(story: Story) -> None:
    given = ("acme.json", "--users", "users.csv", "--settings", "settings.json", *MAP)
    to = ("--via", story.maniple.environ["TO"], "--allow-private-hosts", "--retries", "0")
    codes = [
        story.run("preview", *given),
        story.run("test", *given, *to),
        story.run("test", *given, *to, "--json"),
        story.run("sync", "c", "users.csv", "--cohort", "K"),
    ]
    story.cut = True
    codes += [
        story.run("sync", "c", "nine.csv", "--cohort", "K", "--yes"),
        story.run("errors", "c/K"),
        story.run("history", "c/K", "--json"),
        story.run("export", "latest"),
        story.run("connections", "--json"),
    ]

    assert [0, 0, 0, 0, 3, 0, 0, 0, 0] == codes
    kept = [path for path in (story.maniple.folder / "home").rglob("*") if path.is_file()]
    leaks = [spelling for spelling in spellings(story.secret) if spelling in story.printed]
    leaks += [path.name for path in kept for each in spellings(story.secret) if each.encode() in path.read_bytes()]
    assert leaks == []


def test_what_is_kept_is_its_owners_alone(tmp_path: Path) -> None:
    story = Story(tmp_path, "bearer", "k3Y!")
    with RawPartner(story.answer) as partner:
        to = ("--via", partner.url, "--allow-private-hosts")
        story.run("connect", "acme.json", "--name", "c", "--settings", "settings.json", *MAP, *to)
        story.run("sync", "c", "users.csv", "--cohort", "K")
        story.run("export", "latest", "--output", "run.csv")

    home = tmp_path / "home"
    modes = {path: stat.S_IMODE(os.lstat(path).st_mode) for path in (home, *home.rglob("*"), tmp_path / "run.csv")}
    assert {0o700} == {mode for path, mode in modes.items() if path.is_dir()}
    assert {0o600} == {mode for path, mode in modes.items() if path.is_file()}

"""Hostile manifests, each met in a process of its own that may not take much time or memory."""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from data.hostile.attack import Attack

SECONDS = 1.5
"""Of CPU: a second, and half of one because other processes share the caches."""
OCTETS = 100_000_000
"""Of memory beyond what the process has before the attack."""
TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Met:
    """What came of an attack: `harmless` or the code of every finding that blocks; or how it broke something."""

    said: str
    seconds: float
    octets: int


class Confinement:
    """A process that has everything imported and meets each attack in a child with limits. A context manager."""

    def __enter__(self) -> Confinement:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from support.confined import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=TESTS,
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            encoding="utf-8",
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def meet(self, module: str, name: str) -> Met:
        """Meet the attack called `name` of `data.hostile.<module>`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([module, name]) + "\n")
        self._process.stdin.flush()
        return Met(**json.loads(self._process.stdout.readline()))


def serve() -> None:
    """Answer each line of stdin, a JSON list of module and name, with a line of JSON."""
    use(importlib.import_module("data.hostile.texts").ATTACKS["a payload as deep as it may be"])
    for line in sys.stdin:
        module, name = json.loads(line)
        attack = importlib.import_module(f"data.hostile.{module}").ATTACKS[name]
        sys.stdout.write(json.dumps(_in_a_child(attack)) + "\n")
        sys.stdout.flush()


def _in_a_child(attack: Attack) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + 1_500_000_000
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        os.write(writing, json.dumps(_measured(attack)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as answer:
        told = answer.read()
    _, status = os.waitpid(child, 0)
    return json.loads(told) if told else {"said": f"killed: {status}", "seconds": 10.0, "octets": 0}


def _measured(attack: Attack) -> dict[str, Any]:
    content = attack.make()
    Path("/proc/self/clear_refs").write_text("5")
    before, began = _peak(), time.process_time()
    try:
        said = use(attack, content)
    except BaseException as error:
        said = f"{type(error).__name__}: {str(error)[:200]}"
    return {"said": said, "seconds": time.process_time() - began, "octets": _peak() - before}


def _peak() -> int:
    """The most memory the process has had since its mark was taken back, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1_000 for line in lines if line.startswith("VmHWM"))


def use(attack: Attack, content: bytes | None = None) -> str:
    """Do all that is done with a manifest: check, advise, preview, deliver, read the answer."""
    from maniple.diagnostics.render import render_text
    from maniple.review.lint import lint
    from maniple.runtime.flow import deliver
    from maniple.runtime.prepare import prepare
    from maniple.runtime.program import Cohort
    from maniple.usecases.destinations import load_content
    from maniple.usecases.preview import preview, saved_values, start_trial, user_batches
    from maniple.usecases.users import TestUsers

    loaded = load_content(Path(attack.file), content if content is not None else attack.make())
    for diagnostic in loaded.diagnostics[:20]:
        render_text(diagnostic)
    if loaded.program is None:
        return " ".join(sorted({found.code for found in loaded.diagnostics if found.severity == "error"}))
    assert loaded.manifest is not None
    assert loaded.document is not None
    lint(loaded.manifest, loaded.document, loaded.program)
    rows = tuple({"user_id": str(n), "k": attack.value} for n in range(3))
    trial = start_trial(
        loaded.program,
        settings=attack.settings,
        mappings={mapping.name: "k" for mapping in loaded.program.mappings},
        users=TestUsers(rows, ("add",) * 3, ("user_id", "k"), False),
        cohort=Cohort("Cohort", "c1"),
        now="2026-11-20T10:00:00Z",
        list_id=7,
    )
    preview(trial)
    context = trial.context(saved=saved_values(trial))
    for call, batch, _ in user_batches(trial, context):
        for prepared in prepare(call, context, batch) if batch.size and attack.reply is not None else ():
            elsewhere = _play(deliver(call, prepared, lambda: 0.5), attack)
            if elsewhere:
                return elsewhere
    return "harmless"


SECRETS = ("token-1", "access-1", "s3cret")
HOSTS = frozenset({"api.acme.test", "sign-in.acme.test", "a.test"})
"""Where hostile manifests may send something."""


def _play(flow: Any, attack: Attack) -> str:
    """Perform a delivery's effects; the first thing in it that must not be, if any."""
    from maniple.store.redact import Redactor
    from maniple.wire import SIGN_IN, Moment, Nonce, Reply, Request

    answer: Any = None
    for _ in range(attack.effects):
        try:
            effect = flow.send(answer)
        except StopIteration as end:
            said = Redactor(SECRETS).text(repr([end.value.verdicts, getattr(end.value, "why", None)]))
            return "says a secret" if any(secret in said for secret in SECRETS) else ""
        match effect:
            case Request(call=call, url=url):
                if urlsplit(url).hostname not in HOSTS:
                    return f"went to {url}"
                answer = (
                    Reply(200, (), attack.token) if call == SIGN_IN else Reply(200, attack.headers, attack.reply or b"")
                )
            case Moment():
                answer = 1_000_000.0
            case Nonce():
                answer = "00" * 16
            case _:
                answer = None
    flow.close()
    return ""

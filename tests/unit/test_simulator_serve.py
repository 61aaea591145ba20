"""The simulator on a port: the bulk sender reaches it in place of the partners."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from maniple.delivery.driver import drive
from maniple.delivery.sender import BulkSender
from maniple.errors import ManifestError, OperatorError, UsageError
from maniple.runtime.flow import create_list, deliver
from maniple.runtime.outcome import Delivered
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Program
from maniple.testing.simulator.app import Simulator, simulator_app
from maniple.testing.simulator.serve import load_simulator, running, serve, serve_app
from support.fake_clock import FakeClock
from support.manifests import context, program

INTEGRATIONS = Path(__file__).parents[2] / "integrations"


async def fill(of: Program, port: int, users: list[str]) -> int:
    """Make a list and add users over loopback; the number of retries it took."""
    sender = BulkSender(allow_private=True, via=f"http://127.0.0.1:{port}")
    clock = FakeClock()
    try:
        assert of.create is not None
        made = await drive(create_list(of.create, context(of), lambda: 0.0), sender=sender, clock=clock)
        assert isinstance(made, Delivered)
        run = context(of).with_list(made.saved)
        retries = made.retries
        call = of.call_for("add")
        for index, start in enumerate(range(0, len(users), call.items)):
            part = users[start : start + call.items]
            batch = Batch("add", index, {"user_key": part, "amplitude_id": part}, len(part))
            for prepared in prepare(call, run, batch):
                outcome = await drive(deliver(call, prepared, lambda: 0.0), sender=sender, clock=clock)
                assert isinstance(outcome, Delivered)
                retries += outcome.retries
        return retries
    finally:
        await sender.close()


def fill_over_loopback(app: Simulator, of: Program, users: list[str]) -> tuple[int, Any]:
    with running(app) as port:
        retries = asyncio.run(fill(of, port, users))
        return retries, httpx.get(f"http://127.0.0.1:{port}/__state", trust_env=False).json()["partners"]["acme"]


def test_the_bulk_sender_fills_a_list_in_place_of_the_partner() -> None:
    acme = program()
    users = [f"user {number}/é" for number in range(25_000)]
    retries, state = fill_over_loopback(simulator_app([acme]), acme, users)
    assert (retries, state["calls"]) == (0, {"add_users": 3, "create_list": 1})
    assert state["lists"] == {"1001": {"name": "My cohort", "members": sorted(users)}}


def test_a_connection_that_is_closed_without_an_answer_is_tried_again() -> None:
    acme = program(batch={"items": 5})
    users = [f"user{number}" for number in range(500)]
    retries, state = fill_over_loopback(simulator_app([acme], "lossy", 3), acme, users)
    assert retries > 0
    assert state["lists"] == {"1001": {"name": "My cohort", "members": sorted(users)}}


EXCHANGES = ["google-ads", "hubspot", "intercom", "klaviyo", "marketo-static-list"]
EXCHANGES += ["salesforce-marketing-cloud-v2", "twitter-ads"]


def test_every_destination_of_the_repository_is_played_but_those_of_several_requests() -> None:
    simulator = load_simulator([INTEGRATIONS, INTEGRATIONS / "infobip"])
    assert sorted(simulator.partners) == sorted({folder.name for folder in INTEGRATIONS.iterdir()} - set(EXCHANGES))
    assert len(simulator.left_out) == len(EXCHANGES)


def test_a_destination_of_several_requests_alone_is_refused() -> None:
    with pytest.raises(UsageError, match="is an exchange of several requests"):
        load_simulator([INTEGRATIONS / "klaviyo"])


def test_a_folder_without_manifests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no manifest"):
        load_simulator([tmp_path])
    with pytest.raises(UsageError, match="there is no file or folder"):
        load_simulator([tmp_path / "acme"])


def test_a_manifest_with_findings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.yaml").write_text("manifest: 1\n")
    with pytest.raises(ManifestError):
        load_simulator([tmp_path])


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OperatorError, match=f"cannot listen on `127.0.0.1:{port}`"):
            serve([INTEGRATIONS / "infobip"], port=port)
    with pytest.raises(OperatorError, match=r"cannot listen on `127\.0\.0\.1:99999`"):
        serve_app(simulator_app([program()]), "127.0.0.1", 99_999, lambda _: None)


def test_the_served_process_says_its_port_and_nothing_else_and_ends_on_an_interrupt() -> None:
    code = (
        "from pathlib import Path\n"
        "from maniple.testing.simulator.serve import serve\n"
        f"serve([Path({str(INTEGRATIONS / 'infobip')!r})], ready=lambda port: print(port, flush=True))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    answer = httpx.get(f"http://127.0.0.1:{port}/__state?members=count", trust_env=False)
    assert answer.json()["partners"]["infobip"]["lists"] == {}
    os.kill(process.pid, signal.SIGINT)
    out, errors = process.communicate(timeout=20)
    assert (process.returncode, out, errors) == (0, "", "")

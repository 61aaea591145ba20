"""The examples of docs/reference/bodies.md send what the page says they send."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from _generate.rule_pages import Example
from changed_base import add_users, summaries

from maniple.body import BODY_FORMATS
from maniple.manifest.load import load_manifest
from maniple.runtime.compile import compile_program
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Cohort, run_context
from maniple.wire import Request, header_value

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "bodies.md").read_text()
PAIRS = re.findall(r"^```yaml\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.M | re.S)
USERS = ["ada@acme.test", 'O\'Neil, "Bob" <bob@acme.test>']


def sent(change: str) -> Request:
    text = Example("good", change, 0, 0, {}).manifest
    loaded = load_manifest("manifest.yaml", text.encode())
    assert loaded.manifest is not None
    program = compile_program(loaded.manifest, loaded.document)
    context = run_context(
        program,
        settings={"api_key": "k"},
        cohort=Cohort("My cohort", "c1"),
        run_id="run_1",
        now="2026-11-20T10:00:00Z",
        saved={"list_id": 7},
    )
    (prepared,) = prepare(program.call_for("add"), context, Batch("add", 0, {"email": USERS}, 2))
    assert prepared.request is not None
    return prepared.request


@pytest.mark.parametrize(("written", "expected"), PAIRS)
def test_an_example_sends_what_the_page_says(written: str, expected: str) -> None:
    change = add_users(*written.rstrip().split("\n"))
    request = sent(change)
    boundary = (header_value(request.headers, "content-type") or "").partition("boundary=")[2]
    text = (request.body or b"").decode().replace("\r\n", "\n")

    assert summaries(change) == []
    assert (text.replace(boundary, "maniple") if boundary else text).rstrip("\n") == expected.rstrip("\n")


@pytest.mark.parametrize("name", BODY_FORMATS)
def test_every_format_has_an_example(name: str) -> None:
    assert any(written.startswith(f"{name}:") for written, _ in PAIRS)

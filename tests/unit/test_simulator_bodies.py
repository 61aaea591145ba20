"""The simulator reads every body format back, so that destinations that send them can be played."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maniple.errors import UsageError
from maniple.runtime.prepare import Batch, prepare
from maniple.testing.simulator.shape import Received, shapes_of
from support.manifests import context, program

OBJECT = {"id": "$user_key", "of": {"list": "$list_id"}}
BODIES: dict[str, dict[str, Any]] = {
    "form list": {"form": {"ids": "$items", "on": True, "meta": {"n": 1}}, "item": "$user_key"},
    "form objects": {"form": {"users": "$items"}, "item": OBJECT},
    "form joined": {"form": {"ids": "$items"}, "item": "$user_key", "join": "\x1f"},
    "lines": {"ndjson": "$items", "item": OBJECT},
    "line a user": {"ndjson": {"id": "$user_key", "n": 1}},
    "lines a user": {"ndjson": [{"op": "$operation"}, {"id": "$user_key"}]},
    "lines around": {"ndjson": [{"a": 1}, "$items", {"list": "$list_id"}], "item": ["$user_key", 2]},
    "rows": {"csv": {"columns": {"id": "$user_key", "list of": "$list_id", "n": "1"}}},
    "rows without header": {"csv": {"columns": {"id": "$user_key"}, "header": False, "delimiter": ";"}, "gzip": True},
    "text": {"text": "$operation: $items", "item": "$user_key", "join": "\x1f"},
    "xml": {"xml": {"s:us": {"@xmlns:s": "urn:s", "@n": 1, "s:u": "$items", "n": [1, "$list_id"]}}, "item": "$user_key"},
    "xml objects": {"xml": {"us": {"u": "$items"}}, "item": {"@at": "$list_id", "id": "$user_key", "of": {"x": 1}}},
    "xml text": {
        "xml": "<s:us xmlns:s='urn:s' op='$operation'><u k='v'>$items</u><n>1</n><n>$list_id</n></s:us>",
        "item": {"id": "$user_key"},
    },
}  # fmt: skip
# What XML cannot hold is replaced, and a text joined by a character is split at it.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)


@pytest.mark.parametrize("written", BODIES.values(), ids=BODIES)
@settings(max_examples=20)
@given(users=st.lists(texts, min_size=1, max_size=4, unique=True))
def test_the_members_of_a_body_are_read_back(written: dict[str, Any], users: list[str]) -> None:
    calls = {
        name: {"method": "POST", "url": f"https://api.acme.test/lists/$list_id/{name}", **written}
        for name in ("add_users", "remove_users")
    }
    of = program(**calls)
    batch = Batch("add", 0, {"user_key": list(users)}, len(users))
    (prepared,) = prepare(of.call_for("add"), context(of), batch)
    assert prepared.request is not None
    url = urlsplit(prepared.request.url)
    headers = tuple((name.lower(), value) for name, value in prepared.request.headers)
    received = Received("POST", url.netloc, url.path, headers, prepared.request.body or b"")
    shape = next(shape for shape in shapes_of(of) if shape.operation == "add")

    address = shape.read_address(received)
    assert address is not None
    reading = shape.read_body(shape.read_content(received.body), address)

    assert reading is not None
    assert reading.members == users


@pytest.mark.parametrize("name", ["lines", "rows", "xml", "form list"])
@pytest.mark.parametrize("content", [b"\xff", b"<a", b"{", b"\x1f\x8b\x08"])
def test_another_format_is_no_body_of_the_call(name: str, content: bytes) -> None:
    of = program(add_users={"method": "POST", "url": "https://api.acme.test/a", **BODIES[name]})
    shape = next(shape for shape in shapes_of(of) if shape.operation == "add")

    assert shape.read_body(shape.read_content(content), {}) is None


def test_a_multipart_body_is_said_not_to_be_played() -> None:
    part = {"name": "f", "csv": {"columns": {"id": "$user_key"}}}
    of = program(add_users={"method": "POST", "url": "https://api.acme.test/a", "multipart": [part]})

    with pytest.raises(UsageError, match="cannot play Acme: `add_users`: its multipart body cannot be read back"):
        shapes_of(of)

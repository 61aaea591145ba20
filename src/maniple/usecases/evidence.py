"""What the test calls of an integration show to a reviewer: for each call the newest that did what it was for, and the
newest that did not. Without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from maniple.store.home import Home
from maniple.usecases.rehearsal_history import read_history
from maniple.usecases.witness import Exchange, TestCall

VERSION = 1
LONGEST_BODY = 4_000
"""Characters of a body that are handed on."""


def collect(home: Home, slug: str) -> bytes:
    """The evidence of an integration as JSON; with no calls when none was made. Raises OperatorError."""
    document = evidence_of(read_history(home, slug))
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"


def evidence_of(history: Iterable[TestCall]) -> dict[str, Any]:
    """`{evidence, calls}` from a history, the newest first. Users' rows are left out; what was sent of them is there."""
    return {"evidence": VERSION, "calls": [_call(call) for call in _telling(history)]}


def _telling(history: Iterable[TestCall]) -> Iterator[TestCall]:
    seen: set[tuple[str, str, str, bool]] = set()
    for call in history:
        key = (call.call, call.operation, call.target, call.result == "delivered")
        if call.result != "cancelled" and key not in seen:
            seen.add(key)
            yield call


def _call(call: TestCall) -> dict[str, Any]:
    return {
        "at": call.at,
        "manifest_version": call.version,
        "call": call.call,
        "operation": call.operation or None,
        "target": call.target,
        "result": call.result,
        "reason": call.reason or None,
        "message": call.message or None,
        "rule": call.rule or None,
        "list_id": call.list_id,
        "users": call.users,
        "rejected": [{"id": id_, "reason": reason} for id_, reason in call.rejected],
        "exchanges": [_exchange(exchange) for exchange in call.exchanges],
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "step": exchange.step or None,
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "headers": [list(pair) for pair in exchange.headers],
            "body": _cut(exchange.body),
        },
        "reply": {
            "status": exchange.status,
            "headers": [list(pair) for pair in exchange.reply_headers],
            "body": _cut(exchange.reply_body),
            "ms": exchange.ms,
            "bytes": exchange.octets,
            "failure": exchange.failure or None,
        },
        "read_as": exchange.reading.verdict,
        "because": exchange.reading.words,
        "rule": exchange.reading.rule or None,
    }


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_BODY else text[:LONGEST_BODY] + "…"

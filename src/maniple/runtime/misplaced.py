"""What a manifest says where nothing reads it, or where it cannot be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from maniple.manifest.answers import ErrorRule, ErrorRules
from maniple.manifest.call import Call, Exchange
from maniple.manifest.limits import DEFAULT_ITEMS
from maniple.manifest.model import CALLS_WITH_USERS, Manifest
from maniple.runtime.body_fit import Finding, exchanges_of
from maniple.source.text import Path


def misplaced(manifest: Manifest) -> Iterator[Finding]:
    """Keys that nothing reads, actions that cannot follow, and figures that rule each other out."""
    for name, call in manifest.calls.items():
        yield from _first_batch(name, call)
        yield from _rejects(name, call)
        yield from _list_id(name, call)
        yield from _batch(manifest, name, call)
        yield from _call_actions(manifest, name, call)
    yield from _shared_rejects(manifest)
    yield from _actions(manifest, manifest.errors, ("errors",), manifest.calls)


def _first_batch(name: str, call: Call) -> Iterator[Finding]:
    if call.first_batch and name != "create_list":
        message = "`first_batch` belongs to `create_list`"
        yield "MAN511", message, (name, "first_batch"), {"key": True, "hint": "leave it out"}


def _rejects(name: str, call: Call) -> Iterator[Finding]:
    if _carries_users(name, call):
        return
    hint = "leave it out" + (", or let the first users go along with `first_batch: true`" * (name == "create_list"))
    for exchange, path in exchanges_of(name, call):
        if exchange.rejects is not None:
            message = f"`rejects` names refused users, and `{name}` carries none"
            yield "MAN511", message, (*path, "rejects"), {"key": True, "hint": hint}


def _shared_rejects(manifest: Manifest) -> Iterator[Finding]:
    """The manifest's `rejects` is for calls of one request: which answer of several it is about nobody could know."""
    if manifest.rejects is None:
        return
    for name, call in manifest.calls.items():
        if call.steps is not None and _carries_users(name, call) and not _reads_rejects(manifest, name, call):
            message = f"the steps of `{name}` do not read the manifest's `rejects`"
            hint = f"write `rejects` in the step of `{name}` whose answer names users"
            yield "MAN511", message, ("rejects",), {"key": True, "severity": "warning", "hint": hint}


def _list_id(name: str, call: Call) -> Iterator[Finding]:
    if name != "create_list" or call.list_id is None or call.list_id.request is None:
        return
    if not any(exchange.bodies for exchange, _ in exchanges_of(name, call)):
        message = "the list's id is read from the request's body, and there is none"
        hint = "add a body, or write `list_id: {value: ...}`"
        yield "MAN509", message, (name, "list_id", "request"), {"hint": hint}


def _batch(manifest: Manifest, name: str, call: Call) -> Iterator[Finding]:
    batch = call.batch or (manifest.batch if name == _first_with_users(manifest) else None)
    if batch is None or batch.min_items is None or batch.items == "all":
        return
    most = DEFAULT_ITEMS if batch.items is None else batch.items
    if batch.min_items > most:
        path: Path = (name, "batch", "min_items") if call.batch else ("batch", "min_items")
        message = f"a call must have {batch.min_items:,} users and may have {most:,}: none is ever made"
        yield "MAN401", message, path, {"hint": "let `min_items` be the smaller of the two"}


def _call_actions(manifest: Manifest, name: str, call: Call) -> Iterator[Finding]:
    yield from _actions(manifest, call.errors, (name, "errors"), {name: call})
    for position, step in enumerate(call.steps or ()):
        path: Path = (name, "steps", position, "errors")
        yield from _actions(manifest, step.errors, path, {name: call}, step)


def _actions(
    manifest: Manifest, rules: ErrorRules, path: Path, calls: Mapping[str, Call], step: Exchange | None = None
) -> Iterator[Finding]:
    """What shall follow an error and cannot, for the calls that the rules are for."""
    for position, rule in enumerate(rules if isinstance(rules, list) else []):
        if not isinstance(rule, ErrorRule):
            continue
        place = (*path, position, "then")
        if rule.then == "recreate_list" and manifest.create_list is None:
            message = "`recreate_list` makes the list anew by `create_list`, and there is none"
            yield "MAN512", message, place, {"hint": "add `create_list`, or say in `message` what the end user can do"}
        if rule.then == "drop_rejected_and_resend":
            meant = {name: call for name, call in calls.items() if not rule.calls or name in rule.calls}
            if step is not None:
                reads = step.rejects is not None
            else:
                reads = any(_reads_rejects(manifest, name, call) for name, call in meant.items())
            if not reads:
                message = "`drop_rejected_and_resend` leaves out whom `rejects` names, and there is no `rejects`"
                yield "MAN512", message, place, {"hint": "add `rejects` beside the request, or use `split_batch`"}


def _reads_rejects(manifest: Manifest, name: str, call: Call) -> bool:
    if not _carries_users(name, call):
        return False
    if call.steps is not None:
        return any(step.rejects is not None for step in call.steps)
    return call.rejects is not None or manifest.rejects is not None


def _carries_users(name: str, call: Call) -> bool:
    return name in CALLS_WITH_USERS or (name == "create_list" and call.first_batch)


def _first_with_users(manifest: Manifest) -> str | None:
    """The call at which a figure of the whole manifest is looked at, so that it is told once."""
    return next((name for name, call in manifest.calls.items() if _carries_users(name, call) and not call.batch), None)

"""What a manifest says that does not fit together, and what this version does not run yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from maniple.body import RUNNING_FORMATS
from maniple.diagnostics.suggest import hint_for, listed
from maniple.manifest.answers import ErrorRule, ErrorRules, Rejects
from maniple.manifest.call import Call
from maniple.manifest.limits import rate_scope, rate_window
from maniple.manifest.model import Manifest
from maniple.source.text import Path
from maniple.template.scope import ALIASES, PREDEFINED, canonical

Finding = tuple[str, str, Path, dict[str, Any]]
"""Code, message, path, further arguments of `finding`."""

UNSENT_CALLS = ("rename_list", "delete_list", "count_members", "list_members", "verify")
"""Calls that are read and never made; their absence does no harm."""
LATER_ACTIONS = ("split_batch", "drop_rejected_and_resend")
"""What a rule's `then` may say and is not done yet; the batch fails with its reason instead."""
LATER_KEYS = {
    "a mapping": ("one_of", "many", "when"),
    "a call": ("gzip", "first_batch", "when"),
    "`batch`": ("min_items", "dedupe", "by", "empty"),
    "`limits`": ("budget", "wait"),
}
"""Keys that are read and not run yet, by what they stand in."""


def not_run_yet(manifest: Manifest) -> Iterator[Finding]:
    """Parts of the language that this version reads but does not run."""

    def later(what: str, path: Path, **details: Any) -> Finding:
        return "MAN901", f"{what} is part of the language, but this version does not run it yet", path, details

    if manifest.kind == "snapshot":
        yield later("`kind: snapshot`", ("kind",))
    for name, call in manifest.calls.items():
        if name in UNSENT_CALLS or (name == "replace_users" and manifest.kind != "snapshot"):
            yield later(f"`{name}`", (name,), key=True, severity="warning")
        yield from _call_not_run_yet(name, call, later)
    for position, mapping in enumerate(manifest.mappings):
        for key in LATER_KEYS["a mapping"]:
            if getattr(mapping, key):
                yield later(f"`{key}` on a mapping", ("mappings", position, key), key=True)
    yield from _limits_not_run_yet(manifest.limits, ("limits",), later)
    if manifest.keep_users is not None:
        yield later("`keep_users`", ("keep_users",), key=True)
    yield from _batch_not_run_yet(manifest.batch, ("batch",), later)
    yield from _rejects_not_run_yet(manifest.rejects, ("rejects",), later)
    yield from _rules_not_run_yet(manifest.errors, ("errors",), later)


def _call_not_run_yet(name: str, call: Call, later: Any) -> Iterator[Finding]:
    if call.steps is not None:
        yield later("`steps`", (name, "steps"), key=True)
    for body in call.bodies:
        if body not in RUNNING_FORMATS:
            yield later(f"a `{body}` body", (name, body), key=True)
    for key in LATER_KEYS["a call"]:
        if getattr(call, key):
            yield later(f"`{key}` on a call", (name, key), key=True)
    if name != "create_list" and call.save:
        yield later("`save` outside `create_list`", (name, "save"), key=True)
    yield from _rejects_not_run_yet(call.rejects, (name, "rejects"), later)
    if call.limits is not None:
        yield from _limits_not_run_yet(call.limits, (name, "limits"), later)
    yield from _batch_not_run_yet(call.batch, (name, "batch"), later)
    yield from _rules_not_run_yet(call.errors, (name, "errors"), later)


def _rejects_not_run_yet(rejects: Rejects | None, path: Path, later: Any) -> Iterator[Finding]:
    if rejects is not None and rejects.retry is not None:
        yield later("`retry` in `rejects`", (*path, "retry"), key=True)


def _batch_not_run_yet(batch: Any, path: Path, later: Any) -> Iterator[Finding]:
    if batch is None:
        return
    for key in LATER_KEYS["`batch`"]:
        if getattr(batch, key):
            yield later(f"`{key}` in `batch`", (*path, key), key=True)
    if batch.items == "all":
        yield later("`items: all`", (*path, "items"))


def _limits_not_run_yet(limits: Any, path: Path, later: Any) -> Iterator[Finding]:
    for key in LATER_KEYS["`limits`"]:
        if getattr(limits, key):
            yield later(f"`{key}` in `limits`", (*path, key), key=True)
    for rate in limits.rates:
        if rate_window(rate) is None:
            yield later("a rate whose count comes from a field", (*path, "rate"))
        elif rate_scope(rate) is not None:
            yield later(f"a rate per {rate_scope(rate)}", (*path, "rate"))


def _rules_not_run_yet(rules: ErrorRules, path: Path, later: Any) -> Iterator[Finding]:
    for position, rule in enumerate(rules if isinstance(rules, list) else []):
        if isinstance(rule, ErrorRule) and rule.then in LATER_ACTIONS:
            yield later(
                f"`then: {rule.then}`",
                (*path, position, "then"),
                severity="warning",
                label="the batch fails with its reason instead",
            )


def does_not_fit(manifest: Manifest) -> Iterator[Finding]:
    """Parts that contradict each other or are missing for this kind."""
    yield from _missing_calls(manifest)
    yield from _names(manifest)
    yield from _options(manifest)
    yield from _rules(manifest.errors, ("errors",))
    for name, call in manifest.calls.items():
        yield from _rules(call.errors, (name, "errors"))
        if call.list_id is not None and name != "create_list":
            yield "MAN406", "`list_id` belongs to `create_list`", (name, "list_id"), {"key": True}
    create = manifest.create_list
    if (
        create is not None
        and create.steps is None
        and create.list_id is None
        and manifest.list_id is None
        and "list_id" not in create.save
    ):
        yield (
            "MAN509",
            "`create_list` does not say where the new list's id is",
            ("create_list",),
            {"key": True, "hint": "add `list_id: {response: PATH}`; or `request`, `header`, `field` or `value`"},
        )
    if create is not None and manifest.list_id is not None:
        yield "MAN406", "a manifest has `create_list` or a `list_id` of its own, not both", ("list_id",), {"key": True}


def _missing_calls(manifest: Manifest) -> Iterator[Finding]:
    if manifest.update_users is not None:
        return
    wanted = {
        "list": ("add_users", "remove_users"),
        "property": ("set_property", "unset_property"),
        "snapshot": ("replace_users",),
    }
    for name in wanted[manifest.kind]:
        if getattr(manifest, name) is None:
            hint = f"add `{name}:`" + ("" if manifest.kind == "snapshot" else ", or one `update_users:` for both")
            yield "MAN501", f"a `{manifest.kind}` destination needs `{name}`", ("kind",), {"hint": hint}


def _names(manifest: Manifest) -> Iterator[Finding]:
    auths = manifest.auth if isinstance(manifest.auth, list) else [manifest.auth]
    got = {name for auth in auths for name in auth.variables}
    seen: dict[str, str] = dict.fromkeys(got - PREDEFINED.keys(), "auth.save")
    declared = [
        *((form_field.name, ("fields", position, "name")) for position, form_field in enumerate(manifest.fields)),
        *((name, ("define", name)) for name in manifest.define),
        *((mapping.name, ("mappings", position, "name")) for position, mapping in enumerate(manifest.mappings)),
    ]
    for name, path in declared:
        if (name in PREDEFINED and (PREDEFINED[name].place != "auth" or name in got)) or name in ALIASES:
            yield (
                "MAN209",
                f"`{name}` is a pre-defined variable",
                path,
                {
                    "key": path[0] == "define",
                    "notes": (f"`${canonical(name)}` is {PREDEFINED[canonical(name)].meaning}",),
                    "hint": "choose another name",
                },
            )
        elif name in seen:
            yield (
                "MAN209",
                f"`{name}` is declared twice, here and under `{seen[name]}`",
                path,
                {"key": path[0] == "define"},
            )
        seen.setdefault(name, str(path[0]))


def _options(manifest: Manifest) -> Iterator[Finding]:
    for position, form_field in enumerate(manifest.fields):
        path: Path = ("fields", position)
        if not form_field.is_choice:
            if form_field.options:
                yield (
                    "MAN510",
                    f"a `{form_field.type}` field has no options",
                    (*path, "options"),
                    {"key": True, "hint": "use `type: select` or `type: buttons`"},
                )
            continue
        values = [option.value for option in form_field.options]
        if not values:
            yield (
                "MAN510",
                f"the `{form_field.type}` field `{form_field.name}` has no options",
                path,
                {"hint": "add `options: [{label: ..., value: ...}]`"},
            )
        elif form_field.default is not None and form_field.default not in values:
            words = [_word(value) for value in values]
            default = _word(form_field.default)
            yield (
                "MAN510",
                f"the default `{default}` is not one of the options",
                (*path, "default"),
                {"notes": (f"options: {listed(words, last='and')}",), "hint": hint_for(default, words)},
            )
        for second, value in enumerate(values):
            if value in values[:second]:
                yield (
                    "MAN508",
                    f"two options have the value `{_word(value)}`",
                    (*path, "options", second, "value"),
                    {"hint": "give each option a value of its own"},
                )


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rules(rules: ErrorRules, path: Path) -> Iterator[Finding]:
    earlier: list[tuple[int, ErrorRule]] = []
    for position, rule in enumerate(rules if isinstance(rules, list) else []):
        if not isinstance(rule, ErrorRule):
            continue
        if rule.then != "treat_as_success" and rule.body is None and rule.where is None and _fits_success(rule):
            yield (
                "MAN507",
                "this rule would make every success a failure",
                (*path, position, "status"),
                {
                    "severity": "error",
                    "hint": "leave it out: a 2xx is success already; add `body` or `where` for failures inside a 2xx",
                },
            )
        impossible = [status for status in _statuses(rule) if isinstance(status, int) and not 100 <= status <= 599]
        if impossible:
            message = f"no answer has the status {impossible[0]}"
            yield "MAN401", message, (*path, position, "status"), {"hint": "an HTTP status is from 100 to 599"}
        wider = next((number for number, other in earlier if _covers(other, rule)), None)
        if wider is not None:
            yield (
                "MAN507",
                f"rule {wider + 1} of this list fits first whenever this one would",
                (*path, position),
                {"label": "never reached", "hint": f"move it above rule {wider + 1}, or delete it"},
            )
        earlier.append((position, rule))


def _statuses(rule: ErrorRule) -> frozenset[int | str]:
    return frozenset(rule.status if isinstance(rule.status, list) else () if rule.status is None else (rule.status,))


def _fits_success(rule: ErrorRule) -> bool:
    return any(status == "2xx" or (isinstance(status, int) and 200 <= status < 300) for status in _statuses(rule))


def _covers(earlier: ErrorRule, later: ErrorRule) -> bool:
    """`earlier` fits every reply that `later` fits, as far as their words tell."""
    wide, narrow = _statuses(earlier), _statuses(later)
    by_status = not wide or (
        bool(narrow)
        and all(status in wide or (isinstance(status, int) and f"{status // 100}xx" in wide) for status in narrow)
    )
    by_call = not earlier.calls or (bool(later.calls) and set(later.calls) <= set(earlier.calls))
    return (
        by_status
        and by_call
        and (earlier.body is None or earlier.body == later.body)
        and (earlier.where is None or earlier.where == later.where)
    )

"""What a manifest says that does not fit together."""

from __future__ import annotations

from collections.abc import Iterator

from maniple.diagnostics.suggest import hint_for, listed
from maniple.manifest.answers import ErrorRule, ErrorRules
from maniple.manifest.call import Call, Exchange
from maniple.manifest.model import Manifest
from maniple.manifest.saved import saved_names
from maniple.runtime.body_fit import Finding, unfit_bodies
from maniple.runtime.misplaced import misplaced
from maniple.source.text import Path
from maniple.template.scope import ALIASES, PREDEFINED, canonical


def does_not_fit(manifest: Manifest) -> Iterator[Finding]:
    """Parts that contradict each other or are missing for this kind."""
    yield from _missing_calls(manifest)
    yield from _names(manifest)
    yield from _options(manifest)
    yield from unfit_bodies(manifest)
    yield from misplaced(manifest)
    yield from _choices(manifest)
    yield from _rules(manifest.errors, ("errors",))
    for name, call in manifest.calls.items():
        yield from _rules(call.errors, (name, "errors"))
        if call.list_id is not None and name != "create_list":
            yield "MAN406", "`list_id` belongs to `create_list`", (name, "list_id"), {"key": True}
        yield from _beside_steps(name, call)
    create = manifest.create_list
    if (
        create is not None
        and create.list_id is None
        and manifest.list_id is None
        and "list_id" not in saved_names({"create_list": create})
    ):
        yield (
            "MAN509",
            "`create_list` does not say where the new list's id is",
            ("create_list",),
            {"key": True, "hint": "add `list_id: {response: PATH}`; or `request`, `header`, `field` or `value`"},
        )
    if create is not None and manifest.list_id is not None:
        yield "MAN406", "a manifest has `create_list` or a `list_id` of its own, not both", ("list_id",), {"key": True}


def _beside_steps(name: str, call: Call) -> Iterator[Finding]:
    """Keys of one request, where the call has several: nothing would read them."""
    if call.steps is None:
        return
    named = [step.name for step in call.steps]
    for position, step_name in enumerate(named):
        if step_name is not None and step_name in named[:position]:
            message = f"two steps have the name `{step_name}`"
            place: Path = (name, "steps", position, "name")
            yield "MAN508", message, place, {"hint": "give each step a name of its own"}
    for key in Exchange.model_fields:
        written = Exchange.model_fields[key].alias or key
        if key in call.model_fields_set and key not in ("success", "errors", "auth"):
            message = f"a call with `steps` has no `{written}` of its own"
            yield "MAN406", message, (name, written), {"key": True, "hint": f"write `{written}` in the step it is for"}


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
    asked = {each.name: "auth" for auth in auths for each in auth.default_fields}
    yield from _saved_over(manifest, {**asked, **seen})


def _saved_over(manifest: Manifest, declared: dict[str, str]) -> Iterator[Finding]:
    """What a reply gives must not take the place of what somebody filled in."""
    for call_name, call in manifest.calls.items():
        for position, step in enumerate(call.steps or ()):
            at: Path = (call_name, "steps", position)
            places = [(name, (*at, "save", name)) for name in step.save]
            places += [(name, (*at, "match", "save", name)) for name in (step.match.save if step.match else ())]
            for name, path in places:
                if name in declared:
                    message = f"`{name}` is declared twice, here and under `{declared[name]}`"
                    yield "MAN209", message, path, {"key": True, "hint": "choose another name"}


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


def _choices(manifest: Manifest) -> Iterator[Finding]:
    for position, mapping in enumerate(manifest.mappings):
        path: Path = ("mappings", position)
        if not mapping.one_of:
            continue
        for key in ("target", "format", "normalize", "hash", "many"):
            if key in mapping.model_fields_set:
                hint = "leave it out" if key in ("target", "many") else f"write `{key}` in each of the choices"
                message = f"a mapping with `one_of` has no `{key}` of its own"
                yield "MAN406", message, (*path, key), {"key": True, "hint": hint}
        targets = [choice.target.lower() for choice in mapping.one_of]
        for second, target in enumerate(targets):
            if target in targets[:second]:
                message = f"two choices have the target `{mapping.one_of[second].target}`"
                place = (*path, "one_of", second, "target")
                yield "MAN508", message, place, {"hint": "name each of the partner's identifiers once"}


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

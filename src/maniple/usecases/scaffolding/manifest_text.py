"""The text of a new manifest: what is known, and at each place a comment that says what belongs there."""

from __future__ import annotations

import re
import textwrap
from typing import Any, Final

from maniple.diagnostics.cells import visible
from maniple.usecases.scaffolding.draft import Draft, DraftCall, DraftField, DraftMapping
from maniple.usecases.scaffolding.yaml_text import WIDTH, folded, inline, member, scalar

_COLUMN: Final = 37
_CALL_COMMENTS: Final = {
    "create_list": "Called once for each cohort, before its first users. `list_id` says where the answer has the new list's id; "
    "the calls below have it as $list_id.",
    "add_users": "Called with the users who entered the cohort. $items is an array with one `item` for each user.",
    "remove_users": "Called with the users who left the cohort.",
    "set_property": "Called with the users who entered the cohort. $items is an array with one `item` for each user.",
    "unset_property": "Called with the users who left the cohort.",
    "rename_list": "Called when the cohort has another name.",
    "delete_list": "Called when the sync is deleted.",
    "verify": "Called to see whether the credentials are good; nothing is changed.",
    "replace_users": "Called with the whole cohort in every run. $items is an array with one `item` for each user.",
}
_KIND_COMMENTS: Final = {
    "list": "users are members of a list that has an id",
    "property": "each user has a property that says whether they are in the cohort",
    "snapshot": "your API gets the whole cohort each run",
}


def manifest_text(draft: Draft, schema: str | None) -> str:
    """The manifest of a draft. `schema` is the path of the JSON Schema from the manifest, for editors."""
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    lines += _opening(draft)
    lines += _identity(draft)
    lines += ["", *_commented(member("kind", draft.kind), _KIND_COMMENTS[draft.kind])]
    lines += _commented(["cadences: [once, hourly, daily, realtime]"], "how often a sync may run")
    lines += _access(draft)
    lines += _mappings(draft)
    if draft.list_id is not None:
        lines += ["", *_comment(_list_comment(draft)), *member("list_id", draft.list_id)]
    for call in draft.calls:
        lines += ["", *_comment(_CALL_COMMENTS[call.name]), *_call(call)]
    lines += _limits(draft)
    lines += _errors(draft)
    return "\n".join(lines) + "\n"


def _comment(text: str, indent: int = 0) -> list[str]:
    """The lines of a comment; what is in backticks stays in one line."""
    pad = " " * indent + "# "
    lines: list[str] = []
    for part in text.split("\n"):
        whole = re.sub(r"`[^`]*`", lambda found: found[0].replace(" ", "\x00"), visible(part))
        wrapped = textwrap.wrap(
            whole, WIDTH, initial_indent=pad, subsequent_indent=pad, break_on_hyphens=False, break_long_words=False
        )
        lines += [line.replace("\x00", " ") for line in wrapped]
    return lines


def _commented(lines: list[str], comment: str) -> list[str]:
    """The lines with a comment after the first."""
    return [f"{lines[0]:<{_COLUMN}} # {comment}", *lines[1:]]


def _opening(draft: Draft) -> list[str]:
    if draft.origin:
        text = (
            f"This manifest was guessed from {draft.origin}. Go through it with your API's documentation from top to "
            "bottom: `# guessed:` marks what was not said. `maniple check` names what is wrong or missing, "
            "`maniple preview` shows the exact requests."
        )
    else:
        text = (
            "Go through this file with your API's documentation from top to bottom, and write your API's own values in "
            "place of those of the example. `maniple check` names what is wrong or missing, `maniple preview` shows the "
            "exact requests."
        )
    lines = _comment(text)
    for note in draft.notes:
        lines += _comment(f"note: {note}")
    return lines


def _identity(draft: Draft) -> list[str]:
    name = scalar(draft.name)
    return [
        *_commented(["manifest: 1"], "the version of the manifest language"),
        *_commented([f"slug: {draft.slug}"], "the name of this folder"),
        *_commented(["version: 0.1.0"], "of this file; 1.0.0 when it is ready"),
        *_commented([f"name: {name}"], "as your customers know you"),
        *_commented(
            [f"category: {scalar(draft.category)}"], "advertising, analytics, messaging ...: the editor lists them"
        ),
        *_commented(
            [f"summary: {scalar(draft.summary or f'Cohorts to {draft.name}.')}"], "one line, 80 characters at most"
        ),
        "# description: What arrives at your side, and what it is good for.",
        f'# maintainer: {{name: {name}, support: "https://example.com/support"}}',
        '# sources: ["https://example.com/docs/lists, read 2026-01-31"]     # where the facts come from',
    ]


def _access(draft: Draft) -> list[str]:
    lines = [
        "",
        *_comment("How your API knows who calls: none, basic, bearer, header, custom, oauth2_refresh ..."),
        *_guess(draft.whys.get("auth"), 0),
        *member("auth", draft.auth),
    ]
    if draft.headers:
        lines += [
            "",
            *_comment("Headers of every call, besides those of `auth` and of the body."),
            *member("headers", dict(draft.headers)),
        ]
    if draft.fields:
        lines += [
            "",
            *_comment("What the end user fills in at set-up. Each is a variable: `name: api_key` is $api_key."),
        ]
        lines += ["fields:", *(line for form_field in draft.fields for line in _field(form_field))]
    if draft.define:
        lines += [
            "",
            *_comment("Texts that are needed several times."),
            *_guess(draft.whys.get("define"), 0),
            *member("define", dict(draft.define)),
        ]
    return lines


def _field(form_field: DraftField) -> list[str]:
    return [
        f"  - name: {form_field.name}",
        f"    type: {form_field.type}",
        f"    label: {scalar(form_field.label)}",
        *([f"    default: {scalar(form_field.options[0][1])}"] if form_field.options else []),
        *(member("options", _options(form_field), 4) if form_field.options else []),
        *(["    from: operator"] if form_field.operator else []),
        "    # help: Where the end user finds it, such as Settings > API keys.",
    ]


def _options(form_field: DraftField) -> list[dict[str, str]]:
    return [{"label": label, "value": value, "host": host} for label, value, host in form_field.options]


def _mappings(draft: Draft) -> list[str]:
    if not draft.mappings:
        return []
    text = "Which user property becomes which identifier of yours; the end user chooses the property at set-up."
    lines = ["", *_comment(text), "mappings:", *(line for mapping in draft.mappings for line in _mapping(mapping))]
    optional = [mapping.identifier.name for mapping in draft.mappings if mapping.optional]
    if len(optional) > 1:
        lines += ["", *_comment("guessed: each user needs at least one of these."), *member("require", [optional])]
    return lines


def _mapping(mapping: DraftMapping) -> list[str]:
    identifier = mapping.identifier
    wanted = "integer" if mapping.integer else identifier.format
    lines = [
        f"  - name: {identifier.name}",
        f"    label: {identifier.label}",
        *_commented([f"    target: {scalar(mapping.target)}"], "your name for it"),
        *_commented([f"    suggest: {inline(list(identifier.suggest))}"], "properties that are offered first"),
        *_commented([f"    format: {wanted}"], "a user whose value is of another form is skipped"),
    ]
    if identifier.normalize is not None:
        lines += _commented([f"    normalize: {scalar(identifier.normalize)}"], "done before the format is looked at")
    if mapping.hash is not None:
        lines += _commented([f"    hash: {mapping.hash}"], "guessed: the sample value looks like such a hash")
    if mapping.optional:
        lines.append("    optional: true")
    return lines


def _list_comment(draft: Draft) -> str:
    if draft.kind == "list":
        return (
            "guessed: the end user names a list that is there already. If your API can create lists, describe the call "
            "as `create_list` and delete this line and the field `list`."
        )
    return "The list is one that the end user names."


def _call(call: DraftCall) -> list[str]:
    keys: dict[str, list[str]] = {"method": [f"  method: {call.method}"], "url": [f"  url: {_url(call.url)}"]}
    if call.query:
        keys["query"] = member("query", dict(call.query), 2)
    if call.headers:
        keys["headers"] = member("headers", dict(call.headers), 2)
    if call.body_format is not None:
        keys[call.body_format] = member(call.body_format, call.body, 2)
    if call.item is not None:
        keys["item"] = member("item", call.item, 2)
    if call.carries_users:
        keys["batch"] = [f"  batch: {{items: {1 if call.single else call.batch or 1000}}}"]
    if call.list_id is not None:
        keys["list_id"] = member("list_id", dict(call.list_id), 2)
    guesses = call.whys
    lines = [f"{call.name}:"]
    for key, written in keys.items():
        lines += [*_guess(guesses.get(key)), *written]
    return lines


def _guess(text: str | None, indent: int = 2) -> list[str]:
    return _comment(f"guessed: {text}", indent) if text is not None else []


def _url(url: str) -> str:
    return url if " " not in url and "#" not in url and not url.startswith(("{", "[")) else scalar(url)


def _limits(draft: Draft) -> list[str]:
    text = "How fast your API may be called: calls at a time, and rates such as 90/s or 5000/min."
    if draft.rates:
        return [
            "",
            *_comment(text),
            *_guess(draft.whys.get("limits"), 0),
            *member("limits", {"rate": list(draft.rates)}),
        ]
    return ["", *_comment(text), "# limits: {parallel: 4, rate: [90/s]}"]


def _errors(draft: Draft) -> list[str]:
    name = draft.name
    lines = [
        "",
        *_comment("What error answers mean, in words for the end user. The first rule that fits speaks."),
        "errors:",
    ]
    rules: list[tuple[dict[str, Any], str]] = [
        (
            {"status": [401, 403], "reason": "Bad credentials"},
            f"{name} refused the credentials of this connection. Check them, and enter new ones if they have expired.",
        )
    ]
    if draft.makes_lists:
        rules.append(
            (
                {
                    "status": 404,
                    "calls": [call.name for call in draft.calls if call.carries_users],
                    "reason": "List is gone",
                },
                f"The list was deleted in {name}. A new list is made and filled on the next run.",
            )
        )
    rules.append(
        (
            {"status": 429, "reason": "Too many requests"},
            f"{name} asked for fewer requests for longer than we wait. Sync again later; only the rest is sent.",
        )
    )
    for documented in draft.rules:
        lines += _comment("guessed: the description documents this status; say what the end user has to do.", 2)
        lines += [f"  - status: {scalar(documented.status)}", f"    reason: {scalar(documented.reason)}"]
        lines += folded("message", f"{name} answered: {documented.message}.", 4)
    for rule, message in rules:
        written = [line for key, value in rule.items() for line in member(key, value, 4)]
        lines += [f"  - {written[0].lstrip()}", *written[1:], *folded("message", message, 4)]
        if rule["status"] == 404:
            lines += ["    # guessed: your API answers 404 only when the list is not there.", "    then: recreate_list"]
        if rule["status"] == 429:
            lines.append("    retry: true")
    return lines

"""The files beside a new manifest: golden cases, a page for the end user, users and settings to try it with."""

from __future__ import annotations

import json
from typing import Any, Final

from maniple.auth.mark import mark_of
from maniple.auth.token_kind import ACCESS_TOKEN
from maniple.runtime.program import Cohort, Operation, Program
from maniple.source.text import Path
from maniple.usecases.preview import USER_CALLS, body_value, preview, start_trial
from maniple.usecases.scaffolding.answers import answer_with
from maniple.usecases.scaffolding.credentials import BATCH_ID
from maniple.usecases.scaffolding.draft import Draft, DraftField
from maniple.usecases.scaffolding.yaml_text import block, member
from maniple.usecases.users import TestUsers
from maniple.wire import Request, header_value

COHORT: Final = Cohort("Power users", "c0h0rt", "")
_ENTERED: Final = 2
"""How many of the example users entered the cohort; the rest left."""
_TITLES: Final = {
    "create_list": "creates a list for the cohort",
    "add_users": "adds users to the list",
    "remove_users": "removes a user from the list",
    "replace_users": "gives the partner the whole cohort",
    "set_property": "sets the property of users who entered",
    "unset_property": "takes the property from a user who left",
}


def settings_text(draft: Draft) -> str:
    """`settings.example.json`."""
    return json.dumps(_settings(draft), indent=2) + "\n"


def _settings(draft: Draft) -> dict[str, Any]:
    return {form_field.name: form_field.example for form_field in draft.fields}


def users_text(draft: Draft) -> str:
    """`users.csv`: two users who entered and one who left."""
    rows = _users(draft)
    lines = [[*rows[0], "operation"]]
    lines += [[*row.values(), "add" if place < _ENTERED else "remove"] for place, row in enumerate(rows)]
    return "".join(",".join(line) + "\n" for line in lines)


def _users(draft: Draft) -> list[dict[str, str]]:
    """Example users with a value for each mapping."""
    rows: list[dict[str, str]] = []
    for place in range(_ENTERED + 1):
        row = {"user_id": f"user-{place + 1}"}
        for mapping in draft.mappings:
            example = str(1001 + place) if mapping.integer else mapping.identifier.examples[place]
            row[mapping.identifier.suggest[0]] = example
        rows.append(row)
    return rows


def cases_text(draft: Draft, program: Program | None, schema: str | None) -> str:
    """`cases.yaml`: a case for each call, which passes; none while a finding blocks the manifest."""
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    lines += [
        "# What must be sent, and how answers must be read. The cases below were made from the manifest: compare each",
        "# request with your API's documentation, correct what differs here, and the manifest until they agree. Then add",
        "# cases for what goes wrong: a bad key, a list that is gone, a refused user. To run them:",
        "# pytest -p maniple.testing.plugin .",
    ]
    if program is None:
        return (
            "\n".join(
                [
                    *lines,
                    "# `maniple check` refuses the manifest as it is, so that there is no case yet.",
                    "cases: []",
                ]
            )
            + "\n"
        )
    lines += member("settings", _settings(draft))
    if draft.mappings:
        lines += member("mappings", {each.identifier.name: each.identifier.suggest[0] for each in draft.mappings})
    lines += member("cohort", {"name": COHORT.name, "id": COHORT.id})
    if draft.makes_lists:
        lines += member("list", {"list_id": draft.list_example})
    lines += ["", "cases:"]
    for call in draft.calls:
        if call.name in _TITLES:
            lines += _case(draft, program, call.name)
    return "\n".join(lines).rstrip("\n") + "\n"


def _case(draft: Draft, program: Program, call: str) -> list[str]:
    users: list[dict[str, str]] = []
    if call in USER_CALLS:
        users = _users(draft)[:_ENTERED] if USER_CALLS[call] == "add" else _users(draft)[_ENTERED:]
    requests = _requests(draft, program, call, users)
    case: dict[str, Any] = {"name": _TITLES[call], "call": call}
    if users:
        case["users"] = users
    changing = {name.lower() for each in draft.calls for name, value in each.headers.items() if value == BATCH_ID} | {
        "user-agent"
    }
    case["requests"] = [_expected(request, changing) for request in requests]
    answer = {"body": answer_with(_id_at(draft), draft.list_example)} if call == "create_list" else {}
    case["replies"] = [{"status": 200, **answer} for _ in requests]
    case["outcome"] = {"result": "delivered", **({"list_id": draft.list_example} if call == "create_list" else {})}
    return [*block([case], 2), ""]


def _id_at(draft: Draft) -> Path:
    """The place in the answer that holds a new list's id."""
    return next((call.id_at for call in draft.calls if call.list_id is not None), ("id",))


def _requests(draft: Draft, program: Program, call: str, users: list[dict[str, str]]) -> tuple[Request, ...]:
    operation: Operation = USER_CALLS.get(call, "add")
    columns = tuple(users[0]) if users else tuple(_users(draft)[0])
    trial = start_trial(
        program,
        settings=_settings(draft),
        mappings={each.identifier.name: each.identifier.suggest[0] for each in draft.mappings},
        users=TestUsers(tuple(users), (operation,) * len(users), columns, told=True),
        cohort=COHORT,
        now="2026-01-31T10:00:00Z",
        call=call,
        list_id=draft.list_example if draft.makes_lists else None,
    )
    return preview(trial, show_secrets=True).requests


def _expected(request: Request, changing: set[str]) -> dict[str, Any]:
    """The request as a case has it, without the headers that differ from run to run."""
    headers = {
        # A case that says nothing of tokens gets this one from the partner.
        name: value.replace(mark_of(ACCESS_TOKEN), "golden_token")
        for name, value in request.headers
        if name.lower() not in changing
    }
    written: dict[str, Any] = {"method": request.method, "url": request.url}
    if headers:
        written["headers"] = headers
    body = body_value(request.body)
    if isinstance(body, str):
        boundary = (header_value(request.headers, "content-type") or "").partition("boundary=")[2]
        body = (body.replace(boundary, "boundary") if boundary else body).replace("\r\n", "\n")
    return {**written, "body": body} if body is not None else written


def readme_text(draft: Draft) -> str:
    """`README.md`, the end user's page: what can be said already, and in italics what its author has to say."""
    name = draft.name
    parts = [f"# {name}", f"*What a cohort in {name} is good for, in one sentence.*"]
    parts += [f"## What arrives in {name}", _arrives(draft), "## Before you start"]
    parts += [_where(form_field, name) for form_field in draft.fields] or [f"*What the end user does in {name} first.*"]
    parts += ["## Set up", _set_up(draft), "## Sync", _sync(draft)]
    parts += ["## Limits and delays", "*How many users go into one call, how fast, and when they can be seen.*"]
    parts += ["## Skipped and refused users", _skipped(draft), "## When a sync fails", _failures(draft)]
    parts += [
        "## Privacy",
        f"Sent to {name} are the cohort's name and the values of the mapped properties, nothing else.",
    ]
    return "\n\n".join(parts) + "\n"


def _arrives(draft: Draft) -> str:
    match draft.kind:
        case "list" if draft.makes_lists:
            return (
                "- One list for each cohort, named `[Amplitude]` and the cohort's name. *Where it is found.*\n"
                "- The first sync sends every user; later syncs send only those who entered or left."
            )
        case "property":
            return (
                "- A property on each user that says whether they are in the cohort. *Its name, and where it is used.*"
            )
        case _:
            return "- The users of the cohort, in the list that you name. *Where it is found.*"


def _where(form_field: DraftField, name: str) -> str:
    return f"- **{form_field.label}**: *where it is found in {name}.*"


def _set_up(draft: Draft) -> str:
    maps = " ".join(f"{each.identifier.name}={each.identifier.suggest[0]}" for each in draft.mappings)
    return (
        f"Write the settings into a file, here `settings.json`:\n\n```json\n{json.dumps(_settings(draft))}\n```\n\n"
        f"Then connect, saying which user property is which identifier, and delete the file:\n\n"
        f'```console\nmaniple connect {draft.slug} --name "{draft.name}" --settings settings.json'
        + (f" --map {maps}" if maps else "")
        + "\n```"
    )


def _sync(draft: Draft) -> str:
    return (
        f'```console\nmaniple sync "{draft.name}" power-users.csv --cohort "Power users"\n```\n\n'
        "The file has one row a user and one column a property. Run the same command with a newer file to send only what "
        "changed."
    )


def _skipped(draft: Draft) -> str:
    lines = ["- **unresolved mapping**: the user has no value in the mapped property. Nothing was sent for them."]
    if any(each.identifier.format != "any" or each.integer for each in draft.mappings):
        lines.append("- **invalid format**: the value does not look like what is asked for. Nothing was sent for them.")
    return "\n".join(lines)


def _failures(draft: Draft) -> str:
    rows = ["| reason | what to do |", "|---|---|", "| Bad credentials | *where to find or make good ones* |"]
    if draft.makes_lists:
        rows.append("| List is gone | somebody deleted the list; the next run makes a new one |")
    return "\n".join([*rows, "| Too many requests | wait and sync again; nothing is sent twice |"])

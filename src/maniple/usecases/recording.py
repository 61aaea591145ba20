"""Golden cases made of recorded test calls: appended to the integration's cases, whose comments and layout stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maniple.body.reading import content_of, read_body
from maniple.errors import SettingsError, UsageError
from maniple.manifest.cases import Case, Cases
from maniple.manifest.load import read_named, validate
from maniple.runtime.outcome import Failed
from maniple.runtime.program import CallProgram, Program
from maniple.source.read import is_json
from maniple.source.text import Document
from maniple.store.files import replace_file
from maniple.testing.destination import CASES_NAMES, named_in, read_file
from maniple.testing.golden import OPERATIONS, play, run_case
from maniple.usecases.scaffolding.yaml_text import block, member
from maniple.usecases.witness import Exchange, Inputs, TestCall
from maniple.wire import SIGN_IN, Request, header_value, read_tree

MOST_USERS = 100
SCHEMA = "# yaml-language-server: $schema=../../schemas/cases.v1.json"
ALWAYS_READ = ("retry-after",)


@dataclass(frozen=True)
class Recorded:
    """A case that was added to a file."""

    path: Path
    name: str
    line: int


def record_case(folder: Path, program: Program, call: TestCall) -> Recorded:
    """Add a golden case made of a recorded call to the cases in `folder`, made if there are none.

    Secrets stand in it as words (`API_KEY`). What must be sent is what the manifest now makes of the call's users; the
    answers are the partner's. Raises UsageError when no case can be made of the call, or the cases cannot be read.
    """
    path = named_in(folder, CASES_NAMES) or folder / CASES_NAMES[0]
    text = read_file(path).decode("utf-8-sig") if path.exists() else ""
    document, cases = _read(path, text) if text.strip() else (None, None)
    case = case_of(program, call, cases or _defaults(program, call.inputs))
    text = _new_text(program, call.inputs, case) if document is None else with_case(document, case)
    again, read = _read(path, text)
    problems = run_case(program, read, read.cases[-1]) if read.cases else ["nothing was added"]
    if problems:
        raise UsageError(f"the recorded call does not make a case that passes: {problems[0]}")
    replace_file(path, text.encode())
    line = again.source.position(again.span(("cases", len(read.cases) - 1)).start)[0]
    return Recorded(path, case["name"], line)


def case_of(program: Program, call: TestCall, cases: Cases) -> dict[str, Any]:
    """The case of a recorded call, as plain data; what `cases` say for all of them is left out. Raises UsageError."""
    compiled = _recordable(program, call)
    inputs = call.inputs
    case: dict[str, Any] = {"name": _name(call, cases), "call": call.call}
    if call.call == "update_users" and call.operation:
        case["operation"] = call.operation
    if inputs.users:
        case["users"] = [dict(row) for row in inputs.users]
    case |= _own_inputs(program, inputs, cases, listed=call.call != "create_list")
    replies = [_reply(compiled, exchange) for exchange in call.exchanges if exchange.call != SIGN_IN]
    return _played(program, cases, {**case, "replies": replies}, compiled, call)


def _recordable(program: Program, call: TestCall) -> CallProgram:
    compiled = program.calls.get(call.call)
    if compiled is None:
        raise UsageError(f"the manifest has no call `{call.call}` any more")
    if call.result == "cancelled" or not call.exchanges:
        raise UsageError("no case can be made of a call that was cancelled", hint="test the call again")
    if any(exchange.cut for exchange in call.exchanges):
        raise UsageError(
            "the call is too large to be kept whole, so no case can be made of it", hint="test fewer users"
        )
    if len(call.inputs.users) > MOST_USERS:
        raise UsageError(
            f"a case of {len(call.inputs.users):,} users is too long to read", hint=f"test at most {MOST_USERS}"
        )
    return compiled


def _name(call: TestCall, cases: Cases) -> str:
    """What the case shows, as a sentence that no other case has."""
    answered = [exchange.status for exchange in call.exchanges if exchange.call != SIGN_IN]
    last = f"answered {answered[-1]}" if answered and answered[-1] else "left without an answer"
    doing = f"{call.call} ({call.operation})" if call.call == "update_users" else call.call
    result = "is delivered" if call.result == "delivered" else f"fails: {call.reason}"
    refused = f", {len(call.rejected)} refused" if call.rejected else ""
    name = f"recorded {call.at[:10]}: {doing} is {last} and {result}{refused}"
    taken = {case.name for case in cases.cases}
    return next(each for each in _numbered(name) if each not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} ({number})"
        number += 1


def _own_inputs(program: Program, inputs: Inputs, cases: Cases, *, listed: bool) -> dict[str, Any]:
    """What the case gives where `cases` say something else for all."""
    own: dict[str, Any] = {}
    settings = _settings(program, inputs, cases.settings)
    if settings != cases.settings:
        own["settings"] = settings
    mappings = dict(inputs.mappings)
    if inputs.users and mappings != cases.mappings:
        own["mappings"] = mappings
    cohort = {key: value for key, value in inputs.cohort.items() if value}
    told = {key: value for key, value in cases.cohort.model_dump().items() if value}
    if cohort and cohort != told:
        own["cohort"] = cohort
    if listed and inputs.list and dict(inputs.list) != cases.list_:
        own["list"] = dict(inputs.list)
    return own


def _settings(program: Program, inputs: Inputs, told: Mapping[str, Any]) -> dict[str, Any]:
    """The recorded settings; a word for each secret."""
    settings: dict[str, Any] = {}
    for form_field in program.fields:
        if form_field.type == "secret":
            if form_field.name in told or not form_field.optional or form_field.name in inputs.secrets:
                settings[form_field.name] = told.get(form_field.name, form_field.name.upper())
        elif (value := inputs.settings.get(form_field.name)) is not None:
            settings[form_field.name] = value
    return settings


def _reply(call: CallProgram, exchange: Exchange) -> dict[str, Any]:
    """An answer as a case writes it: only headers that the manifest reads."""
    if exchange.status == 0:
        return {"status": 0, **({"failure": exchange.failure} if exchange.failure else {})}
    reply: dict[str, Any] = {"status": exchange.status}
    content_type = next((v for name, v in exchange.reply_headers if name.lower() == "content-type"), "")
    read = _headers_read(call)
    headers = {name: value for name, value in exchange.reply_headers if name.lower() in read}
    if (content_type and "json" not in content_type.lower()) or any(
        word in content_type.lower() for word in ("ndjson", "jsonl", "lines")
    ):
        headers["Content-Type"] = content_type
    if headers:
        reply["headers"] = headers
    if exchange.reply_body:
        tree = read_tree(exchange.reply_body.encode())
        # A body that is one JSON text is written with its quotes, as it was.
        reply["body"] = exchange.reply_body if tree is None or isinstance(tree, str) else tree
    return reply


def _headers_read(call: CallProgram) -> frozenset[str]:
    names = {saved.header.lower() for step in call.steps for saved in step.save if saved.header}
    names |= {wait.header.lower() for step in call.steps for wait in step.waits}
    if call.list_id is not None and call.list_id.source == "header":
        names.add(call.list_id.written.lower())
    return frozenset((*names, *ALWAYS_READ))


def _played(
    program: Program, cases: Cases, plain: dict[str, Any], compiled: CallProgram, call: TestCall
) -> dict[str, Any]:
    """The case with the requests that the manifest makes of it and what becomes of it. Raises UsageError."""
    case = Case.model_validate(plain)
    operation = case.operation if case.call == "update_users" else OPERATIONS.get(case.call)
    try:
        played = play(program, cases, case, compiled, operation)
    except SettingsError as error:
        raise UsageError(f"no case can be made of the call: {error.message}") from error
    if not played.outcomes or played.unanswered or played.unused_replies:
        raise UsageError(
            "the manifest does not make this call any more, so no case can be made of it", hint="test the call again"
        )
    plain["requests"] = [_expected(request) for request in played.requests]
    if played.skipped:
        plain["skipped"] = [{"id": id_, "reason": reason} for id_, reason in played.skipped]
    outcome: dict[str, Any] = {"result": "delivered"}
    for ended in played.outcomes:
        if isinstance(ended, Failed):
            outcome = {"result": "failed", "reason": ended.why.reason}
        elif call.call == "create_list" and "list_id" in ended.saved:
            outcome["list_id"] = ended.saved["list_id"]
    if played.rejected:
        outcome["rejected"] = [{"id": id_, "reason": reason} for id_, reason in played.rejected]
    order = ("name", "call", "operation", "users", "settings", "mappings", "cohort", "list", "requests", "skipped")
    return {key: plain[key] for key in order if key in plain} | {"replies": plain["replies"], "outcome": outcome}


def _expected(request: Request) -> dict[str, Any]:
    """A request as a case writes it."""
    headers = {name: value for name, value in request.headers if name.lower() not in ("accept", "user-agent")}
    expected: dict[str, Any] = {"method": request.method, "url": request.url}
    if headers:
        expected["headers"] = headers
    if request.body is not None:
        expected["body"] = _body(request)
    return expected


def _body(request: Request) -> Any:
    """A body as a case writes it: data where it is JSON, a form or XML, else text with the boundary `boundary`."""
    content = content_of(request)
    content_type = header_value(request.headers, "content-type") or ""
    tree = read_tree(content)
    if tree is not None or content.strip() == b"null":
        return tree
    _, _, boundary = content_type.partition("boundary=")
    if not boundary and (data := read_body(request)) is not None and not isinstance(data, str):
        return data
    text = content.decode("utf-8", "replace")
    return (text.replace(boundary, "boundary") if boundary else text).replace("\r\n", "\n")


def _defaults(program: Program, inputs: Inputs) -> Cases:
    """The cases of an integration that has none yet: what all cases of the recorded call share."""
    return Cases.model_validate({**_shared(program, inputs), "cases": []})


def _shared(program: Program, inputs: Inputs) -> dict[str, Any]:
    shared: dict[str, Any] = {"settings": _settings(program, inputs, {})}
    if inputs.mappings:
        shared["mappings"] = dict(inputs.mappings)
    cohort = {key: value for key, value in inputs.cohort.items() if value}
    if cohort:
        shared["cohort"] = cohort
    if inputs.list:
        shared["list"] = dict(inputs.list)
    return shared


def _new_text(program: Program, inputs: Inputs, case: Mapping[str, Any]) -> str:
    lines = [SCHEMA]
    for key, value in _shared(program, inputs).items():
        lines += member(key, value)
    return "\n".join([*lines, "", "cases:", *block([dict(case)], 2)]) + "\n"


def with_case(document: Document, case: Mapping[str, Any]) -> str:
    """The text of a file of cases with one more at its end; everything that stands there stays. Raises UsageError."""
    text = document.source.text
    cases = document.data["cases"]
    if is_json(document.source):
        return json.dumps({**document.data, "cases": [*cases, case]}, indent=2, ensure_ascii=False) + "\n"
    span = document.values[("cases",)]
    if not cases:
        return (
            text[: span.start].rstrip()
            + "\n"
            + "\n".join(block([dict(case)], 2))
            + "\n"
            + text[span.end :].lstrip("\n")
        )
    if text[span.start] == "[":
        raise UsageError(
            "the cases are written in brackets, where none can be added", hint="write one case a line, each after `- `"
        )
    first = document.values[("cases", 0)].start
    line = text.rfind("\n", 0, first) + 1
    indent = len(text[line:first]) - len(text[line:first].lstrip(" "))
    last = document.values[("cases", len(cases) - 1)]
    end = len(text[: last.end].rstrip())
    end = text.find("\n", end)
    end = len(text) if end < 0 else end
    between = "\n\n" if "\n\n" in text[span.start : span.end].rstrip() or len(cases) == 1 else "\n"
    rest = text[end:] or "\n"
    return text[:end] + between + "\n".join(block([dict(case)], indent)) + rest


def _read(path: Path, text: str) -> tuple[Document, Cases]:
    document, findings = read_named(str(path), text.encode())
    cases = None
    if document is not None:
        cases, more = validate(document, Cases)
        findings = [*findings, *more]
    if document is None or cases is None:
        first = findings[0].message if findings else "it is empty"
        raise UsageError(
            f"`{path.name}` cannot be read: {first}", hint="mend it first; `maniple check` shows the place"
        )
    return document, cases

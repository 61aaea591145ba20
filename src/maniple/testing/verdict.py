"""Whether what a case made happen is what the case says, in sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from maniple.body.reading import content_of, read_body
from maniple.manifest.cases import Case, ExpectedOutcome, ExpectedRequest
from maniple.runtime.outcome import Delivered, Failed
from maniple.runtime.readback import counted
from maniple.testing.canned import Played
from maniple.testing.differences import difference, same
from maniple.wire import Request, header_value


def judge(case: Case, played: Played) -> Iterator[str]:
    """Every way in which what was played differs from the case.

    Requests are compared when the case has `requests`, the outcome when it has `outcome`; skipped users always.
    """
    if "requests" in case.model_fields_set:
        yield from _requests(played.requests, case.requests)
    if "token_requests" in case.model_fields_set:
        yield from (f"for a token, {problem}" for problem in _requests(played.token_requests, case.token_requests))
    yield from _users("skipped", played.skipped, [(user.id, user.reason) for user in case.skipped])
    for request in played.unanswered:
        shown = f"`{request.method} {request.url}`"
        yield f"the case has {_replies(case)}, and {shown} is sent after that"
    if played.unused_replies:
        yield f"the case has {_replies(case)}, and {len(case.replies) - played.unused_replies} would do"
    if case.outcome is not None and not played.unanswered:
        yield from _outcome(case.outcome, played)


def _replies(case: Case) -> str:
    return "1 reply" if len(case.replies) == 1 else f"{len(case.replies)} replies"


def _requests(sent: list[Request], expected: list[ExpectedRequest]) -> Iterator[str]:
    for position, (request, wanted) in enumerate(zip(sent, expected, strict=False), 1):
        for problem in _request(request, wanted):
            yield f"request {position}: {problem}"
    if len(sent) != len(expected):
        urls = ", ".join(f"`{request.method} {request.url}`" for request in sent[len(expected) :][:3])
        further = f": {urls}" if urls else ""
        yield f"the number of requests is {len(sent)}, and the case says {len(expected)}{further}"


def _request(request: Request, wanted: ExpectedRequest) -> Iterator[str]:
    if request.method != wanted.method:
        yield f"the method is `{request.method}`, and the case says `{wanted.method}`"
    if request.url != wanted.url:
        yield f"the URL is `{request.url}`, and the case says `{wanted.url}`"
    for name, value in wanted.headers.items():
        found = header_value(request.headers, name)
        if found is None:
            yield f"the header `{name}` is missing"
        elif found != value:
            yield f"the header `{name}` is `{found}`, and the case says `{value}`"
    problem = difference(_body(request, wanted.body), _in_lines(wanted.body))
    if problem is not None:
        yield f"the body differs: {problem}"


def _body(request: Request, wanted: Any) -> Any:
    """The body as the case writes it: JSON as data, other formats as data too or as their text.

    In text every line ends with a line feed, and the boundary of a multipart body is the word `boundary`.
    """
    if request.body is None:
        return None
    content = content_of(request)
    try:
        return json.loads(content)
    except ValueError:
        pass
    if not isinstance(wanted, str):
        return read_body(request)
    boundary = (header_value(request.headers, "content-type") or "").partition("boundary=")[2]
    text = content.decode("utf-8", "replace")
    return _in_lines(text.replace(boundary, "boundary") if boundary else text)


def _in_lines(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _users(word: str, found: list[tuple[str, str]], expected: list[tuple[str, str]]) -> Iterator[str]:
    for user_id, reason in found:
        if (user_id, reason) not in expected:
            yield f"the user `{user_id}` is {word} (`{reason}`), and the case does not say so"
    for user_id, reason in expected:
        if (user_id, reason) not in found:
            yield f"the user `{user_id}` is not {word} (`{reason}`), and the case says so"


def _outcome(expected: ExpectedOutcome, played: Played) -> Iterator[str]:
    failure = next((outcome for outcome in played.outcomes if isinstance(outcome, Failed)), None)
    result = "failed" if failure else "delivered"
    if result != expected.result:
        because = f" (`{failure.why.reason}`)" if failure else ""
        yield f"the result is `{result}`{because}, and the case says `{expected.result}`"
    yield from _why(expected, failure)
    reasons = dict(played.rejected)
    wanted = [(user.id, reasons.get(user.id, "") if user.reason is None else user.reason) for user in expected.rejected]
    yield from _users("rejected", played.rejected, wanted)
    if "list_id" in expected.model_fields_set:
        yield from _list_id(expected.list_id, played)
    if "members" in expected.model_fields_set:
        yield from _members(expected.members, played)
    retries = sum(outcome.retries for outcome in played.outcomes)
    if expected.retries is not None and retries != expected.retries:
        yield f"the number of retries is {retries}, and the case says {expected.retries}"
    if expected.in_doubt is not None and expected.in_doubt != (failure is not None and failure.in_doubt):
        yield f"the case says `in_doubt: {str(expected.in_doubt).lower()}`, and it is the other way round"


def _why(expected: ExpectedOutcome, failure: Failed | None) -> Iterator[str]:
    found = {
        "reason": failure.why.reason if failure else None,
        "message": failure.why.message if failure else None,
        "action": failure.why.action if failure and failure.why.action != "fail" else None,
    }
    for name, value in found.items():
        wanted = getattr(expected, name)
        if name in expected.model_fields_set and value != wanted:
            yield f"the {name} is {_quoted(value)}, and the case says {_quoted(wanted)}"


def _quoted(value: str | None) -> str:
    return "nothing" if value is None else f"`{value}`"


def _members(expected: Any, played: Played) -> Iterator[str]:
    found: Any = played.members
    if not isinstance(expected, list):
        saved = [outcome.saved for outcome in played.outcomes if isinstance(outcome, Delivered)]
        found = counted(saved[0]) if saved else None
    if not same(found, expected):
        yield f"the members differ: {difference(found, expected)}"


def _list_id(expected: Any, played: Played) -> Iterator[str]:
    saved = [outcome.saved.get("list_id") for outcome in played.outcomes if isinstance(outcome, Delivered)]
    found = saved[0] if saved else None
    if not same(found, expected):
        yield f"the list id differs: {difference(found, expected)}"

"""Compiling what reads replies: error rules, `rejects`, paths and patterns."""

from __future__ import annotations

from typing import Any

import jmespath
import re2
from jmespath.exceptions import JMESPathError

from maniple.manifest.answers import ErrorRule, ErrorRules, ListId, Rejects, RetryAfter, SameAs
from maniple.manifest.base import seconds
from maniple.manifest.model import Manifest
from maniple.plan.classify import RuleProgram
from maniple.plan.program import ListIdProgram
from maniple.plan.reading import Available, TemplateReader
from maniple.plan.rejects import RejectsProgram
from maniple.source.text import Path
from maniple.template.compile import ColumnTemplate, ScalarTemplate


def compile_path(reader: TemplateReader, expression: str | None, path: Path) -> Any:
    """A compiled JMESPath; None without one or with a finding."""
    if expression is None:
        return None
    try:
        return jmespath.compile(expression)
    except (JMESPathError, RecursionError, ValueError) as cause:
        position = getattr(cause, "lex_position", None)
        within = (position, position + 1) if isinstance(position, int) and 0 <= position < len(expression) else None
        reader.report(
            "MAN503",
            f"`{expression}` is not a JMESPath expression",
            path,
            within=within,
            label="reading stops here" if within else "",
            hint="write a path such as `data.id`, `errors[].code` or `status == 'ok'`",
        )
        return None


def compile_pattern(reader: TemplateReader, pattern: str | None, path: Path, *, group: str | None = None) -> Any:
    """A compiled RE2 pattern; None without one or with a finding."""
    if pattern is None:
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as cause:
        reader.report(
            "MAN504",
            f"the regular expression cannot be used: {_reason(cause)}",
            path,
            hint="RE2 syntax: no look-around, no back-references, so that matching takes linear time",
        )
        return None
    if group is not None and group not in compiled.groupindex:
        reader.report(
            "MAN504", f"the regular expression has no group `{group}`", path, hint=f"write `(?P<{group}>[0-9]+)`"
        )
        return None
    return compiled


def _reason(cause: Exception) -> str:
    text = cause.args[0] if cause.args else "unknown"
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def own_rules(manifest: Manifest, call: str, seen: tuple[str, ...] = ()) -> list[tuple[Path, ErrorRule]] | None:
    """A call's own rules with their places, copies resolved; None when they copy in a circle or from no call."""
    source = manifest.calls.get(call)
    if source is None or call in seen:
        return None
    return _resolved(manifest, source.errors, (call, "errors"), (*seen, call))


def _resolved(
    manifest: Manifest, rules: ErrorRules, path: Path, seen: tuple[str, ...]
) -> list[tuple[Path, ErrorRule]] | None:
    found: list[tuple[Path, ErrorRule]] = []
    for position, rule in enumerate([rules] if isinstance(rules, SameAs) else rules):
        if isinstance(rule, ErrorRule):
            found.append(((*path, position), rule))
            continue
        copied = own_rules(manifest, rule.same_as, seen)
        if copied is None:
            return None
        found.extend(copied)
    return found


def compile_rules(
    reader: TemplateReader, manifest: Manifest, call: str, available: Available
) -> tuple[RuleProgram, ...]:
    """The call's own rules, then the manifest's that are for it."""
    own = own_rules(manifest, call)
    if own is None:
        reader.report(
            "MAN506", f"`same_as` in `{call}` names no call of this manifest, or copies in a circle", (call, "errors")
        )
        own = []
    shared = _resolved(manifest, manifest.errors, ("errors",), ()) or []
    fitting = [(path, rule) for path, rule in shared if not rule.calls or call in rule.calls]
    return tuple(_compile_rule(reader, path, rule, available) for path, rule in (*own, *fitting))


def _compile_rule(reader: TemplateReader, path: Path, rule: ErrorRule, available: Available) -> RuleProgram:
    statuses = rule.status if isinstance(rule.status, list) else [] if rule.status is None else [rule.status]
    message = (
        ScalarTemplate(
            reader.text(rule.message, (*path, "message"), {**available, "reply": "pre-defined"}, _place(path))
        )
        if rule.message
        else None
    )
    return RuleProgram(
        place=_place(path),
        statuses=frozenset(status for status in statuses if isinstance(status, int)),
        classes=frozenset(int(status[0]) for status in statuses if isinstance(status, str)),
        any_status=not statuses,
        body=rule.body,
        has_body="body" in rule.model_fields_set and rule.body is not None,
        where=compile_path(reader, rule.where, (*path, "where")),
        reason=rule.reason or "",
        message=message,
        retry=True if isinstance(rule.retry, RetryAfter) else rule.retry,
        retry_after=seconds(rule.retry.after) if isinstance(rule.retry, RetryAfter) else None,
        action=rule.then or "fail",
    )


def _place(path: Path) -> str:
    """`errors[0]`, `add_users.errors[2]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def compile_rejects(
    reader: TemplateReader, rejects: Rejects, path: Path, available: Available, rows: frozenset[str]
) -> RejectsProgram:
    """`rejects`, compiled."""
    section = _place(path)
    item = (
        ColumnTemplate(reader.text(rejects.item, (*path, "item"), available, section), rows)
        if rejects.item is not None
        else None
    )
    return RejectsProgram(
        rows=compile_path(reader, rejects.rows, (*path, "rows")),
        where=compile_path(reader, rejects.where, (*path, "where")),
        by=rejects.by,
        at=compile_path(reader, rejects.at, (*path, "at")),
        base=rejects.base,
        item=item,
        pattern=compile_pattern(reader, rejects.pattern, (*path, "pattern"), group="index"),
        reason=compile_path(reader, rejects.reason, (*path, "reason")),
        message=compile_path(reader, rejects.message, (*path, "message")),
        count=compile_path(reader, rejects.count, (*path, "count")),
    )


def compile_list_id(reader: TemplateReader, list_id: ListId, path: Path, available: Available) -> ListIdProgram:
    """`list_id` of `create_list`, compiled."""
    if list_id.response is not None:
        return ListIdProgram("response", list_id.response, compile_path(reader, list_id.response, (*path, "response")))
    if list_id.request is not None:
        return ListIdProgram("request", list_id.request, compile_path(reader, list_id.request, (*path, "request")))
    if list_id.header is not None:
        return ListIdProgram("header", list_id.header)
    if list_id.field is not None:
        node = reader.text(f"${list_id.field}", (*path, "field"), available, "create_list.list_id")
        return ListIdProgram("field", list_id.field, None, ScalarTemplate(node))
    value = list_id.value or ""
    return ListIdProgram(
        "value", value, None, ScalarTemplate(reader.text(value, (*path, "value"), available, "create_list.list_id"))
    )

"""Compiling what reads replies: error rules, `rejects`, paths and patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import jmespath
import re2
from jmespath.exceptions import JMESPathError

from maniple.diagnostics.suggest import hint_for, listed
from maniple.manifest.answers import ErrorRule, ErrorRules, ListId, Rejects, RetryAfter, SameAs
from maniple.manifest.base import seconds
from maniple.manifest.call import Exchange
from maniple.manifest.model import Manifest
from maniple.runtime.bounds import MAX_RULES
from maniple.runtime.classify import LONGEST_REASON, RuleProgram, told
from maniple.runtime.program import ListIdProgram
from maniple.runtime.reading import Available, TemplateReader
from maniple.runtime.rejects import RejectsProgram
from maniple.source.text import Path
from maniple.template.compile import ColumnTemplate, ScalarTemplate


def compile_path(reader: TemplateReader, expression: str | None, path: Path) -> Any:
    """A compiled JMESPath; None without one or with a finding."""
    if expression is None:
        return None
    try:
        return _path(expression)
    except (JMESPathError, RecursionError, ValueError) as cause:
        position = getattr(cause, "lex_position", None)
        within = (position, position + 1) if isinstance(position, int) and 0 <= position < len(expression) else None
        reader.report(
            "MAN503",
            f"`{expression}` is not a JMESPath expression",
            path,
            within=within,
            label="reading stops here" if within else "",
            hint=_path_hint(expression),
        )
        return None


@lru_cache(maxsize=1024)
def _path(expression: str) -> Any:
    """The shared rules are compiled for every call, and reading a path takes its time."""
    return jmespath.compile(expression)


def _path_hint(expression: str) -> str:
    """What to type: the expression without one of the common slips, or examples."""
    quoted = re.sub(r"(?<![\w\"'`-])[A-Za-z_]\w*(?:-\w+)+(?![\w\"'`-])", r'"\g<0>"', expression)
    compared = re.sub(r"(?<![=!<>])=(?!=)", "==", expression)
    dotted = expression.strip().lstrip("$/.").replace("/", ".")
    slips = (
        (quoted, "a key with a dash needs double quotes"),
        (compared, "equality is `==`"),
        (dotted, "a path begins with a key, and a dot goes one deeper"),
    )
    for mended, why in slips:
        if mended != expression and _is_path(mended):
            return f"write `{mended}`: {why}"
    return "write a path such as `data.id`, `errors[].code` or `status == 'ok'`"


def _is_path(expression: str) -> bool:
    try:
        jmespath.compile(expression)
    except (JMESPathError, RecursionError, ValueError):
        return False
    return True


MOST_STATES = 5_000
"""States of a compiled pattern: a match takes at most this many steps a character."""
MOST_STATES_IN_REPLIES = 500


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
        what, part = _reason(cause)
        start = pattern.find(part) if part else -1
        reader.report(
            "MAN504",
            f"the regular expression cannot be used: {what}",
            path,
            within=(start, start + len(part)) if start >= 0 else None,
            hint="RE2 syntax: no look-around, no back-references, so that matching takes linear time",
        )
        return None
    if compiled.programsize > (MOST_STATES if group is None else MOST_STATES_IN_REPLIES):
        hint = "write smaller repetitions: `[0-9]{1,9}`, not `.{1,900}`"
        reader.report("MAN504", "the regular expression is too large", path, hint=hint)
        return None
    if group is not None and group not in compiled.groupindex:
        reader.report(
            "MAN504", f"the regular expression has no group `{group}`", path, hint=f"write `(?P<{group}>[0-9]+)`"
        )
        return None
    return compiled


_PATTERN_FAULTS = {
    "invalid perl operator": "look-around is not available",
    "invalid escape sequence": "there is no such escape",
    "missing ]": "`[` is opened and never closed",
    "missing )": "`(` is opened and never closed",
    "unexpected )": "`)` closes nothing",
    "no argument for repetition operator": "nothing stands before this repetition",
    "bad repetition operator": "two repetitions follow each other",
    "invalid repetition size": "this repetition is too large or runs backwards",
    "invalid character class range": "this range runs backwards",
    "invalid named capture group": "this group has no right name",
}
"""What RE2 says, in the author's words."""


def _reason(cause: Exception) -> tuple[str, str]:
    """Why RE2 refused a pattern, and the part of the pattern that it names."""
    text = cause.args[0] if cause.args else "unknown"
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    fault, _, part = text.partition(": ")
    return _PATTERN_FAULTS.get(fault, text), part


@dataclass(frozen=True, slots=True)
class LostCopy:
    """A `same_as` that leads nowhere. `path` is its place."""

    path: Path
    message: str
    hint: str | None = None


Rules: TypeAlias = list[tuple[Path, ErrorRule]]
"""Error rules with their places."""


def own_rules(manifest: Manifest, call: str) -> Rules | LostCopy:
    """A call's own rules with their places, copies resolved."""
    return _resolved(manifest, manifest.calls[call].errors, (call, "errors"), (call,), set())


def _resolved(
    manifest: Manifest, rules: ErrorRules, path: Path, seen: tuple[str, ...], copied: set[str]
) -> Rules | LostCopy:
    """The rules with those they copy; what was `copied` already is not copied again, for it could never be reached."""
    found: Rules = []
    for position, rule in enumerate([rules] if isinstance(rules, SameAs) else rules):
        place = path if isinstance(rules, SameAs) else (*path, position)
        if isinstance(rule, ErrorRule):
            found.append((place, rule))
            continue
        copies = _copied(manifest, rule.same_as, (*place, "same_as"), seen, copied)
        if isinstance(copies, LostCopy):
            return copies
        found.extend(copies)
    if len(found) > MAX_RULES:
        return LostCopy(path, f"with their copies these are {len(found):,} error rules; {MAX_RULES:,} are the most")
    return found


def _copied(manifest: Manifest, call: str, path: Path, seen: tuple[str, ...], copied: set[str]) -> Rules | LostCopy:
    source = manifest.calls.get(call)
    if source is None:
        hint = hint_for(call, manifest.calls) or f"name one of {listed(manifest.calls)}"
        return LostCopy(path, f"this manifest has no call `{call}`", hint)
    if call in seen:
        return LostCopy(path, f"`{call}` copies its rules from here: the copies go round in a circle")
    if call in copied:
        return []
    copied.add(call)
    return _resolved(manifest, source.errors, (call, "errors"), (*seen, call), copied)


def compile_rules(
    reader: TemplateReader, manifest: Manifest, call: str, available: Available, exchange: Exchange, path: Path
) -> tuple[RuleProgram, ...]:
    """The rules of the step `exchange` at `path`, the call's own, then the manifest's that are for it."""
    own = _found(reader, own_rules(manifest, call))
    if exchange is not manifest.calls[call]:
        own = [*_found(reader, _resolved(manifest, exchange.errors, (*path, "errors"), (), set())), *own]
    shared = _found(reader, _resolved(manifest, manifest.errors, ("errors",), (), set()))
    fitting = [(path, rule) for path, rule in shared if not rule.calls or call in rule.calls]
    return tuple(_compile_rule(reader, path, rule, available) for path, rule in (*own, *fitting))


def _found(reader: TemplateReader, rules: Rules | LostCopy) -> Rules:
    if isinstance(rules, LostCopy):
        reader.report("MAN506", rules.message, rules.path, hint=rules.hint)
        return []
    return rules


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
        reason=told(rule.reason or "", LONGEST_REASON),
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
        retry=compile_path(reader, rejects.retry, (*path, "retry")),
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

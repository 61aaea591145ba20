"""What libyaml's complaints mean, in the author's words and with what to type instead."""

from __future__ import annotations

import re

import yaml

from maniple.diagnostics.model import Diagnostic
from maniple.source.excerpt import shortened
from maniple.source.text import Source, Span

_QUOTE_IT = "put quotes around the whole text"
_INDENT_IT = "indent it as its neighbours are: keys of one map start in one column"
_EXPRESSION = re.compile(r"\{\{[^\r\n]*?\}\}(?:(?![ \t]*(?:[,\]}]|#|$))[ \t]*[^\r\n#,\]}]*[^\s#,\]}])?", re.MULTILINE)


def unquoted_expression(source: Source, outer: int, inner: Span) -> Diagnostic | None:
    """The finding about `{{ ... }}` without quotes, when that is what stands at `outer`; YAML reads it as two maps."""
    if inner.start != outer + 1 or not source.text.startswith("{{", outer):
        return None
    return _expression_finding(source, outer)


def _expression_finding(source: Source, start: int) -> Diagnostic:
    found = _EXPRESSION.match(source.text, start)
    end = start + 2 if found is None else found.end()
    shown = source.text[start:end]
    return Diagnostic(
        "MAN101",
        "`{{` without quotes opens a YAML map",
        source,
        Span(start, end),
        label="needs quotes",
        hint=_QUOTE_IT if found is None or "'" in shown or len(shown) > 80 else f"write `'{shown}'`",
    )


def explain(source: Source, fault: yaml.MarkedYAMLError, shift: int) -> Diagnostic:
    """The diagnostic for a syntax error of libyaml. `shift` is added to its indexes."""
    problem = fault.problem or "it cannot be read"
    at = _offset(source, fault.problem_mark, shift)
    opened = _offset(source, fault.context_mark, shift) if fault.context_mark else at
    context = fault.context or ""
    char = source.text[at : at + 1]
    before = source.text[source.text.rfind("\n", 0, at) + 1 : at]

    if ("quoted scalar" in context and "end of stream" in problem) or "document indicator" in problem:
        return _found(source, opened, "a quote is opened and never closed", f"close it with `{source.text[opened]}`")
    if "cannot start any token" in problem or "tab character" in problem:
        return _bad_start(source, at, char)
    if "mapping values are not allowed" in problem:
        return _stray_colon(source, at, before)
    if "block sequence entries are not allowed" in problem:
        return _found(source, at, "a list cannot start here", "start the list in the next line, indented")
    if "unknown escape character" in problem or "escape" in problem or "hexdecimal" in problem:
        return _bad_escape(source, at)
    if "scanning an alias" in context or "scanning an anchor" in context:
        return _found(source, opened, f"a text cannot begin with `{source.text[opened]}` without quotes", _QUOTE_IT)
    if "scanning a block scalar" in context:
        return _found(
            source,
            at,
            "after `|` or `>` the line must end",
            "start the text in the next line, indented; if `|` or `>` is part of the text, put quotes around it",
        )
    return _structure(source, fault, at, opened)


def _structure(source: Source, fault: yaml.MarkedYAMLError, at: int, opened: int) -> Diagnostic:
    """Faults of nesting: brackets, indentation, a missing colon."""
    problem, context = fault.problem or "", fault.context or ""
    char = source.text[at : at + 1]
    before = source.text[source.text.rfind("\n", 0, at) + 1 : at]
    if "{{" in before and before.rstrip().endswith("}}"):
        return _expression_finding(source, at - len(before) + before.find("{{"))
    if "flow sequence" in context or "flow mapping" in context:
        return _open_bracket(source, at, opened)
    if "could not find expected ':'" in problem:
        dash = source.text.startswith("-", opened)
        return _found(
            source,
            opened,
            "a `:` is missing after this key",
            "write `- ` with a space for an item of a list" if dash else "write `key: value`",
        )
    if "expected '-' indicator" in problem:
        return _found(
            source, at, "this stands where the next item of a list must", "begin it with `- `, or indent it as before"
        )
    if "expected key" in problem and before.rstrip()[-1:] in ("'", '"'):
        return _found(
            source,
            at,
            "text goes on after a closing quote",
            "put quotes around the whole text; inside single quotes write `''` for a quote",
        )
    if "expected key" in problem and char in ("]", "}"):
        return _found(source, at, f"`{char}` closes nothing", "delete it, or open it where the value starts")
    if "expected key" in problem and char == ":":
        return _found(source, at, "a key is missing before this `:`", "write `key: value`")
    if "expected key" in problem or "<document start>" in problem:
        return _found(source, at, "this line does not fit the lines around it", _INDENT_IT)
    if "expected node content" in problem and char and not char.isspace():
        return _found(source, at, f"`{char}` stands where a value must", f"delete it, or {_QUOTE_IT}")
    return _found(source, at, f"this cannot be read as YAML: {problem or 'unknown fault'}", None)


def _bad_start(source: Source, at: int, char: str) -> Diagnostic:
    if char == "\t":
        return _found(source, at, "a tab cannot indent", "use spaces")
    shown = "a backtick" if char == "`" else f"`{char}`"
    return _found(source, at, f"a text cannot begin with {shown} without quotes", _QUOTE_IT)


def _stray_colon(source: Source, at: int, before: str) -> Diagnostic:
    """A `:` inside an unquoted text, or a key where the line above has not ended."""
    if re.search(r":\s", before):
        return _found(source, at, "a `:` followed by a space cannot stand inside a text without quotes", _QUOTE_IT)
    key = before.strip()
    span = Span(at - len(before.lstrip()), at)
    line, _ = source.position(at)
    above = source.line(line - 1).strip() if line > 1 else ""
    if re.match(r"[\w-]+:\S", above):
        hint = f"put a space after the `:` in line {line - 1}"
    elif ": " not in above and not above.endswith(":"):
        hint = f"write line {line - 1} as `key: value`, or indent this line as it is"
    else:
        hint = _INDENT_IT
    return Diagnostic("MAN101", f"the key `{shortened(key)}` cannot stand here", source, span, hint=hint)


def _bad_escape(source: Source, at: int) -> Diagnostic:
    return Diagnostic(
        "MAN101",
        f"`{source.text[at : at + 2]}` is not an escape that YAML knows",
        source,
        Span(at, min(at + 2, len(source.text))),
        hint="write `\\\\` for a backslash, or use single quotes, where a backslash is only that",
    )


def _open_bracket(source: Source, at: int, opened: int) -> Diagnostic:
    bracket = source.text[opened : opened + 1]
    closing = "]" if bracket == "[" else "}"
    if not source.text[at:].strip():
        return _found(source, opened, f"`{bracket}` is opened and never closed", f"close it with `{closing}`")
    line, _ = source.position(opened)
    return Diagnostic(
        "MAN101",
        f"a `,` or `{closing}` is missing before this",
        source,
        _word(source, at),
        notes=(f"the `{bracket}` is opened in line {line}",),
        hint=f"close it with `{closing}`; a text with `,` `[` `]` `{{` or `}}` in it needs quotes here",
    )


def _found(source: Source, at: int, message: str, hint: str | None) -> Diagnostic:
    return Diagnostic("MAN101", message, source, _word(source, at), hint=hint)


def _word(source: Source, at: int) -> Span:
    """The character at `at`, or the end of the last line with text when `at` is the end of the file."""
    if at >= len(source.text):
        end = len(source.text.rstrip())
        return Span(end, end)
    return Span(at, at + 1)


def _offset(source: Source, mark: object, shift: int) -> int:
    index = getattr(mark, "index", 0)
    return min(int(index) + shift, len(source.text))

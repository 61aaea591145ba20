"""The body or item of one call as a text of its own: JSON text with bare holes, or YAML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from maniple.diagnostics.model import Diagnostic
from maniple.diagnostics.suggest import hint_for
from maniple.source.hole_json import read_hole_json
from maniple.source.json_scan import JsonScan
from maniple.source.locate import follow
from maniple.source.text import Document, Path, Source, Span
from maniple.source.yaml import read_yaml
from maniple.template.parse import Reading
from maniple.template.text import json as json_text
from maniple.template.text import text_of
from maniple.usecases.completion.explain import explain_place
from maniple.usecases.completion.offers import Completion, offers_at
from maniple.usecases.completion.outline import Outline, outline_of
from maniple.usecases.completion.sample import Samples, is_json_text
from maniple.usecases.completion.suggest import content_of, known_variables
from maniple.usecases.completion.variables import variables_of
from maniple.usecases.draft import Draft
from maniple.usecases.scaffolding.yaml_text import block, inline

Form: TypeAlias = Literal["json", "yaml", "text"]
"""JSON text with holes, a YAML tree, or plain text with holes."""
NAME = "body"


@dataclass(frozen=True)
class Payload:
    """A text of a body or item, read. `value` is what goes into the manifest; None with `readable` false."""

    text: str
    form: Form
    value: Any
    readable: bool
    document: Document | None = field(repr=False)
    """The tree with places in the text; None for plain text, and for what cannot be read."""
    faults: tuple[Diagnostic, ...]


def form_of(value: Any, place: Path) -> Form:
    """How a value of a manifest is best written: a tree as YAML, JSON text as it is."""
    if place[-1:] in (("text",), ("xml",)) and isinstance(value, str):
        return "text"
    return "json" if isinstance(value, str) and is_json_text(value, place) else "yaml"


def payload_text(value: Any, form: Form) -> str:
    """A value of a manifest as the text that is edited."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if form != "yaml" else inline(value)
    if form == "json":
        return json_of(value) + "\n"
    return "\n".join(block(value) if isinstance(value, dict | list) and value else [inline(value)]) + "\n"


def read_payload(text: str, form: Form) -> Payload:
    """The value that a text stands for. JSON and plain text are kept as the text that they are."""
    source = Source(NAME, text)
    match form:
        case "text":
            return Payload(text, form, text, True, None, ())
        case "yaml":
            document, found = read_yaml(source)
            value = document.data if document is not None else None
            return Payload(text, form, value, document is not None, document, tuple(found))
        case "json":
            if not text.strip():
                return Payload(text, form, None, True, None, ())
            read, faults = read_hole_json(text)
            findings = tuple(
                Diagnostic(fault.code, fault.message, source, Span(fault.start, fault.end), hint=fault.hint)
                for fault in faults
            )
            if read is None:
                return Payload(text, form, text, False, None, findings)
            keys = {path: Span(*span) for path, span in read.keys.items()}
            values = {path: Span(*span) for path, span in read.values.items()}
            return Payload(text, form, text, True, Document(source, read.value, keys, values), findings)


def tree_of_payload(payload: Payload) -> Any:
    """The tree that a payload says, whatever its form; the text of plain text."""
    return payload.document.data if payload.document is not None else payload.value


def findings_of(payload: Payload, draft: Draft) -> tuple[Diagnostic, ...]:
    """What is wrong with a payload by itself: what cannot be read, holes that are none, names that nothing declares."""
    if payload.faults or (payload.document is None and payload.form != "text"):
        return payload.faults
    variables = variables_of(content_of(draft))
    maps = frozenset(name for name, one in variables.items() if one.type == "map")

    def carries(name: str, key: str) -> bool:
        return name in variables and name not in maps and key in (variables[name].keys or {})

    reading = Reading(carries, maps)
    reading.tree(tree_of_payload(payload), ())
    source = Source(NAME, payload.text)
    found = [
        Diagnostic(
            fault.code, fault.message, source, _span(payload, path, key, fault.start, fault.end), hint=fault.hint
        )
        for path, key, fault in reading.faults
    ]
    for use in reading.uses:
        if use.name not in variables:
            hint = hint_for(use.written, variables)
            span = _span(payload, use.path, use.key, use.start, use.end)
            message = f"`${use.written}` is not declared"
            hint = hint.replace("`", "`$", 1) if hint else None
            found.append(Diagnostic("MAN201", message, source, span, label="no variable has this name", hint=hint))
    return tuple(found)


def _span(payload: Payload, path: Path, key: bool, start: int, end: int) -> Span:
    """Where characters of a text of the tree stand in the payload's text."""
    if payload.document is None:
        return Span(start, end)
    if key:
        return payload.document.span(path, key=True)
    return payload.document.span_within(path, start, end)


def findings_within(draft: Draft, place: Path, payload: Payload) -> tuple[Diagnostic, ...]:
    """The findings of a draft that are about the value at `place`, as findings of the payload that is this value."""
    document = draft.destination.document
    if document is None or (payload.document is None and payload.form != "text"):
        return ()
    return tuple(
        replace(one, source=Source(NAME, payload.text), span=_moved(one, document, place, payload))
        for one in draft.findings
        if one.path[: len(place)] == place and one.span is not None
    )


def _moved(finding: Diagnostic, document: Document, place: Path, payload: Payload) -> Span:
    outer = document.span(finding.path)
    assert finding.span is not None
    start, end = finding.span.start, finding.span.end
    if finding.path == place and payload.form != "yaml":
        trace = follow(document.source.text, outer)
        at = [index for index, begun in enumerate(trace.starts) if start <= begun < end]
        return Span(at[0], at[-1] + 1) if at else Span(0, len(payload.text.rstrip()))
    inner = payload.document.span(finding.path[len(place) :]) if payload.document is not None else Span(0, 0)
    begun = min(inner.start + max(0, start - outer.start), max(inner.start, inner.end - 1))
    return Span(begun, max(begun, min(inner.end, begun + end - start)))


def payload_completions(
    draft: Draft, place: Path, text: str, offset: int, *, last_good: Draft | None = None
) -> list[Completion]:
    """What can be typed at `offset` of a payload that is the value at `place` of the draft."""
    outline = _placed(outline_of(text, offset), place, text, offset)
    content = content_of(draft)
    return offers_at(outline, text, content, known_variables(draft, last_good, content))


def explain_payload(draft: Draft, place: Path, text: str, offset: int, sample: Mapping[str, Any] | None = None) -> str:
    """What stands at `offset` of a payload that is the value at `place`; see `completion.explain`."""
    outline = _placed(outline_of(text, offset), place, text, offset)
    return explain_place(outline, text, content_of(draft), sample)


def _placed(outline: Outline, place: Path, text: str, offset: int) -> Outline:
    """The outline of a payload with its place in the manifest. A lone hole is a value, which looks like a key."""
    inner = outline.place
    if inner is None:
        return outline
    alone = not inner.path and not inner.flow and text[:offset].lstrip().startswith(("$", "{{"))
    role = "value" if alone else inner.role
    return replace(outline, place=replace(inner, path=(*place, *inner.path), role=role))


def preview_of(payload: Payload, draft: Draft, place: Path, sample: Mapping[str, Any] | None = None) -> str | None:
    """The payload with its holes filled for a sample user, as JSON in one line or text; None when it cannot be read.

    It is a sketch while writing: what is sent is shown by the previews of requests.
    """
    if not payload.readable:
        return None
    tree = _with(content_of(draft), place, tree_of_payload(payload))
    value = Samples(tree, sample).render(tree_of_payload(payload), (*place, "tree"))
    return text_of(value) if payload.form == "text" else json.dumps(value, ensure_ascii=False, default=text_of)


def _with(tree: Any, place: Path, value: Any) -> Any:
    """The tree with another value at a place; as it is where the place is not there."""
    if not place:
        return value
    part, rest = place[0], place[1:]
    if isinstance(tree, list) and isinstance(part, int):
        return [_with(one, rest, value) if at == part else one for at, one in enumerate(tree)]
    if isinstance(tree, Mapping) and isinstance(part, str):
        return {**tree, part: _with(tree.get(part, {}), rest, value)}
    return tree


def formatted(payload: Payload) -> str:
    """The text laid out anew, two blanks a level, its holes as they are; itself when it cannot be read or a comment would be lost."""
    if payload.document is None:
        return payload.text
    if payload.form == "json":
        return "\n".join(_lines(payload.document, (), "")) + "\n"
    if _has_comment(payload):
        return payload.text
    return payload_text(payload.document.data, "yaml")


def in_form(payload: Payload, form: Form) -> str | None:
    """The text of the payload in the other form; None when it cannot be read, or would lose a comment."""
    if payload.document is None or (payload.form == "yaml" and _has_comment(payload)):
        return None
    return payload_text(payload.document.data, form)


def _has_comment(payload: Payload) -> bool:
    return any(line.lstrip().startswith("#") or " #" in line for line in payload.text.split("\n"))


def _lines(document: Document, path: Path, pad: str) -> Iterator[str]:
    """The lines of the value at `path`; the first without its indentation."""
    value = _value(document.data, path)
    if not isinstance(value, dict | list) or not value:
        span = document.values[path]
        yield (
            document.source.text[span.start : span.end]
            if not isinstance(value, dict | list)
            else json_text(value) or ""
        )
        return
    deeper = pad + "  "
    parts: Sequence[str | int] = list(value) if isinstance(value, dict) else range(len(value))
    yield "{" if isinstance(value, dict) else "["
    for position, part in enumerate(parts):
        below = (*path, part)
        key = ""
        if isinstance(part, str):
            span = document.keys[below]
            key = f"{document.source.text[span.start : span.end]}: "
        *lines, last = _lines(document, below, deeper)
        comma = "," if position < len(parts) - 1 else ""
        made = [*lines, f"{last}{comma}"]
        yield f"{deeper}{key}{made[0]}"
        yield from made[1:]
    yield pad + ("}" if isinstance(value, dict) else "]")


def _value(tree: Any, path: Path) -> Any:
    for part in path:
        tree = tree[part]
    return tree


def json_of(tree: Any) -> str:
    """A tree as JSON text with bare holes."""
    text = json.dumps(tree, indent=2, ensure_ascii=False)
    scan = JsonScan(text, holes=True).run()
    pieces: list[str] = []
    at = 0
    for path, span in sorted(scan.values.items(), key=lambda row: row[1].start):
        value = _value(tree, path)
        if isinstance(value, str) and value.startswith("$") and _is_bare(value):
            pieces += [text[at : span.start], value]
            at = span.end
    return "".join(pieces) + text[at:]


def _is_bare(value: str) -> bool:
    read, faults = read_hole_json(value)
    return read is not None and not faults and read.value == value

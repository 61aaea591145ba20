"""YAML 1.2 (core schema) to plain data with the span of every key and value.

libyaml gives the events; the tree is built here without recursion, so that depth and size are bounded.
What YAML can say and a manifest may not (anchors, tags, merge keys, several documents) is refused by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml._yaml import CParser

from maniple.diagnostics.model import Diagnostic
from maniple.source.characters import BOM, refused_text
from maniple.source.excerpt import shortened
from maniple.source.limits import MAX_DEPTH, MAX_FINDINGS, MAX_NODES, MAX_SCALAR
from maniple.source.numbers import NumberRefused, plain_value
from maniple.source.text import Document, Path, Source, Span
from maniple.source.yaml_faults import explain, unquoted_expression


def read_yaml(source: Source) -> tuple[Document | None, list[Diagnostic]]:
    """The document in a YAML source, or None and every finding that forbids reading it.

    An empty source is a document whose data is None.
    """
    refused = refused_text(source)
    if refused:
        return None, refused
    directive = _DIRECTIVE.match(source.text)
    if directive is not None:
        span = Span(*directive.span(1))
        message = "YAML directives are not part of the language"
        return None, [Diagnostic("MAN103", message, source, span, hint="delete the `%` line")]
    reading = _Reading(source, shift=1 if source.text.startswith(BOM) else 0)
    try:
        reading.run(CParser(source.text))
    except yaml.MarkedYAMLError as fault:
        if all(found.code != "MAN101" for found in reading.findings):
            reading.findings.append(explain(source, fault, reading.shift))
    except _Enough:
        pass
    if reading.findings:
        return None, reading.findings
    return Document(source, reading.root, reading.keys, reading.values), []


_DIRECTIVE = re.compile(r"\ufeff?(?:[ \t]*+(?:#[^\r\n]*+)?[\r\n])*+(%[^\r\n]*)")
_NOT_COMMENT = re.compile(r"^[ \t]*+([^#\s][^\r\n]*)", re.MULTILINE)


class _Enough(Exception):
    """Reading on would cost too much or help nobody."""


@dataclass(slots=True)
class _Open:
    """A map or list whose end has not come yet. `end` is where its last part ended."""

    held: dict[str, Any] | list[Any]
    path: Path
    start: int
    end: int
    flow: bool
    key: str | None = None


@dataclass
class _Reading:
    """The tree while it grows. `shift` is added to every index of libyaml, which does not count a BOM."""

    source: Source
    shift: int
    root: Any = None
    keys: dict[Path, Span] = field(default_factory=dict)
    values: dict[Path, Span] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0
    nodes: int = 0

    def run(self, events: Any) -> None:
        """Read to the end. Raises MarkedYAMLError for text that is not YAML, _Enough at a limit."""
        get, scalar_event = events.get_event, yaml.ScalarEvent
        while (event := get()) is not None:
            if isinstance(event, scalar_event):
                self._scalar(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._opened(event, events)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._closed(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self._document(self._span(event))
            elif isinstance(event, yaml.DocumentEndEvent) and event.explicit:
                self._nothing_after(self._span(event).end)

    def _document(self, span: Span) -> None:
        self.documents += 1
        if self.documents > 1:
            self._refuse(
                "MAN103", "a second document starts here", span, hint="one file is one manifest: delete from `---` on"
            )
            raise _Enough

    def _nothing_after(self, end: int) -> None:
        """Refuse text after `...`: libyaml is slow on many directives, so that it must not see them."""
        found = _NOT_COMMENT.search(self.source.text, end)
        if found is not None:
            span = Span(found.start(1), found.end(1))
            self._refuse("MAN103", "text goes on after `...`, the end of the document", span, hint="delete the `...`")
            raise _Enough

    def _scalar(self, event: Any) -> None:
        span = Span(event.start_mark.index + self.shift, event.end_mark.index + self.shift)
        self._count(span)
        if event.anchor is not None or event.tag is not None:
            self._properties(event, span)
        if len(event.value) > MAX_SCALAR:
            self._refuse("MAN104", f"this text has {len(event.value):,} characters; {MAX_SCALAR:,} are the most", span)
        top = self.stack[-1] if self.stack else None
        if top is not None and top.key is None and isinstance(top.held, dict):
            self._key(top, event, span)
            return
        value: Any = event.value
        if event.implicit[0]:
            try:
                value = plain_value(value)
            except NumberRefused as fault:
                self._refuse("MAN108", str(fault), span, hint="put quotes around it if it is meant as text")
        self._place(top, value, span)

    def _key(self, top: _Open, event: Any, span: Span) -> None:
        name = event.value
        if event.implicit[0]:
            name = self._plain_key(name, span)
        path = (*top.path, name)
        if name in top.held:
            line, _ = self.source.position(self.keys[path].start)
            self._refuse(
                "MAN102",
                f"the key `{shortened(name)}` stands here twice",
                span,
                path=path,
                notes=(f"the first `{shortened(name)}` is in line {line}",),
                hint="delete one of them",
            )
        else:
            self.keys[path] = span
        top.key = name

    def _plain_key(self, name: str, span: Span) -> str:
        if name == "<<":
            self._refuse("MAN103", "merge keys (`<<`) are not part of the language", span, hint="write the keys out")
            return name
        try:
            value = plain_value(name)
        except NumberRefused:
            value = 0
        if isinstance(value, str):
            return name
        if name:
            self._refuse(
                "MAN107",
                f"the key `{shortened(name)}` is {_kind(value)}, not text",
                span,
                hint=f'write `"{shortened(name)}":`',
            )
        else:
            self._refuse("MAN107", "a key is missing here", span, hint="write a name before the `:`")
        return name

    def _opened(self, event: Any, events: Any) -> None:
        start = event.start_mark.index + self.shift
        span = Span(start, event.end_mark.index + self.shift)
        self._count(span)
        if event.anchor is not None or event.tag is not None:
            self._properties(event, span)
        top = self.stack[-1] if self.stack else None
        if top is not None and top.key is None and isinstance(top.held, dict):
            self._collection_as_key(top, span, events)
            return
        if len(self.stack) >= MAX_DEPTH:
            self._refuse("MAN104", f"maps and lists are nested more than {MAX_DEPTH} deep", span)
            raise _Enough
        path = self._next_path(top)
        held: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(held, path, start, span.end, bool(event.flow_style)))

    def _closed(self, event: Any) -> None:
        done = self.stack.pop()
        end = event.end_mark.index + self.shift if done.flow else done.end
        top = self.stack[-1] if self.stack else None
        self._place(top, done.held, Span(done.start, end))

    def _alias(self, event: Any) -> None:
        span = self._span(event)
        self._count(span)
        self._refuse(
            "MAN103", f"aliases (`*{shortened(event.anchor)}`) are not part of the language", span, hint=_ALIAS_HINT
        )
        top = self.stack[-1] if self.stack else None
        if top is not None and top.key is None and isinstance(top.held, dict):
            top.key = f"*{event.anchor}"
            return
        self._place(top, None, span)

    def _collection_as_key(self, top: _Open, span: Span, events: Any) -> None:
        """Say that a map or list cannot be a key, and pass over it."""
        expression = unquoted_expression(self.source, top.start, span)
        self.findings.append(
            expression
            or Diagnostic(
                "MAN107", "a key must be text, not a map or a list", self.source, span, hint="write the key as text"
            )
        )
        depth = 1
        while depth:
            event = events.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if len(self.stack) + depth > MAX_DEPTH:
                    raise _Enough
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            self._count(span)
        top.key = self.source.text[span.start : event.end_mark.index + self.shift]

    def _next_path(self, top: _Open | None) -> Path:
        if top is None:
            return ()
        if isinstance(top.held, list):
            return (*top.path, len(top.held))
        return (*top.path, top.key or "")

    def _place(self, top: _Open | None, value: Any, span: Span) -> None:
        """Put a finished value where it belongs."""
        if top is None:
            self.root = value
            self.values[()] = span
            return
        held = top.held
        if isinstance(held, list):
            self.values[(*top.path, len(held))] = span
            held.append(value)
        else:
            key = top.key or ""
            held[key] = value
            self.values[(*top.path, key)] = span
            top.key = None
        top.end = span.end

    def _properties(self, event: Any, span: Span) -> None:
        if event.anchor is not None:
            self._refuse(
                "MAN103", f"anchors (`&{shortened(event.anchor)}`) are not part of the language", span, hint=_ALIAS_HINT
            )
        if event.tag is not None:
            self._refuse("MAN103", f"tags (`{_short(event.tag)}`) are not part of the language", span, hint=_TAG_HINT)

    def _count(self, span: Span) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse("MAN104", f"the file has more than {MAX_NODES:,} keys and values", span)
            raise _Enough

    def _refuse(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        path: Path = (),
        notes: tuple[str, ...] = (),
        hint: str | None = None,
    ) -> None:
        self.findings.append(Diagnostic(code, message, self.source, span, notes=notes, hint=hint, path=path))
        if len(self.findings) >= MAX_FINDINGS:
            raise _Enough

    def _span(self, event: Any) -> Span:
        return Span(event.start_mark.index + self.shift, event.end_mark.index + self.shift)


_ALIAS_HINT = "write the value out; a text that begins with `*` or `&` needs quotes; `define:` names a repeated text"
_TAG_HINT = "delete the tag; a text that begins with `!` needs quotes"


def _short(tag: str) -> str:
    return shortened(tag.replace("tag:yaml.org,2002:", "!!"))


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "true or false"
        case None:
            return "null"
        case _:
            return "a number"

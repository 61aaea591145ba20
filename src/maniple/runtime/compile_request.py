"""Compiling what every request has: its URL, query and headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maniple.manifest.fields import FormField
from maniple.manifest.model import Manifest
from maniple.runtime.program import PairProgram
from maniple.runtime.reading import Available, TemplateReader
from maniple.runtime.request import OWN_HEADERS, TOKEN
from maniple.runtime.url import Constant, UrlFault, constants_in, expand, parts_of, place_url
from maniple.source.text import Path
from maniple.template.ast import Const, Text, Value, holes, shown_names
from maniple.template.compile import PlacedText, ScalarTemplate
from maniple.template.text import text_of


class RequestCompiler:
    """Compiles the addresses, parameters and headers of one manifest's requests."""

    def __init__(
        self,
        manifest: Manifest,
        reader: TemplateReader,
        fields: Mapping[str, FormField],
        define: Mapping[str, Constant],
        base: Available,
        saved_by_auth: frozenset[str] = frozenset(),
    ) -> None:
        self.manifest = manifest
        self.reader = reader
        self.fields = fields
        self.define = define
        self.base = base
        self.saved_by_auth = saved_by_auth

    def query(
        self, written: Mapping[str, Any], path: Path, available: Available, section: str
    ) -> tuple[PairProgram, ...]:
        """The manifest's query parameters, then the request's own."""
        return (
            *self._pairs(self.manifest.query, ("query",), self.base, "query", header=False),
            *self._pairs(written, (*path, "query"), available, f"{section}.query", header=False),
        )

    def headers(
        self, written: Mapping[str, Any], path: Path, available: Available, section: str
    ) -> tuple[PairProgram, ...]:
        """The manifest's headers, then the request's own."""
        return (
            *self._pairs(self.manifest.headers, ("headers",), self.base, "headers", header=True),
            *self._pairs(written, (*path, "headers"), available, f"{section}.headers", header=True),
        )

    def url(self, text: str, path: Path, available: Available, section: str) -> PlacedText:
        """The URL at `path`, its values placed; what is wrong with it is reported."""
        node = self.reader.text(text, path, available, section, as_text=True)
        written = parts_of(node)
        placed, faults = place_url(expand(written, self.define), self.fields, self.saved_by_auth)
        constants = constants_in(written, self.define)
        for fault in faults:
            place, within = self._place(fault, text, path, constants)
            self.reader.report(fault.code, fault.message, place, within=within, hint=fault.hint)
        self._secrets_in_url(placed.names, text, path)
        return placed

    def _secrets_in_url(self, variables: Iterable[str], text: str, path: Path) -> None:
        """Warn about secret fields among `variables`, which stand in `text`, a part of a URL."""
        for variable in variables:
            form_field = self.fields.get(variable)
            if form_field is not None and form_field.type == "secret":
                self.reader.report(
                    "MAN304",
                    f"the secret `${variable}` stands in the URL, where logs and proxies see it",
                    path,
                    within=self._within(text, variable),
                    hint="send it in a header, if the partner allows it",
                )

    def _place(
        self, fault: UrlFault, text: str, path: Path, constants: Iterable[str]
    ) -> tuple[Path, tuple[int, int] | None]:
        """Where a fault of the URL `text` stands: in it, or in one of the `define` constants that it is made of."""
        wanted = f"${fault.about}" if fault.about else fault.piece
        texts: list[tuple[Path, str]] = [(path, text)]
        texts += [(("define", name), self.manifest.define[name]) for name in sorted(constants)]
        for place, written in texts:
            start = written.find(wanted) if wanted else -1
            if start >= 0:
                return place, (start, start + len(wanted))
        return path, None

    @staticmethod
    def _within(text: str, variable: str | None) -> tuple[int, int] | None:
        start = text.find(f"${variable}") if variable else -1
        return (start, start + len(variable) + 1) if variable and start >= 0 else None

    def _pairs(
        self, written: Mapping[str, Any], path: Path, available: Available, section: str, *, header: bool
    ) -> tuple[PairProgram, ...]:
        pairs: list[PairProgram] = []
        for key, value in written.items():
            optional = key.endswith("~") and len(key) > 1
            name = self.reader.text(key[:-1] if optional else key, (*path, key), available, section, key=True)
            if header and isinstance(name, Const):
                check_header_name(self.reader, str(name.value), (*path, key), True)
            values = [text_of(one) for one in (value if isinstance(value, list) else [value])]
            places: list[Path] = [
                (*path, key, place) if isinstance(value, list) else (*path, key) for place in range(len(values))
            ]
            nodes = [
                self.reader.text(text, place, available, section, as_text=header)
                for text, place in zip(values, places, strict=True)
            ]
            for node, text, place in zip(nodes, values, places, strict=True):
                if header:
                    self._header_value(node, place)
                else:
                    shown = frozenset(name for hole in holes(node) for name in shown_names(hole))
                    self._secrets_in_url(shown, text, place)
            holes_below = [hole for node in (name, *nodes) for hole in holes(node)] if optional else []
            pairs.append(
                PairProgram(
                    name=_placed(name),
                    value=_placed(nodes[0]) if header else None,
                    values=() if header else tuple(ScalarTemplate(node) for node in nodes),
                    optional=optional,
                    when_present=tuple(ScalarTemplate(Value(hole)) for hole in holes_below),
                )
            )
        return tuple(pairs)

    def _header_value(self, value: Const | Value | Text, path: Path) -> None:
        fixed = "".join(part for part in parts_of(value) if isinstance(part, str))
        if any((char < " " and char != "\t") or char == "\x7f" for char in fixed):
            self.reader.report(
                "MAN303",
                "a header's value cannot contain a line break or another control character",
                path,
                hint="write it in one line",
            )


def check_header_name(reader: TemplateReader, name: str, path: Path, key: bool) -> None:
    """Report a name that no header can have, or that the connection sets itself. With `key`, the key at `path` is it."""
    if "$" in name or "{{" in name:
        return
    if not TOKEN.fullmatch(name):
        reader.report(
            "MAN303",
            f"{f'`{name}`' if name else 'the empty text'} is not a header name",
            path,
            key=key,
            hint="header names are letters, digits and hyphens",
        )
    elif name.lower() in OWN_HEADERS:
        reader.report("MAN303", f"`{name}` is set by the connection itself", path, key=key, hint="leave it out")


def _placed(node: Const | Value | Text) -> PlacedText:
    return PlacedText(tuple(part if isinstance(part, str) else (part, "raw") for part in parts_of(node)))

"""Compiling one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from maniple.body import RUNNING_FORMATS
from maniple.manifest.base import seconds
from maniple.manifest.call import Call
from maniple.manifest.fields import FormField
from maniple.manifest.limits import DEFAULT_ITEMS, DEFAULT_PARALLEL, byte_count, rate_window
from maniple.manifest.model import Manifest
from maniple.runtime.credentials import AuthProgram
from maniple.runtime.prepare import OWN_HEADERS, TOKEN
from maniple.runtime.program import CallProgram, PairProgram
from maniple.runtime.reading import NOT_FILLED_YET, Available, TemplateReader
from maniple.runtime.rules import compile_list_id, compile_path, compile_rejects, compile_rules
from maniple.runtime.url import Constant, UrlFault, constants_in, expand, parts_of, place_url
from maniple.runtime.weight import count_of, weight_of_node
from maniple.source.text import Path
from maniple.template.ast import Const, Node, Text, Value, holes, names
from maniple.template.compile import ColumnTemplate, PlacedText, ScalarTemplate
from maniple.template.text import text_of


class CallCompiler:
    """Compiles the calls of one manifest."""

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

    def compile(self, name: str, call: Call, auth: AuthProgram, available: Available, users: Available) -> CallProgram:
        """Compile one call. `available` has a value anywhere in it, `users` for each user; without `users` it carries none."""
        self.reader.items_are_text = call.join is not None
        batch = call.batch or self.manifest.batch
        items = self._batch_items(call) if users else 1
        item_tree = call.item if "item" in call.model_fields_set else self.manifest.item if users else None
        single = bool(users) and items == 1
        inside: dict[str, str] = {
            **available,
            **(users if single else {}),
            **({"items": "pre-defined"} if item_tree is not None and users else {}),
        }
        rows = frozenset(users)
        item = self._item(name, call, item_tree, {**available, **users}, rows)
        body = (
            ScalarTemplate(self.reader.tree(call.json_, (name, "json"), inside, f"{name}.json"))
            if "json_" in call.model_fields_set
            else None
        )
        url = self._url(name, call, inside)
        query = (
            *self._pairs(self.manifest.query, ("query",), self.base, "query", header=False),
            *self._pairs(call.query, (name, "query"), inside, f"{name}.query", header=False),
        )
        headers = (
            *self._pairs(self.manifest.headers, ("headers",), self.base, "headers", header=True),
            *self._pairs(call.headers, (name, "headers"), inside, f"{name}.headers", header=True),
        )
        rejects, rejects_path = (
            (call.rejects, (name, "rejects")) if call.rejects is not None else (self.manifest.rejects, ("rejects",))
        )
        success, success_path = (
            (call.success, (name, "success")) if call.success is not None else (self.manifest.success, ("success",))
        )
        compiled_rejects = (
            compile_rejects(self.reader, rejects, rejects_path, {**available, **users}, rows)
            if rejects is not None and users
            else None
        )
        rules = compile_rules(self.reader, self.manifest, name, {**available, **(users if single else {})})
        parts_used = [
            body.names if body else frozenset(),
            url.names,
            *(
                pair.name.names
                | (pair.value.names if pair.value else frozenset())
                | frozenset().union(*(value.names for value in pair.values))
                for pair in (*query, *headers)
            ),
        ]
        copies = max(1, count_of("items", body.node)) if body else 1
        used_outside = frozenset[str]().union(*parts_used)
        if users:
            self._items_fit(name, call, item is not None, "items" in used_outside, single, bool(used_outside & rows))
        read = (
            used_outside
            | (item.names if item else frozenset())
            | (compiled_rejects.item.names if compiled_rejects and compiled_rejects.item else frozenset())
        )
        return CallProgram(
            name=name,
            method=call.method or "POST",
            url=url,
            query=query,
            headers=headers,
            body=body,
            item=item,
            join=call.join,
            single=single,
            rows=self._columns(read & rows),
            positional="values" in read & rows,
            items=items,
            max_bytes=byte_count(batch.bytes_) if batch and batch.bytes_ else None,
            weight=copies * weight_of_node(item.node) if item else 0,
            copies=copies,
            dedupe=bool(batch and batch.dedupe),
            success=compile_path(self.reader, success, success_path),
            rejects=compiled_rejects,
            rules=rules,
            auth=auth,
            timeout=seconds(call.timeout),
            when=None,
            list_id=compile_list_id(self.reader, call.list_id, (name, "list_id"), available) if call.list_id else None,
            save=tuple(
                (variable, compile_path(self.reader, path, (name, "save", variable)))
                for variable, path in call.save.items()
            ),
            parallel=(call.limits.parallel if call.limits else None)
            or self.manifest.limits.parallel
            or DEFAULT_PARALLEL,
            rates=tuple(
                window
                for rate in (call.limits.rates if call.limits else ())
                if (window := rate_window(rate)) is not None
            ),
        )

    def _columns(self, read: frozenset[str]) -> frozenset[str]:
        """The columns that have what is read: `$values` is made of those of all mappings."""
        mapped = {mapping.name for mapping in self.manifest.mappings} if "values" in read else set()
        return (read - {"values"}) | mapped

    def _batch_items(self, call: Call) -> int:
        for batch in (call.batch, self.manifest.batch):
            if batch is not None and isinstance(batch.items, int):
                return batch.items
        return DEFAULT_ITEMS

    def _item(
        self, name: str, call: Call, tree: Any, available: Available, rows: frozenset[str]
    ) -> ColumnTemplate | None:
        if tree is None:
            return None
        if not rows:
            self.reader.report("MAN505", f"`{name}` carries no users, so it has no `item`", (name, "item"), key=True)
            return None
        own = "item" in call.model_fields_set
        path: Path = (name, "item") if own else ("item",)
        section = f"{name}.item" if own else "item"
        node: Node = self.reader.tree(tree, path, available, section)
        if section not in self.reader.unread and not names(node) & (rows | set(NOT_FILLED_YET)):
            self.reader.report(
                "MAN505",
                "this `item` is the same for every user",
                path,
                hint="use a mapping in it, such as "
                + (f"`${self.manifest.mappings[0].name}`" if self.manifest.mappings else "`$amplitude_id`"),
            )
        return ColumnTemplate(node, rows)

    def _items_fit(
        self, name: str, call: Call, has_item: bool, uses_items: bool, single: bool, uses_users: bool
    ) -> None:
        unread = any(section.partition(".")[0] == name for section in self.reader.unread)
        if unread or any(body not in RUNNING_FORMATS for body in call.bodies):
            return
        if uses_items and not has_item:
            return  # reported as a variable without value
        if has_item and not uses_items:
            self.reader.report(
                "MAN505",
                f"`{name}` has an `item`, but no `$items` to put the users in",
                (name, "item"),
                key=True,
                hint="write `$items` where the partner expects the array, for example `json: {users: $items}`",
            )
        if not has_item and not uses_items:
            if single and uses_users:
                return
            if single:
                self.reader.report(
                    "MAN505",
                    f"`{name}` sends one user a call, but nothing in it says which",
                    (name,),
                    key=True,
                    hint="use a mapping in the URL or the body",
                )
                return
            self.reader.report(
                "MAN505",
                f"`{name}` does not send any user",
                (name,),
                key=True,
                hint="add `item:` and `$items` in the body, or `batch: {items: 1}` and a mapping in the URL",
            )

    def _url(self, name: str, call: Call, available: Available) -> PlacedText:
        path: Path = (name, "url")
        node = self.reader.text(call.url or "", path, available, f"{name}.url", as_text=True)
        written = parts_of(node)
        placed, faults = place_url(expand(written, self.define), self.fields, self.saved_by_auth)
        constants = constants_in(written, self.define)
        for fault in faults:
            place, within = self._place(fault, call.url or "", path, constants)
            self.reader.report(fault.code, fault.message, place, within=within, hint=fault.hint)
        self._secrets_in_url(placed.names, call.url or "", path)
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
                    self._secrets_in_url(names(node), text, place)
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

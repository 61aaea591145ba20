"""Reading a manifest's templates with the place of every hole, so that every finding has a caret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maniple.diagnostics.codes import finding
from maniple.diagnostics.model import Diagnostic
from maniple.diagnostics.suggest import closest, hint_for
from maniple.manifest.model import Manifest
from maniple.manifest.saved import saved_names
from maniple.source.hole_json import HoleJson, read_hole_json
from maniple.source.locate import locate
from maniple.source.text import Document, Path, Span
from maniple.template.ast import Const, Node, Text, Value
from maniple.template.parse import Allowance, Reading
from maniple.template.places import Use
from maniple.template.scope import PREDEFINED

Available = Mapping[str, str]
"""The variables that have a value at a place, with what each is: `field`, `mapping`, `define`, `pre-defined`."""

_WITHOUT_VALUE = {
    "list_id": "`$list_id` has no value before the list exists",
    "items": "`$items` has no value here: the call has no `item`",
    "access_token": "`$access_token` has a value only with an OAuth `auth`",
    "value": "`$value` is the value being normalized, and exists only in `normalize`",
    "reply": "`$reply` exists only in `message`",
}
_KEY = re.compile(r"\.([A-Za-z_]\w*)")
MOST_FINDINGS = 200
"""Findings that are told, once one of them blocks: more would help nobody."""


@dataclass(frozen=True, slots=True)
class Located:
    """A use of a variable at a place of the document. `section` is what the variables table shows."""

    name: str
    section: str


class TemplateReader:
    """Reads templates of one manifest; gathers findings and every use of a variable."""

    def __init__(self, manifest: Manifest, document: Document | None) -> None:
        self.document = document
        self.targets = frozenset(mapping.name for mapping in manifest.mappings if mapping.one_of)
        self.carried = {
            **{form_field.name: form_field.carried_keys for form_field in manifest.fields},
            **dict.fromkeys(self.targets, ("target",)),
        }
        self.mapped = tuple(mapping.name for mapping in manifest.mappings if not mapping.many)
        self.maps = frozenset(
            {name for name, row in PREDEFINED.items() if row.kind == "map"}
            | {m.name for m in manifest.mappings if m.many}
        )
        self.structures = self.maps | {name for name, row in PREDEFINED.items() if row.kind == "list"}
        self.elsewhere = _declared(manifest)
        self.has_list = manifest.create_list is not None or manifest.list_id is not None
        self.items_are_text = False
        """`$items` is one text in the call that is being read (`join`)."""
        self.unread: set[str] = set()
        """Sections with a template that could not be read, so that nobody knows all that they use."""
        self.meant: set[str] = set()
        """Variables that a misspelt name probably meant."""
        self.allowance = Allowance()
        self._known: dict[tuple[str, Path, bool, bool, bool], tuple[Reading, Const | Value | Text]] = {}
        """What was read already, by the text, its place and how it was read."""
        self.findings: list[Diagnostic] = []
        self.blocked = False
        self.uses: list[Located] = []

    def carries(self, name: str, key: str) -> bool:
        """Whether `$name.key` is a hole."""
        return key in self.carried.get(name, ())

    def is_of_users(self, name: str) -> bool:
        """Whether a variable has one value for each user."""
        row = PREDEFINED.get(name)
        return (row is not None and row.place == "user") or self.elsewhere.get(name) == "user"

    def text(
        self,
        text: str,
        path: Path,
        available: Available,
        section: str,
        *,
        key: bool = False,
        as_text: bool = False,
    ) -> Const | Value | Text:
        """Read one string at `path` of the document; `as_text` when it stands where only text may, as in a URL."""
        # The rules of the whole manifest are read for every call, and are the same text each time.
        known = (text, path, key, as_text, self.items_are_text)
        if known not in self._known:
            reading = self._reading()
            self._known[known] = reading, reading.text(text, path, key=key, as_text=as_text)
        reading, node = self._known[known]
        self._take(reading, available, section, None, path)
        return node

    def condition(self, text: str, path: Path, available: Available, section: str) -> Node:
        """Read a `when`: one expression, written `{{ ... }}` or bare."""
        wrapped = text if "{{" in text or text.strip().startswith("$") else "{{ " + text + " }}"
        reading = self._reading()
        node = reading.text(wrapped, path)
        self._take(reading, available, section, None, path, shift=wrapped.index(text))
        return node

    def tree(self, tree: Any, path: Path, available: Available, section: str) -> Node:
        """Read a body or an item: a YAML tree, or JSON text with bare holes."""
        reading = self._reading()
        if not isinstance(tree, str) or not self._is_json_text(tree, path):
            node = reading.tree(tree, path)
            self._take(reading, available, section, None, path)
            return node
        parsed, faults = read_hole_json(tree)
        for fault in faults:
            self.report(fault.code, fault.message, path, within=(fault.start, fault.end), hint=fault.hint)
        if parsed is None:
            self.unread.add(section)
            return Const(None)
        node = reading.tree(parsed.value, ())
        self._take(reading, available, section, (tree, parsed), path)
        return node

    def _reading(self) -> Reading:
        structures = self.structures - ({"items"} if self.items_are_text else set())
        return Reading(self.carries, self.maps, structures, allowance=self.allowance)

    @staticmethod
    def _is_json_text(text: str, path: Path) -> bool:
        """A `json:` or `ndjson:` that is text is always JSON text; an `item:` only when it looks like it."""
        if path[-1] in ("json", "ndjson"):
            return True
        start = text.lstrip()
        return start.startswith(("[", '"')) or (start.startswith("{") and not start.startswith("{{"))

    def report(
        self,
        code: str,
        message: str,
        path: Path,
        *,
        key: bool = False,
        within: tuple[int, int] | None = None,
        **details: Any,
    ) -> None:
        """Add a finding about a place of the document, unless there are more than enough."""
        if self.has_enough:
            return
        made = finding(code, message, document=self.document, path=path, key=key, within=within, **details)
        self.blocked = self.blocked or made.severity == "error"
        if len(self.findings) < MOST_FINDINGS or made.severity == "error":
            self.findings.append(made)

    @property
    def has_enough(self) -> bool:
        """No further finding would change anything."""
        return self.blocked and len(self.findings) >= MOST_FINDINGS

    def _take(
        self,
        reading: Reading,
        available: Available,
        section: str,
        text: tuple[str, HoleJson] | None,
        path: Path,
        *,
        shift: int = 0,
    ) -> None:
        """Report what was found in one text; `shift` is how many characters stand before the author's own."""
        if reading.faults:
            self.unread.add(section)
        for place, key, fault in reading.faults:
            at, within = self._place(place, key, fault.start - shift, fault.end - shift, text, path)
            self.report(
                fault.code,
                fault.message,
                at,
                key=key and text is None,
                within=within if not key else None,
                hint=fault.hint,
            )
        for use in reading.uses:
            self.uses.append(Located(use.name, section))
            if use.name == "values":
                self.uses += [Located(name, section) for name in self.mapped]
            if self.has_enough:
                continue
            if use.name not in available and not (use.carried and f"{use.name}.{use.carried}" in available):
                at, within = self._place(use.path, use.key, use.start - shift, use.end - shift, text, path)
                self._unavailable(use, available, at, within if not (use.key and text is None) else None, section, text)
            elif self.carried.get(use.name) and not use.key and (word := self._lost_key(use, text, shift)):
                end = use.end - shift + 1 + len(word)
                self._misspelt_key(use, word, *self._place(use.path, False, use.start - shift, end, text, path))

    @staticmethod
    def _place(
        place: Path, key: bool, start: int, end: int, text: tuple[str, HoleJson] | None, path: Path
    ) -> tuple[Path, tuple[int, int] | None]:
        if text is None:
            return place, (start, end)
        written, parsed = text
        table = parsed.keys if key else parsed.values
        if place not in table:
            return path, None
        span = locate(written, Span(*table[place]), start, end)
        return path, (span.start, span.end)

    def _unavailable(
        self, use: Use, available: Available, path: Path, within: tuple[int, int] | None, section: str, text: Any
    ) -> None:
        key = use.key and text is None
        where: dict[str, Any] = {"key": key, "within": within}
        if use.name == "list_id" and not self.has_list:
            what = "`$list_id` is used, and nothing gives it a value"
            self.report("MAN509", what, path, hint="add `create_list:`, or a `list_id:` at the top", **where)
        elif use.name in PREDEFINED or use.name in self.elsewhere:
            self._without_value(use, path, section, where)
        elif (dashed := self._dashed(use, path)) is not None:
            self._dash_in_name(use, dashed, available, path, where)
        else:
            hint = hint_for(use.written, available)
            self.meant.update(name for name in available if hint is not None and f"`{name}`" in hint)
            self.report(
                "MAN201",
                f"`${use.written}` is not declared",
                path,
                notes=(_listing(available),) if available else (),
                label="no variable has this name",
                hint=hint.replace("`", "`$", 1) if hint else None,
                **where,
            )

    def _without_value(self, use: Use, path: Path, section: str, where: dict[str, Any]) -> None:
        """A variable that exists, and has no value at this place."""
        row = PREDEFINED.get(use.name)
        kind = "user" if self.is_of_users(use.name) else self.elsewhere.get(use.name, "")
        notes = (f"`${row.name}` is {row.meaning}",) if row is not None else ()
        hint = None
        match kind:
            case "user":
                message = f"`${use.written}` is one user's value, and has none in `{section}`"
                hint = "a user's value can stand in `item`, and in a call with `batch: {items: 1}`"
            case "define" if section == "define":
                message = f"`${use.written}` is defined below, and has no value yet"
                hint = f"move `{use.name}` up"
            case "define":
                message = f"`${use.written}` comes from `define`, and has no value in `{section}`"
            case "saved":
                message = f"`${use.written}` has no value before a call or step has saved it"
            case _:
                message = _WITHOUT_VALUE.get(use.name, f"`${use.written}` has no value in `{section}`")
                hint = self._missing_item() if use.name == "items" else None
        self.report("MAN203", message, path, notes=notes, label="no value here", hint=hint, **where)

    def _missing_item(self) -> str:
        one = next((name for name, kind in self.elsewhere.items() if kind == "user"), "amplitude_id")
        return f"add an `item` to a call with users, such as `item: ${one}`"

    def _lost_key(self, use: Use, text: tuple[str, HoleJson] | None, shift: int) -> str:
        """The word after `$name.` that no option carries, so that it is text."""
        data = text[1].value if text is not None else self.document.data if self.document else None
        written = _child(data, use.path)
        if not isinstance(written, str) or not written.startswith("$", use.start - shift):
            return ""
        word = _KEY.match(written, use.end - shift)
        return word[1] if word is not None and not self.carries(use.name, word[1]) else ""

    def _misspelt_key(self, use: Use, word: str, path: Path, within: tuple[int, int] | None) -> None:
        """`$region.hots` where the options carry `host` would be sent as a value and the text `.hots`."""
        near = closest(word, sorted(self.carried[use.name]))
        if near is not None:
            self.report(
                "MAN201",
                f"no {'choice' if use.name in self.targets else 'option'} of `{use.name}` carries `{word}`",
                path,
                within=within,
                label="read as a value and a text",
                hint=f"did you mean `${use.written}.{near}`?",
            )

    def _dash_in_name(self, use: Use, dashed: str, available: Available, path: Path, where: dict[str, Any]) -> None:
        fixed = f"{use.written}_{dashed.replace('-', '_')}"
        self.meant.add(fixed)
        self.report(
            "MAN208",
            f"a variable name ends at a dash: `${use.written}` is read, then the text `-{dashed}`",
            path,
            hint=f"write `${fixed}`" + ("" if fixed in available else f", and name the field `{fixed}`"),
            **where,
        )

    def _dashed(self, use: Use, path: Path) -> str | None:
        """The word after `$name-`, when the name ends at a dash."""
        value = _child(self.document.data if self.document else None, path if not use.key else path[:-1])
        text = str(path[-1]) if use.key and path else value
        if not isinstance(text, str):
            return None
        mark = f"${use.written}-"
        at = text.find(mark)
        word = ""
        while (
            at >= 0
            and at + len(mark) + len(word) < len(text)
            and (text[at + len(mark) + len(word)].isalnum() or text[at + len(mark) + len(word)] in "-_")
        ):
            word += text[at + len(mark) + len(word)]
        return word.strip("-") or None


def _child(tree: Any, path: Path) -> Any:
    """What stands at `path` of plain data; None when nothing does."""
    for part in path:
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return None
    return tree


def _declared(manifest: Manifest) -> dict[str, str]:
    """What is declared and has a value only at some places: `user`, `define` or `saved`, by name."""
    return {
        **dict.fromkeys(saved_names(manifest.calls), "saved"),
        **dict.fromkeys(manifest.define, "define"),
        **{mapping.name: "user" for mapping in manifest.mappings},
    }


def _listing(available: Available) -> str:
    """`available here: $api_key (field), $items, $list_id (pre-defined)`."""
    groups: dict[str, list[str]] = {}
    for name, kind in available.items():
        groups.setdefault(kind, []).append(f"${name}")
    shown = [f"{', '.join(sorted(group)[:12])} ({kind})" for kind, group in groups.items()]
    return f"available here: {', '.join(shown)}"

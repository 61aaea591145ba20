"""Values for the variables of a manifest that is being written: those of one user who does not exist.

What a test or a preview sends comes from the settings and users that are given there; these are only shown, so that it
can be seen what a template makes of a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import re2

from maniple.source.hole_json import read_hole_json
from maniple.source.text import Path
from maniple.template.compile import ScalarTemplate
from maniple.template.filters import FILTERS, slugify
from maniple.template.operations import ABSENT
from maniple.template.parse import Reading
from maniple.template.text import text_of
from maniple.usecases.completion.variables import Variable, variables_of

MASK = "***"
_PREDEFINED: dict[str, Any] = {
    "amp_cohort_name": "Spring buyers",
    "amp_cohort_id": "c7k2m9",
    "amp_cohort_url": "https://app.amplitude.com/cohort/c7k2m9",
    "list_id": "list-42",
    "operation": "add",
    "membership": True,
    "user": {"plan": "pro", "city": "London"},
    "amplitude_id": "815001",
    "project_id": "project-1",
    "access_token": MASK,
    "now": "2026-11-20T10:00:00Z",
    "run_id": "run_sample",
    "batch_id": "batch_sample",
    "batch_index": 0,
    "property_name": "in_spring_buyers",
    "property_value": True,
    "value": " Ada@Example.test ",
    "reply": {},
    "steps": {},
}
_OF_FORMAT: dict[str, Any] = {
    "email": "ada@example.test",
    "e164": "+442071234567",
    "uuid": "6f1c2b3a-0000-4000-8000-00000000a0da",
    "integer": 1815,
}
_OF_NAME: dict[str, Any] = {
    "email": "ada@example.test",
    "phone": "+442071234567",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "country": "GB",
    "city": "London",
    "zip": "SW1Y 4JH",
    "postal": "SW1Y 4JH",
    "birth": "1815-12-10",
    "gender": "f",
    "idfa": "6f1c2b3a-0000-4000-8000-00000000a0da",
    "adid": "6f1c2b3a-0000-4000-8000-00000000a0da",
    "device": "6f1c2b3a-0000-4000-8000-00000000a0da",
}
_OF_TYPE: dict[str, Any] = {
    "secret": MASK,
    "url": "https://api.example.test",
    "subdomain": "acme",
    "integer": 30,
    "boolean": True,
}
_SHAPES = (
    "1234567890",
    "12345678",
    "123456",
    "12",
    "44",
    "abc123",
    "ABC123",
    "a1b2c3d4" * 4,
    "us1",
    "1.0",
    "+442071234567",
)
"""What the values of fields with a pattern often look like."""


class Samples:
    """The sample values for a manifest's content, and what its templates make of them.

    `given` are values that somebody chose instead, by variable.
    """

    def __init__(self, tree: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> None:
        self.tree = tree
        self.variables = variables_of(tree)
        self.scope: dict[str, Any] = dict(_PREDEFINED)
        self._cohort_name()
        for row in _rows(tree.get("fields")):
            self._field(row)
        for variable in self.variables.values():
            if variable.origin in ("auth", "saved"):
                self.scope.setdefault(variable.name, MASK if variable.type == "secret text" else f"{variable.name}-1")
        self.scope |= {name: value for name, value in (given or {}).items() if name not in ("items", "values")}
        for name, text in _map(tree.get("define")).items():
            self.scope.setdefault(name, self.render(text, ("define", name)))
        if isinstance(tree.get("list_id"), str) and "list_id" not in (given or {}):
            self.scope["list_id"] = self.render(tree["list_id"], ("list_id",))
        mapped = [row for row in _rows(tree.get("mappings")) if row.get("name")]
        for position, row in enumerate(mapped):
            self._mapping(row, position)
        self.scope["targets"] = [row.get("target") or row["name"] for row in mapped]
        self.scope["values"] = [text_of(self.scope.get(row["name"]) or "") for row in mapped]
        self.scope |= given or {}

    def _cohort_name(self) -> None:
        rule = _map(self.tree.get("cohort_name"))
        name = str(self.scope["amp_cohort_name"])
        name = f"{rule.get('prefix') or ''}{slugify(name) if _true(rule.get('slugify')) else name}"
        most = str(rule.get("max_length") or "")
        self.scope["amp_cohort_name"] = name[: int(most)] if most.isdecimal() else name

    def _field(self, row: Mapping[str, Any]) -> None:
        name, kind = str(row.get("name", "")), str(row.get("type", "string"))
        if not name:
            return
        options = _rows(row.get("options"))
        chosen = next((one for one in options if one.get("value") == row.get("default")), options[0] if options else {})
        usual = _OF_TYPE.get(kind) or _fitting(str(row.get("pattern") or ""), name)
        self.scope[name] = chosen.get("value", row.get("default") if row.get("default") not in (None, "") else usual)
        if kind == "secret":
            self.scope[name] = MASK
        for key, value in chosen.items():
            if key not in ("label", "value"):
                self.scope[f"{name}.{key}"] = value

    def _mapping(self, row: Mapping[str, Any], position: int) -> None:
        name = str(row["name"])
        if name in self.scope and name not in _PREDEFINED:
            return
        choices = _rows(row.get("one_of"))
        if choices:
            self.scope[f"{name}.target"] = choices[0].get("target")
        rule = choices[0] if choices else row
        words = " ".join([name, *map(str, row.get("suggest") or [])]).lower()
        raw = _OF_FORMAT.get(str(rule.get("format")))
        if raw is None:
            raw = next((value for word, value in _OF_NAME.items() if word in words), f"{name.removesuffix('_id')}-1815")
        if _true(row.get("many")):
            self.scope[name] = {"email": "ada@example.test", "plan": "pro"}
            return
        value = raw
        if isinstance(rule.get("normalize"), str):
            before = self.scope.get("value")
            self.scope["value"] = raw
            value = self.render(rule["normalize"], ("mappings", position, "normalize"))
            self.scope["value"] = before
        digest = FILTERS.get(str(rule.get("hash")))
        self.scope[name] = digest.apply(value) if digest is not None and value not in (None, "") else value

    def render(self, written: Any, path: Path) -> Any:
        """The value of a template, body or item that stands at `path`; None for what cannot be read."""
        reading = Reading(self._carries, frozenset(name for name, row in self.variables.items() if row.type == "map"))
        node = reading.tree(_as_tree(written, path), ())
        try:
            value = ScalarTemplate(node).render({**self.scope, "items": self.items(path)})
        except (TypeError, ValueError, ArithmeticError, RecursionError):
            return None
        return None if value is ABSENT else value

    def _carries(self, name: str, key: str) -> bool:
        variable = self.variables.get(name)
        return variable is not None and variable.type != "map" and key in (variable.keys or {})

    def items(self, path: Path) -> Any:
        """What `$items` is in the call at `path`, for the one user."""
        if "items" in self.scope:
            return self.scope["items"]
        call = _map(self.tree.get(str(path[0]))) if path else {}
        steps = call.get("steps")
        position = path[2] if len(path) > 2 and path[1] == "steps" else None
        step = (
            steps[position] if isinstance(steps, list) and isinstance(position, int) and position < len(steps) else {}
        )
        owners = (_map(step), call, self.tree)
        item = next((owner["item"] for owner in owners if "item" in owner), None)
        if item is None or "item" in path:
            return None
        rendered = self.render(item, (*path[:1], "item"))
        joined = next((owner["join"] for owner in owners if isinstance(owner.get("join"), str)), None)
        return text_of(rendered) if joined is not None else [] if rendered is None else [rendered]

    def of(self, variable: Variable, path: Path) -> Any:
        """The value of one variable at `path`."""
        return self.items(path) if variable.name == "items" else self.scope.get(variable.name)


def _fitting(pattern: str, name: str) -> str:
    """A text for a field, which fits the field's pattern when one of the usual shapes does."""
    shapes = ["1234567890" if name.endswith("id") else f"my-{name.replace('_', '-')}", *_SHAPES]
    if pattern:
        try:
            rule = re2.compile(pattern)
        except re2.error:
            return shapes[0]
        return next((shape for shape in shapes if rule.fullmatch(shape)), shapes[0])
    return shapes[0]


def is_json_text(written: str, path: Path) -> bool:
    """Whether a body or an item that is text is JSON text with holes: `json` always, an item when it looks like it."""
    if path[-1:] in (("json",), ("ndjson",)):
        return True
    start = written.lstrip()
    is_item = path[-1:] == ("item",)
    return is_item and (start.startswith(("[", '"')) or (start.startswith("{") and not start.startswith("{{")))


def _as_tree(written: Any, path: Path) -> Any:
    if not isinstance(written, str) or not is_json_text(written, path):
        return written
    found, _ = read_hole_json(written)
    return found.value if found is not None else None


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _true(value: Any) -> bool:
    return value is True or value == "true"

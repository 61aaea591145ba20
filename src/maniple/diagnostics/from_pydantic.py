"""What pydantic found, in the author's words and at its place in the document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from maniple.diagnostics.branches import Choice, Fault, place_fault, plausible
from maniple.diagnostics.codes import CODES, finding
from maniple.diagnostics.expectations import BOOLEAN, allowed_words, expectation, length_fault
from maniple.diagnostics.model import Diagnostic
from maniple.diagnostics.remedies import form_hint, literal_words, map_hint, place_hint, word_hint
from maniple.diagnostics.shapes import field_at, keys_of, models_at
from maniple.diagnostics.suggest import closest, hint_for, listed
from maniple.source.excerpt import shortened
from maniple.source.text import Document, Path, Span

_MOST = 100
_FOLLOWS = ("default_factory_not_called",)
"""What pydantic says besides, when a value could not be made from one that is wrong itself."""
_YES_NO = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
_BEGIN = "`maniple new my-partner` makes one to begin with"
_NAME_PATTERN = "^[A-Za-z_][A-Za-z0-9_]*$"


def diagnostics_from(
    error: ValidationError, document: Document, model: type[BaseModel], *, whole: str = "the manifest"
) -> list[Diagnostic]:
    """The findings behind `error`, which `model` raised for the document's data, in the order of the text.

    `whole` is what the document is called in a sentence. A validator that raises `PydanticCustomError("MAN406", message, context)` keeps its code; its context may carry
    `hint`, `label`, `notes` and `key`, the key below its place that the caret goes to.
    """
    errors = error.errors(include_url=False, include_input=False)
    placed = [place_fault(each, document.data) for each in errors if each["type"] not in _FOLLOWS]
    translation = _Translation(document, model, whole)
    choices = _without_misspelt(plausible(placed)[:_MOST])
    found = {translation.of(choice): None for choice in choices}
    return sorted(found, key=lambda each: each.span.start if each.span else 0)


def _without_misspelt(choices: list[Choice]) -> list[Choice]:
    """The choices without each missing key that stands there misspelt: the unknown key speaks for both."""
    unknown: dict[Path, list[str]] = {}
    for choice in choices:
        if choice[0].kind == "extra_forbidden":
            unknown.setdefault(choice[0].path[:-1], []).append(choice[0].name)
    return [
        choice
        for choice in choices
        if choice[0].kind != "missing" or closest(choice[0].name, unknown.get(choice[0].path, ())) is None
    ]


class _Translation:
    """Findings about one document that `model` refused."""

    def __init__(self, document: Document, model: type[BaseModel], whole: str) -> None:
        self.document = document
        self.whole = whole
        self.model = model

    def of(self, choice: Choice) -> Diagnostic:
        """The finding for one fault, or for the faults of a union of which no branch fits."""
        fault = choice[0]
        if len(choice) > 1:
            spoken = next((each for each in choice if each.kind in CODES), None)
            return self._custom(spoken) if spoken else self._no_branch(choice)
        if fault.kind in CODES:
            return self._custom(fault)
        match fault.kind:
            case "missing":
                return self._missing(fault)
            case "extra_forbidden":
                return self._unknown_key(fault)
            case "literal_error" | "enum":
                return self._not_allowed(fault)
            case "union_tag_invalid":
                return self._unknown_kind(fault)
            case "union_tag_not_found":
                return self._no_kind(fault)
            case _:
                return self._wrong_value(fault)

    def _missing(self, fault: Fault) -> Diagnostic:
        field = field_at(self.model, (*fault.path, fault.name), self.document.data)
        words = literal_words(field)
        meaning = field.description or "" if field is not None else ""
        # What several words mean is in as many sentences.
        meaning = " ".join(meaning.split()).rstrip(".") if len(words) > 1 else _first_sentence(meaning)
        return self._at(
            "MAN403",
            f"{self._place(fault.path)} needs `{fault.name}`",
            fault.path,
            owner=True,
            label=f"`{fault.name}` is missing",
            notes=(f"`{fault.name}`: {meaning}",) if meaning else (),
            hint=f"add `{fault.name}:` with {listed(words)}" if len(words) > 1 else None,
        )

    def _unknown_key(self, fault: Fault) -> Diagnostic:
        parent = fault.path[:-1]
        models = models_at(self.model, parent, self.document.data)
        named = [each for each in models if any(_names(label, each) for label in self._labels(fault))]
        allowed = list(keys_of((named or list(models))[0])) if models else []
        every = list(dict.fromkeys(key for each in models for key in keys_of(each)))
        hint = (
            place_hint(self.model, fault.path, self.document.data)
            or word_hint(fault.name, allowed)
            or hint_for(fault.name, every)
        )
        return self._at(
            "MAN402",
            f"{self._place(parent)} has no key `{shortened(fault.name)}`",
            fault.path,
            key=True,
            label="unknown key",
            notes=(f"allowed here: {listed(allowed, last='and', most=50)}",) if allowed else (),
            hint=hint,
        )

    def _labels(self, fault: Fault) -> list[str]:
        return [str(fault.loc[index]) for index in fault.labels]

    def _not_allowed(self, fault: Fault) -> Diagnostic:
        value = self._value(fault.path)
        allowed = allowed_words(fault.context)
        if isinstance(value, dict | list):
            return self._wrong_value(fault)
        return self._at(
            "MAN404",
            f"{self._place(fault.path)} is {self._shown(fault.path)}; it must be {listed(allowed)}",
            fault.path,
            label=_label(listed(allowed)),
            hint=self._literal_hint(fault.path, value, allowed),
        )

    def _literal_hint(self, path: Path, value: Any, allowed: list[str]) -> str | None:
        written = self._written(path)
        if isinstance(value, str) and value in allowed:
            return f"write `{value}` without quotes"
        if not isinstance(value, str) and written in allowed:
            return f'put quotes around it: `"{written}"`'
        return word_hint(str(value), allowed)

    def _unknown_kind(self, fault: Fault) -> Diagnostic:
        key = str(fault.context.get("discriminator", "")).strip("'")
        known = allowed_words(fault.context, "expected_tags")
        tag = str(fault.context.get("tag", ""))
        return self._at(
            "MAN405",
            f"{self._place(fault.path)} has no {key} `{shortened(tag)}`",
            (*fault.path, key),
            label=f"unknown {key}",
            notes=(f"known: {listed(known, last='and')}",),
            hint=word_hint(tag, known),
        )

    def _no_kind(self, fault: Fault) -> Diagnostic:
        key = str(fault.context.get("discriminator", "")).strip("'")
        known = self._kinds(fault.path, key)
        return self._at(
            "MAN405",
            f"{self._place(fault.path)} needs `{key}`",
            fault.path,
            owner=True,
            label=f"`{key}` is missing",
            notes=(f"known: {listed(known, last='and')}",) if known else (),
            hint=f"add `{key}: {known[0]}`" if known else None,
        )

    def _kinds(self, path: Path, key: str) -> list[str]:
        """The kinds that may stand at `path`, first the one that has most of the keys written there."""
        written = set(self._value(path))
        found: list[tuple[int, str]] = []
        for each in models_at(self.model, path, self.document.data):
            keys = keys_of(each)
            if key in keys:
                words = getattr(keys[key].annotation, "__args__", ())
                found.extend((-len(written & keys.keys()), str(word)) for word in words)
        return [word for _, word in sorted(found, key=lambda pair: pair[0])]

    def _wrong_value(self, fault: Fault) -> Diagnostic:
        value = self._value(fault.path)
        place = self._place(fault.path, key=fault.about_key)
        if fault.about_key:
            return self._wrong_key(fault)
        length = length_fault(fault.kind, fault.context, len(value) if isinstance(value, str | list | dict) else 0)
        if length is not None:
            problem, asked = length
            return self._at("MAN401", f"{place} {problem}; it {asked}", fault.path, label=asked)
        asked_for = expectation(fault.kind, fault.context)
        if asked_for is None:
            return self._at("MAN401", f"{place}: {_plain_message(fault)}", fault.path)
        if fault.kind == "string_pattern_mismatch":
            return self._wrong_form(fault, str(value))
        return self._at(
            "MAN401",
            f"{place} is {self._shown(fault.path)}; it must be {asked_for}",
            fault.path,
            label=_label(asked_for),
            hint=self._type_hint(fault.path, value, asked_for),
        )

    def _wrong_key(self, fault: Fault) -> Diagnostic:
        name = str(fault.path[-1]) if fault.path else ""
        if fault.context.get("pattern") == _NAME_PATTERN:
            return self._wrong_name(fault, name)
        return self._at(
            "MAN401", f"the key `{shortened(name)}` is not allowed: {_plain_message(fault)}", fault.path, key=True
        )

    def _wrong_form(self, fault: Fault, value: str) -> Diagnostic:
        pattern = str(fault.context["pattern"])
        if pattern == _NAME_PATTERN:
            return self._wrong_name(fault, value)
        field = field_at(self.model, fault.path, self.document.data)
        meaning = _first_sentence(field.description) if field is not None else ""
        notes = (f"{self._place(fault.path)}: {meaning}",) if meaning else ()
        example = _example(field)
        return self._at(
            "MAN401",
            f"{self._place(fault.path)} is {self._shown(fault.path)}, which does not have the right form",
            fault.path,
            label="not of the right form",
            notes=notes if example else (*notes, f"it must fit the pattern `{pattern}`"),
            hint=form_hint(value, pattern) or (f"write it as in `{example}`" if example else None),
        )

    def _wrong_name(self, fault: Fault, name: str) -> Diagnostic:
        dashed = "-" in name
        better = "".join(char if char.isascii() and (char.isalnum() or char == "_") else "_" for char in name)
        better = f"_{better}" if better[:1].isdigit() else better
        return self._at(
            "MAN208" if dashed else "MAN401",
            f"`{shortened(name)}` cannot be a variable name" if name else "a variable needs a name",
            fault.path,
            key=fault.about_key,
            label="only letters, digits and `_`",
            hint=f"write `{shortened(better)}`" if better else None,
        )

    def _type_hint(self, path: Path, value: Any, asked_for: str) -> str | None:
        written = self._written(path)
        match value:
            case None:
                what = "delete the entry" if path and isinstance(path[-1], int) else "leave the key out"
                return f"{what}, or give it a value" if path else _BEGIN if self.whole == "the manifest" else None
            case dict() if asked_for == "text":
                return place_hint(self.model, path, self.document.data)
            case str() | int() if asked_for == "a map" and path and isinstance(path[-1], str):
                return map_hint(path[-1], value, written, models_at(self.model, path, self.document.data))
            case bool() | int() | float() if asked_for == "text":
                example = _example(field_at(self.model, path, self.document.data))
                return f"write it as in `{example}`" if example else f'put quotes around it: `"{written}"`'
            case str() if asked_for == BOOLEAN and value.lower() in _YES_NO:
                return f"write `{_YES_NO[value.lower()]}`"
            case str() if "number" in asked_for and value.strip().lstrip("+-").replace(".", "", 1).isdigit():
                return f"write `{value.strip()}` without quotes"
            case str() | int() | float() if asked_for == "a list":
                return f"write it as a list: `[{shortened(written)}]`"
            case _:
                return None

    def _no_branch(self, choice: Choice) -> Diagnostic:
        """No branch of a union has the shape of the written value: say what all of them take."""
        path = choice[0].path
        value = self._value(path)
        words = [
            word for each in choice if each.kind in ("literal_error", "enum") for word in allowed_words(each.context)
        ]
        phrases = list(dict.fromkeys(phrase for each in choice if (phrase := self._branch_phrase(each))))
        if "a map" in phrases:
            phrases = [phrase for phrase in phrases if not phrase.startswith("a map with")]
        shown = [word for phrase in phrases for word in (BOOLEAN.split(" or ") if phrase == BOOLEAN else (phrase,))]
        asked_for = _either([*(f"`{word}`" for word in words), *shown])
        hint = word_hint(value, words) if isinstance(value, str) else None
        for phrase in phrases:
            if phrase != "a list":
                hint = hint or self._type_hint(path, value, phrase)
        return self._at(
            "MAN404" if words and isinstance(value, str) else "MAN401",
            f"{self._place(path)} is {self._shown(path)}; it must be {asked_for}",
            path,
            label=_label(asked_for),
            hint=hint,
        )

    def _branch_phrase(self, fault: Fault) -> str | None:
        if fault.kind in ("literal_error", "enum"):
            return None
        class_name = fault.context.get("class_name")
        if class_name:
            for each in models_at(self.model, fault.path, self.document.data):
                needed = [key for key, field in keys_of(each).items() if field.is_required()]
                if each.__name__ == class_name and needed:
                    return f"a map with {listed(needed, last='and')}"
        return expectation(fault.kind, fault.context)

    def _custom(self, fault: Fault) -> Diagnostic:
        context: Mapping[str, Any] = fault.context
        key = context.get("key")
        path = (
            (*fault.path, str(key)) if isinstance(key, str) and (*fault.path, key) in self.document.keys else fault.path
        )
        notes = context.get("notes") or ()
        hint, label = context.get("hint"), context.get("label")
        return self._at(
            fault.kind,
            fault.message,
            path,
            key=fault.about_key or path is not fault.path,
            notes=(notes,) if isinstance(notes, str) else tuple(str(note) for note in notes),
            label=str(label) if label else "",
            hint=str(hint) if hint else None,
        )

    def _at(
        self, code: str, message: str, path: Path, *, owner: bool = False, key: bool = False, **more: Any
    ) -> Diagnostic:
        """A finding whose caret is on a scalar itself, and for a map or list on the key that names it."""
        by_key = key or owner or isinstance(self._value(path), dict | list)
        found = finding(code, message, document=self.document, path=path, key=by_key, **more)
        if path == () and found.span is not None:
            return replace(found, span=Span(found.span.start, found.span.start))
        return found

    def _value(self, path: Path) -> Any:
        value = self.document.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _written(self, path: Path) -> str:
        """The scalar at `path` as the author wrote it."""
        span = self.document.span(path)
        return self.document.source.text[span.start : span.end]

    def _shown(self, path: Path) -> str:
        value = self._value(path)
        match value:
            case None:
                return "empty"
            case dict():
                return "a map"
            case list():
                return "a list"
            case str():
                return f"the text `{shortened(value)}`" if value else "the empty text"
            case bool():
                return f"`{str(value).lower()}`"
            case _:
                return shortened(self._written(path))

    def _place(self, path: Path, *, key: bool = False) -> str:
        """What an author calls the place: its key, or the entry of a list."""
        if not path:
            return self.whole
        last = path[-1]
        if isinstance(last, str):
            return f"the key `{shortened(last)}`" if key else f"`{shortened(last)}`"
        owner = next((step for step in reversed(path[:-1]) if isinstance(step, str)), None)
        return f"entry {last + 1} of `{shortened(owner)}`" if owner is not None else f"entry {last + 1}"


def _names(label: str, model: type[BaseModel]) -> bool:
    return model.__name__ in label.replace("[", " ").replace("]", " ").replace(",", " ").replace(")", " ").split()


def _label(asked_for: str) -> str:
    return f"must be {asked_for}" if len(asked_for) < 60 else "not one of the allowed values"


def _either(phrases: list[str]) -> str:
    if len(phrases) < 2:
        return "".join(phrases)
    return f"{', '.join(phrases[:-1])} or {phrases[-1]}"


def _plain_message(fault: Fault) -> str:
    message = fault.message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message[:1].lower() + message[1:].rstrip(".")


def _example(field: FieldInfo | None) -> str | None:
    """The first example that the model gives for a field."""
    return str(field.examples[0]) if field is not None and field.examples else None


def _first_sentence(description: str | None) -> str:
    text = " ".join((description or "").split())
    return text.split(". ")[0].rstrip(".")

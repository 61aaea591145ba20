"""URLs read backwards: from the address of a request to the values of the holes of a URL template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from maniple.manifest.fields import FormField
from maniple.runtime.program import CallProgram, PairProgram, Scope
from maniple.template.ast import Const, Expression, Filter, Name, Text, Value
from maniple.template.compile import PlacedText
from maniple.template.emit import Position
from maniple.template.text import text_of
from maniple.testing.simulator.fold import fold, fold_placed
from maniple.testing.simulator.match import Captures, FromText, capture, match, match_text
from maniple.testing.simulator.written import written

SCHEME = re.compile(r"https?:/*", re.IGNORECASE)
HTTPS_PORT = re.compile(r"(:443|:80)$")


@dataclass(frozen=True, slots=True)
class PairShape:
    """A query parameter: its name, and its value or values as templates."""

    name: str
    values: tuple[Const | Value | Text, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class UrlShape:
    """A call's URL, for reading. `free`: its host is the end user's, so that any address fits."""

    pattern: re.Pattern[str]
    keys: tuple[Expression, ...]
    pairs: tuple[PairShape, ...]
    free: bool

    def read(self, host: str, target: str, found: Captures) -> Captures | None:
        """`found` and the holes of the URL; None when the address is another one. `target` is path and query, raw."""
        address = f"{HTTPS_PORT.sub('', host.lower())}{target}"
        matched = self.pattern.fullmatch(address)
        if matched is None and target == "/":
            matched = self.pattern.fullmatch(address[:-1])
        if matched is None:
            return None
        *pieces, further = matched.groups()
        captures: Captures | None = found
        for expression, piece in zip(self.keys, pieces, strict=True):
            captures = capture(captures, expression, FromText(unquote(piece))) if captures is not None else None
        return self._read_pairs(further or "", captures) if captures is not None else None

    def _read_pairs(self, query: str, found: Captures) -> Captures | None:
        if not self.pairs:
            return found
        given = parse_qsl(query, keep_blank_values=True)
        captures: Captures | None = found
        for pair in self.pairs:
            values = [value for name, value in given if name == pair.name]
            captures = _read_pair(pair, values, captures) if captures is not None else None
        return captures


def _read_pair(pair: PairShape, values: list[str], found: Captures) -> Captures | None:
    if not values and pair.optional:
        return found
    if len(pair.values) == 1 and len(values) > 1:
        return match(pair.values[0], values, found)
    if len(pair.values) != len(values):
        return None
    captures: Captures | None = found
    for template, value in zip(pair.values, values, strict=True):
        captures = read_text(template, value, captures) if captures is not None else None
    return captures


def read_text(template: Const | Value | Text, text: str, found: Captures) -> Captures | None:
    """The holes of a template that was rendered to text."""
    match template:
        case Const(value):
            return found if text_of(value) == text else None
        case Value(expression):
            return capture(found, expression, FromText(text))
        case Text(parts):
            return match_text(parts, text, found)


def url_shape(call: CallProgram, fields: Mapping[str, FormField], known: Scope) -> UrlShape:
    """The URL of a call, for reading. Holes that read only `known` variables are text."""
    pairs = tuple(shape for pair in call.first.query if (shape := _pair_shape(pair, known)) is not None)
    return placed_shape(fold_placed(call.first.url, known), fields, pairs)


def placed_shape(url: PlacedText, fields: Mapping[str, FormField], pairs: tuple[PairShape, ...] = ()) -> UrlShape:
    """A URL, for reading, with the query parameters that follow it."""
    keys: list[Expression] = []
    groups: dict[str, int] = {}
    pattern = ""
    for place, part in enumerate(url.parts):
        if isinstance(part, str):
            pattern += re.escape(_lower_host(part) if place == 0 else part)
            continue
        expression, position = part
        if written(expression) in groups:
            pattern += f"(?:\\{groups[written(expression)]})"
            continue
        keys.append(expression)
        groups[written(expression)] = len(keys)
        pattern += _group(expression, position, fields, at_start=place == 0)
    free = not isinstance(url.parts[0], str) and not _choices(url.parts[0][0], fields)
    return UrlShape(re.compile(f"{pattern}(?:[?&](.*))?", re.DOTALL), tuple(keys), pairs, free)


def _lower_host(text: str) -> str:
    """The beginning of a URL without its scheme, the host in lower case and without the usual port."""
    rest = SCHEME.sub("", text, count=1)
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return HTTPS_PORT.sub("", host.lower()) + rest[len(host) :]


def _group(expression: Expression, position: Position, fields: Mapping[str, FormField], *, at_start: bool) -> str:
    choices = _choices(expression, fields)
    if position == "host" and choices:
        return f"({'|'.join(re.escape(_lower_host(choice)) for choice in choices)})"
    if position == "host":
        return "(.*?)" if at_start else "([^/?#]*?)"
    if position == "query":
        return "([^&#]*?)"
    keeps_slashes = isinstance(expression, Filter) and expression.name == "path"
    return "([^?#]*?)" if keeps_slashes else "([^/?#]*?)"


def _choices(expression: Expression, fields: Mapping[str, FormField]) -> list[str]:
    """The values a hole can have when they come from the options of a field."""
    if not isinstance(expression, Name):
        return []
    owner, _, key = expression.name.partition(".")
    form_field = fields.get(owner)
    if form_field is None:
        return []
    values = [option.carried.get(key) if key else option.value for option in form_field.options]
    return [text_of(value) for value in values if value is not None]


def _pair_shape(pair: PairProgram, known: Scope) -> PairShape | None:
    """A query parameter with a fixed name; those whose name is the end user's are not looked at."""
    name = fold_placed(pair.name, known)
    if any(not isinstance(part, str) for part in name.parts):
        return None
    values = [fold(template.node, known) for template in pair.values]
    texts = tuple(value for value in values if isinstance(value, Const | Value | Text))
    return PairShape("".join(part for part in name.parts if isinstance(part, str)), texts, pair.optional)


def header_shape(pair: PairProgram, known: Scope) -> tuple[str, tuple[str | Expression, ...]] | None:
    """A header with a fixed name, in lower case, and the parts of its value."""
    name = fold_placed(pair.name, known)
    if pair.value is None or any(not isinstance(part, str) for part in name.parts):
        return None
    value = fold_placed(pair.value, known)
    return "".join(part for part in name.parts if isinstance(part, str)).lower(), placed_parts(value)


def placed_parts(text: PlacedText) -> tuple[str | Expression, ...]:
    """The parts of a placed text without their positions."""
    return tuple(part if isinstance(part, str) else part[0] for part in text.parts)

"""What can be typed where the cursor stands."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from maniple.source.text import Path
from maniple.template.filters import FILTERS, FilterSpec
from maniple.usecases.completion.flow import TypingPlace
from maniple.usecases.completion.holes import Hole, hole_before
from maniple.usecases.completion.outline import Outline
from maniple.usecases.completion.schema import Place, flat, place_at
from maniple.usecases.completion.variables import Variable, has_value

Kind = Literal["variable", "filter", "key", "word"]
MOST = 200
_LOOSEST = 2
"""Letters between two that are typed, on average, at most."""
_CONDITIONS = frozenset({"when"})
_PLAIN_WORD = re.compile(r"[\w.$~-]*")


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that can be typed: `text` takes the place of what stands from `replace_from` to the cursor.

    `label` is what the list shows, `detail` what it is in a few words, `docs` a sentence or two and an example.
    `back`: after it is typed the cursor goes back by so many characters. `useful` is false for a variable that has no
    value at this place.
    """

    text: str
    detail: str
    docs: str
    replace_from: int
    label: str
    kind: Kind
    back: int = 0
    useful: bool = True
    words: tuple[str, ...] = ()
    """What else it is called."""


def offers_at(
    outline: Outline, text: str, tree: Mapping[str, Any], variables: Mapping[str, Variable]
) -> list[Completion]:
    """Everything that fits the place of the cursor and what has been typed there, best first."""
    place = outline.place
    if place is None or text[place.cursor : place.cursor + 1].isidentifier():
        return []
    before = text[place.start : place.cursor]
    meant = place_at(place.path, tree)
    hole = hole_before(before, bare=bool(_CONDITIONS & set(place.path[-1:])))
    if hole is not None:
        if place.role != "key" and not (meant.is_template or hole.expression or not meant.branches):
            return []
        return ranked(hole.typed, _in_hole(hole, place, tree, variables))
    found: list[Completion] = []
    if place.role in ("key", "item") and _PLAIN_WORD.fullmatch(before):
        found.extend(_keys(place, meant, outline, text))
    if place.role in ("value", "item"):
        found.extend(_words(place, meant, outline, tree))
    return ranked(before.strip(), found)


def _in_hole(
    hole: Hole, place: TypingPlace, tree: Mapping[str, Any], variables: Mapping[str, Variable]
) -> Iterator[Completion]:
    start = place.cursor - len(hole.typed)
    match hole.wanted:
        case "filter":
            yield from _filters(start, place)
        case "member":
            owner = variables.get(hole.owner)
            for key, docs in (owner.keys or {}).items() if owner is not None else ():
                yield Completion(key, f"of {hole.owner}", docs, start, f"{hole.owner}.{key}", "variable", words=(key,))
        case "variable" | "name":
            mark = "$" if hole.wanted == "variable" else ""
            if mark and place.role != "value" and place_at(place.path, tree).is_free:
                yield _case(start - 1)
            for variable in variables.values():
                yield _variable(variable, mark, start - len(mark), place.path, tree)
        case "nothing":
            return


def _case(start: int) -> Completion:
    docs = "The branch whose key is the value of a variable.\nexample: {$case: $kind, users: {...}, else: $id}"
    return Completion("$case: $", "chooses a shape", docs, start, "$case", "key", words=("case",))


def _variable(variable: Variable, mark: str, start: int, path: Path, tree: Mapping[str, Any]) -> Completion:
    useful = has_value(variable, path, tree)
    detail = f"{variable.type} · {variable.origin}" + ("" if useful else " · no value here")
    docs = variable.docs
    if variable.keys:
        docs += f"; `{mark}{variable.name}.{next(iter(variable.keys))}` reads into it"
    name = f"{mark}{variable.name}"
    return Completion(
        name, detail, docs, start, name, "variable", useful=useful, words=(variable.name, *variable.aliases)
    )


def _filters(start: int, place: TypingPlace) -> Iterator[Completion]:
    quote = '"' if place.style == "single" else "'"
    for name, spec in FILTERS.items():
        call = f"{name}({', '.join([quote * 2] * spec.least)})" if spec.least else name
        back = len(call) - len(name) - 2 if spec.least else 0
        docs, example = filter_docs(name)
        whole = f"{docs}\n{example}" if example else docs
        usage = usage_of(name, spec)
        yield Completion(
            call, docs.partition(". ")[0].removesuffix("."), whole, start, usage, "filter", back, words=(name,)
        )


def usage_of(name: str, spec: FilterSpec) -> str:
    """How a filter is written, with the names of what it takes: `truncate(length)`."""
    taken = list(inspect.signature(spec.apply).parameters.values())[1 : 1 + spec.most]
    words = [one.name if position < spec.least else f"[{one.name}]" for position, one in enumerate(taken)]
    return f"{name}({', '.join(words)})" if words else name


@lru_cache(maxsize=64)
def filter_docs(name: str) -> tuple[str, str]:
    """The sentence about a filter, and its example as it is written in a manifest."""
    docs = inspect.getdoc(FILTERS[name].apply) or ""
    sentence = " ".join(docs.partition("\n\n")[0].split())
    lines = [line.strip() for line in docs.partition(">>> ")[2].split("\n")]
    if len(lines) < 2:
        return sentence, ""
    return sentence, f"example: {_example(name, lines[0], lines[1])}"


def _example(name: str, written: str, answer: str) -> str:
    """A docstring's example with the filter after its value: `'a' | upper` for `upper("a")`."""
    try:
        one, given = ast.parse(written, mode="eval").body, ast.literal_eval(answer)
    except (SyntaxError, ValueError):
        return f"{written} gives {answer}"
    if isinstance(one, ast.Tuple) and isinstance(given, tuple):
        one, given = one.elts[0], given[0]
    if not isinstance(one, ast.Call) or not one.args:
        return f"{written} gives {answer}"
    value, *more = map(ast.unparse, one.args)
    taken = f"({', '.join(more)})" if more else ""
    return f"{value} | {name}{taken} gives {given!r}"


def _keys(place: TypingPlace, meant: Place, outline: Outline, text: str) -> Iterator[Completion]:
    """The keys that a map here may have, but for those that it has."""
    typed = text[place.start : place.cursor]
    written = outline.siblings(place.path).keys() - {typed}
    required = meant.required()
    ended = re.match(r"[\w~-]*[\"']?[ \t]*:", text[place.cursor :]) is not None
    for name, schema in meant.keys().items():
        if name in written:
            continue
        below = Place(tuple(flat(schema)))
        detail = below.kind() + (" · must be there" if name in required else "")
        docs = str(schema.get("description", ""))
        example = next(iter(below.examples()), "")
        docs += f"\nexample: {name}: {example}" if example else ""
        yield Completion(
            name if ended else _key_text(name, below, place), detail, docs, place.start, name, "key", words=(name,)
        )


def _key_text(name: str, below: Place, place: TypingPlace) -> str:
    """A key with what follows it: a blank, or a new line below it where a map or list begins."""
    if place.json:
        return f'{name}": ' if place.style == "double" else f'"{name}": '
    if place.flow or not below.branches:
        return f"{name}: "
    deeper = "\n" + " " * (place.column + 2)
    kinds = {"object" if "properties" in one else one.get("type") for one in below.branches}
    if kinds == {"object"}:
        return f"{name}:{deeper}"
    items = [item for one in below.branches for item in flat(one.get("items", {}))]
    if kinds == {"array"} and any("properties" in item for item in items):
        return f"{name}:{deeper}- "
    return f"{name}: "


def _words(place: TypingPlace, meant: Place, outline: Outline, tree: Mapping[str, Any]) -> Iterator[Completion]:
    """The words that may stand here, and names of what is declared elsewhere in the manifest."""
    taken = {text for key, text in outline.elements(place.path[:-1]) if key != place.path[-1]} if place.path else set()
    for word in meant.words():
        if place.role == "item" and word in taken:
            continue
        yield Completion(word, "", word_docs(meant, word), place.start, word, "word")
    for name, what in _names(place.path, tree):
        yield Completion(name, what, f"{what} of this manifest", place.start, name, "word")


def word_docs(meant: Place, word: str) -> str:
    """What is known of a word: of a kind its own sentence, else the one on the place."""
    for branch in meant.branches:
        if branch.get("const") == word and branch.get("description"):
            return str(branch["description"])
    return meant.docs


def _names(path: Path, tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names that a place may hold, which the schema cannot know."""
    if path[:1] == ("require",) and len(path) == 3:
        rows = tree.get("mappings")
        yield from (
            (str(row["name"]), "mapping")
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, dict) and row.get("name")
        )


def ranked(typed: str, offers: Iterable[Completion]) -> list[Completion]:
    """Those that fit what is typed: its beginning first, then its letters in order; what has a value here first.

    Nothing when what is typed is one of them already.
    """
    wanted = typed.casefold()
    scored: list[tuple[tuple[int, int, int], int, Completion]] = []
    for position, one in enumerate(offers):
        names = one.words or (one.label,)
        if typed and one.text in (typed, f"${typed}"):
            return []
        likeness = min(
            (score for name in names if (score := _likeness(wanted, name.casefold())) is not None), default=None
        )
        if likeness is not None and likeness[1] <= _LOOSEST * len(wanted):
            rank, gaps = likeness
            scored.append(((rank, 0 if one.useful else 1, gaps), position, one))
    scored.sort(key=lambda row: (row[0], row[1]))
    return [one for _, _, one in scored[:MOST]]


def _likeness(typed: str, name: str) -> tuple[int, int] | None:
    """0 for the beginning, 1 for a later word's beginning, 2 for letters in order, with the letters between them."""
    if name.startswith(typed):
        return 0, 0
    if f"_{typed}" in name or f"-{typed}" in name:
        return 1, 0
    at, gaps = -1, 0
    for char in typed:
        found = name.find(char, at + 1)
        if found < 0:
            return None
        gaps += found - at - 1
        at = found
    return 2, gaps

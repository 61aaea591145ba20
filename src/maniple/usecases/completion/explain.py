"""What stands at a place of a manifest, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from maniple.source.text import Path
from maniple.template.filters import FILTERS
from maniple.template.scope import canonical
from maniple.template.text import json as json_text
from maniple.usecases.completion.flow import TypingPlace
from maniple.usecases.completion.holes import Word, word_at
from maniple.usecases.completion.offers import filter_docs, usage_of, word_docs
from maniple.usecases.completion.outline import Outline, outline_of, unquoted
from maniple.usecases.completion.sample import MASK, Samples
from maniple.usecases.completion.schema import place_at
from maniple.usecases.completion.suggest import content_of
from maniple.usecases.completion.variables import Variable, section_of
from maniple.usecases.draft import Draft

LONGEST = 400
"""Characters of a value that are shown."""
_KEY = re.compile(r"""("[^"]*"|'[^']*'|[^\s:][^:\n]*?)[ \t]*:(?=\s|$)""")
_REACH = 4_000
"""Characters of a scalar that are looked through for the hole around the cursor."""


def explain(draft: Draft, offset: int, sample: Mapping[str, Any] | None = None) -> str:
    """What stands at `offset`: a first line that says what it is, and lines with what is known of it.

    A variable with where it is declared and the value it has for a sample user (`sample`, by variable, takes the place
    of values that are made up); a filter with its docs; a key with what the schema says. Empty where nothing can be
    said.
    """
    text = draft.text.replace("\r\n", "\n")
    offset -= draft.text.count("\r\n", 0, offset)
    outline = outline_of(text, offset)
    if outline.place is None:
        return ""
    return explain_place(outline, text, content_of(draft, outline), sample)


def explain_place(
    outline: Outline, text: str, tree: Mapping[str, Any], sample: Mapping[str, Any] | None, base: Path = ()
) -> str:
    """As `explain`, for a text that is what stands at `base` of a manifest with this content."""
    place = outline.place
    if place is None:
        return ""
    path = (*base, *place.path)
    end = _end_of(place, outline, text)
    scalar = text[place.start : end]
    word = word_at(scalar, place.cursor - place.start, bare=path[-1:] == ("when",) and place.role == "value")
    if word is not None:
        return _of_hole(word, Samples(tree, sample), path)
    return _of_place(place, path, tree, scalar)


def _end_of(place: TypingPlace, outline: Outline, text: str) -> int:
    """Where the scalar around the cursor ends, or a place after it."""
    line = text.find("\n", place.cursor)
    line = len(text) if line < 0 else line
    if place.role == "key":
        return line
    found = next((one for one in outline.scalars if one.start <= place.cursor <= one.end), None)
    if found is not None and place.style != "block":
        return found.end
    if place.style == "block":
        return min(len(text), place.cursor + _REACH)
    return line


def _of_hole(word: Word, samples: Samples, path: Path) -> str:
    if word.kind == "filter":
        spec = FILTERS.get(word.name)
        if spec is None:
            return ""
        docs, example = filter_docs(word.name)
        whole = f"here the whole hole gives {_shown(_value_of(word, samples, path))}"
        lines = [f"filter {usage_of(word.name, spec)}: {docs}", example, whole]
        return "\n".join(line for line in lines if line)
    name = canonical(word.name)
    variable = samples.variables.get(name)
    if variable is None:
        return f"${word.name}: nothing of this name is declared"
    head = f"${word.name}: {variable.type}, {_origin(variable)}"
    key = ".".join(word.keys)
    if variable.keys and key in variable.keys:
        return f"{head}\n`.{key}`: {variable.keys[key]}, here {_shown(samples.scope.get(f'{name}.{key}'))}"
    lines = [head, variable.docs]
    if "{{" in word.hole and word.hole.strip("{} ") != word.name:
        own = _for_example(samples.of(variable, path))
        lines.append(f"{own}; the whole hole gives {_shown(_value_of(word, samples, path))}")
    else:
        lines.append(_for_example(samples.of(variable, path)))
    return "\n".join(line for line in lines if line)


def _origin(variable: Variable) -> str:
    if variable.place is None:
        return variable.origin if variable.name == canonical(variable.name) else f"another name of ${variable.name}"
    return f"declared in {section_of(variable.place[:2] if variable.origin != 'saved' else variable.place[:-1])}"


def _value_of(word: Word, samples: Samples, path: Path) -> Any:
    return samples.render(word.hole, path if path[-1:] != ("when",) else ())


def _for_example(value: Any) -> str:
    return f"for example {_shown(value)}"


def _shown(value: Any) -> str:
    """A value as one line."""
    if value == MASK:
        return f"{MASK}, which is secret"
    text = "null" if value is None else value if isinstance(value, str) and value else json_text(value) or ""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _of_place(place: TypingPlace, path: Path, tree: Mapping[str, Any], scalar: str) -> str:
    """What the schema says of a key or a value."""
    key = ""
    if place.role != "value" and (found := _KEY.match(scalar)) is not None:
        key = unquoted(found[1])
    path = (*path, key) if key else path
    meant = place_at(path, tree)
    if not meant.docs or not meant.branches:
        return ""
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    lines = [f"{name}: {meant.kind()}", meant.docs]
    word = scalar.strip().strip("\"'")
    if not key and any(branch.get("const") == word for branch in meant.branches):
        lines = [f"{name}: {word}", word_docs(meant, word)]
    elif meant.words():
        lines.append("one of " + ", ".join(meant.words()[:12]))
    elif meant.examples():
        lines.append(f"example: {name}: {meant.examples()[0]}")
    return "\n".join(lines)

"""Two requests that differ in values only: the same structure, each value whole in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from maniple.body.multipart import quoted
from maniple.body.xml import in_text
from maniple.review.anatomy import Anatomy, Writing
from maniple.template.text import text_of

_UNESCAPED = {"&lt;": "<", "&gt;": ">", "&#13;": "\r", "&amp;": "&"}
_ENTITY = re.compile("|".join(_UNESCAPED))


@dataclass(frozen=True)
class Difference:
    """What is wrong at a place. `tokens` are the plain values that stand there in the one request."""

    place: str
    message: str
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Likeness:
    """What may differ. `swapped` says for each token, a value that stands for itself, what is in its place.

    The values of `worked` tokens go through filters, so that nobody can say what comes of them; with `loose` they
    decide whether something is there at all. `computed` are headers that are made from others.
    """

    swapped: Mapping[str, Any]
    worked: frozenset[str] = frozenset()
    loose: bool = False
    separator: str | None = None
    """Stands between the values of several users in one text."""
    joined: frozenset[str] = frozenset()
    """The tokens of these values."""
    computed: frozenset[str] = frozenset()
    pattern: re.Pattern[str] = field(default=re.compile("(?!)"))

    def differences(self, plain: Anatomy, odd: Anatomy) -> Iterator[Difference]:
        """All places in which `odd` is other than `plain` with its tokens swapped."""
        if plain.method != odd.method:
            yield Difference("method", "the method changes")
        yield from self._leaf(plain.origin, odd.origin, "host", "text")
        if len(plain.segments) != len(odd.segments) and not self.loose:
            yield Difference("path", "the path gets another number of segments", self._in("/".join(plain.segments)))
        for one, other in zip(plain.segments, odd.segments, strict=False):
            yield from self._leaf(one, other, "path", "text")
        yield from self._tree(plain.query, odd.query, "query", "text")
        yield from self._headers(plain.headers, odd.headers)
        yield from self._tree(plain.body, odd.body, "body", plain.writing)

    def _headers(self, plain: list[list[str]], odd: list[list[str]]) -> Iterator[Difference]:
        if len(plain) != len(odd):
            if not self.loose:
                yield Difference("headers", "headers come or go", self._in(text_of(plain)))
            return
        for one, other in zip(plain, odd, strict=True):
            if one[0].lower() in self.computed and not self._in(one[1]):
                continue
            yield from self._leaf(one[0], other[0], "headers", "text")
            expected = self._expected(one[1], "text")
            tokens = self._in(one[1])
            if expected.strip(" \t") != other[1] and not self._is_worked(tokens):
                yield Difference("headers", "the value of a header is not whole", tokens)

    def _tree(self, plain: Any, odd: Any, place: str, writing: Writing) -> Iterator[Difference]:
        match plain, odd:
            case dict(), dict():
                yield from self._map(plain, odd, place, writing)
            case list(), list():
                if len(plain) == len(odd):
                    for one, other in zip(plain, odd, strict=True):
                        yield from self._tree(one, other, place, writing)
                elif not self.loose:
                    message = f"there are {len(odd):,} values where there should be {len(plain):,}"
                    yield Difference(place, message, self._in(text_of(plain)))
            case _:
                yield from self._leaf(plain, odd, place, writing)

    def _map(self, plain: dict[str, Any], odd: dict[str, Any], place: str, writing: Writing) -> Iterator[Difference]:
        expected = {self._expected(key, "text"): value for key, value in plain.items()}
        if expected.keys() != odd.keys():
            tokens = self._in("".join(plain)) or self._in(text_of(plain))
            if not self.loose and not (self._is_worked(tokens) and len(plain) == len(odd)):
                yield Difference(place, "the keys of a map change", tokens)
        for key in expected.keys() & odd.keys():
            yield from self._tree(expected[key], odd[key], place, writing)

    def _leaf(self, plain: Any, odd: Any, place: str, writing: Writing) -> Iterator[Difference]:
        tokens = self._in(plain)
        if self._is_worked(tokens) or (not tokens and (self.worked or plain == odd)):
            return
        if isinstance(plain, str) and plain[:1] in ("{", "[") and plain != tokens[0]:
            yield from self._json_text(plain, odd, tokens, place)
            return
        expected = self._expected(plain, writing)
        whole = type(expected) is type(odd) and expected == odd
        if not whole and not (writing == "text" and quoted(expected) == odd):
            yield Difference(place, "the value is not whole in its place", tokens)
        elif isinstance(plain, str):
            yield from self._broken_text(plain, tokens, place, is_text=place in ("query", "path") or writing == "text")

    def _json_text(self, plain: str, odd: Any, tokens: tuple[str, ...], place: str) -> Iterator[Difference]:
        """A text that is JSON stays JSON of one shape."""
        try:
            tree = json.loads(plain)
        except ValueError:
            if self._expected(plain, "text") != odd:
                yield Difference(place, "the value is not whole in its place", tokens)
            return
        try:
            yield from self._tree(tree, json.loads(odd), place, "typed")
        except (TypeError, ValueError):
            yield Difference(place, "the text is JSON, and a value breaks out of it", tokens)

    def _broken_text(self, plain: str, tokens: tuple[str, ...], place: str, *, is_text: bool) -> Iterator[Difference]:
        """What reads the text at the partner would take the end of a value for something else."""
        for token in tokens:
            value = text_of(self.swapped[token])
            start = plain.find(token)
            before, after = plain[:start][-1:], plain[start + len(token) :][:1]
            if is_text and before == after and before in ('"', "'") and before in value:
                yield Difference(place, f"a `{before}` in the value ends the text that it stands in", (token,))
            elif self.separator and token in self.joined and self.separator in value:
                yield Difference(place, f"a `{self.separator}` in the value makes two values of it", (token,))

    def _expected(self, plain: Any, writing: Writing) -> Any:
        if isinstance(plain, bool) or not isinstance(plain, str | int):
            return plain
        written = str(plain)
        if writing == "typed" and written in self.swapped and written not in self.joined:
            return sendable(self.swapped[written])
        if not isinstance(plain, str):
            return plain
        text = self.pattern.sub(lambda found: text_of(self.swapped[found[0]]), plain)
        if writing == "xml":
            return _ENTITY.sub(lambda found: _UNESCAPED[found[0]], in_text(text))
        return sendable(text)

    def _in(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, bool) or not isinstance(value, str | int):
            return ()
        return tuple(dict.fromkeys(self.pattern.findall(str(value))))

    def _is_worked(self, tokens: tuple[str, ...]) -> bool:
        return bool(self.worked.intersection(tokens))


def likeness(swapped: Mapping[str, Any], **more: Any) -> Likeness:
    """A likeness that finds every token of `swapped`."""
    words = sorted(swapped, key=len, reverse=True)
    return Likeness(swapped, pattern=re.compile("|".join(map(re.escape, words)) or "(?!)"), **more)


def sendable(value: Any) -> Any:
    """A value as it arrives: half of a character is `?`."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {sendable(key): sendable(each) for key, each in value.items()}
    return [sendable(each) for each in value] if isinstance(value, list) else value


def leaves(tree: Any) -> Iterator[Any]:
    """Every value of a tree that is neither a map nor a list, keys included."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from leaves(value)
    else:
        yield tree

"""What compiled templates call at run time: total functions on plain data that never raise on odd values."""

from __future__ import annotations

from typing import Any, Final

from maniple.errors import SettingsError
from maniple.template.filters import Encoded, climbs, encode_segment
from maniple.template.text import text_of


class _Absent:
    """What an optional part (`~`) is when a hole below it has no value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


class MissingValue(SettingsError):
    """A variable without a value stands where text must be: in a URL or a header. `name` is the variable."""

    code = "missing-value"
    title = "A value is missing"

    def __init__(self, name: str, place: str) -> None:
        super().__init__(f"`${name}` has no value, and the {place} needs one")
        self.name = name


class ClimbingValue(MissingValue):
    """A value with `.` or `..` as a part of a path would have left its place in a URL."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "URL")
        self.message = f"`${name}` leads out of its place in the URL: it has `.` or `..` as a part of a path"


class HeaderInjection(SettingsError):
    """A value with a line break or another control character would have gone into a header or a URL."""

    code = "header-injection"
    title = "A value cannot stand in a header"


def build_object(keys: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    """The object without its absent entries; absent itself when that leaves nothing."""
    kept = {key: value for key, value in zip(keys, values, strict=True) if value is not ABSENT}
    return kept or ABSENT


def build_array(values: tuple[Any, ...]) -> Any:
    """The array without its absent elements; absent itself when that leaves nothing."""
    kept = [value for value in values if value is not ABSENT]
    return kept or ABSENT


def member(value: Any, key: Any) -> Any:
    """`value[key]` on a map or list; null when it is not there."""
    if isinstance(value, dict):
        return value.get(key if isinstance(key, str) else text_of(key))
    if (
        isinstance(value, list)
        and isinstance(key, int)
        and not isinstance(key, bool)
        and -len(value) <= key < len(value)
    ):
        return value[key]
    return None


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def arithmetic(op: str, left: Any, right: Any) -> Any:
    """Arithmetic on two numbers; null for anything else, for a division by zero and for results beyond 1e15."""
    a, b = _number(left), _number(right)
    if a is None or b is None:
        return None
    try:
        match op:
            case "+":
                result = a + b
            case "-":
                result = a - b
            case "*":
                result = a * b
            case _ if b == 0:
                return None
            case "/":
                result = a / b
            case "//":
                result = a // b
            case _:
                result = a % b
    except OverflowError:
        return None
    return result if abs(result) <= 1e15 else None


def negative(value: Any) -> Any:
    """`-value` for a number, else null."""
    number = _number(value)
    return None if number is None else -number


def compare(op: str, left: Any, right: Any) -> bool:
    """One comparison. Order is defined between two numbers and between two texts, else false."""
    match op:
        case "==":
            return _equal(left, right)
        case "!=":
            return not _equal(left, right)
        case "in":
            return _contains(right, left)
        case "not in":
            return not _contains(right, left)
    a, b = _number(left), _number(right)
    if a is None or b is None:
        if not (isinstance(left, str) and isinstance(right, str)):
            return False
        order = (left > right) - (left < right)
    else:
        order = (a > b) - (a < b)
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[op]


def _equal(left: Any, right: Any) -> bool:
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _contains(container: Any, element: Any) -> bool:
    if isinstance(container, str):
        return isinstance(element, str) and element in container
    if isinstance(container, dict):
        return isinstance(element, str) and element in container
    return isinstance(container, list) and any(_equal(member, element) for member in container)


def in_path(value: Any, name: str) -> str:
    """A value inside a URL path: one segment, percent-encoded.

    Raises MissingValue for null and empty text, and for what a server would take for a step up.
    """
    if isinstance(value, Encoded):
        return value
    text = text_of(value)
    if not text:
        raise MissingValue(name, "URL")
    if climbs(text):
        raise ClimbingValue(name)
    return encode_segment(_sendable(text, name, "URL"))


def in_query(value: Any, name: str) -> str:
    """A value inside a URL's query, percent-encoded. Raises MissingValue for null."""
    if isinstance(value, Encoded):
        return value
    if value is None:
        raise MissingValue(name, "URL")
    from urllib.parse import quote

    return quote(_sendable(text_of(value), name, "URL"), safe="")


def in_host(value: Any, name: str) -> str:
    """A host, or the beginning of a URL, from a setting that was checked when it was given."""
    text = text_of(value)
    if not text:
        raise MissingValue(name, "URL")
    return _sendable(text, name, "URL")


def in_raw(value: Any, name: str) -> str:
    """A value that is checked or encoded later, with the whole text it stands in: headers, names of query parameters."""
    return _sendable(text_of(value), name, "request")


def _sendable(text: str, name: str, place: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MissingValue(name, place) from None
    return text

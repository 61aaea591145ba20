"""How fast a partner may be called, and how large a call may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from maniple.manifest.base import ManifestModel, Template

DEFAULT_ITEMS = 10_000
"""Users per call when the manifest says nothing: the portal's default."""
DEFAULT_PARALLEL = 4
"""Calls at a time when the manifest says nothing: the original system's figure."""

_RATE = re.compile(
    r"(?P<count>\$\w+|[1-9][0-9]{0,8})/(?P<every>[1-9][0-9]{0,5})?(?P<unit>s|min|h|d|day)(?P<scope> per .+)?"
)
_BYTES = re.compile(r"(?P<count>[0-9]{1,12}(\.[0-9]{1,9})?)\s?(?P<unit>B|KB|MB|KiB|MiB)")
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "day": 86400.0}
_SIZES = {"B": 1, "KB": 1_000, "MB": 1_000_000, "KiB": 1_024, "MiB": 1_048_576}

Rate: TypeAlias = Annotated[
    str, Field(json_schema_extra={"examples": ["90/s", "100/20s", "1/2s", "300/min per operator"]})
]


RateWindow: TypeAlias = tuple[int | str, float]
"""The count, or the field that it comes from, and seconds."""


def rate_window(rate: str) -> RateWindow:
    """`(count, seconds)` of a rate that can be read.

    >>> rate_window("90/s"), rate_window("100/20s"), rate_window("$per_second/s")
    ((90, 1.0), (100, 20.0), ('per_second', 1.0))
    """
    match = _RATE.fullmatch(rate)
    assert match is not None, rate
    count = match["count"]
    every = int(match["every"] or 1) * _UNITS[match["unit"]]
    return (count.removeprefix("$") if count.startswith("$") else int(count)), every


def windows_in(windows: Iterable[RateWindow], scope: Mapping[str, Any]) -> tuple[tuple[int, float], ...]:
    """The windows with the counts that fields give; one whose field has no usable number limits nothing.

    >>> windows_in([("fast", 1.0), (9, 60.0)], {"fast": "3"})
    ((3, 1.0), (9, 60.0))
    """
    found: list[tuple[int, float]] = []
    for count, every in windows:
        number = scope.get(count) if isinstance(count, str) else count
        digits = str(number).strip()
        if digits.isascii() and digits.isdigit() and int(digits) > 0:
            found.append((int(digits), every))
    return tuple(found)


def rate_scope(rate: str) -> str | None:
    """What the rate is counted per, besides the connection: `operator`, `$user_id`."""
    match = _RATE.fullmatch(rate)
    return match["scope"].removeprefix(" per ") if match and match["scope"] else None


def byte_count(size: str | int) -> int:
    """A size in bytes; MB is 1,000,000.

    >>> byte_count("5MB"), byte_count("128KB"), byte_count(4096)
    (5000000, 128000, 4096)
    """
    if isinstance(size, int):
        return size
    match = _BYTES.fullmatch(size)
    return int(float(match["count"]) * _SIZES[match["unit"]]) if match else 0


class LimitHeader(ManifestModel):
    """A reply header that says when to call again."""

    header: str
    """The header's name."""
    as_: Literal["seconds", "ms", "epoch"] = Field(default="seconds", alias="as")
    """What its number means."""
    path: str | None = None
    """A path into the header's JSON."""


class Limits(ManifestModel):
    """How fast the partner may be called. `Retry-After` is always honoured."""

    parallel: int | None = Field(default=None, ge=1, le=64)
    """Calls at a time; 4 when nothing is said."""
    rate: list[Rate] | Rate | None = None
    """Most calls in a time, for instance `90/s` or `[100/20s, 300/min]`."""
    budget: Rate | None = None
    """Most calls a day: the run stops cleanly and goes on the next day."""
    wait: list[LimitHeader] = Field(default_factory=list)
    """Reply headers that say when to call again."""

    @property
    def rates(self) -> list[str]:
        """Every rate, as a list."""
        return [self.rate] if isinstance(self.rate, str) else list(self.rate or ())

    @field_validator("rate", "budget")
    @classmethod
    def _rate_is_readable(cls, value: Any) -> Any:
        for rate in [value] if isinstance(value, str) else value or ():
            if _RATE.fullmatch(rate) is None:
                raise PydanticCustomError(
                    "MAN401",
                    "`{rate}` is not a rate: write a count and a time, such as `90/s`, `100/20s` or `1/2s`",
                    {"rate": rate},
                )
        return value


class BatchSize(ManifestModel):
    """How many users go into one call."""

    items: int | Literal["all"] | None = None
    """Users per call; 10,000 when nothing is said."""
    bytes_: str | int | None = Field(default=None, alias="bytes")
    """Most bytes of an encoded body, before compression: `5MB`."""
    min_items: int | None = Field(default=None, ge=1)
    """Fewest users a call may have."""
    dedupe: bool = False
    """Send equal items of a call once."""
    by: Template | None = None
    """One value of this variable per call; it may then stand outside `item`."""
    empty: Literal["send"] | None = None
    """`send`: call also when there is no user."""

    @field_validator("items")
    @classmethod
    def _items_are_positive(cls, value: Any) -> Any:
        if isinstance(value, int) and not 1 <= value <= 1_000_000:
            raise PydanticCustomError("MAN401", "`items` must be from 1 to 1,000,000")
        return value

    @field_validator("bytes_")
    @classmethod
    def _bytes_are_readable(cls, value: Any) -> Any:
        if value is not None and byte_count(value) < 1:
            raise PydanticCustomError("MAN401", "`bytes` is a size such as `5MB` or `128KB`")
        return value

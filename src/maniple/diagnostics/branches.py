"""Pydantic's errors brought back to places of the document, one branch of each union.

On a union pydantic reports what is wrong with every branch, and puts names of branches and models into `loc`.
An author meant one branch: the one whose shape the written value has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from maniple.source.text import Path

_SHAPE_FAULTS = frozenset(("literal_error", "enum", "string_pattern_mismatch"))
_KEY_MARK = "[key]"


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of pydantic at a place that exists in the document.

    `labels` are the positions in `loc` that name branches or models, not places.
    """

    kind: str
    loc: tuple[str | int, ...]
    labels: tuple[int, ...]
    path: Path
    message: str
    context: Mapping[str, Any]
    about_key: bool = False

    @property
    def name(self) -> str:
        """The key that an error of kind `missing` or `extra_forbidden` is about."""
        return str(self.loc[-1]) if self.loc else ""


Choice: TypeAlias = tuple[Fault, ...]
"""One fault; or, where no branch of a union has the written shape, the faults of all branches at that place."""


def place_fault(error: Mapping[str, Any], data: Any) -> Fault:
    """The error with its path in the document: the elements of `loc` that can be followed in `data`."""
    kind, loc = str(error["type"]), tuple(error["loc"])
    about_key = bool(loc) and loc[-1] == _KEY_MARK
    followed = loc[:-1] if kind == "missing" or about_key else loc
    taken: list[int] = []
    nodes = [data]
    for index, step in enumerate(followed):
        found, child = _child(nodes[-1], step)
        if found:
            taken.append(index)
            nodes.append(child)
    if kind == "missing":
        while taken and not isinstance(nodes[-1], dict):
            taken.pop()
            nodes.pop()
    labels = tuple(index for index in range(len(followed)) if index not in taken)
    path = tuple(loc[index] for index in taken)
    return Fault(kind, loc, labels, path, str(error["msg"]), error.get("ctx") or {}, about_key)


def plausible(faults: Iterable[Fault]) -> list[Choice]:
    """The faults of the branch that was meant, in every union."""
    return _settle(list(faults), 0)


def _settle(faults: list[Fault], start: int) -> list[Choice]:
    """Choose in the unions whose branch is named at or after position `start` of `loc`."""
    settled: list[Choice] = []
    unions: dict[tuple[str | int, ...], list[tuple[int, Fault]]] = {}
    for fault in faults:
        at = next((index for index in fault.labels if index >= start), None)
        if at is None:
            settled.append((fault,))
        else:
            unions.setdefault(fault.loc[:at], []).append((at, fault))
    for members in unions.values():
        settled.extend(_choose([fault for _, fault in members], members[0][0]))
    return settled


def _choose(faults: list[Fault], at: int) -> list[Choice]:
    branches: dict[str | int, list[Fault]] = {}
    for fault in faults:
        branches.setdefault(fault.loc[at], []).append(fault)
    if len(branches) == 1:
        return _settle(faults, at + 1)
    fitting = [branch for branch in branches.values() if not any(_is_shape_fault(fault, at) for fault in branch)]
    if not fitting:
        here = [fault for branch in branches.values() for fault in branch if len(fault.path) == _depth(fault, at)]
        return [tuple(here)]
    return _settle(min(fitting, key=_unlikeliness), at + 1)


def _depth(fault: Fault, at: int) -> int:
    """How many elements of `loc` before position `at` are places."""
    return at - sum(1 for label in fault.labels if label < at)


def _is_shape_fault(fault: Fault, at: int) -> bool:
    """Whether the value at the union itself is of another shape than this branch takes."""
    if len(fault.path) != _depth(fault, at) or fault.about_key:
        return False
    return fault.kind.endswith(("_type", "_parsing", "_from_float")) or fault.kind in _SHAPE_FAULTS


def _unlikeliness(branch: list[Fault]) -> tuple[int, int]:
    """Fewer wrong keys first; a validator's own words before everything."""
    wrong_keys = sum(1 for fault in branch if fault.kind in ("missing", "extra_forbidden"))
    return wrong_keys, len(branch)


def _child(node: Any, step: str | int) -> tuple[bool, Any]:
    if isinstance(node, dict) and step in node:
        return True, node[step]
    if isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
        return True, node[step]
    return False, None

"""JMESPath in bounded time and memory.

A reply comes from a partner and a path from a manifest's author, so neither may decide how much work the two make
together: `[@,@][]` doubles a list each time it is written, and a filter visits every element of a long one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.visitor import Options, TreeInterpreter

MAX_STEPS = 600_000
"""Steps that reading one reply may take; a step visits one node, or handles a value or eight characters."""
_CHARACTERS_A_STEP = 8


class Exhausted(Exception):
    """The work that was allowed for a reply is done."""


class Budget:
    """How many steps reading one reply may still take."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.left = steps

    @cached_property
    def interpreter(self) -> _Interpreter:
        """What walks a path as long as steps are left. Most replies are read without one."""
        return _Interpreter(self)

    @property
    def spent(self) -> bool:
        """Something had to be left unread."""
        return self.left < 0

    def spend(self, steps: int) -> None:
        """Take `steps`. Raises Exhausted when they are not there; then nothing is left."""
        self.left -= steps
        if self.left < 0:
            self.left = -1
            raise Exhausted


def search(expression: Any, tree: Any, budget: Budget | None = None) -> Any:
    """What a compiled JMESPath finds; null when it cannot be applied to this reply, or `budget` does not suffice.

    `budget` is that of one path when none is given.
    """
    if budget is not None and budget.spent:
        return None
    budget = budget or Budget()
    try:
        budget.spend(1)
        return budget.interpreter.visit(expression.parsed, tree)
    except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError, Exhausted):
        return None


class _Functions(Functions):
    """The functions of JMESPath, paid for by the size of what they are given and make."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        given = list(resolved_args)
        for argument in given:
            self._budget.spend(_size(argument))
        match function_name, given:
            case "join", [str() as separator, list() as parts]:
                # What is joined is paid for before it is made: a long separator stands between all parts.
                characters = len(separator) * len(parts) + sum(len(part) for part in parts if isinstance(part, str))
                self._budget.spend(characters // _CHARACTERS_A_STEP)
            case ("to_string", [list() | dict() as value]) | ("contains", [list() as value, list() | dict()]):
                self._budget.spend(weight(value, self._budget.left))
        made = super().call_function(function_name, given)
        self._budget.spend(_size(made))
        return made


class _Interpreter(TreeInterpreter):
    """Visits a path's nodes as long as the budget lasts."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(Options(custom_functions=_Functions(budget)))
        self._budget = budget

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._budget.spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        made = super().visit_flatten(node, value)
        self._budget.spend(_size(made))
        return made

    def visit_slice(self, node: Any, value: Any) -> Any:
        self._budget.spend(_size(value))
        return super().visit_slice(node, value)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        left, right = (self.visit(child, value) for child in node["children"])
        if isinstance(left, dict | list) and type(left) is type(right):
            self._budget.spend(weight(left, self._budget.left))
        literals = [{"type": "literal", "value": side, "children": []} for side in (left, right)]
        compared: Any = {**node, "children": literals}
        return super().visit_comparator(compared, value)

    # What stands several times in a selection is one value in memory and many to whoever reads on.

    def visit_multi_select_list(self, node: Any, value: Any) -> Any:
        made = super().visit_multi_select_list(node, value)
        self._budget.spend(weight(made, self._budget.left))
        return made

    def visit_multi_select_dict(self, node: Any, value: Any) -> Any:
        made = super().visit_multi_select_dict(node, value)
        self._budget.spend(weight(made, self._budget.left))
        return made


def _size(value: Any) -> int:
    """Steps for one look at all of a value's elements or characters."""
    if isinstance(value, str):
        return len(value) // _CHARACTERS_A_STEP
    return len(value) if isinstance(value, list | dict) else 0


def weight(value: Any, most: int) -> int:
    """How many values `value` holds when each is counted wherever it stands; counting stops beyond `most`."""
    counted = 1
    level: list[Any] = [value]
    while level and counted <= most:
        deeper: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                deeper.extend(each.values())
            elif isinstance(each, list):
                deeper.extend(each)
            if len(deeper) > most:
                break
        counted += len(deeper)
        level = deeper
    return counted

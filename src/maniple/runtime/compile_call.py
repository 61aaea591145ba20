"""Compiling one call: its steps, and how users are put into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from maniple.manifest.call import Call, Exchange, Step
from maniple.manifest.limits import (
    DEFAULT_ITEMS,
    DEFAULT_PARALLEL,
    BatchSize,
    Limits,
    RateWindow,
    byte_count,
    rate_scope,
    rate_window,
)
from maniple.manifest.model import Manifest
from maniple.runtime.compile_step import CompiledStep, StepCompiler
from maniple.runtime.credentials import AuthProgram
from maniple.runtime.program import CallProgram, StepProgram
from maniple.runtime.reading import Available, TemplateReader
from maniple.runtime.rules import compile_list_id
from maniple.runtime.weight import count_of, weight_of_node
from maniple.source.text import Path
from maniple.template.ast import Name, Node, Value, names
from maniple.template.compile import ColumnTemplate

SECONDS_A_DAY = 86_400.0
AuthOf: TypeAlias = Callable[[Any, Path, Available, str], AuthProgram]
"""Compiles the auth of a call or step at a path; with None, the manifest's."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands in the manifest, and what findings and the variables table call it."""

    path: Path
    section: str


class CallCompiler:
    """Compiles the calls of one manifest."""

    def __init__(self, manifest: Manifest, reader: TemplateReader, steps: StepCompiler, auth_of: AuthOf) -> None:
        self.manifest = manifest
        self.reader = reader
        self.steps = steps
        self.auth_of = auth_of
        self.targets = frozenset(f"{name}.target" for name in reader.targets)

    def compile(self, name: str, call: Call, available: Available, users: Available) -> CallProgram:
        """Compile one call. `available` has a value anywhere in it, `users` for each user; without `users` it carries none."""
        batch = call.batch or self.manifest.batch
        items = self._batch_items(call) if users else 1
        single = bool(users) and items == 1
        by = self._by(name, batch, {**available, **users}, frozenset(users)) if users else None
        by_name = _variable(by.node) if by else None
        shared = {**available, **({by_name: users[by_name]} if by_name is not None and by_name in users else {})}
        compiled = self._steps(name, call, shared, users, single)
        if users and call.steps is not None and not any(step.carries_users for step in compiled):
            self._no_user_sent(name)
        read = frozenset[str]().union(*(self._read(step) for step in compiled), by.names if by else ())
        rows = self._columns(read & frozenset(users), read)
        first = compiled[0]
        copies = max(1, count_of("items", first.body.node)) if first.body else 1
        return CallProgram(
            name=name,
            steps=compiled,
            single=single,
            rows=rows,
            positional="values" in read and bool(users),
            targets=rows & self.targets,
            one_target=self._one_target(compiled) & rows,
            items=items,
            max_bytes=byte_count(batch.bytes_) if batch and batch.bytes_ else None,
            weight=copies * weight_of_node(first.item.node) if first.item else 0,
            copies=copies,
            dedupe=bool(batch and batch.dedupe),
            list_id=compile_list_id(self.reader, call.list_id, (name, "list_id"), available) if call.list_id else None,
            parallel=(call.limits.parallel if call.limits else None)
            or self.manifest.limits.parallel
            or DEFAULT_PARALLEL,
            rates=compile_rates(self.reader, call.limits, (name, "limits"), available),
            budget=self._budget(name, call, available),
            by=by,
            by_name=by_name if by_name in users else None,
            min_items=batch.min_items if batch else None,
            sends_nobody=bool(batch and batch.empty),
            takes_all=bool(batch and batch.items == "all"),
            first_batch=call.first_batch,
        )

    def _steps(
        self, name: str, call: Call, available: Available, users: Available, single: bool
    ) -> tuple[StepProgram, ...]:
        """The steps in order; what one saves is there for those after it."""
        known, of_users = dict(available), dict(users)
        compiled: list[StepProgram] = []
        for position, exchange in enumerate(call.steps if call.steps is not None else [call]):
            step = exchange if isinstance(exchange, Step) else None
            place = self._place(name, position, step)
            self.reader.items_are_text = exchange.join is not None
            item = self._item(name, call, exchange, place, {**known, **of_users}, frozenset(of_users))
            inside: dict[str, str] = {
                **known,
                **(of_users if single else {}),
                **({"items": "pre-defined"} if item is not None and users else {}),
            }
            auth = self._auth(call, step, place, known)
            program = self.steps.compile(name, exchange, call, place.path, place.section, item, auth, inside, of_users)
            if step is None:
                self._items_fit(name, program, single)
            elif item is not None and "items" not in program.outside:
                self._items_unused(name, place)
            compiled.append(program.step)
            known |= dict.fromkeys((saved.name for saved in program.step.save), "saved")
            known["steps"] = "pre-defined"
            matched = dict.fromkeys(
                (saved for saved, _ in program.step.match.save) if program.step.match else (), "saved"
            )
            (of_users if users else known).update(matched)
        return tuple(compiled)

    def _budget(self, name: str, call: Call, available: Available) -> RateWindow | None:
        """Calls a day: the call's own figure, else the manifest's."""
        own = call.limits is not None and call.limits.budget is not None
        limits = call.limits if own and call.limits is not None else self.manifest.limits
        if limits.budget is None:
            return None
        path: Path = (name, "limits", "budget") if own else ("limits", "budget")
        window = rate_window(limits.budget)
        if isinstance(window[0], str):
            self.reader.text(f"${window[0]}", path, available, ".".join(map(str, path[:-1])))
        if window[1] != SECONDS_A_DAY:
            hint = "write calls a day, such as `150/day`; for other times there is `rate`"
            self.reader.report("MAN401", "a budget is counted by the day", path, hint=hint)
        return window

    @staticmethod
    def _place(name: str, position: int, step: Step | None) -> Place:
        if step is None:
            return Place((name,), name)
        return Place((name, "steps", position), f"{name}.{step.name or f'steps[{position}]'}")

    def _auth(self, call: Call, step: Step | None, place: Place, available: Available) -> AuthProgram:
        if step is not None and step.auth is not None:
            return self.auth_of(step.auth, (*place.path, "auth"), available, f"{place.section}.auth")
        if call.auth is not None:
            name = str(place.path[0])
            return self.auth_of(call.auth, (name, "auth"), available, f"{name}.auth")
        return self.auth_of(None, (), available, "auth")

    def _by(
        self, name: str, batch: BatchSize | None, available: Available, rows: frozenset[str]
    ) -> ColumnTemplate | None:
        if batch is None or batch.by is None:
            return None
        own = self.manifest.calls[name].batch is not None
        path: Path = (name, "batch", "by") if own else ("batch", "by")
        section = f"{name}.batch" if own else "batch"
        return ColumnTemplate(self.reader.text(batch.by, path, available, section), rows)

    @staticmethod
    def _read(step: StepProgram) -> frozenset[str]:
        """The variables that a step reads of users."""
        match_item = step.match.item.names if step.match and step.match.item else frozenset()
        refused_item = step.rejects.item.names if step.rejects and step.rejects.item else frozenset()
        chosen = step.only.names if step.only else frozenset()
        condition = step.when.names if step.when else frozenset()
        return frozenset(step.names | match_item | refused_item | chosen | condition)

    def _columns(self, rows: frozenset[str], read: frozenset[str]) -> frozenset[str]:
        """The columns that have what is read: `$values` is made of those of all mappings, `$targets` of the choices."""
        mapped = set(self.reader.mapped) if "values" in rows else set()
        return (rows - {"values"}) | mapped | (self.targets if "targets" in read else set())

    def _one_target(self, steps: tuple[StepProgram, ...]) -> frozenset[str]:
        """The targets that stand outside of the items, so that all users of a request share them."""
        read = frozenset[str]().union(*(step.names_outside for step in steps))
        of_items = frozenset[str]().union(*(step.item.names for step in steps if step.item))
        return self.targets if "targets" in read | of_items else self.targets & read

    def _batch_items(self, call: Call) -> int:
        for batch in (call.batch, self.manifest.batch):
            if batch is not None and isinstance(batch.items, int):
                return batch.items
        return DEFAULT_ITEMS

    def _item(
        self, name: str, call: Call, exchange: Exchange, place: Place, available: Available, rows: frozenset[str]
    ) -> ColumnTemplate | None:
        """The item of a call or a step: its own, the one its body says, or the default of those around it."""
        tree, path, section = self._item_tree(call, exchange, place, bool(rows))
        if tree is None:
            return None
        if not rows:
            self.reader.report("MAN505", f"`{name}` carries no users, so it has no `item`", path, key=True)
            return None
        node: Node = self.reader.tree(tree, path, available, section)
        if section not in self.reader.unread and not names(node) & (rows - self.targets):
            self.reader.report(
                "MAN505",
                "this `item` is the same for every user",
                path,
                hint="use a mapping in it, such as "
                + (f"`${self.manifest.mappings[0].name}`" if self.manifest.mappings else "`$amplitude_id`"),
            )
        return ColumnTemplate(node, rows)

    def _item_tree(self, call: Call, exchange: Exchange, place: Place, has_users: bool) -> tuple[Any, Path, str]:
        if "item" in exchange.model_fields_set:
            return exchange.item, (*place.path, "item"), f"{place.section}.item"
        implied = self.steps.item_of_body(exchange) if has_users else None
        if implied is not None:
            tree, key = implied
            return tree, (*place.path, *key), f"{place.section}.{key[0]}"
        if not has_users or (exchange is not call and not _mentions_items(exchange)):
            return None, (), ""
        if exchange is not call and "item" in call.model_fields_set:
            name = str(place.path[0])
            return call.item, (name, "item"), f"{name}.item"
        return self.manifest.item, ("item",), "item"

    def _items_fit(self, name: str, program: CompiledStep, single: bool) -> None:
        unread = any(section.partition(".")[0] == name for section in self.reader.unread)
        if not program.of_users or unread:
            return
        has_item, uses_items = program.step.item is not None, "items" in program.outside
        if uses_items and not has_item:
            return  # reported as a variable without value
        if has_item and not uses_items:
            self._items_unused(name, Place((name,), name))
        if has_item or uses_items or (single and program.outside & program.of_users - self.targets):
            return
        if single:
            self.reader.report(
                "MAN505",
                f"`{name}` sends one user a call, but nothing in it says which",
                (name,),
                key=True,
                hint="use a mapping in the URL or the body",
            )
        else:
            self._no_user_sent(name)

    def _items_unused(self, name: str, place: Place) -> None:
        self.reader.report(
            "MAN505",
            f"`{name}` has an `item`, but no `$items` to put the users in",
            (*place.path, "item"),
            key=True,
            hint="write `$items` where the partner expects the array, for example `json: {users: $items}`",
        )

    def _no_user_sent(self, name: str) -> None:
        self.reader.report(
            "MAN505",
            f"`{name}` does not send any user",
            (name,),
            key=True,
            hint="add `item:` and `$items` in the body, or `batch: {items: 1}` and a mapping in the URL",
        )


def compile_rates(
    reader: TemplateReader, limits: Limits | None, path: Path, available: Available
) -> tuple[RateWindow, ...]:
    """The rate windows of `limits` at `path`.

    A rate per value of a user (`1/s per $user_id`) is none: a run calls for each user once. Any other scope is the
    connection, which is all that one run sees of it.
    """
    windows: list[RateWindow] = []
    for position, rate in enumerate(limits.rates if limits is not None else ()):
        place: Path = (*path, "rate") if limits is not None and limits.rate == rate else (*path, "rate", position)
        scope = (rate_scope(rate) or "").removeprefix("$")
        per_user = reader.is_of_users(scope)
        reader.text(rate, place, {**available, scope: "user"} if per_user else available, ".".join(map(str, path)))
        if not per_user:
            windows.append(rate_window(rate))
    return tuple(windows)


def _variable(node: Node) -> str | None:
    """The name of the variable that a template is, if it is nothing else."""
    return node.expression.name if isinstance(node, Value) and isinstance(node.expression, Name) else None


def _mentions_items(exchange: Exchange) -> bool:
    """Something in a step says `$items`."""
    return "items" in str({key: value for key, value in exchange if key in exchange.model_fields_set})

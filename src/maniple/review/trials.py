"""Trials of a manifest: its requests are made with every kind of odd value, and must stay what they are.

Nothing is sent. A value may be refused or its user skipped; what is sent must have the same method, host, path, headers
and shape of body as with a plain value, and the odd value whole in the place of the plain one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from maniple.diagnostics.codes import finding
from maniple.diagnostics.model import Diagnostic
from maniple.errors import SettingsError
from maniple.review.anatomy import Anatomy, Unreadable, dissect
from maniple.review.holes import Reading, reading_of
from maniple.review.likeness import Difference, leaves, likeness
from maniple.review.odd_values import FEW, LONG, LONG_TEXTS, of_users, texts
from maniple.review.scenes import Scene, scenes_of
from maniple.review.worlds import USER_CALLS, Sent, World, sent_in
from maniple.runtime.prepare import MOST_BYTES
from maniple.runtime.program import CallProgram, Operation, Program
from maniple.source.text import Document, Path
from maniple.template.text import text_of

CODE = "MAN701"
MORE_VALUES = 20
"""Texts that a seed adds to the known ones."""
MOST_FINDINGS = 20
MOST_SHOWN = 60
"""Characters of a value in a message."""
_NOTHING = re.compile(r"\bNone\b|<?ABSENT>?|null|undefined")


@dataclass
class Trials:
    """What came of the trials of one manifest. `made` counts requests, `refused` what was not sent for its values."""

    made: int = 0
    refused: int = 0
    findings: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True)
class _Stage:
    """One call in one scene."""

    program: Program
    call: CallProgram
    operation: Operation
    scene: Scene
    reading: Reading

    def sent(self, world: World) -> list[Sent] | None:
        """The requests in a world; None when a value is refused."""
        return self._plain if world is self.scene.plain else self._sent(world)

    @cached_property
    def _plain(self) -> list[Sent] | None:
        return self._sent(self.scene.plain)

    def _sent(self, world: World) -> list[Sent] | None:
        try:
            return list(sent_in(self.program, self.call, world, self.operation))
        except SettingsError:
            return None


@dataclass(frozen=True)
class _Odd:
    """A difference, with the variables at fault and their values."""

    difference: Difference
    values: tuple[tuple[str, Any], ...]


def try_values(program: Program, document: Document, *, seed: int = 0) -> Trials:
    """Make all requests of `program` with odd values. The same seed makes the same trials."""
    trials = Trials()
    seen: set[tuple[str, str, str]] = set()
    odd = list(of_users(seed, MORE_VALUES))
    words = list(texts(seed, MORE_VALUES))
    for scene in scenes_of(program):
        for call in program.calls.values():
            for operation in USER_CALLS.get(call.name, ("add",)):
                stage = _Stage(program, call, operation, scene, reading_of(program, call))
                for one in _of_stage(stage, odd if scene.full else FEW, words if scene.full else FEW, trials):
                    names = " ".join(name for name, _ in one.values)
                    key = (call.name, one.difference.message, names)
                    if key not in seen and len(trials.findings) < MOST_FINDINGS:
                        seen.add(key)
                        trials.findings.append(_finding(stage, one, document))
    return trials


def _of_stage(stage: _Stage, odd: Sequence[Any], words: Sequence[str], trials: Trials) -> Iterator[_Odd]:
    yield from _of_nothing(stage, trials)
    yield from _of_constants(stage, words, trials)
    if not (stage.call.name in USER_CALLS or stage.call.first_batch):
        return
    yield from _of_users(stage, odd, trials)
    yield from _of_many(stage, trials)


def _of_nothing(stage: _Stage, trials: Trials) -> Iterator[_Odd]:
    """Nothing has no text: what has no value leaves no word and no hole behind."""
    plain = stage.sent(stage.scene.plain)
    known = {leaf for anatomy in _anatomies(plain or []) for leaf in _texts(anatomy)}
    declared = {row.name for row in stage.program.variables}
    for leaf in known:
        holes = re.findall(r"\{\{.*?\}\}|\$([A-Za-z_]\w*)", leaf)
        if any(not name or name in declared for name in holes):
            yield _Odd(Difference("request", f"`{leaf[:MOST_SHOWN]}` is sent with a hole in it"), ())
    for names, world in stage.scene.without:
        sent = stage.sent(world)
        _count(trials, sent)
        for anatomy in _anatomies(sent or []):
            for leaf in _texts(anatomy):
                if _NOTHING.fullmatch(leaf) and leaf not in known:
                    message = f"`{leaf}` is sent where there is no value"
                    yield _Odd(Difference("request", message), tuple((name, None) for name in names))


def _of_constants(stage: _Stage, words: Sequence[str], trials: Trials) -> Iterator[_Odd]:
    """Settings, the cohort's names, what replies gave."""
    slots = stage.scene.constants(stage.call)
    deciding = [name for name in slots if _bare(name) in stage.reading.deciding]
    groups = [[name for name in slots if name not in deciding], *([name] for name in deciding)]
    for word in (*words, *(LONG_TEXTS if stage.scene.full else ())):
        for group in groups:
            values = {name: value for name in group if (value := slots[name](word)) is not None}
            yield from _constants(stage, values, trials)


def _constants(stage: _Stage, values: Mapping[str, Any], trials: Trials) -> Iterator[_Odd]:
    if not values:
        return
    found = _compare(stage, stage.scene.plain, stage.scene.plain.with_values(values), values, trials)
    if (found is None or found) and len(values) > 1:
        # Something among them is refused or wrong: each on its own says which.
        for name, value in values.items():
            yield from _constants(stage, {name: value}, trials)
        return
    yield from found or ()


def _of_users(stage: _Stage, odd: Sequence[Any], trials: Trials) -> Iterator[_Odd]:
    slots = stage.scene.user_slots(stage.call)
    deciding = [name for name in slots if name in stage.reading.deciding]
    for group in [[name for name in slots if name not in deciding], *([name] for name in deciding)]:
        rows = _rows(stage.scene, slots, group, odd)
        alone = stage.call.single or stage.call.by is not None or bool(stage.call.one_target) or bool(deciding)
        for start in range(0, len(rows), 1 if alone else max(1, stage.call.items)):
            some = rows[start : start + (1 if alone else stage.call.items)]
            found = _users(stage, group, some, trials)
            if (found is None or found) and len(some) > 1:
                each = [one for row in some for one in _users(stage, group, [row], trials) or ()]
                found = each or found
            yield from found or ()
    if stage.call.single:
        for text in LONG_TEXTS:
            for row in _rows(stage.scene, slots, list(slots), [text]):
                yield from _users(stage, list(slots), [row], trials) or ()


def _rows(
    scene: Scene, slots: Mapping[str, Callable[[Any], Any]], group: Sequence[str], odd: Sequence[Any]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Plain users, each with the odd one in its place. Every name of `group` meets every value that fits it."""
    fitting = {name: [value for raw in odd if (value := slots[name](raw)) is not None] for name in group}
    rows = []
    for number in range(max(map(len, fitting.values()), default=0)):
        plain = scene.another_user()
        values = {name: each[number % len(each)] for name, each in fitting.items() if each}
        rows.append((plain, {**plain, **values}))
    return rows


def _users(
    stage: _Stage, group: Sequence[str], rows: Sequence[tuple[dict[str, Any], dict[str, Any]]], trials: Trials
) -> list[_Odd] | None:
    plain = replace(stage.scene.plain, users=tuple(row for row, _ in rows))
    world = replace(plain, users=tuple(row for _, row in rows))
    return _compare(stage, plain, world, {name: None for name in group}, trials)


def _compare(
    stage: _Stage, plain: World, world: World, changed: Mapping[str, Any], trials: Trials
) -> list[_Odd] | None:
    """The differences between two worlds' requests; None when a value was refused."""
    before, after = stage.sent(plain), stage.sent(world)
    _count(trials, after)
    if before is None or after is None:
        return None
    tokens = stage.scene.tokens(stage.program, plain, world)
    values = tuple((name, value) for name, value in changed.items() if value is not None)
    values = values or tuple(
        (name, user[name]) for name in changed if len(world.users) == 1 for user in world.users if name in user
    )
    loose = any(_bare(name) in stage.reading.deciding for name in changed)
    if len(before) != len(after):
        skipped = len(world.users) == 1 and not after
        message = f"{len(after):,} requests are made instead of {len(before):,}"
        return None if skipped else [] if loose else [_Odd(Difference("request", message), values)]
    worked = frozenset(token for token, (name, _) in tokens.items() if _bare(name) in stage.reading.worked)
    swapped = {token: value for token, (_, value) in tokens.items()}
    found: list[_Odd] = []
    for one, other in zip(before, after, strict=True):
        additions = one.step.auth.additions(plain.context(stage.program).scope) if one.step.auth.kinds else None
        computed = frozenset(name.lower() for name, _ in additions.headers) if additions else frozenset[str]()
        inside = one.step.item.names if one.step.item is not None and one.step.join is not None else frozenset[str]()
        alike = likeness(
            swapped,
            worked=worked,
            loose=loose,
            separator=one.step.join,
            joined=frozenset(token for token, (name, _) in tokens.items() if name in inside),
            computed=computed,
        )
        try:
            differences = list(alike.differences(dissect(one.step, one.request), dissect(other.step, other.request)))
        except Unreadable:
            differences = [Difference("body", "the body can no longer be read")]
        for difference in differences:
            named = tuple(tokens[token] for token in difference.tokens if token in tokens)
            odd = tuple((name, value) for name, value in named if name in changed)
            found.append(_Odd(difference, odd or values))
    return found


def _of_many(stage: _Stage, trials: Trials) -> Iterator[_Odd]:
    """Full lists: everybody is in them once, and no body is larger than the manifest allows."""
    if stage.call.single or not stage.scene.full:
        return
    most = min(stage.call.items, 1_000)
    limit = stage.call.max_bytes
    users = [stage.scene.another_user() for _ in range(most)]
    if limit is not None and limit < MOST_BYTES:
        need = max(1, limit * 6 // 5 // most)
        pad = "x" * min(need, LONG)
        free = stage.scene.free_names
        users = [{name: value + pad if name in free else value for name, value in user.items()} for user in users]
    world = replace(stage.scene.plain, users=tuple(users))
    sent = stage.sent(world)
    _count(trials, sent)
    for one in sent or ():
        if limit is not None and one.octets > limit:
            yield _Odd(Difference("body", f"a body has {one.octets:,} bytes; `batch.bytes` allows {limit:,}"), ())
        if one.users > stage.call.items:
            yield _Odd(
                Difference("body", f"{one.users:,} users are in a request; {stage.call.items:,} are the most"), ()
            )


def _count(trials: Trials, sent: Sequence[Sent] | None) -> None:
    trials.made += len(sent or ())
    trials.refused += not sent


def _bare(name: str) -> str:
    """The variable that a slot fills."""
    return {"cohort.name": "amp_cohort_name", "cohort.id": "amp_cohort_id"}.get(
        name, {"cohort.url": "amp_cohort_url", "cohort.project": "project_id"}.get(name, name)
    )


def _anatomies(sent: Sequence[Sent]) -> Iterator[Anatomy]:
    for one in sent:
        try:
            yield dissect(one.step, one.request)
        except Unreadable:
            continue


def _texts(anatomy: Anatomy) -> Iterator[str]:
    parts = [anatomy.segments, anatomy.query, anatomy.headers, anatomy.body]
    return (leaf for part in parts for leaf in leaves(part) if isinstance(leaf, str))


def _finding(stage: _Stage, odd: _Odd, document: Document) -> Diagnostic:
    names = list(dict.fromkeys(_bare(name) for name, _ in odd.values))
    path = place_of(document, (stage.call.name,), names)
    shown = ", ".join(f"`${_bare(name)}` is {_shown(value)}" for name, value in odd.values[:3])
    when = f" when {shown}" if shown else ""
    return finding(
        CODE,
        f"{odd.difference.message}{when}",
        document=document,
        path=path,
        notes=(f"in the {odd.difference.place} of `{stage.call.name}`",),
        hint=_hint(odd.difference, names),
    )


def _hint(difference: Difference, names: Sequence[str]) -> str | None:
    if "ends the text" in difference.message and names:
        return f"write `{{{{ {names[0]} | json }}}}` without quotes around it"
    if "makes two values" in difference.message:
        return "send a list, or give the mapping a `format` that has no such character"
    return None


def _shown(value: Any) -> str:
    if value is None:
        return "not given"
    text = text_of(value)
    written = text if text.isprintable() else repr(text)[1:-1]
    return f"`{written}`" if len(written) <= MOST_SHOWN else f"`{written[:MOST_SHOWN]}...` ({len(text):,} characters)"


def place_of(document: Document, root: Path, names: Sequence[str]) -> Path:
    """The text below `root` in which one of the variables stands, else `root`."""
    wanted = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None
    tree: Any = document.data
    for step in root:
        tree = tree[step]
    return next((path for path, text in _written(tree, root) if wanted and wanted.search(text)), root)


def _written(tree: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(tree, str):
        yield path, tree
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, each in entries:
        yield from _written(each, (*path, step))

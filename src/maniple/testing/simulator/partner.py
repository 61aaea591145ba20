"""One simulated partner: it reads requests by its manifest, keeps lists and answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from maniple.runtime.program import Program
from maniple.runtime.readback import COUNT
from maniple.template.text import text_of
from maniple.testing.simulator.answers import Answer, answers_to, has_credentials
from maniple.testing.simulator.build import NoSuchAnswer, put
from maniple.testing.simulator.match import Captures
from maniple.testing.simulator.members import Member
from maniple.testing.simulator.naming import list_key, list_name, makes_id, owns_lists, told_id
from maniple.testing.simulator.shape import CallShape, Reading, Received, shapes_beside, shapes_of
from maniple.testing.simulator.sign_in import sign_ins_of
from maniple.testing.simulator.state import MemberList, PartnerState
from maniple.wire import SIGN_IN


@dataclass(frozen=True, slots=True)
class Addressed:
    """A request that is for one of a partner's calls by its address, with what the address says."""

    shape: CallShape
    captures: Captures


@dataclass(frozen=True, slots=True)
class Malice:
    """What a hostile partner does inside an answer.

    `refuses` says which users are refused when they are added. `loses_list_at` is the number (from 1) of the request
    about a list before which the list vanishes, once. `drops` says which users are accepted and not kept.
    """

    refuses: Callable[[Member], bool] | None = None
    loses_list_at: int | None = None
    drops: Callable[[Member], bool] | None = None


KIND = Malice()
"""No malice at all."""


class Partner:
    """Plays the partner of one manifest. Raises UsageError when its calls cannot be read back or answered."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.slug = program.manifest.slug
        self.state = PartnerState()
        self._shapes = shapes_of(program)
        self._answers = {shape.call.name: answers_to(shape.call) for shape in self._shapes}
        for shape in shapes_beside(program):
            with suppress(NoSuchAnswer):
                self._answers[shape.call.name] = answers_to(shape.call)
                self._shapes.append(shape)
        self._owns_lists = owns_lists(program)
        self._sign_ins = sign_ins_of(program)

    def reset(self) -> None:
        """Forget everything."""
        self.state = PartnerState()

    @property
    def can_refuse_users(self) -> bool:
        """Refusing single users has an effect: the manifest says how an answer names them."""
        return self._answers[self.program.call_for("add").name].can_refuse

    @property
    def can_lose_lists(self) -> bool:
        """A vanished list has an effect: the manifest makes lists and says what their absence looks like."""
        return self._owns_lists and self._answers[self.program.call_for("add").name].gone is not None

    def sign_in(self, request: Received) -> Answer | None:
        """A token, when the request is one for a token."""
        found = next((one for one in self._sign_ins if one.is_for(request)), None)
        if found is None:
            return None
        self.state.calls[SIGN_IN] += 1
        return found.answer()

    @property
    def can_fail_inside(self) -> bool:
        """An error inside a 200 has an effect: the manifest says how one looks."""
        return any(answers.failing is not None for answers in self._answers.values())

    @property
    def can_expire(self) -> bool:
        """A token can expire: some auth kind of the manifest gets one."""
        kinds = self.program.manifest.auth
        return any(hasattr(kind, "token_url") for kind in (kinds if isinstance(kinds, list) else [kinds]))

    def addressed(self, request: Received, *, free: bool) -> list[Addressed]:
        """The calls that a request may be, by method and address. `free`: those whose host is the end user's."""
        found = [(shape, shape.read_address(request)) for shape in self._shapes if shape.url.free == free]
        return [Addressed(shape, captures) for shape, captures in found if captures is not None]

    def answer(self, request: Received, candidates: list[Addressed], malice: Malice = KIND) -> Answer:
        """Do what a request asks for and answer it. `candidates` are the calls that it may be, one at least."""
        if not has_credentials(candidates[0].shape.call, request):
            return self._refusal(401, "a header or parameter with credentials is missing")
        read = self._read(request, candidates)
        if read is None:
            calls = " or ".join(sorted({f"`{candidate.shape.call.name}`" for candidate in candidates}))
            return self._refusal(400, f"the body is not what {calls} of the manifest sends")
        shape, reading, tree = read
        self.state.calls[shape.call.name] += 1
        if shape.operation is None:
            made = shape.call.name == "create_list"
            return self._create(shape, request, tree, reading) if made else self._beside(shape, reading)
        return self._change(shape, request, reading, malice)

    def forget_answer(self, request: Received, candidates: list[Addressed], made: int | None = None) -> None:
        """No answer arrives, so the client does not know where the request's users stand.

        If it made a list (`made`), the same request gets the same list once more.
        """
        if made is not None:
            self.state.created[request.mark] = made
        read = self._read(request, candidates)
        if read is not None and read[0].operation is not None:
            shape, reading, _ = read
            one = self.state.lists.get(list_key(self.program, shape, reading.captures))
            if one is not None:
                one.unheard.update(reading.members)

    def fail_inside(self, candidates: list[Addressed]) -> Answer | None:
        """A 200 with an error inside; None when the manifest does not say how one looks."""
        return self._answers[candidates[0].shape.call.name].failing

    def _read(self, request: Received, candidates: list[Addressed]) -> tuple[CallShape, Reading, Any] | None:
        """The first call whose body this is, what it says, and the body as data."""
        parsed: dict[str, Any] = {}
        for candidate in candidates:
            # An add and a remove that share a call have bodies of one format.
            name = candidate.shape.call.name
            if name not in parsed:
                parsed[name] = candidate.shape.read_content(request.body)
            tree = parsed[name]
            reading = candidate.shape.read_body(tree, candidate.captures)
            if reading is not None:
                return candidate.shape, reading, tree
        return None

    def _refusal(self, status: int, why: str) -> Answer:
        self.state.refused[status] += 1
        return Answer(status, {"error": why})

    def _create(self, shape: CallShape, request: Received, tree: Any, reading: Reading) -> Answer:
        made = self.state.created.pop(request.mark, None)
        list_id = self.state.new_id() if made is None else made
        told = told_id(shape.call, tree, reading.captures)
        if told is not None or makes_id(shape.call):
            key = text_of(told if told is not None else list_id)
            self.state.lists.setdefault(key, MemberList(list_name(shape.call, reading.captures)))
        return self._answers[shape.call.name].created(list_id)

    def _beside(self, shape: CallShape, reading: Reading) -> Answer:
        """Rename, delete or count a list, or say that a connection is good."""
        accepted = self._answers[shape.call.name].accepted
        if shape.call.name == "verify":
            return accepted
        key = list_key(self.program, shape, reading.captures)
        one = self.state.lists.get(key)
        if one is None:
            return Answer(404, {"error": f"there is no list `{key}`"})
        if shape.call.name == "delete_list":
            del self.state.lists[key]
        tree = accepted.tree
        for saved in shape.call.first.save:
            if saved.name == COUNT and saved.expression is not None:
                tree = put(tree, saved.expression.parsed, len(one.members))
        return Answer(200, tree)

    def _change(self, shape: CallShape, request: Received, reading: Reading, malice: Malice) -> Answer:
        answers = self._answers[shape.call.name]
        self.state.batches.count(request.mark, len(reading.members))
        key = list_key(self.program, shape, reading.captures)
        if not self._owns_lists:
            self.state.lists.setdefault(key, MemberList(list_name(None, reading.captures)))
        if malice.loses_list_at is not None:
            self._lose(key, malice.loses_list_at)
        one = self.state.lists.get(key)
        if one is None:
            self.state.refused[answers.gone.status if answers.gone else 404] += 1
            return answers.gone or Answer(404, {"error": f"there is no list `{key}`"})
        one.requests += 1
        self.state.batches.needless += one.is_known(str(shape.operation), reading.members)
        one.unheard.difference_update(reading.members)
        if shape.operation == "remove":
            one.members.difference_update(reading.members)
            return answers.accepted
        refuses = malice.refuses if answers.can_refuse else None
        refused = [at for at, member in enumerate(reading.members) if refuses(member)] if refuses else []
        one.members.update(reading.members)
        if malice.drops is not None:
            one.members.difference_update([member for member in reading.members if malice.drops(member)])
        if not refused:
            return answers.accepted
        one.members.difference_update(reading.members[at] for at in refused)
        return answers.refusing(refused, shape.users(reading))

    def _lose(self, key: str, at: int) -> None:
        one = self.state.lists.get(key)
        if one is not None and self.can_lose_lists and not self.state.lost and one.requests + 1 >= at:
            self.state.lost = True
            del self.state.lists[key]

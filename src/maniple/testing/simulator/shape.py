"""What requests of one call look like, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

from maniple.errors import UsageError
from maniple.runtime.program import CallProgram, Operation, Program
from maniple.template.ast import Expression, Name, Node, expression_names, holes
from maniple.testing.simulator.bodies import NoSuchReader, body_shape
from maniple.testing.simulator.match import Captures, match, match_text, may_be_absent, plain
from maniple.testing.simulator.members import Member, ReadItems, member_of, read_items, users_of
from maniple.testing.simulator.urls import UrlShape, header_shape, url_shape
from maniple.testing.simulator.written import written
from maniple.wire import Headers

ITEMS = "items"
UNREAD: Final = object()
"""What a body is that is not in its format."""


@dataclass(frozen=True)
class Received:
    """A request as a partner gets it. `target` is the raw path and query; header names are in lower case."""

    method: str
    host: str
    target: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header named in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    @cached_property
    def mark(self) -> bytes:
        """A mark that equal requests share; headers do not count."""
        digest = blake2b(self.body, digest_size=16)
        digest.update(f"\n{self.method} {self.host}{self.target}".encode())
        return digest.digest()


@dataclass(frozen=True)
class Reading:
    """What a request says: the values of its holes, and the members it is about, in the order of its items."""

    captures: Captures
    members: list[Member] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class CallShape:
    """One call for one operation. `member_keys` are the captures by which the partner knows a member."""

    call: CallProgram
    operation: Operation | None
    url: UrlShape
    body: Node | None
    item: Node | None
    member_keys: tuple[str, ...]
    user_keys: frozenset[str]
    """The captures that differ from user to user."""
    auth_members: frozenset[str]
    """Members of the body that the authentication adds."""
    headers: tuple[tuple[str, tuple[str | Expression, ...]], ...]
    parse: Callable[[bytes], Any]
    """The body as plain data; raises ValueError when it is not in the call's format."""

    @cached_property
    def _read_items(self) -> ReadItems | None:
        return read_items(self.item, self.member_keys) if self.item is not None else None

    def read_address(self, request: Received) -> Captures | None:
        """The holes of the URL and the headers; None when the request is to another address or by another method."""
        if request.method != self.call.first.method:
            return None
        captures = self.url.read(request.host, request.target, {})
        if captures is None:
            return None
        for name, parts in self.headers:
            value = request.header(name)
            read = match_text(parts, value, captures) if value is not None else None
            captures = read if read is not None else captures
        return captures

    def read_content(self, content: bytes) -> Any:
        """The body as plain data; UNREAD when it is not in the call's format."""
        try:
            return self.parse(content)
        except ValueError:
            return UNREAD

    def read_body(self, tree: Any, found: Captures) -> Reading | None:
        """The whole request; None when its body is not what this call sends. `found` are the address's holes."""
        captures = self._match_body(tree, found) if tree is not UNREAD else None
        if captures is None:
            return None
        if self.operation is None:
            return Reading(plain(captures))
        if self.item is None:
            captures = plain(captures)
            return Reading(captures, [member_of(captures, self.member_keys)], [None])
        return self._read_users(captures)

    def _match_body(self, tree: Any, found: Captures) -> Captures | None:
        if self.auth_members and isinstance(tree, dict):
            tree = {name: value for name, value in tree.items() if name not in self.auth_members}
        if self.body is None:
            return found if tree in (None, {}) else None
        if tree == {} and may_be_absent(self.body):
            return found
        return match(self.body, tree, found)

    def _read_users(self, captures: Captures) -> Reading | None:
        items = captures.get(ITEMS)
        shared = {key: value for key, value in captures.items() if key != ITEMS}
        if self.call.first.join is not None and isinstance(items, str):
            items = items.split(self.call.first.join)
        if not isinstance(items, list) or self._read_items is None or self.item is None:
            return None
        members = self._read_items(items)
        if members is None:
            return None
        # What the items say of the list is the same in all of them.
        first = match(self.item, items[0], shared) if items else None
        told = {key: value for key, value in (first or shared).items() if key not in self.user_keys}
        return Reading(plain(told), members, items)

    def users(self, reading: Reading) -> list[Captures]:
        """The captures of each user of a request."""
        if self.item is None:
            return [reading.captures]
        return users_of(self.item, reading.items, reading.captures)


def shapes_of(program: Program) -> list[CallShape]:
    """The calls of a manifest, for reading. Raises UsageError for a call that cannot be read back."""
    for name in ("create_list", program.call_for("add").name, program.call_for("remove").name):
        _refuse_exchange(program, name)
    shapes = [_shape(program, call, None, ()) for name, call in program.calls.items() if name == "create_list"]
    keys = member_keys(program)
    for operation in ("add", "remove"):
        call = program.call_for(operation)
        _refuse_unreadable(program, call)
        shapes.append(_shape(program, call, operation, keys[operation]))
    return shapes


BESIDE = ("rename_list", "delete_list", "count_members", "verify")
"""Calls about a list or a connection as a whole. The members of a list are not told page by page."""


def shapes_beside(program: Program) -> list[CallShape]:
    """The calls of `BESIDE` that are one request and can be read back; the others are answered with 404."""
    found: list[CallShape] = []
    for name in BESIDE:
        call = program.calls.get(name)
        if call is None or len(call.steps) > 1:
            continue
        with suppress(UsageError):
            found.append(_shape(program, call, None, ()))
    return found


def _shape(program: Program, call: CallProgram, operation: Operation | None, keys: Sequence[str]) -> CallShape:
    known = {} if operation is None else {"operation": operation, "membership": operation == "add"}
    fields = {form_field.name: form_field for form_field in program.fields}
    try:
        read = body_shape(call.first, known)
    except NoSuchReader as why:
        raise UsageError(f"the simulator cannot play {program.manifest.name}: `{call.name}`: {why}") from None
    return CallShape(
        call=call,
        operation=operation,
        url=url_shape(call, fields, known),
        body=read.node,
        item=read.item,
        member_keys=tuple(keys),
        user_keys=frozenset(_user_holes(program, call)) if operation is not None else frozenset(),
        auth_members=frozenset(name for one in call.first.auth.kinds for name in getattr(one.kind, "json_", {})),
        headers=tuple(shape for pair in call.first.headers if (shape := header_shape(pair, known)) is not None),
        parse=read.parse,
    )


def member_keys(program: Program) -> dict[Operation, list[str]]:
    """The captures by which the partner knows a member: what the remove call says of a user and the add call too.

    Raises UsageError when the two calls have nothing about a user in common.
    """
    added = _user_holes(program, program.call_for("add"))
    removed = _user_holes(program, program.call_for("remove"))
    shared = [key for key in added if key in removed]
    identity = set(program.identity)
    named = [key for key in shared if added[key] <= identity]
    if named or shared:
        return {"add": named or shared, "remove": named or shared}
    if len(added) == len(removed) == 1:
        return {"add": list(added), "remove": list(removed)}
    raise UsageError(
        f"the simulator cannot play {program.manifest.name}: its add and remove calls name users in different ways"
    )


def _user_holes(program: Program, call: CallProgram) -> dict[str, set[str]]:
    """The holes that differ from user to user, with the user variables that each reads."""
    rows = {*program.sent_names, "amplitude_id", "user", "values"}
    item = list(holes(call.first.item.node)) if call.first.item is not None else []
    below = list(holes(call.first.body.node)) if call.first.body is not None else []
    below += [part[0] for part in call.first.url.parts if not isinstance(part, str)]
    below += [hole for pair in call.first.query for template in pair.values for hole in holes(template.node)]
    # What stands outside of the items is the same for all users of a request, also what they are to the partner.
    outside = rows - {mapping.target_key for mapping in program.mappings} if item else rows
    found = {written(hole): outside & set(expression_names(hole)) for hole in below}
    found |= {written(hole): rows & set(expression_names(hole)) for hole in item}
    return {key: names for key, names in found.items() if names}


def _refuse_exchange(program: Program, name: str) -> None:
    call = program.calls.get(name)
    if call is not None and (len(call.steps) > 1 or call.first.match or call.first.poll):
        raise UsageError(
            f"the simulator cannot play {program.manifest.name}: `{name}` is an exchange of several requests",
            hint="write the exchange down as golden cases; a real server of your own can be named with `--via`",
        )


def _refuse_unreadable(program: Program, call: CallProgram) -> None:
    """The items must stand in the body as they are."""
    if call.first.item is None or call.first.body is None:
        return
    inside = [hole for hole in holes(call.first.body.node) if "items" in set(expression_names(hole))]
    if any(not isinstance(hole, Name) for hole in inside):
        raise UsageError(
            f"the simulator cannot play {program.manifest.name}: "
            f"`$items` in `{call.name}` goes through a filter and cannot be read back"
        )

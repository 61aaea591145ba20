"""A directory by SCIM 2.0 (RFC 7644): people are looked up by a filter, and groups hold the directory's own ids."""

from __future__ import annotations

import json
import re
from typing import Any

from support.strangers.stranger import Ask, Refusal, Reply, Stranger, at_most, one_of, shaped, unknown

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_TERM = re.compile(r'(userName|displayName) eq ("(?:[^"\\]|\\.)*")')
_MEMBER = re.compile(r'members\[value eq ("(?:[^"\\]|\\.)*")\]')


class Directory(Stranger):
    """User names are compared without regard to case in filters and are told apart in every other way, as it is with
    `userName` of many directories: a filter for `abc` finds `ABC` too. Answers come in pages of three by
    `startIndex`, and a group's display name is there once."""

    TYPE = "application/scim+json"

    def __init__(self, people: list[str], groups: list[str]) -> None:
        super().__init__()
        self.people = {f"p-{number}": name for number, name in enumerate(people)}
        self.groups: dict[str, tuple[str, set[str]]] = {
            f"g-{number}": (name, set()) for number, name in enumerate(groups)
        }

    def members(self, group: str) -> set[str]:
        """User names of those in the group with this display name."""
        (ids,) = [ids for name, ids in self.groups.values() if name == group]
        return {self.people[each] for each in ids}

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("authorization") != "Bearer t-1" or ask.headers.get("accept") != self.TYPE:
            raise Refusal(401, {"status": "401"})
        match (ask.method, ask.segments):
            case ("GET", ["scim", "v2", "Users"]):
                wanted = {value.casefold() for value in self._terms(ask, "userName")}
                held = [{"id": own, "userName": name} for own, name in self.people.items()]
                return self._page(ask, [each for each in held if each["userName"].casefold() in wanted])
            case ("GET", ["scim", "v2", "Groups"]):
                return self._page(ask, [{"id": own, "displayName": name} for own, (name, _) in self.groups.items()])
            case ("POST", ["scim", "v2", "Groups"]):
                tree = shaped(ask.json(self.TYPE), {"schemas": [one_of(GROUP)], "displayName": str})
                if tree["displayName"] in {name for name, _ in self.groups.values()}:
                    raise Refusal(409, {"scimType": "uniqueness"})
                own = f"g-{len(self.groups)}"
                self.groups[own] = (tree["displayName"], set())
                return Reply(201, {"id": own, "displayName": tree["displayName"]})
            case ("PATCH", ["scim", "v2", "Groups", own]) if own in self.groups:
                return self._patch(self.groups[own][1], ask)
        raise unknown(ask)

    @staticmethod
    def _terms(ask: Ask, attribute: str) -> list[str]:
        terms = ask.query.get("filter", "").split(" or ")
        found = [_TERM.fullmatch(term) for term in terms]
        if any(each is None or each[1] != attribute for each in found):
            raise Refusal(400, {"scimType": "invalidFilter", "detail": ask.query.get("filter")})
        return [json.loads(each[2]) for each in found if each is not None]

    @staticmethod
    def _page(ask: Ask, rows: list[dict[str, str]]) -> Reply:
        if (
            not {"startIndex", "count"} <= set(ask.query) <= {"startIndex", "count", "filter"}
            or ask.query["count"] != "3"
        ):
            raise Refusal(400, {"detail": f"query {ask.query}"})
        start = int(ask.query["startIndex"]) - 1
        tree = {"totalResults": len(rows), "startIndex": start + 1, "Resources": rows[start : start + 3]}
        return Reply(200, tree if tree["Resources"] else {"totalResults": len(rows), "startIndex": start + 1})

    def _patch(self, members: set[str], ask: Ask) -> Reply:
        operation = {"op": one_of("add", "remove"), "path": str, "value?": [{"value": str}]}
        tree = shaped(ask.json(self.TYPE), {"schemas": [one_of(PATCH)], "Operations": [operation]})
        changed = [(each["op"], own) for each in tree["Operations"] for own in self._ids(each)]
        if not at_most(20, (own for _, own in changed)) <= set(self.people):
            raise Refusal(404, {"detail": "no such person"})
        for op, own in changed:
            (members.add if op == "add" else members.discard)(own)
        return Reply(204)

    @staticmethod
    def _ids(operation: dict[str, Any]) -> list[str]:
        if operation["op"] == "add" and operation["path"] == "members" and "value" in operation:
            return [each["value"] for each in operation["value"]]
        found = _MEMBER.fullmatch(operation["path"])
        if operation["op"] != "remove" or found is None or "value" in operation:
            raise Refusal(400, {"scimType": "invalidPath"})
        return [json.loads(found[1])]

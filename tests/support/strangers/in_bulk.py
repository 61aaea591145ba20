"""Partners that take many users a call and answer for each of them, or take them as a property."""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree

from support.strangers.stranger import Ask, Refusal, Reply, Stranger, at_most, one_of, shaped, unknown


class Contacts(Stranger):
    """A 207 has a result for each address: `{"results": {"a@x": {"ok": true}, "b@x": {"ok": false, "code": "..."}}}`.

    It knows addresses in lower case only, whatever was sent. `suppressed` are refused always, `busy` once.
    """

    def __init__(self, suppressed: set[str], busy: set[str]) -> None:
        super().__init__()
        self.suppressed = suppressed
        self.busy = set(busy)
        self.lists: dict[str, set[str]] = {}

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("authorization") != "Bearer t-1":
            raise Refusal(401, {"message": "token"})
        match (ask.method, ask.segments):
            case ("POST", ["lists"]):
                shaped(ask.json(), {"list": {"name": str, "folder": int}})
                number = len(self.lists) + 40
                self.lists[str(number)] = set()
                return Reply(201, {"list": {"id": number}})
            case ("POST", ["contacts:subscribe" | "contacts:unsubscribe" as verb]):
                tree = shaped(ask.json(), {"list_id": int, "contacts": [{"email": str, "locale?": str}]})
                return self._change(verb, self.lists[str(tree["list_id"])], tree["contacts"])
        raise unknown(ask)

    def _change(self, verb: str, members: set[str], contacts: list[dict[str, str]]) -> Reply:
        results: dict[str, dict[str, object]] = {}
        for email in sorted(at_most(8, (each["email"].lower() for each in contacts))):
            if verb == "contacts:unsubscribe":
                members.discard(email)
            elif email in self.suppressed:
                results[email] = {"ok": False, "code": "SUPPRESSED"}
                continue
            elif email in self.busy:
                self.busy.discard(email)
                results[email] = {"ok": False, "code": "BUSY"}
                continue
            else:
                members.add(email)
            results[email] = {"ok": True}
        bad = any(not result["ok"] for result in results.values())
        return Reply(207 if bad else 200, {"results": results})


class PortalReceiver(Stranger):
    """Receives cohorts by the standard contract of Amplitude's portal: a list is created, then `/add` and `/remove`
    with `userIds` and `context`; the key is the user name of HTTP Basic. Ids it does not know are counted and named by
    kind: `{"errors": {"count": 2, "failed": {"NOT_FOUND": ["x"], "BLOCKED": ["y"]}}}`."""

    def __init__(self, blocked: set[str]) -> None:
        super().__init__()
        self.blocked = blocked
        self.lists: dict[str, set[str]] = {}

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("authorization") != f"Basic {base64.b64encode(b'k-1:').decode()}":
            raise Refusal(401, {"error": "unauthorized"})
        context = {"integration": {"name": one_of("Amplitude Cohort Sync"), "version": one_of("1.0.0")}}
        match (ask.method, ask.segments):
            case ("POST", ["lists"]):
                shaped(ask.json(), {"name": str, "context": context})
                self.lists[str(len(self.lists) + 1)] = set()
                return Reply(200, {"listId": len(self.lists)})
            case ("POST", ["lists", number, "add" | "remove" as verb]) if number in self.lists:
                given = shaped(ask.json(), {"userIds": [str], "context": context})["userIds"]
                users = at_most(1000, given)
                blocked = users & self.blocked if verb == "add" else set()
                change = set.update if verb == "add" else set.difference_update
                change(self.lists[number], users - blocked)
                failed = {"BLOCKED": sorted(blocked)} if blocked else {}
                return Reply(200, {"errors": {"count": len(blocked), "failed": failed}})
        raise unknown(ask)


class Visitors(Stranger):
    """A property on each visitor: an array at the root, one object a visitor with a boolean, at most 6 a call.

    Properties may be left out but not be null, and the answer counts what was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.status: dict[str, dict[str, bool]] = {}
        self.plans: dict[str, str] = {}

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("x-account") != "acc-1" or ask.headers.get("x-secret") != "s-1":
            raise Refusal(401, {"error": "account"})
        if (ask.method, ask.segments) != ("POST", ["event"]):
            raise unknown(ask)
        event = {
            "visitor_id": str,
            "event": one_of("cohort_sync"),
            "cohort": {"id": str, "name": str},
            "status": bool,
            "props?": {"plan?": str, "seats?": int},
        }
        tree = shaped(ask.json(), [event])
        at_most(6, (each["visitor_id"] for each in tree))
        for each in tree:
            self.status.setdefault(each["cohort"]["id"], {})[each["visitor_id"]] = each["status"]
            props = each.get("props", {"none": 0})
            if not props:
                raise Refusal(422, {"error": "props is empty"})
            self.plans[each["visitor_id"]] = f"{props.get('plan')}/{props.get('seats')}"
        return Reply(202, {"accepted": len(tree)})

    def members(self, cohort: str) -> set[str]:
        return {visitor for visitor, status in self.status[cohort].items() if status}


class Registry(Stranger):
    """XML both ways, in a namespace: `<createList>`, `<addMembers>`, `<removeMembers>`, at most 7 members a call.

    An answer names each member that failed by its number, from 1; a fault is a 500 with `<fault code="...">`."""

    SPACE = "{urn:registry:2}"

    def __init__(self, invalid: set[str]) -> None:
        super().__init__()
        self.invalid = invalid
        self.lists: dict[str, set[str]] = {}

    def answer(self, ask: Ask) -> Reply:
        if (ask.method, ask.segments) != ("POST", ["rpc"]):
            raise unknown(ask)
        if ask.headers.get("content-type") != "text/xml; charset=utf-8":
            return self._fault(415, "TYPE")
        try:
            root = ElementTree.fromstring(ask.body)
        except ElementTree.ParseError:
            return self._fault(400, "SYNTAX")
        head = root.find(f"{self.SPACE}head")
        if root.tag != f"{self.SPACE}request" or head is None or head.get("key") != 'k"<1>':
            return self._fault(500, "AUTH")
        operation = root[1]
        if operation.tag == f"{self.SPACE}createList":
            number = f"L{len(self.lists) + 1:03}"
            self.lists[number] = set()
            return self._xml(f'<r:created xmlns:r="urn:registry:2"><r:list code="{number}"/></r:created>')
        return self._change(operation)

    def _change(self, operation: ElementTree.Element) -> Reply:
        members = self.lists.get(operation.get("list", ""))
        tags = {each.tag for each in operation}
        if members is None or tags != {f"{self.SPACE}member"} or len(operation) > 7:
            return self._fault(500, "NO_LIST" if members is None else "SHAPE")
        failed = []
        for number, each in enumerate(operation, 1):
            reference = each.get("ref", "")
            if each.text != "cohort" or not reference:
                return self._fault(500, "SHAPE")
            if reference in self.invalid:
                failed.append(f'<f n="{number}" why="E12 {number}">refused</f>')
            elif operation.tag == f"{self.SPACE}addMembers":
                members.add(reference)
            elif operation.tag == f"{self.SPACE}removeMembers":
                members.discard(reference)
        return self._xml(f"<result><failed>{''.join(failed)}</failed></result>")

    @staticmethod
    def _xml(text: str, status: int = 200) -> Reply:
        declared = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
        return Reply(status, declared, {"Content-Type": "application/xml"})

    def _fault(self, status: int, code: str) -> Reply:
        return self._xml(f'<fault code="{code}"><text>{code.title()}</text></fault>', status)


class Graph(Stranger):
    """One GraphQL endpoint. A fault is a 200 with `errors`; users who failed stand in the data, by their position in
    an array as long as the batch: `{"status": "OK"}` or `{"status": "FAILED", "why": "..."}`."""

    MUTATION = re.compile(r"^mutation \w+\(([^)]*)\) \{ (createAudience|addUsers|removeUsers)\((.*?)\) \{ (.*) \} \}$")

    def __init__(self, unknown_users: set[str]) -> None:
        super().__init__()
        self.unknown_users = unknown_users
        self.audiences: dict[str, set[str]] = {}
        self.token = "t-1"

    def answer(self, ask: Ask) -> Reply:
        if (ask.method, ask.segments) != ("POST", ["graphql"]):
            raise unknown(ask)
        tree = shaped(ask.json(), {"query": str, "variables": dict})
        if ask.headers.get("authorization") != f"Bearer {self.token}":
            return self._error("UNAUTHENTICATED")
        found = self.MUTATION.match(tree["query"])
        given = tree["variables"]
        if not found or {part.split(":")[0].strip(" $") for part in found[1].split(",")} != set(given):
            return self._error("GRAPHQL_VALIDATION_FAILED")
        if found[2] == "createAudience":
            number = f"gid://graph/Audience/{len(self.audiences) + 1}"
            self.audiences[number] = set()
            return Reply(200, {"data": {"createAudience": {"audience": {"id": number}}}})
        if given["audience"] not in self.audiences:
            return self._error("NOT_FOUND")
        return self._change(found[2], self.audiences[given["audience"]], given["users"])

    def _change(self, field: str, members: set[str], users: list[dict[str, str]]) -> Reply:
        shaped(users, [{"externalId": str}])
        at_most(9, (each["externalId"] for each in users))
        outcome = []
        for each in users:
            user = each["externalId"]
            if user in self.unknown_users:
                outcome.append({"status": "FAILED", "why": "UNKNOWN"})
                continue
            (members.add if field == "addUsers" else members.discard)(user)
            outcome.append({"status": "OK", "why": ""})
        return Reply(200, {"data": {field: {"outcome": outcome}}})

    @staticmethod
    def _error(code: str) -> Reply:
        return Reply(200, {"errors": [{"message": code.lower(), "extensions": {"code": code}}], "data": None})

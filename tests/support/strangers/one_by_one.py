"""Partners that take one user a call, or lists whose id the client chooses or reads off an address."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

from support.strangers.stranger import Ask, Refusal, Reply, Stranger, at_most, one_of, shaped, unknown


class Groups(Stranger):
    """Users stand in the path, percent-encoded: `PUT` and `DELETE /groups/{gid}/members/{uid}`.

    Group ids have a slash and letters of any alphabet. A user who is not in the directory is a 404 with the code
    `NO_SUCH_USER`; removing one who is no member is a 404 with `NOT_A_MEMBER`.
    """

    def __init__(self, directory: set[str]) -> None:
        super().__init__()
        self.directory = directory
        self.groups: dict[str, set[str]] = {}

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("x-api-key") != "k-1":
            raise Refusal(401, {"code": "BAD_KEY"})
        match (ask.method, ask.segments):
            case ("POST", ["groups"]):
                title = shaped(ask.json(), {"title": str})["title"]
                gid = f"team/{title} ü+{len(self.groups) + 1}"
                self.groups[gid] = set()
                return Reply(201, {"group": {"gid": gid}})
            case ("PUT" | "DELETE" as method, ["groups", gid, "members", uid]):
                ask.no_body()
                return self._change(method, gid, uid)
        raise unknown(ask)

    def _change(self, method: str, gid: str, uid: str) -> Reply:
        if gid not in self.groups:
            raise Refusal(404, {"code": "NO_SUCH_GROUP"})
        if uid not in self.directory:
            raise Refusal(404, {"code": "NO_SUCH_USER"})
        members = self.groups[gid]
        if method == "PUT":
            members.add(uid)
        elif uid not in members:
            raise Refusal(404, {"code": "NOT_A_MEMBER"})
        else:
            members.remove(uid)
        return Reply(204)


class Segments(Stranger):
    """The client chooses a segment's key: `PUT /v1/segments/{key}`, answered without a body. Users are changed by a
    list of operations in a content type of the partner's own, at most 10 a call, and each call has a key of its own."""

    TYPE = "application/vnd.segments.ops+json"

    def __init__(self) -> None:
        super().__init__()
        self.segments: dict[str, set[str]] = {}
        self.labels: dict[str, str] = {}
        self.calls: set[str] = set()

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("authorization") != "Bearer t-1":
            raise Refusal(401, {"error": "token"})
        match (ask.method, ask.segments):
            case ("PUT", ["v1", "segments", key]):
                return self._put(key, shaped(ask.json(), {"label": str, "source": one_of("maniple")})["label"])
            case ("PATCH", ["v1", "segments", key]):
                return self._patch(key, ask)
        raise unknown(ask)

    def _put(self, key: str, label: str) -> Reply:
        if not key.isascii() or not key.replace("-", "").isalnum() or key != key.lower() or len(key) > 40:
            raise Refusal(422, {"error": f"key {key!r}"})
        fresh = key not in self.segments
        self.segments.setdefault(key, set())
        self.labels[key] = label
        return Reply(201 if fresh else 204)

    def _patch(self, key: str, ask: Ask) -> Reply:
        tree = shaped(ask.json(self.TYPE), {"ops": [{"op": one_of("add", "remove"), "user": str}]})
        once = ask.headers.get("idempotency-key", "")
        if not once or once in self.calls:
            raise Refusal(409, {"error": f"idempotency key {once!r}"})
        if key not in self.segments:
            raise Refusal(404, {"error": "no segment"})
        self.calls.add(once)
        at_most(10, (op["user"] for op in tree["ops"]))
        for op in tree["ops"]:
            (self.segments[key].add if op["op"] == "add" else self.segments[key].discard)(op["user"])
        return Reply(204)


class Audiences(Stranger):
    """A new audience is a 201 without a body; where it is stands in `Location`, relative and percent-encoded.
    Users come as a form with repeated names, at most 4 a call."""

    def __init__(self) -> None:
        super().__init__()
        self.audiences: dict[str, set[str]] = {}

    def answer(self, ask: Ask) -> Reply:
        if ask.query != {"key": "k 1&2"}:
            raise Refusal(403, {"error": "key"})
        match (ask.method, ask.segments):
            case ("POST", ["v3", "audiences"]):
                title = self._form(ask, {"title"})[0][1]
                audience = f"{title}/№{len(self.audiences) + 1}"
                self.audiences[audience] = set()
                return Reply(201, None, {"Location": f"/v3/audiences/{quote(audience, safe='')}?view=full"})
            case ("POST", ["v3", "audiences", audience, "members:add" | "members:remove" as verb]):
                if audience not in self.audiences:
                    raise Refusal(410, {"error": "no audience"})
                users = at_most(4, (value for _, value in self._form(ask, {"user"})))
                change = set.update if verb == "members:add" else set.difference_update
                change(self.audiences[audience], users)
                return Reply(200, {})
        raise unknown(ask)

    @staticmethod
    def _form(ask: Ask, names: set[str]) -> list[tuple[str, str]]:
        ask.typed("application/x-www-form-urlencoded")
        pairs = parse_qsl(ask.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        if {name for name, _ in pairs} != names:
            raise Refusal(422, {"error": f"form names, not {names}"})
        return pairs


class Tags(Stranger):
    """Tags are taken off by a `DELETE` with a JSON body, at most 5 people a call, each by kind and id.

    A tag is there from the first person who gets it, and nobody asks for it before."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, set[str]] = {}

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("authorization") != "Token token=k-1":
            raise Refusal(401, {"error": "key"})
        match (ask.method, ask.segments):
            case ("POST" | "DELETE" as method, ["tags", tag, "people"]):
                person = {"kind": one_of("external"), "id": str}
                tree = shaped(ask.json(), {"people": [person], "silent": one_of(True)})
                people = at_most(5, (each["id"] for each in tree["people"]))
                if method == "POST":
                    self.tags.setdefault(tag, set()).update(people)
                elif not people <= self.tags.get(tag, set()):
                    raise Refusal(404, {"error": "not tagged"})
                else:
                    self.tags[tag] -= people
                return Reply(200, {"changed": len(people)})
        raise unknown(ask)

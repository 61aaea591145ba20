"""Partners that need several requests: a job with an upload, a sign-in with short tokens, a look-up in pages."""

from __future__ import annotations

import base64
import csv
import gzip
import io
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

from support.strangers.stranger import Ask, Refusal, Reply, Stranger, at_most, one_of, shaped, unknown


class Imports(Stranger):
    """Users come by jobs: `POST /jobs`, `PUT` the CSV in gzip where the answer says, `POST .../start`, then asking
    until the job is done. The result names rejected rows by their line in the file: the header is line 1.

    Uploads and the API have different hosts. A job is done at the third question."""

    def __init__(self, invalid: set[str]) -> None:
        super().__init__()
        self.invalid = invalid
        self.audience: dict[str, str] = {}
        """E-mail by member."""
        self.jobs: dict[str, dict[str, Any]] = {}

    def answer(self, ask: Ask) -> Reply:
        host = ask.headers["host"]
        match (host, ask.method, ask.segments):
            case ("files.imports.example", "PUT", ["jobs", job, "file"]):
                return self._upload(self.jobs[job], ask)
            case ("api.imports.example", _, _) if ask.headers.get("authorization") != "ApiKey k-1":
                raise Refusal(401, {"error": "key"})
            case ("api.imports.example", "POST", ["jobs"]):
                shaped(ask.json(), {"action": one_of("ADD", "REMOVE"), "audience": one_of("main")})
                job = f"job/{len(self.jobs) + 1}"
                self.jobs[job] = {"action": ask.json()["action"], "state": "NEW", "asked": 0, "rejected": []}
                return Reply(201, {"job": {"id": job, "ticket": f"t {job}"}})
            case ("api.imports.example", "POST", ["jobs", job, "start"]):
                ask.no_body()
                return self._start(self.jobs[job])
            case ("api.imports.example", "GET", ["jobs", job]):
                return Reply(200, self._look(self.jobs[job]))
            case ("api.imports.example", "GET", ["jobs", job, "rejected"]):
                return Reply(200, {"rejected": self.jobs[job]["rejected"]})
        raise unknown(ask)

    def _upload(self, job: dict[str, Any], ask: Ask) -> Reply:
        if "authorization" in ask.headers or not ask.query.get("ticket", "").startswith("t job/"):
            raise Refusal(403, {"error": "a ticket, and no credentials"})
        ask.typed("text/csv")
        if ask.headers.get("content-encoding") != "gzip" or job["state"] != "NEW":
            raise Refusal(409, {"error": "not gzip, or uploaded before"})
        rows = list(csv.reader(io.StringIO(gzip.decompress(ask.body).decode(), newline=""), strict=True))
        if rows[0] != ["User ID", "e-mail"] or any(len(row) != 2 for row in rows):
            raise Refusal(422, {"error": "columns"})
        at_most(12, (row[0] for row in rows[1:]))
        job.update(state="UPLOADED", rows=rows)
        return Reply(200)

    def _start(self, job: dict[str, Any]) -> Reply:
        if job["state"] != "UPLOADED":
            raise Refusal(409, {"error": "nothing uploaded"})
        job["state"] = "RUNNING"
        return Reply(202, {"state": "RUNNING"})

    def _look(self, job: dict[str, Any]) -> dict[str, Any]:
        job["asked"] += 1
        if job["asked"] == 3:
            for line, (user, email) in enumerate(job["rows"][1:], 2):
                if user in self.invalid:
                    job["rejected"].append({"line": line, "why": "BLOCKED"})
                elif job["action"] == "ADD":
                    self.audience[user] = email
                else:
                    self.audience.pop(user, None)
            job["state"] = "DONE"
        return {"state": job["state"], "rejected": len(job["rejected"])}


class Vault(Stranger):
    """Tokens live for two seconds, and for five calls at most; after that a call is a 401. The client signs in by
    HTTP Basic at another host, with a scope."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[str, tuple[float, int]] = {}
        """When each was given, and how many calls it made."""
        self.members: set[str] = set()
        self.clock = monotonic

    def answer(self, ask: Ask) -> Reply:
        match (ask.headers["host"], ask.method, ask.segments):
            case ("id.vault.example", "POST", ["oauth", "token"]):
                return self._sign_in(ask)
            case ("api.vault.example", "POST", ["members"]):
                self._check(ask.headers.get("authorization", "").removeprefix("Bearer "))
                tree = shaped(ask.json(), {"add": list, "remove": list})
                at_most(3, tree["add"] + tree["remove"])
                self.members = self.members - set(tree["remove"]) | set(tree["add"])
                return Reply(200, {"size": len(self.members)})
        raise unknown(ask)

    def _sign_in(self, ask: Ask) -> Reply:
        ask.typed("application/x-www-form-urlencoded")
        given = parse_qsl(ask.body.decode(), strict_parsing=True)
        basic = base64.b64encode(b"client%2B1:s%3A3%26cret").decode()
        if ask.headers.get("authorization") != f"Basic {basic}":
            raise Refusal(401, {"error": "invalid_client"})
        if sorted(given) != [("grant_type", "client_credentials"), ("scope", "members.read members.write")]:
            raise Refusal(400, {"error": "invalid_request"})
        token = f"token-{len(self.tokens) + 1}"
        self.tokens[token] = (self.clock(), 0)
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": 2})

    def _check(self, token: str) -> None:
        given, calls = self.tokens.get(token, (0.0, 99))
        if calls >= 5 or self.clock() - given > 2:
            raise Refusal(401, {"error": "token"}, WWW_Authenticate='Bearer error="invalid_token"')
        self.tokens[token] = (given, calls + 1)


class Shelf(Stranger):
    """Lists have unique names: a second one of a name is a 409. They are read in pages of two by a cursor that must
    come back as it was given; members are added by number and removed by the partner's own ids."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.lists = [{"id": number, "name": name} for number, name in enumerate(names, 1)]
        self.members: dict[int, dict[str, str]] = {number: {} for number in range(1, len(names) + 1)}
        """By list: the partner's id by user."""
        self.made = 0

    def answer(self, ask: Ask) -> Reply:
        if ask.headers.get("authorization") != "Bearer t-1" or ask.headers.get("x-version") != "2026-10":
            raise Refusal(401, {"error": "token"})
        match (ask.method, ask.segments):
            case ("GET", ["lists"]):
                ask.no_body()
                return self._page(ask.query, self.lists)
            case ("POST", ["lists"]):
                return self._create(shaped(ask.json(), {"name": str})["name"])
            case ("POST", ["lists", number, "members"]):
                tree = shaped(ask.json(), {"members": [{"external_id": str}]})
                for user in sorted(at_most(5, (each["external_id"] for each in tree["members"]))):
                    self.made += 1
                    self.members[int(number)].setdefault(user, f"m{self.made}")
                return Reply(201, {})
            case ("GET", ["lists", number, "members"]):
                held = self.members[int(number)].items()
                return self._page(ask.query, [{"id": own, "external_id": user} for user, own in held])
            case ("DELETE", ["lists", number, "members", own]):
                ask.no_body()
                return self._remove(self.members[int(number)], own)
        raise unknown(ask)

    def _page(self, query: dict[str, str], rows: list[Any]) -> Reply:
        size = int(query.get("limit", "2"))
        cursors = {f"c+/{start}==": start for start in range(0, len(rows), size)} | {"": 0}
        if set(query) - {"limit", "cursor"} or query.get("cursor", "") not in cursors or size > 10:
            raise Refusal(400, {"error": f"query {query}"})
        start = cursors[query.get("cursor", "")]
        more = start + size < len(rows)
        return Reply(
            200, {"items": rows[start : start + size], "meta": {"next": f"c+/{start + size}==" if more else None}}
        )

    def _create(self, name: str) -> Reply:
        if any(each["name"] == name for each in self.lists):
            raise Refusal(409, {"error": "the name is taken"})
        number = len(self.lists) + 1
        self.lists.append({"id": number, "name": name})
        self.members[number] = {}
        return Reply(201, {"id": number, "name": name})

    @staticmethod
    def _remove(members: dict[str, str], own: str) -> Reply:
        user = next((user for user, each in members.items() if each == own), None)
        if user is None:
            raise Refusal(404, {"error": "no member"})
        del members[user]
        return Reply(204)

"""Steps, pages, polls, sign-ins and bodies of all formats, against partners and authors who mean ill."""

from __future__ import annotations

import json
from typing import Any

from data.hostile.attack import HARMLESS, Attack, changed

FIND = {
    "name": "find",
    "method": "GET",
    "url": "https://a.test/find",
    "item": "$user_key",
    "query": {"q": "{{ items | json }}"},
}
MATCH = {"rows": "rows", "by": "value", "at": "id", "item": "$user_key", "save": {"key": "id"}}
DROP = {"method": "POST", "url": "https://a.test/l/$list_id", "json": {"ids": "$items"}, "item": "$key"}
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY a%d "&%s;&%s;&%s;">' % ((n,) + ((b"a%d" % (n - 1) if n else b"a"),) * 3) for n in range(40))
    + b"]><l>&a39;</l>"
)
OUTSIDE = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'
ROWS = json.dumps(
    {"rows": [{"id": str(n)} for n in range(60_000)], "next": "/find?p=2", "id": "7", "done": False}
).encode()
SMALL = b'{"rows": [{"id": "x"}], "next": "/find?again", "id": "7", "done": false}'


def _steps(expected: str, *steps: dict[str, Any], reply: bytes = SMALL, effects: int = 3_000, **more: Any) -> Attack:
    call = {"batch": {"items": 100}, "steps": list(steps)}
    return Attack(lambda: changed(add_users=call), expected, reply=reply, effects=effects, **more)


USE = {
    "method": "POST",
    "url": "https://a.test/l/$list_id",
    "json": {"ids": "$items", "k": "$key"},
    "item": "$user_key",
}


def _page(link: str) -> Attack:
    step = {**FIND, "paginate": {"next": "next"}}
    return _steps(HARMLESS, step, reply=json.dumps({"next": link}).encode())


def _sign_in(expected: str, token: Any = None, **auth: Any) -> Attack:
    kind = {"kind": "oauth2_client_credentials", "token_url": "https://sign-in.acme.test/token", **auth}
    reply = json.dumps({"access_token": "access-1", **(token or {})}).encode()
    settings = {"client_id": "client", "client_secret": "s3cret"}
    return Attack(lambda: changed(auth=kind), expected, reply=SMALL, token=reply, settings=settings, effects=50)


def _hosted(host: str) -> Attack:
    kind = {
        "kind": "oauth2_client_credentials",
        "token_url": "https://sign-in.acme.test/token",
        "save": {"instance": "instance"},
    }
    settings = {"client_id": "client", "client_secret": "s3cret"}
    return Attack(
        lambda: changed(auth=kind, add_users__url="https://$instance/x/$list_id"),
        HARMLESS,
        reply=SMALL,
        token=json.dumps({"access_token": "access-1", "instance": host}).encode(),
        settings=settings,
        effects=50,
    )


def _body(expected: str, **body: Any) -> Attack:
    call = {"method": "POST", "url": "https://a.test/x/$list_id", "item": "$user_key", **body}
    call = {name: value for name, value in call.items() if value is not None}
    return Attack(lambda: changed(add_users=call), expected)


PAGES = (
    *(
        "https://evil.test/next",
        "//evil.test/next",
        "http://a.test/next",
        "https://a.test@evil.test/",
        "file:///etc/passwd",
    ),
    *("https://a.test:8443/x", "https://a.test.evil.test/", "\\\\evil.test\\x", "https:\\\\evil.test", "/\\evil.test"),
    *(
        "https://[::1]/",
        "https://2130706433/",
        "gopher://a.test/",
        "javascript:x",
        "https://\uff41.test/",
        "https://[::1",
        "",
    ),
)
SAVED_HOSTS = (
    *(
        "127.0.0.1@evil.test",
        "evil.test/x",
        "evil.test#",
        "evil.test?",
        "a b",
        "evil.test\r\nX: y",
        "[::1]",
        "\u0430pi.test",
    ),
    *("evil.test\\", "", "-", "a" * 300, "evil.test:99999999"),
)
URLS = (
    *("http://sign-in.acme.test/token", "https://u:p@sign-in.acme.test/", "https://[::1", "file:///etc/passwd", "//x"),
    *(
        "https://$amp_cohort_name/token",
        "https://sign-in.acme.test/#x",
        "https://sign-in.acme.test/../x",
        "https://а.test",
    ),
)
BOMBS = (
    *(
        "|".join(["[@,@]"] * 60),
        "map(&map(&@,@.*),rows)",
        "sort_by(" * 15 + "rows" + ",&id)" * 15,
        "rows[].[@,@,@,@,@]",
    ),
    *("join('', rows[].id)", "rows[?contains(to_string(@), 'x')]", "to_string([" * 20 + "@" + "])" * 20),
)

ATTACKS: dict[str, Attack] = {
    **{f"a next page at {link[:40]!r}": _page(link) for link in PAGES},
    **{f"a host from a sign-in, {host[:40]!r}": _hosted(host) for host in SAVED_HOSTS},
    **{f"a token URL, {url!r}": _sign_in("MAN301" if "$" in url else "MAN302", token_url=url) for url in URLS},
    **{
        f"{place} that explodes: {path[:30]} ({len(path)})": _steps(
            HARMLESS, step, *((DROP,) if "match" in step else (USE,) if "save" in step else ()), reply=ROWS, effects=2
        )
        for path in BOMBS
        for place, step in {
            "a saved path": {**FIND, "save": {"key": path}},
            "rows to match": {**FIND, "match": {**MATCH, "rows": path}},
            "an identifier to match": {**FIND, "match": {**MATCH, "at": path}},
            "the end of a poll": {**FIND, "poll": {"until": path}},
            "a next page": {**FIND, "paginate": {"next": path}},
        }.items()
    },
    **{
        f"a poll {every} for {most}": _steps(
            expected, {**FIND, "poll": {"until": "done", "every": every, "at_most": most}}
        )
        for every, most, expected in (
            ("0s", "10min", "MAN401"),
            ("1ms", "9999999d", "MAN401"),
            ("2s", "10min", HARMLESS),
        )
    },
    "twenty steps, each with pages without end": _steps(
        HARMLESS, *({**FIND, "name": f"s{n}", "paginate": {"next": "next"}, "match": MATCH} for n in range(19)), DROP
    ),
    "a thousand steps": _steps("MAN401", *({**FIND, "name": f"s{n}"} for n in range(1_000))),
    "pages beyond all": _steps("MAN401", {**FIND, "paginate": {"next": "next", "max_pages": 10**9}}),
    "a match on sixty thousand rows": _steps(HARMLESS, {**FIND, "match": MATCH}, DROP, reply=ROWS, effects=2),
    "a cursor of a megabyte": _steps(
        HARMLESS,
        {**FIND, "paginate": {"cursor": "c", "param": "after"}},
        reply=json.dumps({"c": "x" * 1_000_000}).encode(),
        effects=8,
    ),
    "a saved value of a megabyte": _steps(
        HARMLESS, {**FIND, "save": {"key": "id"}}, USE, reply=json.dumps({"id": "x" * 1_000_000}).encode()
    ),
    "a saved value that climbs out of a path": _steps(
        HARMLESS,
        {**FIND, "save": {"job": "id"}},
        {"method": "GET", "url": "https://a.test/jobs/$job/x"},
        reply=b'{"id": "../../admin"}',
    ),
    "a saved value with a line break in a header": _steps(
        HARMLESS,
        {**FIND, "save": {"job": "id"}},
        {"method": "GET", "url": "https://a.test/jobs", "headers": {"X-Job": "$job"}},
        reply=b'{"id": "a\\r\\nX-Evil: 1"}',
    ),
    "a saved value as a host": _steps(
        "MAN301", {**FIND, "save": {"job": "id"}}, {"method": "GET", "url": "https://$job/x"}
    ),
    "a saved value as the beginning of a URL": _steps(
        "MAN301", {**FIND, "save": {"job": "id"}}, {"method": "GET", "url": "$job/x"}
    ),
    "a reply of a step as a host": _steps("MAN301", FIND, {"method": "GET", "url": "https://{{ steps.find.id }}/x"}),
    "a reply that is saved as a secret's name": _steps("MAN209", {**FIND, "save": {"bearer_token": "id"}}),
    "entities that laugh": _steps(HARMLESS, {**FIND, "save": {"key": "l"}}, USE, reply=LAUGHS),
    "an entity from a file": _steps(HARMLESS, {**FIND, "save": {"key": "l"}}, USE, reply=OUTSIDE),
    "a hundred thousand elements in each other": _steps(
        HARMLESS, {**FIND, "save": {"key": "l"}}, USE, reply=b"<a>" * 100_000 + b"</a>" * 100_000
    ),
    "a million attributes": _steps(
        HARMLESS,
        {**FIND, "save": {"key": "l"}},
        USE,
        reply=b"<a " + b"".join(b'a%d="" ' % n for n in range(300_000)) + b"/>",
        effects=2,
    ),
    "three million elements": _steps(
        HARMLESS, {**FIND, "save": {"key": "l"}}, USE, reply=b"<a>" + b"<b/>" * 2_400_000 + b"</a>", effects=2
    ),
    "lines without end": _steps(
        HARMLESS,
        {**FIND, "save": {"key": "[0]"}},
        USE,
        reply=b"1\n" * 3_000_000,
        headers=(("Content-Type", "application/x-ndjson"),),
        effects=2,
    ),
    "a document type in a body": _body("MAN109", xml="<!DOCTYPE a [<!ENTITY b 'c'>]><a>$items</a>"),
    "an entity in a body": _body("MAN109", xml="<a>&b;$items</a>"),
    "a stylesheet in a body": _body("MAN109", xml="<?xml-stylesheet href='x'?><a>$items</a>"),
    "elements in each other in a body": _body("MAN109", xml="<a>" * 1_000 + "$items" + "</a>" * 1_000),
    "an element with a name from a user": _body("MAN109", xml={"u": {"$user_key": "$items"}}),
    "a line break in the name of a part": _body(HARMLESS, multipart=[{"name": "a\r\nX: y", "json": "$items"}]),
    "a line break in the type of a part": _body(
        HARMLESS, multipart=[{"name": "a", "json": "$items", "content_type": "a/b\r\nX: y"}]
    ),
    "a line break in the name of a form's value": _body(HARMLESS, form={"a\r\nb": "$items"}),
    "a line break in the name of a query parameter": _body(HARMLESS, json={"u": "$items"}, query={"a\r\nb": "1"}),
    "a line break between columns": _body("MAN401", item=None, csv={"columns": {"a": "$user_key"}, "delimiter": "\n"}),
    "a thousand parts": _body("MAN401", multipart=[{"name": f"p{n}", "value": "x"} for n in range(1_000)]),
    "a secret in the name of the list": Attack(
        lambda: changed(create_list__json={"name": "$bearer_token"}), HARMLESS, reply=SMALL
    ),
    "a secret in the words of a failure": Attack(
        lambda: changed(errors=[{"where": "@", "reason": "x", "message": "$bearer_token {{ bearer_token }}"}]),
        HARMLESS,
        reply=SMALL,
    ),
    "a secret as a host": Attack(lambda: changed(add_users__url="https://$bearer_token/x"), "MAN301"),
    "a secret below a host of somebody else": Attack(
        lambda: changed(add_users__url="https://$bearer_token.evil.test/x"), "MAN301"
    ),
    "a budget beyond all": Attack(lambda: changed(limits={"budget": "9" * 400 + "/day"}), "MAN401"),
    "users kept every moment": Attack(lambda: changed(keep_users={"as": "add_users", "every": "0s"}), HARMLESS),
    "keys that look alike": Attack(lambda: changed(**{"\u0430dd_users": {}}), "MAN402"),
    "a mapping that looks like another": Attack(
        lambda: changed(mappings=[{"name": "user_key", "label": "u"}, {"name": "us\u0435r_key", "label": "u"}]),
        "MAN401",
    ),
    "a choice of a hundred thousand": Attack(
        lambda: changed(
            mappings=[{"name": "user_key", "label": "u", "one_of": [{"target": f"t{n}"} for n in range(9_000)]}]
        ),
        "MAN104",
    ),
    "a condition of a mapping in a circle": Attack(
        lambda: changed(mappings=[{"name": "user_key", "label": "u", "when": "user_key"}]), "MAN203"
    ),
}

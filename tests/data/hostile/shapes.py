"""Manifests that are sound as text and have too much of something, or say what must not be said."""

from __future__ import annotations

from typing import Any

from data.hostile.attack import HARMLESS, Attack, changed, item


def _of(expected: str, **changes: Any) -> Attack:
    return Attack(lambda: changed(**changes), expected)


def _item(expected: str, tree: Any) -> Attack:
    return Attack(lambda: item(tree), expected)


def _nested(times: int, wrap: Any) -> Any:
    tree: Any = "$user_key"
    for _ in range(times):
        tree = wrap(tree)
    return tree


def _laughs(depth: int) -> dict[str, str]:
    return {"d0": "lol" * 10, **{f"d{n}": f"$d{n - 1}" * 10 for n in range(1, depth)}}


def _select(**carried: str) -> list[dict[str, Any]]:
    return [
        {
            "name": "r",
            "type": "select",
            "label": "R",
            "default": "x",
            "options": [{"label": "x", "value": "x", **carried}],
        }
    ]


def _url(expected: str, url: str, **changes: Any) -> Attack:
    return _of(expected, add_users__url=url, **changes)


URL_FIELD = [{"name": "u", "type": "url", "label": "U"}]
SUBDOMAIN = [{"name": "u", "type": "subdomain", "label": "U"}]
RULE = {"status": 400, "reason": "x"}

ATTACKS: dict[str, Attack] = {
    "twenty thousand holes in a tree": _item("MAN104", {f"k{n}": "$user_key" for n in range(20_000)}),
    "twenty thousand holes that may be absent": _item("MAN104", {f"k{n}~": "$user_key" for n in range(20_000)}),
    "a hundred thousand holes in five texts": _item("MAN104", ["$user_key" * 20_000] * 5),
    "twenty-five thousand uses of what is not declared": _item("MAN201", "$nobody" * 25_000),
    "a text of nothing but wrong holes": _item("MAN204", "${" * 99_000),
    "a text of nothing but statements": _item("MAN205", "x" + "{%" * 99_000),
    "empty expressions without end": _item("MAN204", "{{ }}" * 30_000),
    "nine thousand expressions": _item("MAN104", ["{{ user_key|lower|upper|trim }}"] * 9_000),
    "eight hundred expressions of full length": _item("MAN104", ["{{ user_key" + "|lower" * 90 + " }}"] * 800),
    "ninety thousand keys after a name": _item("MAN104", "$user" + ".a" * 90_000),
    "sixty maps in each other": _item(HARMLESS, _nested(60, lambda tree: {"a~": tree})),
    "a choice of two thousand branches": _item(
        HARMLESS, {"$case": "$user_key", **{f"b{n}": "$user_key" for n in range(2_000)}, "else": 1}
    ),
    "an absent choice of two thousand branches": _item(
        HARMLESS, {"i": "$user_key", "x~": {"$case": "$user_key", **{f"b{n}": "$user_key" for n in range(2_000)}}}
    ),
    "a choice of ten thousand branches": _item(
        "MAN104", {"$case": "$user_key", **{f"b{n}": "$user_key" for n in range(10_100)}}
    ),
    "choices in each other": _item(HARMLESS, _nested(60, lambda tree: {"$case": "$user_key", "a": tree, "else": 1})),
    "keys from values": _item(HARMLESS, {"$user_key": 1, "{{ user_key }}": 2, "a$user_key": 3}),
    "constants that grow tenfold": _of("MAN104", define=_laughs(30), add_users__json={"u": "$items", "x": "$d29"}),
    "constants that grow tenfold in a URL": _of("MAN104", define=_laughs(30), add_users__url="https://a.test/$d29"),
    "a constant sixty thousand times in another": _of(
        "MAN104", define={"d0": "x" * 100_000, "d1": "$d0" * 60_000}, add_users__json={"u": "$items", "x": "$d1"}
    ),
    "a chain of ten thousand constants": _of(
        "MAN104", define={"d0": "x", **{f"d{n}": f"$d{n - 1}" for n in range(1, 10_000)}}
    ),
    "a constant in itself": _of("MAN203", define={"a": "$a$a"}, add_users__url="https://api.acme.test/$a"),
    "constants with the names of what the compiler uses": _of(
        HARMLESS,
        define={"__builtins__": "x", "ABSENT": "y", "row_0": "z", "column_0": "a", "size": "b", "render": "c"},
        add_users__json={"u": "$items", "x": "$__builtins__$ABSENT$row_0$column_0$size$render"},
    ),
    "a name outside ASCII": _of("MAN401", define={"ümlaut": "x"}),
    "nine thousand error rules": _of(
        "MAN104", errors=[{"status": 400 + n % 90, "reason": f"r{n}"} for n in range(9_000)]
    ),
    "six thousand conditions": _of(
        "MAN104", errors=[{"status": 400, "reason": "x", "where": f"a{n}"} for n in range(6_000)]
    ),
    "rules that copy rules that copy rules": _of(
        "MAN104",
        add_users__errors=[{"same_as": "remove_users"}] * 3_000,
        remove_users__errors=[{"same_as": "create_list"}] * 3_000,
        create_list__errors=[RULE] * 1_000,
    ),
    "rules that copy in a circle": _of(
        "MAN506", add_users__errors={"same_as": "remove_users"}, remove_users__errors={"same_as": "add_users"}
    ),
    "forty thousand statuses": _of("MAN104", errors=[{"status": list(range(400, 40_400)), "reason": "x"}]),
    "nine thousand options": _of(
        "MAN104",
        fields=[
            {"name": "r", "type": "select", "label": "R", "options": [{"label": "x", "value": n} for n in range(9_000)]}
        ],
    ),
    "eight thousand fields": _of("MAN104", fields=[{"name": f"f{n}", "label": "x"} for n in range(8_000)]),
    "eight thousand mappings": _of("MAN104", mappings=[{"name": f"m{n}", "label": "x"} for n in range(8_000)]),
    "ten thousand headers": _of("MAN104", headers={f"X-{n}": "a" for n in range(10_000)}),
    "nine thousand headers that may be absent": _of(
        "MAN104", add_users__headers={f"X-{n}~": "$list_id" for n in range(9_000)}
    ),
    "ten thousand query parameters": _of("MAN104", query={f"x{n}": "a" for n in range(10_000)}),
    "a query parameter twenty thousand times": _of("MAN104", add_users__query={"x": ["$list_id"] * 20_000}),
    "twenty thousand rates": _of("MAN104", limits={"rate": ["1/s"] * 20_000}),
    "a rate over more time than there is": _of("MAN401", limits={"rate": ["1/" + "9" * 500 + "d"]}),
    "a rate over no time": _of("MAN401", limits={"rate": ["1/0s"]}),
    "a body of infinite size": _of("MAN401", add_users__batch={"bytes": "9" * 400 + "MB"}),
    "an answer awaited for ever": _of("MAN401", add_users__timeout="9" * 400 + "d"),
    "an answer not awaited, which would be for ever": _of("MAN401", add_users__timeout="0s"),
    "a retry at the end of days": _of("MAN401", errors=[{**RULE, "retry": {"after": "9" * 400 + "d"}}]),
    "a slug that is a path": _of("MAN401", slug="../../etc"),
    "a host with a Cyrillic letter": _url("MAN302", "https://\u0430pi.acme.test/x"),
    "a full-width slash": _url("MAN302", "https://api.acme.test\uff0f..\uff0fx"),
    "full stops of another script": _url("MAN302", "https://127\u30020\u30020\u30021/"),
    "a user in the URL": _url("MAN302", "https://a:b@evil.test/"),
    "a user made of a field": _url("MAN301", "$u@evil.test/", fields=URL_FIELD),
    "a host that goes on after a field": _url("MAN301", "$u.evil.test/", fields=URL_FIELD),
    "a user's value directly after a host": _of(
        "MAN301", fields=URL_FIELD, add_users__url="$u$user_key", add_users__batch={"items": 1}
    ),
    "a cohort's name directly after a host": _url("MAN301", "$u$amp_cohort_name/x", fields=URL_FIELD),
    "a field in the middle of a scheme": _url("MAN302", "https:/$u/evil.test/", fields=URL_FIELD),
    "a host from the cohort's name": _url("MAN301", "https://$h/x", define={"h": "$amp_cohort_name"}),
    "a host from an expression": _url("MAN301", "https://$h/x", define={"h": "{{ u ~ '.evil' }}"}, fields=SUBDOMAIN),
    "a host from an option that is none": _url("MAN301", "https://$r.host/x", fields=_select(host="a-" * 90_000 + "!")),
    "a clear URL whose host goes on": _url("MAN302", "http://localhost$u/x", fields=SUBDOMAIN),
    "a clear URL that only begins as localhost": _url("MAN302", "http://127.0.0.1.evil.test/x"),
    "a backslash before the host": _url("MAN302", "https://api.acme.test\\@evil.test/"),
    "a tab in the host": _url("MAN302", "https://api.acme.te\tst/"),
    "dots in percent signs": _url("MAN302", "https://api.acme.test/%2e%2e/x"),
    "a port beyond all ports": _url("MAN302", "https://api.acme.test:99999999999/x"),
    "half a bracket": _url("MAN302", "https://[::1/x"),
    "no host": _url("MAN302", "https:///x"),
    "a file": _url("MAN302", "file:///etc/passwd"),
    "a fragment": _url("MAN302", "https://api.acme.test/x#y"),
    "a line break in a header": _of("MAN303", headers={"X-A": "a\r\nX-B: b"}),
    "a NUL in a header": _of("MAN303", headers={"X-A": "a\x00"}),
    "a line break in a header's name": _of("MAN303", headers={"X-A\r\nX-B": "a"}),
    "another host in a header": _of("MAN303", headers={"Host": "evil.test"}),
    "a body framed by hand": _of("MAN303", headers={"Transfer-Encoding": "chunked"}),
    "a header that makes the partner wait": _of("MAN303", headers={"Expect": "100-continue"}),
    "another length from `auth`": _of("MAN303", auth={"kind": "custom", "headers": {"Content-Length": "0"}}),
    "a terminal's escapes wherever text may be": _of(
        HARMLESS, name="A\x1b[2J\nB", summary="s\x1b[31m", errors=[{**RULE, "message": "\x1b]0;x\x07"}]
    ),
}

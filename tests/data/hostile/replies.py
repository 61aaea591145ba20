"""Paths, patterns, rules and messages, held against replies that mean ill."""

from __future__ import annotations

import json
import random
import string
from typing import Any

from data.hostile.attack import HARMLESS, Attack, changed

ROWS = json.dumps({"rows": [{"id": str(n), "at": n, "code": "x", "m": "bad"} for n in range(60_000)]}).encode()
LONG = json.dumps({"rows": [{"id": "x", "m": "m" * 100_000}, *[{"id": "x", "m": "m"}] * 60_000]}).encode()
AB = "".join(random.Random(7).choices("ab", k=1_000_000))
POINTERS = json.dumps({"rows": [{"at": AB}] * 8}).encode()


def _piped(part: str, times: int) -> str:
    return "|".join([part] * times)


_PATHS: dict[str, tuple[str, bytes]] = {
    "brackets": ("(" * 240 + "a" + ")" * 240, ROWS),
    "selections in each other": ("[" * 240 + "a" + "]" * 240, ROWS),
    "negations": ("!" * 200 + "a", ROWS),
    "selections that double": (_piped("[@,@]", 80), ROWS),
    "lists that double": (_piped("[@,@][]", 60), ROWS),
    "text of what has doubled": (_piped("[@,@]", 60) + "|to_string(@)", b'{"a":1}'),
    "two that have doubled, compared": (f"({_piped('[@,@]', 35)})==({_piped('[@,@]', 35)})", b'{"a":1}'),
    "text of text of text": ("to_string([" * 30 + "@" + "])" * 30, b'{"a":"\\""}'),
    "a long separator between all": ("join(rows[0].m, rows[].id)", LONG),
    "joins that double": ("rows[].id|" + _piped("join('',[join('',@)])|[@,@]", 15), ROWS),
    "sorts in each other": ("sort_by(" * 20 + "rows" + ",&id)" * 20, ROWS),
    "a map over all values": ("map(&map(&@,@.*),rows)", ROWS),
    "selections in a filter": ("rows[?[@,@,@,@,@,@][?@==`1`]]", ROWS),
    "copies of every row": ("rows[].{a:@,b:@,c:@,d:@,e:{f:@,g:@}}", ROWS),
    "slices": ("rows" + "[::-1]" * 8, ROWS),
    "a slice beyond all": ("rows[0:99999999999999999999:1]", ROWS),
    "a deep literal": ("`" + "[" * 230 + "]" * 230 + "`", ROWS),
    "the mean of a number beyond all": ("avg(`[" + "9" * 400 + ",1.5]`)", ROWS),
    "the ceiling of infinity": ("ceil(`1e999`)", ROWS),
    "a function that is none": ("nope(@)", ROWS),
    "an expression as an answer": ("&a", ROWS),
}

_PATTERNS: dict[str, tuple[str, str]] = {
    "repetitions of repetitions": ("((a{1000}){1000})", "MAN504"),
    "three of them": ("(((a{30}){30}){30})", "MAN504"),
    "a class of all letters a thousand times": ("\\pL{1000}", "MAN504"),
    "forty wide gaps": ("(.{0,1000})" * 40, "MAN504"),
    "look-ahead": ("(?=a)b", "MAN504"),
    "a back-reference": ("(a)\\1", "MAN504"),
    "states that double": ("[ab]*a[ab]{400}", HARMLESS),
    "pluses in each other": ("(a+)+$", HARMLESS),
    "groups in each other": ("(" * 200 + ")" * 200, HARMLESS),
    "alternatives": ("|".join(random.Random(1).choices(string.ascii_lowercase, k=240)), HARMLESS),
}

_BODIES: dict[str, bytes] = {
    "a list for an object": b"[1,2]",
    "a hundred thousand lists in each other": b"[" * 100_000 + b"]" * 100_000,
    "as deep as Python reads": b"[" * 900 + b"]" * 900,
    "no number": b'{"rows":[NaN,Infinity,1e999]}',
    "no UTF-8": b'{"rows":["\xff\xfe"]}',
    "UTF-16": '{"rows":[]}'.encode("utf-16"),
    "half a character": b'{"rows":[{"id":"\\ud800","why":"\\udfff"}]}',
    "three million lists": b"[" + b"[]," * 3_000_000 + b"1]",
    "three million maps": b"[" + b"{}," * 3_000_000 + b"1]",
    "five million numbers": b"[" + b"1," * 4_900_000 + b"1]",
    "a number of four thousand digits": b'{"rows":' + b"9" * 4_000 + b"}",
    "a number of ten thousand digits": b'{"rows":' + b"9" * 10_000 + b"}",
    "ten megabytes of text": b"<html>" + b"x" * 9_999_000,
    "positions of all kinds": '{"rows":[true,null,{},[],1.0,-1,"x",[[0]],"²","٣",99999999999999999999]}'.encode(),
    "a position of five thousand digits": json.dumps({"rows": ["9" * 5_000, "/" + "9" * 5_000]}).encode(),
    "half a million positions": json.dumps({"rows": list(range(490_000))}).encode(),
    "words of a megabyte": json.dumps({"rows": [{"id": "0", "why": "x" * 1_000_000}], "n": "y" * 1_000_000}).encode(),
    "a count beyond all": b'{"n":' + b"9" * 4_000 + b"}",
}

_MESSAGES: dict[str, tuple[str, bytes]] = {
    "the whole reply": ("$reply", ROWS),
    "the reply as text of text": ("{{ reply" + "|json" * 80 + " }}", b'{"a":"\\""}'),
    "half of a number beyond all": ("{{ reply.a / 2 }}", b'{"a":' + b"9" * 4_000 + b"}"),
    "the hash of half a character": ("{{ reply.a|sha256 }}", b'{"a":"\\ud800"}'),
    "what is no number": ("{{ reply.a }} {{ reply|json }} {{ reply.a|int }} {{ reply.a|date }}", b'{"a":NaN}'),
    "a reply nested deeply": ("{{ reply|json }}", b"[" * 900 + b"]" * 900),
}

_REJECTS: tuple[dict[str, Any], ...] = (
    {"rows": "rows", "by": "index", "at": "@", "reason": "why", "count": "n"},
    {"rows": "rows", "by": "value", "at": "id", "item": "$user_key", "reason": "@", "message": "why"},
    {"rows": "rows", "by": "pointer", "pattern": "/?(?P<index>[^/]+)"},
)


def _path_attacks(path: str, reply: bytes, name: str) -> dict[str, Attack]:
    rejects = {"rows": path, "by": "value", "at": "id", "item": "$user_key"}
    return {
        f"rejects: {name}": Attack(lambda: changed(add_users__rejects=rejects), HARMLESS, reply=reply),
        f"success: {name}": Attack(lambda: changed(add_users__success=path), HARMLESS, reply=reply),
    }


def _pattern_attacks(pattern: str, expected: str, name: str) -> dict[str, Attack]:
    field = {"name": "f", "label": "F", "optional": True, "pattern": pattern}
    mapping = {"name": "user_key", "label": "u", "format": {"regex": pattern}}
    rejects = {"rows": "rows", "by": "pointer", "at": "at", "pattern": f"(?P<index>{pattern})"}
    return {
        f"field: {name}": Attack(lambda: changed(fields=[field], add_users__json={"u": "$items", "f": "$f"}), expected),
        f"format: {name}": Attack(lambda: changed(mappings=[mapping]), expected, value=AB),
        f"pointer: {name}": Attack(lambda: changed(add_users__rejects=rejects), expected, reply=POINTERS),
    }


def _rule(**changes: Any) -> list[dict[str, Any]]:
    return [{"reason": "x", **changes}]


ATTACKS: dict[str, Attack] = {
    **{
        each: attack
        for name, (path, reply) in _PATHS.items()
        for each, attack in _path_attacks(path, reply, name).items()
    },
    **{
        each: attack
        for name, (p, code) in _PATTERNS.items()
        for each, attack in _pattern_attacks(p, code, name).items()
    },
    **{
        f"body {position}: {name}": Attack(
            lambda rejects=rejects: changed(add_users__rejects=rejects), HARMLESS, reply=body
        )
        for name, body in _BODIES.items()
        for position, rejects in enumerate(_REJECTS)
    },
    **{
        f"message: {name}": Attack(
            lambda message=message: changed(errors=_rule(where="@", message=message)), HARMLESS, reply=reply
        )
        for name, (message, reply) in _MESSAGES.items()
    },
    "a fragment of twenty thousand numbers": Attack(
        lambda: changed(errors=_rule(body={"rows": list(range(20_000))})),
        HARMLESS,
        reply=json.dumps({"rows": list(range(100_000, 400_000))}).encode(),
    ),
    "a fragment of three thousand maps": Attack(
        lambda: changed(errors=_rule(body={"rows": [{"id": str(-n)} for n in range(3_000)]})), HARMLESS, reply=ROWS
    ),
    "two hundred conditions on a long reply": Attack(
        lambda: changed(errors=[{"where": f"rows[?id=='x{n}']", "reason": "x"} for n in range(200)]),
        HARMLESS,
        reply=ROWS,
    ),
}

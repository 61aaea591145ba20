"""Manifests that are bombs as text: size, depth, aliases, numbers, characters that nobody sees."""

from __future__ import annotations

from data.hostile.attack import Attack, changed

YAML = "manifest.yaml"


def _yaml(text: str, expected: str) -> Attack:
    return Attack(lambda: text.encode(), expected, YAML)


def _json(text: str, expected: str) -> Attack:
    return Attack(lambda: text.encode(), expected)


ATTACKS: dict[str, Attack] = {
    "aliases that grow eightfold": _yaml(
        "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c]", "MAN103"
    ),
    "a merge key": _yaml("a: &a {x: 1}\nb: {<<: *a}", "MAN103"),
    "a tag that makes objects": _yaml("a: !!python/object/apply:os.system ['id']", "MAN103"),
    "a hundred thousand lists in each other": _yaml("a: " + "[" * 100_000, "MAN104"),
    "a hundred thousand maps in each other": _yaml("a: " + "{a: " * 100_000, "MAN104"),
    "complex keys in each other": _yaml("? " * 200_000, "MAN107"),
    "dashes in each other": _yaml("- " * 400_000, "MAN104"),
    "indentation a thousand deep": _yaml("\n".join(" " * depth + "a:" for depth in range(1_300)), "MAN104"),
    "five megabytes": _yaml("a: " + "x" * 5_000_000, "MAN104"),
    "a scalar of a megabyte": _yaml("a: " + "x" * 999_000, "MAN104"),
    "a quarter of a million escapes": _yaml('a: "' + "\\x41" * 240_000 + '"', "MAN104"),
    "a quarter of a million documents": _yaml("---\n" * 240_000, "MAN103"),
    "directives after the end": _yaml("a: 1\n...\n" + "%YAML 1.1\n---\n...\n" * 30_000, "MAN103"),
    "a hundred thousand directives": _yaml("%FOO bar\n" * 100_000, "MAN103"),
    "sixty thousand keys": _yaml("".join(f"k{n}: 1\n" for n in range(60_000)), "MAN104"),
    "twenty-four thousand unknown keys": _yaml("".join(f"k{n}: 1\n" for n in range(24_900)), "MAN402"),
    "one key twenty thousand times": _yaml("k: 1\n" * 24_000, "MAN102"),
    "a key of a megabyte": _yaml("{" + "a" * 999_000 + ": 1}", "MAN104"),
    "colons in a row": _yaml("a: b: " * 100_000, "MAN101"),
    "half a million comments": _yaml("#\n" * 499_000, "MAN401"),
    "expressions without quotes": _yaml("a: " + "{{ x }} " * 100_000, "MAN101"),
    "bytes that are not UTF-8": Attack(lambda: b"a: \xff\xfe", "MAN106", YAML),
    "a NUL": _yaml("a: \x00", "MAN106"),
    "a terminal's escape": _yaml("a: \x1b[2J", "MAN106"),
    "a number of half a million digits": _yaml("manifest: " + "9" * 500_000, "MAN108"),
    "a hexadecimal number as long": _yaml("manifest: 0x" + "f" * 500_000, "MAN108"),
    "a number beyond all numbers": _yaml("manifest: 1e999999", "MAN108"),
    "infinity": _yaml("manifest: .inf", "MAN108"),
    "JSON lists in each other": _json("[" * 500_000, "MAN104"),
    "JSON maps in each other": _json('{"a":' * 160_000, "MAN104"),
    "a quote that is never closed": _json('{"a": "' + "x" * 900_000, "MAN101"),
    "escapes and a wrong one": _json('{"a": "' + "\\u0041" * 100_000 + '\\q"}', "MAN101"),
    "half a character": _json('{"a": "\\ud800"}', "MAN106"),
    "a JSON number of a megabyte": _json('{"manifest": ' + "9" * 900_000 + "}", "MAN108"),
    "nothing but commas": _json("[" + "," * 900_000, "MAN101"),
    "no commas": _json("[" + "1 " * 450_000, "MAN101"),
    "a payload of lists in each other": Attack(lambda: changed(add_users__json="[" * 100_000), "MAN104"),
    "a payload of quotes in a hole": Attack(lambda: changed(add_users__json="{{" + "'" * 150_000), "MAN105"),
    "a payload of texts in a hole": Attack(lambda: changed(add_users__json="{{" + "'a'" * 60_000 + "}}"), "MAN104"),
    "a payload of twelve thousand keys": Attack(
        lambda: changed(add_users__json="{" + ",".join(f'"k{n}":$items' for n in range(12_000)) + "}"), "MAN104"
    ),
    "a payload as deep as it may be": Attack(
        lambda: changed(add_users__json="[" * 60 + "$items" + "]" * 60), "harmless"
    ),
}

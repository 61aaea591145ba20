"""Expressions that would loop, grow, nest or reach outside plain data, each as a user's item."""

from __future__ import annotations

from data.hostile.attack import HARMLESS, Attack, item

_EXPRESSIONS: dict[str, tuple[str, ...]] = {
    "MAN104": (
        "(" * 490 + "1" + ")" * 490,
        "not " * 240 + "1",
        "-" * 990 + "1",
        "+" * 990 + "1",
        "1 if user_key else " * 50 + "1",
        "user_key" + "|lower" * 160,
        "user_key" + "|json" * 190,
        "user_key" + "|base64" * 130,
        "user" + ".a" * 490,
        "user" + "[0]" * 320,
        "user_key" + " or 0" * 190,
        "x" * 1_001,
    ),
    HARMLESS: (
        "user_key" + "~user_key" * 109,
        "user_key" + "|json" * 90,
        "user_key" + "|base64" * 90,
        "user_key" + "|path" * 90,
        "user_key" + "|split('')|join('zzzzzzzzz')" * 30,
        "user_key" + "|split('')" * 80,
        "user_key" + "|replace('a','aaaaaaaaaaaaaaaaaaaa')" * 25,
        "user[" * 29 + "0" + "]" * 29,
        "(user_key|length) + " + "9" * 900 + " / 2",
        "(user_key|length) * " + "9" * 900 + " + 1.5",
        "(user_key|length) * 1e308 * 10",
        "(user_key|length) / 0",
        "now|date(user_key)",
        "(user_key ~ '9')|epoch",
        "('0001-01-01T00:00:00+23:59' if user_key else '')|epoch",
        "(now if user_key else '')|date('%999999999d')",
        "(now if user_key else '')|date('" + "%c" * 32 + "')",
        "user_key|truncate(" + "9" * 400 + ")",
        "user['__cl' ~ 'ass__'] ~ user_key",
        "user_key in user_key",
        "user_key }}{# x #}{{ 1",
    ),
    "MAN205": (
        "'x' * 10**9",
        "9**9**9**9 ~ user_key",
        "[1] * 1000000000",
        "''.__class__",
        "''['__class__']",
        "cycler.__init__.__globals__",
        "lipsum()",
        "range(1000000)",
        "namespace(a=1)",
        "dict(a=1)",
        "caller()",
        "__builtins__",
        "__import__('os')",
        "'{0.__class__}'.format(1)",
        "user_key is defined",
        "user_key[::1]",
        "(1, 2)",
        "{'a': 1}",
        "user_key ~ '\\ud800'",
        "user_key }}{% for x in range(100000000) %}{% endfor %}{{ 1",
    ),
    "MAN206": (
        "''|attr('__class__')",
        "'%1000000000d'|format(1)",
        "'x'|center(1000000000)",
        "user|map('attr', 'x')",
        "'<b>'|safe",
    ),
    "MAN207": ("user_key|replace(old='a')", "user_key|replace(*user)"),
    "MAN201": ("cycler", "self", "loop.index", "ABSENT", "row_0", "given_0", "text_of", "ùser_key", "\uff55ser_key"),
    "MAN204": ("user_key\u202e", "user_key\x00", " " * 990, "await user_key", "user_key #}"),
}


def _attack(expression: str, expected: str) -> Attack:
    return Attack(lambda: item(["$user_key", f"{{{{ {expression} }}}}"]), expected)


ATTACKS: dict[str, Attack] = {
    expression if len(expression) <= 60 else f"{expression[:50]}… ({len(expression)})": _attack(expression, expected)
    for expected, expressions in _EXPRESSIONS.items()
    for expression in expressions
}

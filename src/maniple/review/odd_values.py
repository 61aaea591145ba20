"""Values as users, settings, cohorts and partners really have them, and worse: what trials of a manifest are made with."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

LONG: Final = 20_000
"""Characters of a very long value."""

TEXTS: Final[tuple[str, ...]] = (
    # Quotes, escapes, and what ends a value in one format or another.
    *('"', "'", "`", "\\", 'a"b\'c\\"d', '"}],"x":[{"y":"', "a,b;c|d\te", "*", "(a)", "[1]", '{"a": 1}', "-- a", "#a"),
    *("</x>&amp;<y z='1'>", "]]>", "<!-- a -->", "<?xml?>", "&lt;", '--boundary\r\n\r\n"', "=1+1", "@SUM(A1)"),
    # What means something in a URL.
    *("a/b", "/", "//evil.test", "..", ".", "../../x", "a/../b", "..\\x", "%2F", "%2e%2e%2f", "%", "%zz", "%00", "+"),
    *("a&b=c", "?x=1#y", "a?b", "@evil.test", ":8443", "a;b", "http://evil.test/", "~", "a=b", "é/ü"),
    # What means something in a template.
    *("{{ 7 * 7 }}", "{% raw %}", "{# x #}", "$list_id", "$items", "$$", "${x}", "$amp_cohort_name", "%s {0}", "$"),
    # Characters that end lines, or nothing can show.
    *("a\nb", "a\r\nX-Evil: 1", "\r", "\x00", "a\x00b", "\x1b[2J", "\x7f", "\x85", "\u2028", "a\u2029b", "\x0b\x0c"),
    *("\u202eabc\u202c", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "a\u200bb\u200d\u2060", "\ufeffa", "e\u0301"),
    *(
        "\U0001f511\U0001d4d0",
        "\u0130\u0131\u00df\ufb01",
        "\uff0f\uff0e\uff0e",
        "\ud800",
        "a\udfff",
        "\ufffe",
        "\ue000",
    ),
    # White space, and what looks like another kind of value.
    *(" ", " a ", "a  b", "\u00a0", "null", "None", "true", "False", "0", "-1", "00123", "1e5", "+1e400", "NaN", "[]"),
)
FEW: Final[tuple[str, ...]] = (
    "'",
    '"',
    "a,b",
    "a/b",
    "..",
    "a&b=c?x#y",
    "a\r\nX-Evil: 1",
    "</x>&amp;",
    "\\",
    "{{ 7 * 7 }}",
)
"""The texts for a form that differs in one choice only."""
NUMBERS: Final[tuple[Any, ...]] = (0, -1, 7, 2**53 + 1, 10**40, 1.5, -0.25, 1e300, True, False)
LONG_TEXTS: Final[tuple[str, ...]] = ("x" * LONG, 'é"\\' * (LONG // 3))
_SHAPED: Final[tuple[str, ...]] = (
    *("a'b@x.test", "a+%2F..@x.test", "$list_id@x.test", "{{x}}@x.test", "a&b=c@x.test", "a/b?c#d@x.test", "é@ü.test"),
    *("A.B@X.TEST", "\u202ea@x.test", "a@" + "b" * 400 + ".test", "a`{|}~!#$%^*@x.test", "a\x00b@x.test", "1@x.test"),
    *("+14155550100", "+999999999999999", "1", "-5", "+7", "9" * 300, "123456789"),
    *("ABCDEF01-2345-6789-abcd-EF0123456789", "ab" * 16, "AB" * 32, "ab" * 20, "cd" * 64),
)
"""Values that fit formats, and still mean something elsewhere."""
_PIECES: Final = "\"'\\`{}[]()<>&=?#/%+,;:|$~.@ \t\n\rabc019éß\u200b\u202e\u2028\U0001f511"


def texts(seed: int, more: int) -> Iterator[str]:
    """The odd texts, then `more` that are put together by the number `seed`."""
    yield from TEXTS
    for number in range(more):
        chance = sha256(f"{seed}.{number}".encode()).digest()
        yield "".join(_PIECES[octet % len(_PIECES)] for octet in chance[1 : 2 + chance[0] % 24])


def of_users(seed: int, more: int) -> Iterator[Any]:
    """Values that a user's property may have, those included that fit a format."""
    yield from texts(seed, more)
    yield from NUMBERS
    yield from _SHAPED

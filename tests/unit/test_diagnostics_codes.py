"""The registry of codes and the finding about a place."""

from __future__ import annotations

import re

import pytest

from maniple.diagnostics.codes import CODES, finding
from maniple.diagnostics.model import blocking
from maniple.source.text import Source
from maniple.source.yaml import read_yaml

DOCUMENT, _ = read_yaml(Source("m.yaml", "a:\n  b: 'x $c'\n"))
assert DOCUMENT is not None


@pytest.mark.parametrize("name", sorted(CODES))
def test_a_code_says_what_is_wrong_and_what_to_do(name: str) -> None:
    code = CODES[name]
    assert code.code == name
    assert re.fullmatch(r"MAN[1-9]\d\d", name)
    assert not code.title.endswith(".")
    assert code.summary.endswith(".")
    assert code.fix.endswith(".")


def test_what_makes_a_manifest_unusable_blocks_except_secrets_in_urls_and_rules_never_reached() -> None:
    unblocking = [name for name, code in CODES.items() if code.severity != "error" and name < "MAN6"]
    assert unblocking == ["MAN304", "MAN507"]


@pytest.mark.parametrize(
    ("key", "within", "expected"), [(False, None, "'x $c'"), (True, None, "b"), (False, (2, 4), "$c")]
)
def test_a_finding_is_about_a_key_a_value_or_part_of_a_text(
    key: bool, within: tuple[int, int] | None, expected: str
) -> None:
    assert DOCUMENT is not None
    found = finding("MAN201", "`$c` is not declared", document=DOCUMENT, path=("a", "b"), key=key, within=within)
    assert found.span is not None
    assert DOCUMENT.source.text[found.span.start : found.span.end] == expected
    assert found.path == ("a", "b")


def test_a_finding_has_the_severity_of_its_code_unless_told() -> None:
    found = [finding("MAN304", "x"), finding("MAN202", "y"), finding("MAN202", "z", severity="note")]
    assert [each.severity for each in found] == ["warning", "error", "note"]
    assert [each.message for each in blocking(found)] == ["y"]

"""The reference page is complete, and its examples are right."""

from __future__ import annotations

import re

import pytest
from _generate.language import INTRODUCTION, page
from _generate.rule_pages import Example, findings, printed
from changed_base import add_users, summaries

from maniple.errors import ExitCode
from maniple.manifest.model import CALL_NAMES, Manifest
from maniple.template.filters import FILTERS
from maniple.template.scope import ALIASES, PREDEFINED

PAGE = page()
FILTER_ROWS = PAGE.partition("\n## Filters\n")[2].partition("\n## ")[0].split("\n")
BLOCKS = re.findall(r"^```yaml( whole)?\n(.*?)^```$", INTRODUCTION.read_text(), re.M | re.S)
ITEMS = [text for _, text in BLOCKS if text.startswith("item:")]


def indented(text: str) -> str:
    return "\n".join(text.rstrip().split("\n")).replace("\n", "\n  ")


def test_the_complete_example_has_no_finding() -> None:
    (whole,) = [text for mark, text in BLOCKS if mark]
    assert printed(findings(Example("good", whole, 0, 0, {"whole": ()}))) == ""


@pytest.mark.parametrize("item", ITEMS)
def test_the_examples_of_items_can_be_used(item: str) -> None:
    names = sorted(set(re.findall(r"\$([a-z]\w*)", item)) - {"case"} | {"email"})
    mappings = "mappings:\n" + "".join(f"  - {{name: {name}, label: x, optional: true}}\n" for name in names)
    assert summaries(mappings + add_users("json: {users: $items}", indented(item))) == []


def test_the_example_of_json_text_can_be_used() -> None:
    (text,) = [text for _, text in BLOCKS if text.startswith("json:")]
    assert summaries(add_users(indented(text), "item: $email")) == []


@pytest.mark.parametrize("name", [*PREDEFINED, *ALIASES])
def test_every_pre_defined_variable_is_listed(name: str) -> None:
    assert f"`${name}`" in PAGE


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_listed_with_an_example(name: str) -> None:
    row = next(line for line in FILTER_ROWS if re.match(rf"\| `{name}[`(]", line))
    assert row.count(" gives ") >= 1


@pytest.mark.parametrize("name", [*CALL_NAMES, *(name for name in Manifest.model_fields if name not in CALL_NAMES)])
def test_every_key_of_a_manifest_is_listed(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", PAGE, re.M)


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_listed(code: ExitCode) -> None:
    assert re.search(rf"^\| {int(code)} \| \S", PAGE, re.M)

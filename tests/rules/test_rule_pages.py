"""Every code has a page, and what the page says of its examples is what the engine says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from _generate.rule_pages import BASE, Example, Page, findings, pages, printed

from maniple.diagnostics.codes import CODES

PAGES = {page.code: page for page in pages()}


def examples(word: str) -> list[object]:
    return [
        pytest.param(page.code, example, id=f"{page.code}-{position}")
        for page in PAGES.values()
        for position, example in enumerate(each for each in page.examples if each.word == word)
    ]


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(PAGES) == sorted(CODES)


def test_the_base_manifest_of_the_examples_has_no_finding() -> None:
    assert printed(findings(Example("good", BASE.read_text(), 0, 0, {"whole": ()}))) == ""


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_begins_with_its_title_and_severity_and_says_why(page: Page) -> None:
    code = CODES[page.code]
    assert page.text.startswith(f"# {code.code}: {code.title}\n\nSeverity: {code.severity}\n\n")
    assert "\n## Why it matters\n\n" in page.text


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_bad_example_is_followed_by_what_is_printed_and_by_a_good_one(page: Page) -> None:
    order = [example.word for example in page.examples]
    assert order
    assert order == ["bad", "output", "good"] * (len(order) // 3)


@pytest.mark.parametrize(("code", "example"), examples("bad"))
def test_a_bad_example_gives_the_code_of_its_page_and_no_other(code: str, example: Example) -> None:
    found = {diagnostic.code for diagnostic in findings(example)}
    assert found == {code, *example.options.get("also", ())}, printed(findings(example))


@pytest.mark.parametrize(("code", "example"), examples("bad"))
def test_the_caret_is_in_the_marked_line(code: str, example: Example) -> None:
    lines = {
        diagnostic.source.line(diagnostic.position[0])
        for diagnostic in findings(example)
        if diagnostic.code == code and diagnostic.source is not None
    }
    assert example.marked_line is not None
    assert lines == {example.marked_line}


@pytest.mark.parametrize(("code", "example"), examples("good"))
def test_a_good_example_has_no_finding(code: str, example: Example) -> None:
    assert printed(findings(example)) == ""


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_shows_exactly_what_is_printed(page: Page) -> None:
    shown = [(bad, output.text) for bad, output in pairwise(page.examples) if output.word == "output"]
    assert [text for _, text in shown] == [printed(findings(bad)) + "\n" for bad, _ in shown]

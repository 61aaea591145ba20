"""What the reference lists as not run yet is answered with that, and with nothing that would mislead."""

from __future__ import annotations

import pytest
from _generate.language import page
from changed_base import found_in

from maniple.runtime.support import UNSENT_CALLS

ITEMS = ("json: {users: $items}", "item: $email")
NOT_RUN = {}


@pytest.mark.parametrize("what", NOT_RUN)
def test_a_part_that_is_not_run_blocks_and_is_the_only_finding(what: str) -> None:
    found = found_in(NOT_RUN[what])
    assert {(each.code, each.severity) for each in found} == {("MAN901", "error")}
    assert any(each.message.startswith(what) for each in found)


@pytest.mark.parametrize("call", UNSENT_CALLS)
def test_a_call_that_is_never_made_is_a_warning(call: str) -> None:
    found = found_in(f"{call}: {{method: POST, url: https://api.acme.test}}\n")
    assert ("MAN901", "warning") in {(each.code, each.severity) for each in found}


@pytest.mark.parametrize("word", ["delete_list"])
def test_the_reference_lists_what_is_not_run(word: str) -> None:
    section = page().partition("## Not run yet")[2].partition("\n## ")[0]
    assert f"`{word}`" in section

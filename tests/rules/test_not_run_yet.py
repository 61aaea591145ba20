"""What the reference lists as not run yet is answered with that, and with nothing that would mislead."""

from __future__ import annotations

import pytest
from _generate.language import page
from changed_base import add_users, found_in

from maniple.runtime.support import LATER_ACTIONS, UNSENT_CALLS

ITEMS = ("json: {users: $items}", "item: $email")
STEP = "{method: GET, url: https://api.acme.test/v2/lists, save: {list_id: id, extra: more.id}}"
NOT_RUN = {
    "`kind: snapshot`": "kind: snapshot\nreplace_users:\n  {method: PUT, url: https://a.test, json: $items, item: $email}\n",
    "`steps`": f"create_list:\n  steps: [{STEP}]\n" + add_users(*ITEMS).replace("v2/lists", "v2/$extra"),
    "a `csv` body": add_users("csv: {columns: {mail: $email}}"),
    "a `form` body": add_users("form: {users: $items}", "item: $email"),
    "`gzip` on a call": add_users("gzip: true", *ITEMS),
    "`dedupe` in `batch`": add_users("batch: {dedupe: true}", *ITEMS),
    "`items: all`": add_users("batch: {items: all}", *ITEMS),
    "`budget` in `limits`": "limits: {budget: 150/day}\n",
    "a rate per operator": "limits: {rate: 10/s per operator}\n",
    "`keep_users`": "keep_users: {every: 25d}\n",
    "`many` on a mapping": "mappings:\n  - {name: email, label: E-mail, many: true}\n",
    "`save` outside `create_list`": add_users("save: {job: id}", *ITEMS),
    "`retry` in `rejects`": add_users("rejects: {rows: errors, by: index, retry: again}", *ITEMS),
    "`first_batch` on a call": "create_list:\n  method: POST\n  url: https://api.acme.test/v2/lists\n  first_batch: true\n"
    "  json: {users: $items}\n  item: $email\n  list_id: {response: id}\n",
}


@pytest.mark.parametrize("what", NOT_RUN)
def test_a_part_that_is_not_run_blocks_and_is_the_only_finding(what: str) -> None:
    found = found_in(NOT_RUN[what])
    assert {(each.code, each.severity) for each in found} == {("MAN901", "error")}
    assert any(each.message.startswith(what) for each in found)


@pytest.mark.parametrize("call", [*UNSENT_CALLS, "replace_users"])
def test_a_call_that_is_never_made_is_a_warning(call: str) -> None:
    found = found_in(f"{call}: {{method: POST, url: https://api.acme.test}}\n")
    assert ("MAN901", "warning") in {(each.code, each.severity) for each in found}


@pytest.mark.parametrize("action", LATER_ACTIONS)
def test_an_action_that_is_not_taken_is_a_warning(action: str) -> None:
    rule = "{status: [401, 413, 429], reason: Refused, message: x., then: " + action + "}"
    assert [(each.code, each.severity) for each in found_in(f"errors: [{rule}]\n")] == [("MAN901", "warning")]


@pytest.mark.parametrize("word", ["steps", "gzip", "keep_users", "csv", "split_batch", "delete_list", "$steps"])
def test_the_reference_lists_what_is_not_run(word: str) -> None:
    section = page().partition("## Not run yet")[2].partition("\n## ")[0]
    assert f"`{word}`" in section

"""Partners run their golden cases with pytest."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

MANIFEST = """
manifest: 1
slug: acme
version: 1.0.0
name: Acme
category: other
summary: Lists.
kind: list
mappings: [{name: email, label: E-mail}]
update_users:
  method: POST
  url: https://api.acme.test/users
  json: {users: $items, add: $membership}
  item: $email
"""
CASES = """mappings: {email: email}
cases:
  - name: users are added
    call: update_users
    operation: add
    users: [{email: a@x.test}]
    requests: [{method: POST, url: "https://api.acme.test/users", body: {users: [a@x.test], add: ADD}}]
"""


def run(pytester: pytest.Pytester, cases: str, manifest: str = MANIFEST) -> pytest.RunResult:
    folder = pytester.mkdir("acme")
    (folder / "manifest.yaml").write_text(manifest)
    (folder / "cases.yaml").write_text(cases)
    # A process of its own: run inside this one, pytester loads the modules of maniple twice.
    return pytester.runpytest_subprocess("-p", "maniple.testing.plugin", "-p", "no:cacheprovider", "-v", "acme")


def test_each_case_is_a_test_named_by_its_sentence(pytester: pytest.Pytester) -> None:
    result = run(pytester, CASES.replace("ADD", "true"))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*acme/cases.yaml::users are added PASSED*"])


def test_a_case_that_differs_shows_its_place_and_its_problems_without_a_traceback(pytester: pytest.Pytester) -> None:
    result = run(pytester, CASES.replace("ADD", "1"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*cases.yaml:3: users are added",
            "  request 1: the body differs: `add` is `true` (true or false), and the case says `1` (an integer)",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_fault_in_the_cases_is_shown_with_a_caret(pytester: pytest.Pytester) -> None:
    result = run(pytester, CASES.replace("operation: add", "operations: add"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*error[[]MAN402[]]*", "*^^^*"])


def test_a_fault_in_the_manifest_is_shown_with_a_caret(pytester: pytest.Pytester) -> None:
    result = run(pytester, CASES, MANIFEST.replace("$email", "$emial"))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*error[[]MAN201[]]*", "*^^^*"])

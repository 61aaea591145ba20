"""What bronze, silver and gold ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from maniple.diagnostics.codes import finding
from maniple.diagnostics.model import Diagnostic
from maniple.manifest.exemptions import QualityFile
from maniple.review.logo import logo_fault
from maniple.review.tiers import Beside, Quality, TestedCall, quality
from support.manifests import BASE, manifest
from support.submitted import png

CALLS = ("create_list", "add_users", "remove_users", "verify", "count_members")
WORDS = "This page says where to find the token of an account and what it must be allowed to do. " * 3
GOOD: dict[str, Any] = {
    "logo": "logo.png",
    "sources": ["https://docs.acme.test/lists, read 2026-11-20"],
    "errors": [
        {"status": 400, "reason": "Refused", "message": "Look at the user.", "then": "split_batch"},
        {"status": 404, "reason": "List is gone", "message": "A new one is made.", "then": "recreate_list"},
    ],
    "verify": {"method": "GET", "url": "https://api.acme.test/me"},
    "count_members": {"method": "GET", "url": "https://api.acme.test/lists/$list_id", "save": {"count": "count"}},
}
FILES = Beside(
    names=("manifest.yaml", "cases.yaml", "README.md", "logo.png"),
    readme=WORDS,
    cases=dict.fromkeys(CALLS, 1),
    refusals=1,
)
FOR_REAL = [TestedCall(call, accepted=True) for call in CALLS]


def judged(
    files: Beside = FILES, findings: Sequence[Diagnostic] = (), tested: Sequence[TestedCall] = FOR_REAL, **changes: Any
) -> Quality:
    return quality(manifest(**{**GOOD, **changes}), findings, files, tested, trials=9)


def first_missing(found: Quality) -> tuple[str | None, list[str]]:
    """The tier that is reached, and the rules that keep from the next one."""
    return found.tier, [each.rule for each in found.missing if each.tier == found.next_tier]


def test_everything_is_gold() -> None:
    assert Quality("gold", ()) == judged()


def test_a_blocking_finding_keeps_from_bronze() -> None:
    assert (None, ["MAN201"]) == first_missing(judged(findings=[finding("MAN201", "`x` is not declared")]))


@pytest.mark.parametrize(
    ("code", "tier"),
    [
        ("MAN611", None),
        ("MAN607", None),
        ("MAN613", None),
        ("MAN602", "bronze"),
        ("MAN701", "bronze"),
        ("MAN608", "silver"),
    ],
)
def test_advice_keeps_from_the_tier_that_it_is_about(code: str, tier: str | None) -> None:
    assert tier == judged(findings=[finding(code, "something")]).tier


def test_a_call_without_a_golden_case_keeps_from_bronze_at_its_place() -> None:
    found = judged(replace(FILES, cases=dict.fromkeys(CALLS[1:], 1)))

    assert (None, ["cases"]) == first_missing(found)
    assert ("no golden case shows what `create_list` sends", ("create_list",)) == (
        found.missing[0].message,
        found.missing[0].path,
    )


def test_a_case_that_does_not_pass_keeps_from_bronze() -> None:
    found = judged(replace(FILES, failing=("a user is added",)))

    assert (None, ["cases-pass"]) == first_missing(found)
    assert "cases.yaml" == found.missing[0].file


def test_a_logo_that_is_named_and_not_there_keeps_from_bronze_and_none_from_silver() -> None:
    no_file = replace(FILES, names=("manifest.yaml", "cases.yaml", "README.md"))

    assert (None, ["logo-file"]) == first_missing(judged(no_file))
    assert ("bronze", ["logo"]) == first_missing(judged(no_file, logo=None))


def test_a_short_readme_keeps_from_silver() -> None:
    assert ("bronze", ["readme"]) == first_missing(judged(replace(FILES, readme="# Acme")))


def test_batches_whose_users_cannot_be_told_apart_keep_from_silver() -> None:
    errors = [
        {"status": 400, "reason": "Refused", "message": "Look at the user."},
        {"status": 404, "reason": "List is gone", "then": "recreate_list"},
    ]

    found = judged(errors=errors)

    assert ("bronze", ["single-users", "single-users"]) == first_missing(found)
    assert [("add_users",), ("remove_users",)] == [each.path for each in found.missing]


@pytest.mark.parametrize(
    "way",
    [
        {"rejects": {"rows": "failed", "by": "index"}},
        {"batch": {"items": 1}},
        {name: {**BASE[name], "rejects": {"rows": "failed", "by": "index"}} for name in ("add_users", "remove_users")},
    ],
    ids=["rejects for all", "one user a call", "rejects of each"],
)
def test_there_are_several_ways_to_tell_single_users(way: dict[str, Any]) -> None:
    errors = [
        {"status": 400, "reason": "Refused", "message": "Look at the user."},
        {"status": 404, "reason": "List is gone", "then": "recreate_list"},
    ]

    assert "gold" == judged(errors=errors, **way).tier


def test_refusals_that_nobody_explains_keep_from_silver() -> None:
    errors = [
        {"status": [401, 403, 429], "reason": "Refused", "message": "Look."},
        {"status": 500, "reason": "Down", "message": "Wait.", "then": "recreate_list"},
    ]

    rules = first_missing(judged(errors=errors, rejects={"rows": "failed", "by": "index"}))

    assert ("bronze", ["refusals", "refusals"]) == rules


def test_copied_rules_count_as_written_ones() -> None:
    errors = GOOD["errors"]
    changes = {
        "errors": [],
        "add_users": {**BASE["add_users"], "errors": errors},
        "remove_users": {**BASE["remove_users"], "errors": {"same_as": "add_users"}},
    }

    assert "gold" == judged(**changes).tier


def test_a_call_that_was_never_tried_keeps_from_silver() -> None:
    assert ("bronze", ["tried"]) == first_missing(judged(tested=FOR_REAL[1:]))


def test_a_call_that_the_partner_refused_is_not_tried() -> None:
    refused = [TestedCall("create_list", accepted=False), *FOR_REAL[1:]]

    assert ("bronze", ["tried"]) == first_missing(judged(tested=refused))


def test_the_simulator_is_enough_for_silver() -> None:
    simulated = [TestedCall(call, accepted=True, simulated=True) for call in CALLS]

    assert ("silver", ["tried-for-real"] * 3) == first_missing(judged(tested=simulated))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"count_members": None}, "read-back"),
        ({"verify": None}, "verify"),
        ({"sources": ["the docs"]}, "sources"),
        ({"errors": [GOOD["errors"][0]]}, "list-gone"),
    ],
)
def test_gold_asks_for_more_than_silver(changes: dict[str, Any], rule: str) -> None:
    assert ("silver", [rule]) == first_missing(judged(**changes))


def test_gold_asks_for_cases_of_refusals_and_for_odd_values() -> None:
    assert ("silver", ["refused-cases"]) == first_missing(judged(replace(FILES, refusals=0)))
    untried = quality(manifest(**GOOD), (), FILES, FOR_REAL)
    assert ("silver", ["odd-values"]) == first_missing(untried)


def test_an_exemption_lets_through_and_is_told_with_its_reason() -> None:
    exempt = QualityFile.model_validate(
        {"exemptions": [{"rule": "read-back", "why": "The partner has no call that reads a list."}]}
    )

    found = judged(replace(FILES, exemptions=exempt), count_members=None)

    assert "gold" == found.tier
    assert [("read-back", "The partner has no call that reads a list.")] == [
        (missing.rule, why) for missing, why in found.exempted
    ]


def test_nothing_exempts_from_bronze() -> None:
    exempt = QualityFile.model_validate({"exemptions": [{"rule": "cases", "why": "There was no time for cases."}]})

    assert judged(replace(FILES, exemptions=exempt, cases={})).tier is None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (png(), None),
        (png(400, 110), None),
        (b"GIF89a", "it is not a PNG"),
        (png()[:-8], "the PNG is cut short"),
        (png(16, 16), "it is 16 by 16 pixels, and each side must have 64 to 2048"),
        (png(640, 64), "it is 640 by 64 pixels, too narrow for a tile"),
    ],
)
def test_a_logo_is_a_png_that_a_tile_can_show(content: bytes, fault: str | None) -> None:
    assert fault == logo_fault(content)

"""Every request of the golden cases is one that the partner's own API description allows, or differs for a reason.

The descriptions are the partners' property and no part of the repository: without them these tests are skipped.
`tools/official` prints the table that they judge; `pytest -s` does too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.official.destinations import PARTNERS
from support.official.deviations import DEVIATIONS
from support.official.documents import VARIABLE, folder_of_descriptions, read_description
from support.official.report import destinations, report_on
from support.official.table import as_data, as_text

FOLDER = folder_of_descriptions()
needs_descriptions = pytest.mark.skipif(
    FOLDER is None, reason=f"the partners' API descriptions are not on this machine: {VARIABLE} names their folder"
)


@pytest.fixture
def folder() -> Path:
    assert FOLDER is not None
    return FOLDER


@needs_descriptions
@pytest.mark.parametrize("slug", destinations())
def test_every_request_is_as_the_partner_describes_it(folder: Path, slug: str) -> None:
    report = report_on(folder, [slug])
    print(f"\n{as_text(report)}")
    invalid = [row for row in report.rows if row.verdict == "invalid"]
    assert {row.endpoint: [*row.problems, *row.unknown] for row in invalid} == {}


@needs_descriptions
@pytest.mark.parametrize("slug", destinations())
def test_what_is_listed_as_different_still_is(folder: Path, slug: str) -> None:
    assert report_on(folder, [slug]).stale == ()


@needs_descriptions
@pytest.mark.parametrize("slug", PARTNERS)
def test_every_description_of_the_table_can_be_read(folder: Path, slug: str) -> None:
    for description in PARTNERS[slug].descriptions:
        assert read_description(folder, description)["paths"], description.path


@needs_descriptions
def test_the_report_says_the_same_to_people_and_to_programs(folder: Path) -> None:
    report = report_on(folder, ["iterable"])
    rows = as_data(report)["endpoints"]
    assert [(row["endpoint"], row["verdict"]) for row in rows] == [
        ("DELETE /api/lists/{listId}", "valid"),
        ("GET /api/lists", "valid"),
        ("GET https://api.iterable.com/api/lists/12345/size", "no description"),
        ("POST /api/lists", "valid"),
        ("POST /api/lists/subscribe", "valid"),
        ("POST /api/lists/unsubscribe", "valid"),
    ]
    requests = sum(row["requests"] for row in rows)
    assert as_text(report).splitlines()[-1] == f"{requests} requests to 6 endpoints: 1 no description, 5 valid"


@needs_descriptions
def test_every_destination_has_its_line_in_the_table() -> None:
    assert [slug for slug in destinations() if slug not in PARTNERS] == []


def test_every_deviation_is_of_a_destination_in_the_table_and_has_a_reason() -> None:
    assert [each for each in DEVIATIONS if each.destination not in PARTNERS or len(each.reason) < 20] == []

"""The whole story on the command line: connect, sync, sync again, look at what happened, export, disconnect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from maniple.testing.simulator.app import Simulator
from support.command import Command, Finished, partner


@dataclass
class Story:
    maniple: Command
    partner: Simulator
    url: str
    connected: Finished
    estimated: Finished
    first: Finished
    second: Finished


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    maniple = Command(tmp_path_factory.mktemp("story"))
    monday = maniple.write("monday.csv", "user_id,email", "u1,a@x.test", "u2,b@x.test", "u2,again", ",nobody", "u3,")
    tuesday = maniple.write("tuesday.csv", "user_id", "u1", "u4")
    with partner("iterable") as (url, simulator):
        yield Story(
            maniple,
            simulator,
            url,
            maniple.connect(url),
            maniple("sync", "prod", monday, "--cohort", "Big spenders", "--dry-run", "--json"),
            maniple("sync", "prod", monday, "--cohort", "Big spenders"),
            maniple("sync", "prod", tuesday, "--cohort", "Big spenders", "--json"),
        )


def test_connecting_says_where_requests_go_and_what_comes_next(story: Story) -> None:
    done = story.connected

    assert (done.code, "connected Iterable as prod" in done.out, story.url in done.out) == (0, True, True)
    assert done.err.startswith("hint: next: `maniple sync prod ")


def test_a_dry_run_counts_calls_and_sends_nothing(story: Story) -> None:
    estimate = story.estimated.json

    assert (estimate["adds"], estimate["calls"]) == (3, {"create_list": 1, "add_users": 1})


def test_the_first_sync_reports_everyone_on_stdout_and_nothing_on_stderr(story: Story) -> None:
    lines = [line.split() for line in story.first.out.splitlines()]

    assert story.first.code == 0
    assert story.first.err == ""
    assert lines[0][:6] == ["!", "success", "with", "skips", "Big", "spenders"]
    assert ["cohort", "3", "users,", "1", "duplicate", "row"] in lines
    assert ["added", "3"] in lines
    assert ["unresolved", "mapping", "1"] in lines


def test_a_later_sync_sends_only_who_entered_or_left(story: Story) -> None:
    report = story.second.json

    assert (story.second.code, report["added"], report["removed"], report["unchanged"]) == (0, 1, 2, 1)
    (members,) = story.partner.shown()["partners"]["iterable"]["lists"].values()
    assert sorted(members["members"]) == ["u1", "u4"]


def test_history_lists_the_runs_newest_first(story: Story) -> None:
    runs = story.maniple("history", "Big spenders", "--json").json

    assert [(run["number"], run["status"]) for run in runs] == [(2, "succeeded"), (1, "succeeded_with_skips")]
    assert runs[0]["run_id"] == story.second.json["run_id"]
    assert runs[0]["started_at"].endswith("Z")


def test_piped_tables_are_aligned_text_without_colours(story: Story) -> None:
    table = story.maniple("history", "prod/Big spenders").out

    assert table.splitlines()[0].split() == (
        [
            "RUN",
            "STATUS",
            "STARTED",
            "AGO",
            "ADDED",
            "REMOVED",
            "SKIPPED",
            "REJECTED",
            "NOT",
            "SENT",
            "MEMBERS",
            "REASON",
        ]
    )
    assert "\x1b" not in table
    assert "✓ success" in table
    assert "just now" in table


def test_the_list_of_syncs_says_where_each_stands(story: Story) -> None:
    (sync,) = story.maniple("syncs", "--json").json

    assert (sync["connection"], sync["cohort_name"], sync["members"], sync["via"]) == (
        "prod",
        "Big spenders",
        2,
        story.url,
    )
    assert sync["last_run"]["status"] == "succeeded"


def test_connections_show_the_stand_in_and_never_a_secret(story: Story) -> None:
    shown, listed = story.maniple("connections"), story.maniple("connections", "--json")
    (connection,) = listed.json

    assert "KEY-SECRET-1" not in shown.out + listed.out
    assert f"{story.url} (private hosts allowed)" in shown.out
    assert connection["settings"] == {"region": "us"}
    assert (connection["has_secrets"], connection["via"], connection["syncs"]) == (True, story.url, 1)


def test_the_export_of_a_run_is_csv_with_a_row_for_each_change(story: Story) -> None:
    done = story.maniple("export", "latest", "--sync", "Big spenders")

    header, *rows = done.out.splitlines()
    assert header == "amplitude_id,operation,user_id_field_amplitude,skip_detected,skip_reason"
    assert sorted(rows) == ["u2,removed,u2,false,", "u3,removed,u3,false,", "u4,added,u4,false,"]


def test_an_export_into_a_file_leaves_stdout_empty(story: Story) -> None:
    first_run = story.maniple("history", "Big spenders", "--json").json[1]["run_id"]

    done = story.maniple("export", first_run.removeprefix("run_"), "-o", "run.csv")

    assert (done.code, done.out, done.err) == (0, "", "4 rows in run.csv\n")
    assert ",added,,true,unresolved mapping" in (story.maniple.folder / "run.csv").read_text().splitlines()


def test_a_sync_without_trouble_has_no_errors(story: Story) -> None:
    assert story.maniple("errors", "Big spenders", "--json").json == []


def test_another_cohort_may_not_take_the_id_of_one_that_is_there(story: Story) -> None:
    done = story.maniple("sync", "prod", "tuesday.csv", "--cohort", "big Spenders")

    assert done.code == 2
    assert "`--cohort-id`" in done.err


def test_disconnecting_says_what_goes_with_it_and_wants_a_yes(story: Story) -> None:
    with partner("iterable") as (url, _):
        story.maniple.connect(url, name="trial")
        story.maniple("sync", "trial", "tuesday.csv", "--cohort", "Gone soon")
    refused = story.maniple("disconnect", "trial")
    done = story.maniple("disconnect", "trial", "--yes")

    assert refused.code == 2
    assert "connection `trial` and 1 sync with history and membership (Gone soon)" in refused.err
    assert done.code == 0
    assert [row["name"] for row in story.maniple("connections", "--json").json] == ["prod"]
    assert story.maniple("history", "Gone soon").code == 2

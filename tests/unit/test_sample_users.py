"""Made test users, and users read from an author's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.errors import CohortError, UsageError
from maniple.testing.destination import read_program
from maniple.usecases.preview import user_batches
from maniple.usecases.rehearsal import trial_for
from maniple.usecases.rehearsal_setup import Setup
from maniple.usecases.rehearsal_users import read_rehearsal_users
from maniple.usecases.sample_users import sample_users, users_csv
from support.manifests import SETTINGS, program
from support.panel_bench import INTEGRATIONS, case_settings

SLUGS = sorted(path.parent.name for path in INTEGRATIONS.glob("*/manifest.yaml"))


def test_the_same_seed_makes_the_same_users() -> None:
    assert sample_users(program(), 7) == sample_users(program(), 7)
    assert sample_users(program(), 7) != sample_users(program(), 8)


def test_the_columns_are_named_like_the_variables_and_the_cohort_is_the_same_for_all() -> None:
    users = sample_users(program())

    assert users.columns == ("user_id", "user_key", "amp_cohort_name", "amp_cohort_id")
    assert {row["amp_cohort_name"] for row in users.rows} == {"Power users"}


def test_users_enter_and_leave_mixed() -> None:
    operations = sample_users(program()).operations

    assert operations == ("add", "add", "remove", "add", "add", "remove", "add", "add", "remove", "add")


def test_nobody_leaves_a_destination_that_gets_the_whole_cohort_each_time() -> None:
    snapshot = read_program(INTEGRATIONS / "amazon-s3" / "manifest.yaml")

    assert snapshot.is_snapshot == (set(sample_users(snapshot).operations) == {"add"})


def test_a_value_has_the_form_that_its_mapping_asks_for() -> None:
    wanted = {"name": "contact", "label": "Contact", "format": "e164"}
    users = sample_users(program(mappings=[wanted], add_users__item="$contact", remove_users__item="$contact"))

    assert all(row["contact"].startswith("+1") and "55501" in row["contact"] for row in users.rows)


def test_a_value_is_what_the_manifest_suggests_first_where_the_variable_says_nothing() -> None:
    wanted = {"name": "user_field", "label": "User", "suggest": ["email"]}
    users = sample_users(program(mappings=[wanted], add_users__item="$user_field", remove_users__item="$user_field"))

    assert all(row["user_field"] == row["email"] and "@example.com" in row["email"] for row in users.rows)


def test_a_property_that_was_chosen_at_set_up_has_a_column() -> None:
    users = sample_users(program(), mappings={"user_key": "crm_email"})

    assert "@example.com" in users.rows[0]["crm_email"]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_made_user_can_be_sent_to_every_destination_of_the_catalogue(slug: str) -> None:
    found = read_program(INTEGRATIONS / slug / "manifest.yaml")
    setup = Setup(settings=case_settings(slug))
    operator = {name: value for name, value in setup.settings.items() if _is_operators(found, name)}

    trial = trial_for(found, setup, sample_users(found), now="2026-11-24T10:00:00Z", operator=operator)
    context = trial.context().with_list({"list_id": 1})

    assert [resolved.skipped for _, _, resolved in user_batches(trial, context) if resolved.skipped] == []


def _is_operators(found: object, name: str) -> bool:
    return any(each.name == name and each.from_ for each in found.fields)  # type: ignore[attr-defined]


def test_made_users_written_as_csv_are_read_back_as_they_were(tmp_path: Path) -> None:
    users = sample_users(program(), 3)
    (tmp_path / "users.csv").write_text(users_csv(users))

    assert read_rehearsal_users(tmp_path / "users.csv", program()) == users


def test_a_csv_in_which_a_parameter_of_the_creation_changes_is_refused_with_its_rows(tmp_path: Path) -> None:
    lines = ["operation,user_key,amp_cohort_name", "add,u1,A", "add,u2,B", "remove,u3,A", "add,u4,C"]
    (tmp_path / "users.csv").write_text("\n".join(lines))

    with pytest.raises(CohortError) as caught:
        read_rehearsal_users(tmp_path / "users.csv", program())

    assert caught.value.message == (
        "`amp_cohort_name` stands in the request that creates the list, and rows `2` and `4` of `users.csv` "
        "have another value than row 1"
    )


def test_an_alias_of_a_parameter_of_the_creation_counts_as_the_parameter(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("operation,user_key,amplitude_cohort_name\nadd,u1,A\nadd,u2,B\n")

    with pytest.raises(CohortError, match="`amplitude_cohort_name` stands in the request"):
        read_rehearsal_users(tmp_path / "users.csv", program())


def test_a_column_that_the_creation_does_not_read_may_change(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("operation,user_key,amp_cohort_id\nadd,u1,A\nadd,u2,B\n")

    assert len(read_rehearsal_users(tmp_path / "users.csv", program()).rows) == 2


def test_more_users_than_a_test_takes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user_key\n" + "u\n" * 2_001)

    with pytest.raises(UsageError) as caught:
        read_rehearsal_users(tmp_path / "users.csv", program())

    assert caught.value.message == "`users.csv` has 2,001 users; 2,000 are the most of a test"


def test_a_column_named_like_a_field_gives_the_setting_that_was_left_empty(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("operation,user_key,bearer_token\nadd,u1,from-csv\n")
    users = read_rehearsal_users(tmp_path / "users.csv", program())

    assert Setup().settings_for(program(), users) == {"bearer_token": "from-csv"}
    assert Setup(settings=SETTINGS).settings_for(program(), users) == {"bearer_token": "token-1"}


def test_a_chosen_property_that_is_a_column_is_mapped(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("operation,user_key,email\nadd,u1,a@b.example\n")
    users = read_rehearsal_users(tmp_path / "users.csv", program())

    assert Setup(mappings={"user_key": "email"}).mappings_for(program(), users) == {"user_key": "email"}


def test_of_a_chosen_property_that_is_no_column_the_column_named_like_the_variable_is_taken(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("operation,user_key\nadd,u1\n")
    users = read_rehearsal_users(tmp_path / "users.csv", program())

    assert Setup(mappings={"user_key": "email"}).mappings_for(program(), users) == {"user_key": "user_key"}

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from maniple.errors import Bug
from maniple.sources.file import open_cohort
from maniple.store.data.plane import INVALID, MappingColumn, Resolved, resolve, snapshot

EMAIL = MappingColumn("email", "mail")


def mails(values: list[Any]) -> list[Any]:
    return [value.strip().lower() if "@" in value else INVALID for value in values]


MAIL = MappingColumn("email", "mail", convert=mails)


def run(
    here: Path,
    text: str,
    mappings: Sequence[MappingColumn],
    carried: Sequence[str] = (),
    require: Sequence[Sequence[str]] = (),
    name: str = "c.csv",
) -> Resolved:
    (here / name).write_text(text)
    properties = [*(mapping.property for mapping in mappings), *carried]
    snapshot(open_cohort(here / name), "user_id", properties, here / "snapshot.parquet")
    return resolve(here / "snapshot.parquet", mappings, carried, here / "resolved", here / "skips", require)


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


@pytest.mark.parametrize("mapping", [EMAIL, MAIL])
def test_who_has_a_value_is_sent_as_it_in_the_order_of_the_cohort(tmp_path: Path, mapping: MappingColumn) -> None:
    found = run(tmp_path, "user_id,mail\n2,b@b\n1,a@a\n", [mapping])

    expected = [{"member_id": "2", "m_email": "b@b"}, {"member_id": "1", "m_email": "a@a"}]
    assert expected == rows(tmp_path / "resolved")
    assert Resolved(rows=2, skips_by_reason={}) == found


@pytest.mark.parametrize("mapping", [EMAIL, MAIL])
def test_who_has_no_value_or_no_id_is_skipped_with_the_reason(tmp_path: Path, mapping: MappingColumn) -> None:
    found = run(tmp_path, "user_id,mail\n1,\n,b@b\n3,c@c\n4,\n", [mapping])

    assert [
        {"member_id": "1", "m_email": None, "reason": "unresolved mapping", "mapping": "email"},
        {"member_id": None, "m_email": "b@b", "reason": "missing id", "mapping": ""},
        {"member_id": "4", "m_email": None, "reason": "unresolved mapping", "mapping": "email"},
    ] == rows(tmp_path / "skips")
    assert Resolved(rows=1, skips_by_reason={"missing id": 1, "unresolved mapping": 2}) == found


def test_a_conversion_decides_what_is_sent_and_the_skip_shows_the_raw_value(tmp_path: Path) -> None:
    found = run(tmp_path, "user_id,mail\n1, A@B \n2,nope\n", [MAIL])

    assert [{"member_id": "1", "m_email": "a@b"}] == rows(tmp_path / "resolved")
    skip = {"member_id": "2", "m_email": "nope", "reason": "invalid format", "mapping": "email"}
    assert [skip] == rows(tmp_path / "skips")
    assert Resolved(rows=1, skips_by_reason={"invalid format": 1}) == found


def test_skips_of_several_mappings_stay_in_the_order_of_the_cohort(tmp_path: Path) -> None:
    phone = MappingColumn("phone", "phone", convert=lambda values: values)
    run(tmp_path, "user_id,mail,phone\n1,a@a,\n2,,5\n3,nope,\n", [MAIL, phone])

    expected = [("1", "phone"), ("2", "email"), ("3", "email")]
    assert expected == [(row["member_id"], row["mapping"]) for row in rows(tmp_path / "skips")]


@pytest.mark.parametrize("convert", [None, mails])
def test_one_of_a_required_group_suffices(tmp_path: Path, convert: Any) -> None:
    mappings = [MappingColumn("email", "mail", True, convert), MappingColumn("phone", "phone", True)]
    run(tmp_path, "user_id,mail,phone\n1,a@a,\n2,,5\n3,,\n", mappings, require=[["email", "phone"]])

    assert [
        {"member_id": "1", "m_email": "a@a", "m_phone": None},
        {"member_id": "2", "m_email": None, "m_phone": "5"},
    ] == rows(tmp_path / "resolved")
    assert ["email, phone"] == [row["mapping"] for row in rows(tmp_path / "skips")]


@pytest.mark.parametrize("mapping", [EMAIL, MAIL])
def test_carried_properties_go_along(tmp_path: Path, mapping: MappingColumn) -> None:
    run(tmp_path, "user_id,mail,plan\n1,a@a,pro\n2,,pro\n", [mapping], ["plan", "mail"])

    expected = {"member_id": "1", "m_email": "a@a", "u_plan": "pro", "u_mail": "a@a"}
    assert [expected] == rows(tmp_path / "resolved")


def test_no_mapping_at_all_resolves_everyone_with_an_id(tmp_path: Path) -> None:
    assert Resolved(rows=2, skips_by_reason={"missing id": 1}) == run(tmp_path, "user_id,a\n1,x\n,y\n2,z\n", [])


def test_a_value_of_another_type_passes_through_with_its_type(tmp_path: Path) -> None:
    run(tmp_path, '{"user_id": 1, "mail": 42}\n{"user_id": 2, "mail": null}\n', [EMAIL], name="c.jsonl")

    assert [{"member_id": "1", "m_email": 42}] == rows(tmp_path / "resolved")


def test_a_conversion_may_answer_numbers_and_texts(tmp_path: Path) -> None:
    numbers = MappingColumn("email", "mail", convert=lambda values: [int(v) if v.isdigit() else v for v in values])
    lines = "".join(f"{number},{'x' if number < 70_000 else number}\n" for number in range(70_002))
    run(tmp_path, f"user_id,mail\n{lines}", [numbers])

    assert ['"x"', "70000", "70001"] == [row["m_email"] for row in rows(tmp_path / "resolved")[69_999:]]


def test_a_conversion_must_answer_for_every_value(tmp_path: Path) -> None:
    forgetful = MappingColumn("email", "mail", convert=lambda values: values[1:])

    with pytest.raises(Bug, match="the conversion of `email` answered 1 values for 2"):
        run(tmp_path, "user_id,mail\n1,a\n2,\n3,b\n", [forgetful])
    assert not (tmp_path / "resolved").exists()


def test_a_required_group_is_made_of_mappings(tmp_path: Path) -> None:
    with pytest.raises(Bug, match="`phone` is required but is no mapping"):
        run(tmp_path, "user_id,mail\n1,a\n", [EMAIL], require=[["email", "phone"]])

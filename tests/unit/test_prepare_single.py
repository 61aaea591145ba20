"""One user a call: what is wrong with that user's value is that user's problem."""

from __future__ import annotations

import pytest

from maniple.errors import SettingsError
from maniple.runtime.prepare import Batch, Prepared, prepare
from maniple.runtime.program import Program
from support.manifests import context, program

CALL = {
    "method": "PUT",
    "url": "https://api.acme.test/users/$user_key",
    "headers": {"X-User": "$user_key", "X-Cohort": "$amp_cohort_name"},
    "batch": {"items": 1},
}


def single() -> Program:
    return program(kind="property", create_list=None, add_users=None, remove_users=None, update_users=CALL)


def prepared(user: str | None, *, name: str = "My cohort") -> Prepared:
    of = single()
    (found,) = prepare(of.call_for("add"), context(of, name=name), Batch("add", 0, {"user_key": [user]}, 1))
    return found


def reasons(of: Prepared) -> list[str]:
    return [verdict.reason for verdict in of.verdicts]


def test_a_user_whose_value_cannot_stand_in_a_header_is_skipped() -> None:
    found = prepared("a\r\nX-Admin: 1")

    assert (found.request, reasons(found)) == (None, ["invalid format"])


def test_a_user_without_a_value_is_skipped() -> None:
    found = prepared(None)

    assert (found.request, reasons(found)) == (None, ["unresolved mapping"])


def test_a_constant_that_cannot_stand_in_a_header_stops_everything() -> None:
    with pytest.raises(SettingsError, match="`X-Cohort` would contain a line break"):
        prepared("u1", name="My\ncohort")

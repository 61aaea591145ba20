"""Laws of whole runs, against a partner that is a set and fails at random."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from maniple.cohort.member import Membership
from maniple.usecases.library import Plan, Report, plan, run_blocking
from maniple.wire import Reply, Request
from support.fake_clock import FakeClock
from support.manifests import SETTINGS, program

members = st.dictionaries(
    st.sampled_from([f"m{number}" for number in range(8)]), st.sampled_from(["a", "b", "c", "d", "e", None]), max_size=8
)
SMALL = program(
    add_users__batch={"items": 2},
    remove_users__batch={"items": 2},
    add_users__rejects={"rows": "refused", "by": "value", "item": "$user_key"},
)
REFUSED = "e"


class Partner:
    """A list as a set of identifiers. `faults` say how each user call in turn goes wrong."""

    def __init__(self, faults: list[str] | None = None) -> None:
        self.members: set[str] = set()
        self.faults = list(faults or ())
        self.requests: list[Request] = []

    async def send(self, request: Request) -> Reply:
        self.requests.append(request)
        body = orjson.loads(request.body or b"{}")
        if request.call == "create_list":
            return Reply(200, body=b'{"id": 9}')
        fault = self.faults.pop(0) if self.faults else "none"
        if fault == "refuses the call":
            return Reply(400)
        if fault == "never reached":
            return Reply.unreached("the connection was refused")
        users = set(body["users"])
        adds = request.call == "add_users"
        self.members = self.members | (users - {REFUSED}) if adds else self.members - users
        if fault == "applies and is silent":
            return Reply.unreached("no answer within 60 s", in_doubt=True)
        return Reply(200, body=orjson.dumps({"refused": [REFUSED] if adds and REFUSED in users else []}))

    async def close(self) -> None:
        return None


def rows(cohort: dict[str, str | None]) -> list[dict[str, Any]]:
    return [{"amplitude_id": member, "user_id": value} for member, value in cohort.items()]


def planned(cohort: dict[str, str | None], accepted: Membership, saved: dict[str, Any]) -> Plan:
    return plan(
        SMALL,
        rows(cohort),
        settings=SETTINGS,
        accepted=accepted,
        saved=saved,
        mappings={"user_key": "user_id"},
        run_id="run_1",
    )


def deliver(this: Plan, partner: Partner) -> Report:
    return run_blocking(this, sender=partner, clock=FakeClock(), retries=0, dice=lambda: 0.0)


def wanted(cohort: dict[str, str | None]) -> set[str]:
    return {value for value in cohort.values() if value is not None and value != REFUSED}


faults = st.lists(st.sampled_from(["none", "refuses the call", "never reached", "applies and is silent"]), max_size=6)


@given(st.lists(st.tuples(members, faults), min_size=1, max_size=4), members)
@settings(max_examples=150, deadline=None)
def test_after_any_failures_one_clean_run_leaves_the_partner_with_the_cohort(
    history: list[Any], last: dict[str, str | None]
) -> None:
    partner, accepted, saved = Partner(), Membership(), dict[str, Any]()
    for cohort, wrong in history:
        partner.faults = list(wrong)
        report = deliver(planned(cohort, accepted, saved), partner)
        accepted, saved = report.accepted, dict(report.saved)
    partner.faults = []
    # A skipped member keeps its place, so the last cohort resolves whole.
    last = {member: value for member, value in last.items() if value is not None}

    deliver(planned(last, accepted, saved), partner)

    assert wanted(last) == partner.members


@given(members)
@settings(max_examples=60, deadline=None)
def test_a_second_run_of_the_same_cohort_sends_nothing_but_what_was_refused(first: dict[str, str | None]) -> None:
    partner = Partner()
    report = deliver(planned(first, Membership(), {}), partner)
    partner.requests.clear()

    deliver(planned(first, report.accepted, dict(report.saved)), partner)

    again = {user for request in partner.requests for user in orjson.loads(request.body or b"{}")["users"]}
    assert again <= {REFUSED}


@given(members, members, faults)
@settings(max_examples=100, deadline=None)
def test_every_change_is_in_exactly_one_figure_of_the_report(
    before: dict[str, str | None], after: dict[str, str | None], wrong: list[str]
) -> None:
    partner = Partner()
    first = deliver(planned(before, Membership(), {}), partner)
    this = planned(after, first.accepted, dict(first.saved))
    partner.faults = wrong

    report = deliver(this, partner)

    changes = len(this.changes.adds) + len(this.changes.removes)
    assert changes == report.added + report.removed + len(report.rejected) + report.in_doubt + report.unsent
    assert len(this.changes.shared) == report.shared


@given(members, members)
@settings(max_examples=60, deadline=None)
def test_what_preview_shows_is_what_a_run_sends(before: dict[str, str | None], after: dict[str, str | None]) -> None:
    partner = Partner()
    first = deliver(planned(before, Membership(), {}), partner)
    this = planned(after, first.accepted, dict(first.saved))
    shown = this.preview()
    partner.requests.clear()

    deliver(this, partner)

    assert sorted(map(repr, shown)) == sorted(map(repr, partner.requests))


@given(members, members)
@settings(max_examples=60, deadline=None)
def test_adds_and_removes_never_share_a_request_and_removes_go_first(
    before: dict[str, str | None], after: dict[str, str | None]
) -> None:
    partner = Partner()
    first = deliver(planned(before, Membership(), {}), partner)
    partner.requests.clear()

    deliver(planned(after, first.accepted, dict(first.saved)), partner)

    calls = [request.call for request in partner.requests]
    assert sorted(calls, key=lambda call: call != "remove_users") == calls

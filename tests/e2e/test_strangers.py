"""Partners that nobody had in mind: strict servers, manifests written from the documentation alone, exact membership."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maniple.wiring import Workspace
from support.command import Command
from support.strangers.directory import Directory
from support.strangers.in_bulk import Contacts, Graph, PortalReceiver, Registry, Visitors
from support.strangers.one_by_one import Audiences, Groups, Segments, Tags
from support.strangers.roundabout import Imports, Shelf, Vault
from support.strangers.visit import MANIFESTS, Visit

AWKWARD = {
    "u/1",
    "a+b",
    "50% off",
    "a b",
    "é",
    "e\u0301",
    "日本",
    "😀",
    "ada@x.test",
    "a&b=c?d#e;f",
    "'\"\\<>",
    "~.-_",
    "%2F",
}
"""Users whose ids need care in a URL, a form or a text."""
MONDAY = AWKWARD | {f"u{number}" for number in range(20)}
TUESDAY = MONDAY - {"u/1", "😀", "u3", "u4", "u5"} | {"new/1", "ñ+1", "u40", "u41"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open({"MANIPLE_HOME": str(tmp_path / "home")}) as opened:
        yield opened


def test_users_in_the_path_arrive_whatever_their_ids_are(workspace: Workspace, tmp_path: Path) -> None:
    with Groups(MONDAY | TUESDAY) as partner:
        visit = Visit(workspace, tmp_path, "groups", partner, settings={"api_key": "k-1"})
        first = visit.sync(MONDAY)
        assert list(partner.groups.values()) == [MONDAY]

        second = visit.sync(TUESDAY)
        assert list(partner.groups.values()) == [TUESDAY]

        third = visit.sync(TUESDAY)

    assert [(run.status, run.added, run.removed, run.requests) for run in (first, second, third)] == [
        ("succeeded", 33, 0, 34),
        ("succeeded", 4, 5, 9),
        ("succeeded", 0, 0, 0),
    ]
    assert partner.refusals == []


def test_users_whom_a_directory_does_not_know_are_named_and_the_others_are_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    with Groups({"a", "b"}) as partner:
        visit = Visit(workspace, tmp_path, "groups", partner, settings={"api_key": "k-1"})
        first = visit.sync({"a", "b", "stranger/1"})
        partner.groups[next(iter(partner.groups))].discard("b")
        second = visit.sync({"a"})

    assert list(partner.groups.values()) == [{"a"}]
    assert (first.status, first.added, first.rejected_by_reason) == ("succeeded_with_skips", 2, {"Unknown user": 1})
    assert (second.status, second.removed, second.members) == ("succeeded", 1, 1)


def test_a_segment_with_a_key_of_the_clients_choice_is_kept(workspace: Workspace, tmp_path: Path) -> None:
    with Segments() as partner:
        visit = Visit(workspace, tmp_path, "segments", partner, settings={"bearer_token": "t-1"})
        visit.sync(MONDAY, name="Grüße & Buyers/1")
        assert partner.segments == {"gru-e-buyers-1": MONDAY}

        visit.sync(TUESDAY, name="Grüße & Buyers/1")
        third = visit.sync(TUESDAY, name="Grüße & Buyers/1")

    assert partner.segments == {"gru-e-buyers-1": TUESDAY}
    assert partner.labels == {"gru-e-buyers-1": "[maniple] Grüße & Buyers/1"}
    assert (third.list_id, third.requests, partner.refusals) == ("gru-e-buyers-1", 0, [])


def test_an_audience_is_found_at_the_encoded_address_that_its_creation_answered(
    workspace: Workspace, tmp_path: Path
) -> None:
    with Audiences() as partner:
        visit = Visit(workspace, tmp_path, "audiences", partner, settings={"api_key": "k 1&2"})
        first = visit.sync(MONDAY)
        assert partner.audiences == {"[maniple] Buyers/№1": MONDAY}

        visit.sync(TUESDAY)
        third = visit.sync(TUESDAY)

    assert partner.audiences == {"[maniple] Buyers/№1": TUESDAY}
    assert (first.list_id, third.requests, partner.refusals) == ("[maniple] Buyers/№1", 0, [])


def test_a_tag_is_taken_off_by_a_delete_with_a_body(workspace: Workspace, tmp_path: Path) -> None:
    with Tags() as partner:
        visit = Visit(workspace, tmp_path, "tags", partner, settings={"api_key": "k-1"})
        visit.sync(MONDAY, name="Big spenders")
        assert partner.tags == {"Big-spenders": MONDAY}

        visit.sync(TUESDAY, name="Big spenders")
        third = visit.sync(TUESDAY, name="Big spenders")

    assert partner.tags == {"Big-spenders": TUESDAY}
    assert (third.requests, partner.refusals) == (0, [])


def test_results_by_address_are_read_for_each_user(workspace: Workspace, tmp_path: Path) -> None:
    def rows(users: set[str]) -> list[dict[str, str]]:
        return [
            {"amplitude_id": user, "email": f"{user}@X.test", "language": "de" if user < "U2" else ""}
            for user in sorted(users)
        ]

    monday = {f"U{number}" for number in range(10, 35)}
    tuesday = monday - {"U11", "U12"} | {"U40"}
    with Contacts(suppressed={"u33@x.test", "u12@x.test"}, busy={"u20@x.test", "u21@x.test"}) as partner:
        settings = {"bearer_token": "t-1", "folder": 5}
        mappings = {"email": "email", "locale": "language"}
        visit = Visit(workspace, tmp_path, "contacts", partner, settings=settings, mappings=mappings, retries=2)
        first = visit.sync(rows=rows(monday))
        assert partner.lists == {"40": {f"{user}@x.test".lower() for user in monday - {"U33", "U12"}}}

        second = visit.sync(rows=rows(tuesday))
        third = visit.sync(rows=rows(tuesday))

    assert partner.lists == {"40": {f"{user}@x.test".lower() for user in tuesday - {"U33"}}}
    assert (first.status, first.rejected_by_reason) == ("succeeded_with_skips", {"SUPPRESSED": 2})
    assert (second.added, second.removed, second.rejected_by_reason) == (1, 1, {"SUPPRESSED": 1})
    assert (third.requests, third.rejected, partner.refusals) == (1, 1, [])


def test_the_standard_contract_is_received_as_it_is_written(workspace: Workspace, tmp_path: Path) -> None:
    with PortalReceiver(blocked={"u7", "a+b"}) as partner:
        mappings = {"user_id_field_amplitude": "user_id"}
        visit = Visit(workspace, tmp_path, "portal", partner, settings={"api_key": "k-1"}, mappings=mappings)
        first = visit.sync(MONDAY)
        assert partner.lists == {"1": MONDAY - {"u7", "a+b"}}

        visit.sync(TUESDAY)
        third = visit.sync(TUESDAY)

    assert partner.lists == {"1": TUESDAY - {"u7", "a+b"}}
    assert (first.list_id, first.rejected_by_reason, third.members) == (1, {"BLOCKED": 2}, len(TUESDAY) - 2)
    assert partner.refusals == []


def test_a_property_at_each_visitor_says_who_is_in(workspace: Workspace, tmp_path: Path) -> None:
    def rows(users: set[str]) -> list[dict[str, str]]:
        return [
            {
                "amplitude_id": user,
                "user_id": user,
                "plan": "pro" if user > "u" else "",
                "seats": "7" if user > "u2" else "",
            }
            for user in sorted(users)
        ]

    with Visitors() as partner:
        mappings = {"visitor": "user_id", "plan": "plan", "seats": "seats"}
        settings = {"account": "acc-1", "secret": "s-1"}
        visit = Visit(workspace, tmp_path, "visitors", partner, settings=settings, mappings=mappings)
        visit.sync(rows=rows(MONDAY))
        assert partner.members("buyers") == MONDAY

        visit.sync(rows=rows(TUESDAY))
        third = visit.sync(rows=rows(TUESDAY))

    assert partner.members("buyers") == TUESDAY
    assert (partner.plans["u40"], partner.plans["u10"], partner.plans["a b"]) == ("pro/7", "pro/None", "None/None")
    assert (third.requests, partner.refusals) == (0, [])


def test_a_partner_that_speaks_xml_gets_every_id_and_names_who_failed(workspace: Workspace, tmp_path: Path) -> None:
    with Registry(invalid={"u7", "u8", "a&b=c?d#e;f"}) as partner:
        visit = Visit(workspace, tmp_path, "registry", partner, settings={"api_key": 'k"<1>'})
        first = visit.sync(MONDAY)
        assert partner.lists == {"L001": MONDAY - partner.invalid}

        visit.sync(TUESDAY)
        third = visit.sync(TUESDAY)

    assert partner.lists == {"L001": TUESDAY - partner.invalid}
    assert (first.rejected, third.rejected, third.members) == (3, 3, len(TUESDAY) - 3)
    assert partner.refusals == []


def test_errors_inside_a_200_of_a_graph_are_read(workspace: Workspace, tmp_path: Path) -> None:
    with Graph(unknown_users={"u7", "日本"}) as partner:
        visit = Visit(workspace, tmp_path, "graph", partner, settings={"bearer_token": "t-1"})
        first = visit.sync(MONDAY)
        members = next(iter(partner.audiences.values()))
        assert members == MONDAY - partner.unknown_users

        partner.token = "t-2"
        refused = visit.sync(TUESDAY)
        partner.token = "t-1"
        visit.sync(TUESDAY)
        third = visit.sync(TUESDAY)

    assert list(partner.audiences.values()) == [TUESDAY - partner.unknown_users]
    assert (first.status, first.rejected_by_reason) == ("succeeded_with_skips", {"UNKNOWN": 2})
    assert (refused.status, refused.reason, refused.requests) == ("failed", "Bad token", 1)
    assert (third.added, third.rejected) == (0, 2)


def test_an_audience_that_somebody_deleted_is_made_anew_by_an_error_inside_a_200(
    workspace: Workspace, tmp_path: Path
) -> None:
    with Graph(unknown_users=set()) as partner:
        visit = Visit(workspace, tmp_path, "graph", partner, settings={"bearer_token": "t-1"})
        visit.sync(MONDAY)
        partner.audiences = {"other": set(), "another": set()}
        visit.sync(TUESDAY)

    assert list(partner.audiences.values()) == [set(), set(), TUESDAY]


def test_a_job_names_who_was_refused_by_the_line_in_the_file(workspace: Workspace, tmp_path: Path) -> None:
    def rows(users: set[str]) -> list[dict[str, str]]:
        return [{"amplitude_id": user, "user_id": user, "email": f'{user},"x"@x.test'} for user in sorted(users)]

    with Imports(invalid={"u7", "u19", "a+b"}) as partner:
        mappings = {"user_key": "user_id", "email": "email"}
        settings = {"api_key": "k-1", "audience": "main"}
        visit = Visit(workspace, tmp_path, "imports", partner, settings=settings, mappings=mappings)
        first = visit.sync(rows=rows(MONDAY))
        assert partner.audience == {user: f'{user},"x"@x.test' for user in MONDAY - partner.invalid}

        visit.sync(rows=rows(TUESDAY))
        third = visit.sync(rows=rows(TUESDAY))

    assert partner.audience == {user: f'{user},"x"@x.test' for user in TUESDAY - partner.invalid}
    assert (first.status, first.rejected_by_reason) == ("succeeded_with_skips", {"BLOCKED": 3})
    assert (third.members, third.added, third.rejected, partner.refusals) == (len(TUESDAY) - 3, 0, 3, [])


def test_tokens_that_live_two_seconds_and_five_calls_are_replaced_in_between(
    workspace: Workspace, tmp_path: Path
) -> None:
    with Vault() as partner:
        settings = {"client_id": "client+1", "client_secret": "s:3&cret"}
        visit = Visit(workspace, tmp_path, "vault", partner, settings=settings)
        first = visit.sync(MONDAY)
        assert partner.members == MONDAY

        later = partner.clock() + 100
        partner.clock = lambda: later
        visit.sync(TUESDAY)
        third = visit.sync(TUESDAY)

    assert partner.members == TUESDAY
    assert (first.status, first.retries, third.requests) == ("succeeded", 0, 0)
    assert {reply.status for _, reply in partner.refusals} == {401}


def test_a_list_of_the_name_is_found_on_a_later_page_and_used(workspace: Workspace, tmp_path: Path) -> None:
    names = ["a", "[maniple] buyers", "b", "[maniple] Buyers 2", "[maniple] Buyers", "c"]
    with Shelf(names) as partner:
        visit = Visit(workspace, tmp_path, "shelf", partner, settings={"bearer_token": "t-1"})
        first = visit.sync(MONDAY)
        assert set(partner.members[5]) == MONDAY

        visit.sync(TUESDAY)
        third = visit.sync(TUESDAY)

    assert {number: set(members) for number, members in partner.members.items()} == {
        **{number: set() for number in (1, 2, 3, 4, 6)},
        5: TUESDAY,
    }
    assert (first.list_id, third.requests, partner.refusals) == (5, 0, [])


def test_a_list_that_no_page_has_is_created_once(workspace: Workspace, tmp_path: Path) -> None:
    with Shelf(["a", "b", "[maniple] buyers"]) as partner:
        visit = Visit(workspace, tmp_path, "shelf", partner, settings={"bearer_token": "t-1"})
        visit.sync(MONDAY)
        visit.sync(TUESDAY)

    assert [each["name"] for each in partner.lists] == ["a", "b", "[maniple] buyers", "[maniple] Buyers"]
    assert (set(partner.members[4]), partner.members[3]) == (TUESDAY, {})


def test_a_directory_is_asked_for_its_own_ids_and_never_takes_one_name_for_another(
    workspace: Workspace, tmp_path: Path
) -> None:
    twins = {"abc", "aBc", "Abc", "ABC", "AbC"}
    known = [*sorted(twins), *sorted(MONDAY | TUESDAY - {"u41"})]
    groups = ["a", "b", "[maniple] buyers", "c", "[maniple] Buyers", "d"]
    monday, tuesday = MONDAY | {"abc", "aBc", "Abc"}, TUESDAY | {"aBc", "ABC", "abC"}
    with Directory(known, groups) as partner:
        visit = Visit(workspace, tmp_path, "directory", partner, settings={"bearer_token": "t-1"})
        first = visit.sync(monday)
        assert partner.members("[maniple] Buyers") == monday

        second = visit.sync(tuesday)
        third = visit.sync(tuesday)

    assert partner.members("[maniple] Buyers") == tuesday - {"u41", "abC"}
    assert partner.members("[maniple] buyers") == set()
    assert (first.status, first.list_id, partner.refusals) == ("succeeded", "g-4", [])
    assert second.rejected_by_reason == third.rejected_by_reason == {"unknown to the partner": 2}


def test_the_commands_find_who_was_lost_and_send_them_again(tmp_path: Path) -> None:
    with Shelf(["a", "b", "c"]) as partner:
        maniple = Command(tmp_path)
        maniple.write("settings.json", '{"bearer_token": "t-1"}')
        maniple.write("users.csv", "user_id", *(f'"{user}"' for user in sorted(MONDAY - {"'\"\\<>"})))
        words = ("--name", "prod", "--settings", "settings.json", "--map", "user_key=user_id", "--via", partner.url)
        connected = maniple("connect", str(MANIFESTS / "shelf.yaml"), *words, "--allow-private-hosts")
        synced = maniple("sync", "prod", "users.csv", "--cohort", "Buyers")
        members = partner.members[4]
        for user in ("u3", "a+b", "日本"):
            del members[user]
        members["intruder"] = "m0"
        compared = maniple("reconcile", "Buyers", "--json")
        repaired = maniple("reconcile", "Buyers", "--repair")

    assert (connected.code, synced.code, repaired.code) == (0, 0, 0), repaired.err
    difference = compared.json["difference"]
    assert (difference["missing_examples"], difference["unexpected_examples"]) == (["a+b", "u3", "日本"], ["intruder"])
    assert set(members) == MONDAY - {"'\"\\<>"} | {"intruder"}
    assert partner.refusals == []

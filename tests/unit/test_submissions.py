"""From an author's folder to the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from maniple.errors import OperatorError, Refused, UsageError
from maniple.ports import Message
from maniple.store.control.submission_rows import REVIEWERS
from maniple.usecases import reviewing, submissions
from maniple.usecases.bundle import Bundle
from maniple.usecases.connect import connect, destination_for
from maniple.usecases.destinations import catalogue
from maniple.usecases.proposal import propose
from maniple.usecases.review_queue import queue
from maniple.usecases.standing import notices, state_of
from support.manifests import BASE
from support.submitted import CASES, EVIDENCE, House, house, png, write_integration


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.chdir(tmp_path)
    with house(tmp_path) as made:
        yield made


class Letters:
    """A notifier that keeps what it is given."""

    reviewers = ("rob@acme.test",)

    def __init__(self, *, broken: bool = False) -> None:
        self.sent: list[Message] = []
        self.broken = broken

    def notify(self, message: Message) -> None:
        if self.broken:
            raise OperatorError("the mail server is away")
        self.sent.append(message)


def test_a_bundle_holds_what_belongs_and_what_was_found(acme: House) -> None:
    path = acme.write(logo="logo.png")
    (path / "logo.png").write_bytes(png())
    (path / "notes.txt").write_text("mine")
    (path / ".env").write_text("TOKEN=1")

    row = submissions.submit(acme.workspace, path, author="ada", evidence=EVIDENCE).submission

    bundle = Bundle.unpack(acme.workspace.store.bundle(row.id, 1))
    assert sorted(bundle.files) == [
        "README.md",
        "cases.yaml",
        "evidence.json",
        "logo.png",
        "manifest.yaml",
        "report.json",
    ]


def test_equal_files_make_equal_bundles(acme: House) -> None:
    path = acme.write()
    bundles = [propose(acme.workspace, path, evidence=EVIDENCE).bundle.pack() for _ in range(2)]

    assert bundles[0] == bundles[1]


def test_what_blocks_is_told_whole(acme: House) -> None:
    path = acme.write({**CASES, "cases": CASES["cases"][:2]}, maintainer=None, name="Acme")

    with pytest.raises(Refused) as caught:
        submissions.submit(acme.workspace, path, author="ada", evidence=EVIDENCE)

    assert caught.value.message.endswith("cannot be submitted: 2 things stand in its way")
    assert caught.value.reasons == (
        "nobody is named who answers for this manifest",
        "manifest.yaml:29: no golden case shows what `remove_users` sends",
    )
    assert [] == acme.workspace.store.list_submissions()


def test_a_case_that_fails_blocks(acme: House) -> None:
    broken = [{**case, "name": f"broken {place}"} for place, case in enumerate(CASES["cases"])]
    broken[2] = {**broken[2], "requests": [{"method": "PUT", "url": "https://api.acme.test/lists/7/remove"}]}
    path = acme.write({**CASES, "cases": broken})

    with pytest.raises(Refused) as caught:
        submissions.submit(acme.workspace, path, author="ada", evidence=EVIDENCE)

    assert ('the golden case "broken 2" does not pass',) == caught.value.reasons


def test_a_manifest_that_cannot_be_read_is_refused_with_its_line(acme: House) -> None:
    path = acme.write()
    (path / "manifest.yaml").write_text("slug: [\n")

    with pytest.raises(Refused) as caught:
        submissions.submit(acme.workspace, path, author="ada", evidence=EVIDENCE)

    assert caught.value.reasons[0].startswith("manifest.yaml:")
    assert "MAN101" in caught.value.reasons[0]


@pytest.mark.parametrize("taken", ["  ACME ", "Ａcme"])
def test_a_display_name_is_unique_whatever_its_case_and_width(acme: House, taken: str) -> None:
    acme.submit()
    path = acme.write(slug="acme-two", name=taken)

    with pytest.raises(Refused) as caught:
        submissions.submit(acme.workspace, path, author="eve", evidence=EVIDENCE)

    assert (f"the display name `{taken}` is that of `acme`: choose another one",) == caught.value.reasons


def test_the_names_of_the_catalogue_are_taken_too(acme: House) -> None:
    write_integration(acme.workspace.home.integrations, slug="older", name="Older")
    path = acme.write(name="Older")

    assert "older" == propose(acme.workspace, path, evidence=EVIDENCE).twin


def test_where_an_integration_stands_is_known_by_its_slug(acme: House) -> None:
    assert "draft" == state_of(acme.workspace.store, "acme").state
    acme.submit()
    assert "under_review" == state_of(acme.workspace.store, "acme").state
    acme.approve()
    standing = state_of(acme.workspace.store, "acme")
    assert ("approved", "1.0.0") == (standing.state, standing.live.version if standing.live else None)


def test_what_is_approved_is_in_the_catalogue_with_its_mark(acme: House) -> None:
    acme.submit()
    assert acme.live is None
    acme.approve()

    [entry] = [each for each in catalogue([acme.workspace.home.integrations]) if each.slug == "acme"]
    assert ("Acme", "1.0.0", False, None) == (entry.name, entry.version, entry.internal, entry.deprecated)
    names = sorted(path.name for path in (acme.workspace.home.integrations / "acme").iterdir())
    assert ["README.md", "cases.yaml", "manifest.yaml", "publication.json"] == names


def test_a_release_needs_no_review_and_is_marked_as_internal(acme: House) -> None:
    path = acme.write(None, maintainer=None)

    row = submissions.release_internally(acme.workspace, path, author="ada", evidence={}).submission

    assert "released" == row.state
    [entry] = [each for each in catalogue([acme.workspace.home.integrations]) if each.slug == "acme"]
    assert (True, "1.0.0") == (entry.internal, entry.version)


def test_a_release_may_be_made_again_in_the_same_version(acme: House) -> None:
    for summary in ("First", "Second"):
        path = acme.write(summary=summary)
        submissions.release_internally(acme.workspace, path, author="ada", evidence={})

    assert "Second" == (acme.live or {})["summary"]


def test_a_release_does_not_take_the_place_of_what_was_reviewed(acme: House) -> None:
    acme.submit()
    acme.approve()
    path = acme.write(version="1.1.0")

    with pytest.raises(UsageError) as caught:
        submissions.release_internally(acme.workspace, path, author="ada", evidence={})

    assert "`acme` is live in version 1.0.0, which was reviewed: a release would take its place" == caught.value.message


def test_a_release_that_is_withdrawn_leaves_the_catalogue(acme: House) -> None:
    submissions.release_internally(acme.workspace, acme.write(), author="ada", evidence={})

    submissions.withdraw(acme.workspace, "acme", author="ada")

    assert acme.live is None
    assert [] == [each.slug for each in catalogue([acme.workspace.home.integrations])]


def test_only_its_author_takes_a_submission_back(acme: House) -> None:
    acme.submit()

    with pytest.raises(UsageError) as caught:
        submissions.withdraw(acme.workspace, "acme", author="eve")

    assert "`acme` was handed in by ada, and you are eve" == caught.value.message


def test_a_comment_is_about_a_line_that_there_is(acme: House) -> None:
    row = acme.submit()
    reviewing.comment(acme.workspace, "acme", "Which?", reviewer="rob", file="manifest.yaml", line=3)
    with pytest.raises(UsageError) as beyond:
        reviewing.comment(acme.workspace, "acme", "Which?", reviewer="rob", file="manifest.yaml", line=3000)
    with pytest.raises(UsageError) as elsewhere:
        reviewing.comment(acme.workspace, "acme", "Which?", reviewer="rob", file="../secret.key")
    with pytest.raises(UsageError) as silent:
        reviewing.comment(acme.workspace, "acme", "  ", reviewer="rob")

    [_, said] = acme.workspace.store.entries(row.id)
    assert ("comment", "rob", "Which?", "manifest.yaml", 3, 1) == (
        said.kind,
        said.who,
        said.text,
        said.file,
        said.line,
        said.round,
    )
    assert "`manifest.yaml` has 36 lines, and none is 3000" == beyond.value.message
    assert "the submission has no file `../secret.key`" == elsewhere.value.message
    assert "there is nothing to say" == silent.value.message


@pytest.mark.parametrize("decide", [reviewing.reject, reviewing.request_changes, reviewing.deprecate])
def test_what_displeases_needs_a_reason(acme: House, decide: object) -> None:
    acme.submit()

    with pytest.raises(UsageError) as caught:
        decide(acme.workspace, "acme", " ", reviewer="rob")  # type: ignore[operator]

    assert "a reason is needed: the author must know what to do" == caught.value.message


def test_everybody_is_told(acme: House) -> None:
    letters = Letters()
    path = acme.write()
    submissions.submit(acme.workspace, path, author="ada", email="ada@acme.test", evidence=EVIDENCE, notifier=letters)
    reviewing.request_changes(acme.workspace, "acme", "The limit is 100/s", reviewer="rob", notifier=letters)
    submissions.answer(acme.workspace, "acme", "It is 200/s now", author="ada", notifier=letters)

    assert [
        (("rob@acme.test",), "ada submitted Acme 1.0.0 (`acme`)"),
        (("ada@acme.test",), "rob asks for changes to Acme 1.0.0"),
        (("rob@acme.test",), "ada answered about Acme 1.0.0 (`acme`)"),
    ] == [(message.to, message.subject) for message in letters.sent]
    assert "> The limit is 100/s" in letters.sent[1].text
    store = acme.workspace.store
    assert ["rob asks for changes to Acme 1.0.0"] == [each.text for each in notices(store, "ada")]
    assert 2 == len(notices(store, REVIEWERS))


def test_a_decision_stands_when_its_mail_does_not_arrive(acme: House) -> None:
    submissions.submit(acme.workspace, acme.write(), author="ada", email="ada@acme.test", evidence=EVIDENCE)

    done = reviewing.approve(acme.workspace, "acme", reviewer="rob", notifier=Letters(broken=True))

    assert ("approved", ("no mail was sent: the mail server is away",)) == (done.submission.state, done.warnings)
    assert acme.live is not None


def test_the_queue_shows_who_waits_longest_first(acme: House) -> None:
    acme.submit()
    acme.submit(slug="later", name="Later")

    found = queue(acme.workspace.store)

    assert ["acme", "later"] == [each.submission.slug for each in found]
    assert [("bronze", False), ("bronze", False)] == [(each.tier, each.breaking) for each in found]
    assert found[0].age >= found[1].age >= 0


def test_a_dossier_compares_with_what_is_live_now(acme: House) -> None:
    acme.submit()
    acme.approve()
    acme.submit(version="1.1.0", summary="Better lists")

    found = reviewing.inspect(acme.workspace, "acme")

    assert found.proposal.compatibility is not None
    assert "compatible with 1.0.0: 1 change, none of them breaking" == found.proposal.compatibility.verdict
    [changed] = found.differences
    assert "manifest.yaml" == changed.name
    assert {"-summary: Lists at Acme", "+summary: Better lists"} <= set(changed.lines)


def test_an_earlier_round_is_shown_too(acme: House) -> None:
    acme.submit(summary="First")
    acme.submit(summary="Second")

    shown = [reviewing.inspect(acme.workspace, "acme", round=number).bundle.text("manifest.yaml") for number in (1, 2)]

    assert ["summary: First" in (shown[0] or ""), "summary: Second" in (shown[1] or "")] == [True, True]
    with pytest.raises(UsageError) as caught:
        reviewing.inspect(acme.workspace, "acme", round=3)
    assert "`acme` has no round 3" == caught.value.message


def test_cases_and_requests_of_a_bundle_are_those_of_its_files(acme: House) -> None:
    acme.submit()

    assert (3, True) == (
        len(reviewing.run_bundle_cases(acme.workspace, "acme").results),
        reviewing.run_bundle_cases(acme.workspace, "acme").passed,
    )
    requests = reviewing.preview_bundle(acme.workspace, "acme").requests
    assert [
        BASE["create_list"]["url"],
        "https://api.acme.test/lists/list_id_from_create_list/add",
        "https://api.acme.test/lists/list_id_from_create_list/remove",
    ] == [request.url for request in requests]
    assert "Bearer ***" == dict(requests[0].headers)["Authorization"]


async def test_a_bundle_is_synced_with_the_simulator_in_a_home_of_its_own(acme: House) -> None:
    acme.submit()

    tried = await reviewing.try_bundle(acme.workspace, "acme", users=10)

    assert [("succeeded", 10, 0), ("succeeded", 0, 3)] == [(run.status, run.added, run.removed) for run in tried.runs]
    assert not tried.failed
    assert [] == acme.workspace.store.list_connections()


def test_what_its_author_is_at_work_on_is_not_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = write_integration(tmp_path / "integrations")
    with house(tmp_path) as home:
        submissions.submit(home.workspace, path, author="ada", evidence=EVIDENCE)
        write_integration(tmp_path / "integrations", version="1.0.1")
        found = reviewing.inspect(home.workspace, "acme")
        row = home.approve()

    assert found.proposal.live is None
    assert "approved" == row.state


def test_what_its_author_is_at_work_on_in_the_catalogue_itself_is_not_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "integrations"
    monkeypatch.setenv("MANIPLE_INTEGRATIONS", str(shipped))
    with house(tmp_path) as home:
        submissions.submit(home.workspace, write_integration(shipped), author="ada", evidence=EVIDENCE)

        assert "approved" == home.approve().state


def test_a_secret_that_was_given_for_the_partner_does_not_travel(acme: House) -> None:
    path = acme.write()
    given = {"bearer_token": "REAL-TOKEN-9"}
    destination = destination_for(acme.workspace, str(path))
    connect(acme.workspace, destination, name="prod", settings=given, mappings={"user_key": "user_id"})
    (path / "README.md").write_text("# Acme\n\nMy token is REAL-TOKEN-9, for instance.\n")

    with pytest.raises(Refused) as caught:
        submissions.submit(acme.workspace, path, author="ada", evidence=EVIDENCE)

    assert caught.value.reasons == (
        "`README.md` holds the secret that was given as `bearer_token`: write a made-up one, and renew it",
    )


def test_what_was_given_for_a_stand_in_is_no_secret(acme: House) -> None:
    path = acme.write()
    given = {"bearer_token": "MADE-UP-TOKEN"}
    destination = destination_for(acme.workspace, str(path))
    via = "http://127.0.0.1:8080"
    connect(acme.workspace, destination, name="trial", settings=given, mappings={"user_key": "user_id"}, via=via)
    (path / "README.md").write_text("# Acme\n\nA token such as MADE-UP-TOKEN.\n")

    row = submissions.submit(acme.workspace, path, author="ada", evidence=EVIDENCE).submission

    assert "under_review" == row.state


def test_an_address_that_is_none_is_told_before_anything_is_sent(acme: House) -> None:
    with pytest.raises(UsageError) as caught:
        submissions.submit(acme.workspace, acme.write(), author="ada", email="ada", evidence=EVIDENCE)

    assert "`ada` is no e-mail address" == caught.value.message
    assert [] == acme.workspace.store.list_submissions()

"""What breaks between two versions of a manifest, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.manifest.model import Manifest
from maniple.review.compat import compare
from support.manifests import BASE, manifest

TOKEN = {"name": "bearer_token", "type": "secret", "label": "Token"}
REGION = {
    "name": "region",
    "type": "select",
    "label": "Region",
    "default": "us",
    "options": [{"label": "US", "value": "us"}, {"label": "EU", "value": "eu"}],
}
HEADERS = {"X-Region": "$region"}
USER = {"name": "user_key", "label": "User ID", "suggest": ["user_id"]}
EMAIL = {"name": "email", "label": "E-mail", "suggest": ["email"]}


def breaking(old: Manifest, new: Manifest) -> list[str]:
    return [each.message for each in compare(old, new).breaking]


def test_a_version_is_the_same_as_itself() -> None:
    found = compare(manifest(), manifest())

    assert () == found.differences
    assert "the same as 1.0.0" == found.verdict


def test_a_field_that_must_be_filled_in_breaks_existing_connections() -> None:
    new = manifest(fields=[TOKEN, {"name": "account", "label": "Account"}], headers={"X-Account": "$account"})

    assert breaking(manifest(), new) == [
        "the field `account` is new and must be filled in: existing connections have no value for it"
    ]


@pytest.mark.parametrize("spared", [{"optional": True}, {"default": "main"}])
def test_a_field_that_need_not_be_filled_in_breaks_nothing(spared: dict[str, Any]) -> None:
    new = manifest(fields=[TOKEN, {"name": "account", "label": "Account", **spared}], headers={"X-Account": "$account"})

    assert [] == breaking(manifest(), new)


def test_a_field_that_is_gone_is_told_at_its_old_place() -> None:
    old = manifest(fields=[TOKEN, REGION], headers=HEADERS)

    [found] = compare(old, manifest(fields=[TOKEN])).breaking

    assert "the field `region` is gone" == found.message
    assert (("fields", 1), True) == (found.path, found.gone)


def test_an_option_that_is_gone_breaks_and_a_further_one_does_not() -> None:
    fewer = {**REGION, "options": REGION["options"][:1]}
    two, one = (manifest(fields=[TOKEN, field], headers=HEADERS) for field in (REGION, fewer))

    assert ["the field `region` has no option `eu` any more"] == breaking(two, one)
    assert [] == breaking(one, two)


@pytest.mark.parametrize(
    ("was", "now", "breaks"),
    [
        ("string", "integer", True),
        ("string", "url", True),
        ("select", "buttons", False),
        ("secret", "string", False),
        ("string", "secret", True),
    ],
)
def test_a_retyped_field_breaks_where_kept_values_do_not_fit(was: str, now: str, breaks: bool) -> None:
    old, new = (
        manifest(
            fields=[
                TOKEN,
                {**REGION, "type": kind, "options": REGION["options"] if kind in ("select", "buttons") else []},
            ],
            headers=HEADERS,
        )
        for kind in (was, now)
    )

    assert ([f"the field `region` was of type `{was}`, and is of type `{now}`"] if breaks else []) == breaking(old, new)


def test_a_field_of_an_auth_kind_counts_like_a_written_one() -> None:
    found = breaking(manifest(), manifest(auth={"kind": "basic"}))

    assert "the partner is authenticated by `basic`, and was by `bearer`" in found
    assert "the field `bearer_token` is gone" in found


def test_a_renamed_mapping_breaks_and_its_new_name_is_guessed() -> None:
    old = manifest(mappings=[{**USER, "target": "user_id"}])
    renamed = {name: {**BASE[name], "item": "$person"} for name in ("add_users", "remove_users")}
    new = manifest(mappings=[{**USER, "name": "person", "target": "user_id"}], **renamed)

    assert "the mapping `user_key` is gone: `person` seems to be its new name" in breaking(old, new)


def test_users_removed_by_another_identifier_would_not_be_found() -> None:
    both = [USER, EMAIL]
    item = {"id": "$user_key", "mail": "$email"}
    old = manifest(mappings=both, add_users={**BASE["add_users"], "item": item})
    new = manifest(
        mappings=both,
        add_users={**BASE["add_users"], "item": item},
        remove_users={**BASE["remove_users"], "item": "$email"},
    )

    assert breaking(old, new) == [
        "users are removed by `email`, and were by `user_key`: who is on a list would not be found"
    ]


def test_a_list_id_from_elsewhere_breaks_lists_made_before() -> None:
    new = manifest(create_list__list_id={"response": "data.uuid"})

    assert breaking(manifest(), new) == [
        "the list's id comes from response `data.uuid`, and came from response `id`: lists made before keep the other id"
    ]


def test_a_saved_value_that_later_calls_need_breaks_lists_made_before() -> None:
    new = manifest(create_list__save={"key": "key"}, add_users__headers={"X-Key": "$key"})

    assert ["`key` is read by `add_users`, and lists made before did not save it"] == breaking(manifest(), new)


def test_another_kind_breaks() -> None:
    calls = {"create_list": None, "remove_users": None, "add_users": None}
    replace = {**BASE["add_users"], "url": "https://api.acme.test/users"}

    found = breaking(manifest(), manifest(kind="snapshot", replace_users=replace, **calls))

    assert "the destination was of kind `list`, and is of kind `snapshot`" in found


def test_a_cadence_that_is_gone_breaks_schedules() -> None:
    assert ["syncs may not run `realtime` any more"] == breaking(
        manifest(), manifest(cadences=["once", "hourly", "daily"])
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": "Other words"},
        {"limits": {"parallel": 1}},
        {"errors": [{"status": 404, "reason": "Gone"}]},
        {"add_users__batch": {"items": 5}},
        {"add_users__url": "https://api.acme.test/v2/lists/$list_id/add"},
        {"mappings": [{**USER, "label": "Another word"}]},
        {"mappings": [{**USER, "normalize": "{{ value | lower }}"}]},
        {"verify": {"method": "GET", "url": "https://api.acme.test/me"}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_changes_no_set_up_breaks_nothing_and_is_told(changes: dict[str, Any]) -> None:
    found = compare(manifest(), manifest(version="1.1.0", **changes))

    assert [] == list(found.breaking)
    assert 1 == len(found.differences)
    assert "compatible with 1.0.0: 1 change, none of them breaking" == found.verdict
    assert found.obstacle is None


def test_a_breaking_change_needs_a_new_major_version() -> None:
    gone = {"fields": [TOKEN]}
    old = manifest(fields=[TOKEN, REGION], headers=HEADERS)

    minor = compare(old, manifest(version="1.9.0", **gone))
    major = compare(old, manifest(version="2.0.0", **gone))

    assert "1 breaking change since 1.0.0: write a new major version, `version: 2.0.0`" == minor.obstacle
    assert major.obstacle is None


@pytest.mark.parametrize(
    ("version", "obstacle"),
    [
        ("1.0.0", "version 1.0.0 is live already: write a higher one, such as `version: 1.1.0`"),
        ("0.9.0", "version 0.9.0 is lower than 1.0.0, which is live: write a higher one, such as `version: 1.1.0`"),
        (
            "1.0.0-rc.1",
            "version 1.0.0-rc.1 is lower than 1.0.0, which is live: write a higher one, such as `version: 1.1.0`",
        ),
        ("1.0.1", None),
        ("1.10.0", None),
    ],
)
def test_a_version_must_be_higher_than_what_is_live(version: str, obstacle: str | None) -> None:
    assert obstacle == compare(manifest(), manifest(version=version, summary="Other words")).obstacle

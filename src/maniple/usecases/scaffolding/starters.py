"""The destinations that `maniple new` writes when it knows nothing: an API that lives at example.com."""

from __future__ import annotations

from typing import Any, Final, assert_never

from maniple.usecases.scaffolding.draft import (
    COHORT_NAME,
    COHORT_PROPERTY,
    Draft,
    DraftCall,
    DraftField,
    DraftMapping,
    Kind,
)
from maniple.usecases.scaffolding.identifiers import USER_ID

BASE: Final = "https://api.example.com/v1"
AUTH: Final[dict[str, Any]] = {"kind": "bearer", "token": "$api_token"}
FIELD: Final = DraftField("api_token", "API Token", "secret", "example-api-token")


def starter(slug: str, kind: Kind) -> Draft:
    """A manifest to change into the partner's own."""
    return Draft(
        slug=slug,
        kind=kind,
        auth=AUTH,
        fields=(FIELD, *_list_fields(kind)),
        mappings=(DraftMapping(USER_ID, "User ID"),),
        calls=_calls(kind),
        define={"base": BASE},
        list_id="$list" if kind == "snapshot" else None,
    )


def _list_fields(kind: Kind) -> tuple[DraftField, ...]:
    """The field for an existing list, which a snapshot replaces."""
    return (DraftField("list", "List ID", "string", "list-1"),) if kind == "snapshot" else ()


def _calls(kind: Kind) -> tuple[DraftCall, ...]:
    """The calls of a starter."""
    match kind:
        case "list":
            return (
                DraftCall(
                    "create_list",
                    "POST",
                    "$base/lists",
                    body_format="json",
                    body={"name": COHORT_NAME},
                    list_id={"response": "id"},
                ),
                _users("add_users", "POST", "$base/lists/$list_id/users/add", {"id": "$user_id"}),
                _users("remove_users", "POST", "$base/lists/$list_id/users/remove", {"id": "$user_id"}),
            )
        case "property":
            return (
                _users("set_property", "POST", "$base/users/update", _with(True)),
                _users("unset_property", "POST", "$base/users/update", _with(False)),
            )
        case "snapshot":
            return (_users("replace_users", "PUT", "$base/lists/$list_id/users", {"id": "$user_id"}),)
        case _:
            assert_never(kind)


def _users(name: str, method: str, url: str, item: dict[str, Any]) -> DraftCall:
    return DraftCall(name, method, url, body_format="json", body={"users": "$items"}, item=item)


def _with(value: bool) -> dict[str, Any]:
    return {"id": "$user_id", "properties": {COHORT_PROPERTY: value}}

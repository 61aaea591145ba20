"""Whatever a description says, what is begun from it is a manifest that can be read and written again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maniple.diagnostics.model import blocking
from maniple.errors import UsageError
from maniple.source.openapi import read_openapi
from maniple.source.postman import read_postman
from maniple.usecases.destinations import load_content
from maniple.usecases.importing import chosen, draft_from_api
from maniple.usecases.scaffold import texts_of

NAMES = st.sampled_from(
    [
        "name",
        "users",
        "email",
        "userId",
        "id",
        "listId",
        "data",
        "action",
        "api_key",
        "$x",
        "a b",
        'q"',
        "{{x}}",
        "é",
        "\u2028",
        "",
    ]
)
TEXTS = (
    NAMES
    | st.sampled_from(["ada@b.test", "+15550100001", "{id}", "<key>", "x: y", "# z", "\x1b[2J", "$$"])
    | st.text(max_size=6)
)
SCHEMAS = st.recursive(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"])},
        optional={"example": TEXTS | st.integers(), "enum": st.lists(TEXTS, max_size=2), "default": TEXTS, "maxItems": st.integers()},
    ),
    lambda inner: (
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"maxItems": st.integers(1, 99)})
        | st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=4)},
            optional={"required": st.lists(NAMES, max_size=3)},
        )
    ),
    max_leaves=8,
)  # fmt: skip
PATHS = st.lists(
    st.sampled_from(["lists", "{listId}", "users", "{id}", ":email", "v1", "add", "a b", "{x y}", "%", "7", "$v", "segments", "{{z}}"]), max_size=5
).map(lambda parts: "/" + "/".join(parts))  # fmt: skip
OPERATIONS = st.fixed_dictionaries(
    {"responses": st.dictionaries(st.sampled_from(["200", "404", "409", "4XX"]), st.fixed_dictionaries({"description": TEXTS}), max_size=2)},
    optional={
        "operationId": TEXTS,
        "description": TEXTS,
        "parameters": st.lists(
            st.fixed_dictionaries({"name": TEXTS, "in": st.sampled_from(["query", "header", "path"]), "required": st.booleans()}), max_size=3
        ),
        "requestBody": st.fixed_dictionaries(
            {"content": st.dictionaries(
                st.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/csv"]),
                st.fixed_dictionaries({"schema": SCHEMAS}), max_size=1)}
        ),
    },
)  # fmt: skip
SCHEMES = st.sampled_from(
    [
        {"type": "http", "scheme": "basic"},
        {"type": "apiKey", "in": "header", "name": "X y"},
        {"type": "apiKey", "in": "query", "name": "$k"},
        {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "http://x"}}},
        {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "https://a.test/{x}", "tokenUrl": "https://a.test/t"}}},
    ]
)  # fmt: skip
SERVERS = st.sampled_from(
    ["https://api.acme.test", "https://{t}.acme.test/v1", "/v1", "http://a.test", "https://x-{t}-y.acme.test", "{all}"]
)
SPEED = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def begun(api: Any, kind: Any, picks: dict[str, str]) -> None:
    """Begin from the first operations, and look at what came of it."""
    try:
        draft = draft_from_api("acme", kind, api, chosen(api, kind, picks))
    except UsageError:
        return
    with tempfile.TemporaryDirectory() as folder:
        texts = texts_of(draft, Path(folder) / "acme")
    found = load_content(Path("manifest.yaml"), texts["manifest.yaml"].encode())
    assert found.document is not None, [finding.message for finding in found.diagnostics]
    assert found.manifest is not None, [finding.message for finding in blocking(found.diagnostics)]
    for guess in draft.guesses:
        assert guess.place in found.document.values, guess


@SPEED
@given(
    st.lists(st.tuples(PATHS, OPERATIONS), min_size=1, max_size=3),
    SCHEMES,
    SERVERS,
    st.sampled_from(["list", "property", "snapshot"]),
)
def test_any_openapi_begins_a_manifest_of_the_right_shape(operations: Any, scheme: Any, server: str, kind: str) -> None:
    paths = {path: {"post": operation} for path, operation in operations}
    tree = {
        "openapi": "3.0.0",
        "servers": [{"url": server}],
        "paths": paths,
        "security": [{"s": []}],
        "components": {"securitySchemes": {"s": scheme}},
    }
    api = read_openapi(tree)
    call = {"list": "add_users", "property": "set_property", "snapshot": "replace_users"}[kind]
    begun(api, kind, {call: api.operations[0].id})


BODIES = st.one_of(
    st.none(),
    st.fixed_dictionaries({"mode": st.just("raw"), "raw": TEXTS | st.just('{"users": ["u1"], "x": {{y}}}')}),
    st.fixed_dictionaries({"mode": st.just("urlencoded"), "urlencoded": st.lists(st.fixed_dictionaries({"key": TEXTS, "value": TEXTS}), max_size=3)}),
    st.fixed_dictionaries({"mode": st.just("formdata"), "formdata": st.lists(st.fixed_dictionaries({"key": TEXTS, "value": TEXTS}), max_size=3)}),
)  # fmt: skip


@SPEED
@given(TEXTS, PATHS, BODIES, st.lists(st.fixed_dictionaries({"key": TEXTS, "value": TEXTS}), max_size=3))
def test_any_collection_begins_a_manifest_of_the_right_shape(name: str, path: str, body: Any, headers: Any) -> None:
    request = {"method": "POST", "url": f"https://api.acme.test{path}?{name}={name}", "body": body, "header": headers}
    api = read_postman({"info": {"name": name}, "item": [{"name": name, "request": request}]})
    begun(api, "list", {"add_users": api.operations[0].id})

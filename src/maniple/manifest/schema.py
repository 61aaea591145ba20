"""The JSON Schemas of manifests, golden cases and quality files, made from the models, for editors and other programs.

A schema cannot say everything the models check (a rate that can be read, a path that is JMESPath); what it can say,
it says so that an editor underlines the one key that is wrong and completes the keys of the one kind that is meant.
An optional key without a value is refused here and passed by the models: an editor underlines the unfinished line.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from maniple.body import BODY_FORMATS
from maniple.manifest.cases import Cases
from maniple.manifest.exemptions import QualityFile
from maniple.manifest.model import Manifest

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
HOME: Final = "https://maniple.dev/schemas"

_AUTH: Final = "Auth"
_NULL: Final[Schema] = {"type": "null"}
_RATE: Final[Schema] = {
    "type": "string",
    "pattern": r"^(\$\w+|[1-9][0-9]{0,8})/([0-9]+)?(s|min|h|d|day)( per .+)?$",
    "description": "A count and a time.",
    "examples": ["90/s", "100/20s", "1/2s", "300/min per operator"],
}


def manifest_schema() -> Schema:
    """The schema of a manifest, JSON Schema draft 2020-12."""
    schema = _schema(Manifest, "manifest.v1.json", "maniple manifest")
    definitions: dict[str, Schema] = schema["$defs"]
    _name_the_auth(schema, definitions)
    for name, more in _constraints().items():
        definitions[name] |= more
    definitions["Option"]["additionalProperties"] = {"type": ["string", "number", "boolean"]}
    _narrow_figures(definitions)
    _give_examples(schema["properties"], definitions)
    return schema


def cases_schema() -> Schema:
    """The schema of a destination's golden cases, JSON Schema draft 2020-12."""
    return _schema(Cases, "cases.v1.json", "maniple golden cases")


def quality_schema() -> Schema:
    """The schema of a destination's `quality.yaml`, JSON Schema draft 2020-12."""
    return _schema(QualityFile, "quality.v1.json", "maniple quality file")


def _schema(model: type[BaseModel], file: str, title: str) -> Schema:
    plain: Schema = _tidy(model.model_json_schema())
    definitions: dict[str, Schema] = plain.pop("$defs")
    return {
        "$schema": DIALECT,
        "$id": f"{HOME}/{file}",
        "title": title,
        **plain,
        "$defs": dict(sorted(definitions.items())),
    }


def _tidy(schema: Any) -> Any:
    """The schema without what pydantic adds for its own use: titles, null branches, empty defaults, OpenAPI words."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found: Schema = {}
    for word, value in schema.items():
        if word in ("title", "discriminator"):
            continue
        if word in ("properties", "patternProperties", "$defs"):
            found[word] = {name: _tidy(each) for name, each in value.items()}
        elif word == "default":
            default = _without_nothing(value)
            found |= {"default": default} if default is not None else {}
        else:
            found[word] = _tidy(value)
    return _closed_keys(_without_null_branch(found))


def _without_nothing(default: Any) -> Any:
    """A default an editor may offer: None for null, empty text and containers that hold nothing."""
    if isinstance(default, dict):
        kept = {name: value for name, each in default.items() if (value := _without_nothing(each)) not in (None, False)}
        return kept or None
    return None if default in ("", []) else default


def _without_null_branch(schema: Schema) -> Schema:
    branches = schema.get("anyOf")
    if branches is None or _NULL not in branches:
        return schema
    rest = [branch for branch in branches if branch != _NULL]
    if len(rest) > 1:
        return {**schema, "anyOf": rest}
    return {**rest[0], **{word: value for word, value in schema.items() if word != "anyOf"}}


def _closed_keys(schema: Schema) -> Schema:
    """A map whose keys have a pattern, closed for other keys: JSON Schema's `patternProperties` lets them pass."""
    patterns = schema.pop("patternProperties", None)
    if patterns is None:
        return schema
    ((pattern, value),) = patterns.items()
    return {**schema, "propertyNames": {"pattern": pattern}, "additionalProperties": value}


def _name_the_auth(schema: Schema, definitions: dict[str, Schema]) -> None:
    """One definition for the union of auth kinds, which stands at several places."""
    union = schema["properties"]["auth"]["anyOf"][0]
    definitions[_AUTH] = {"description": "How a partner is authenticated.", **union}
    for branch in union["oneOf"]:
        kind = definitions[branch["$ref"].rpartition("/")[2]]
        kind["properties"]["kind"]["description"] = kind["description"]
    reference = {"$ref": f"#/$defs/{_AUTH}"}
    owners = [schema, *(definition for name, definition in definitions.items() if name != _AUTH)]
    for owner in owners:
        auth = owner.get("properties", {}).get("auth")
        if auth is not None:
            auth["anyOf"] = [reference, {"type": "array", "items": reference}]


def _constraints() -> dict[str, Schema]:
    """What the models' validators ask for, by definition."""
    without = {"properties": {"then": {"const": "treat_as_success"}}, "required": ["then"]}
    return {
        "ErrorRule": {
            "anyOf": [{"required": [name]} for name in ("status", "body", "where")],
            "if": without,
            "else": {"required": ["reason"]},
        },
        "ListId": {"minProperties": 1, "maxProperties": 1},
        "Rejects": {
            "anyOf": [{"required": ["rows"]}, {"required": ["count"]}],
            "allOf": [
                {"if": {"required": ["rows"]}, "then": {"required": ["by"]}},
                _when("by", "value", {"required": ["item"]}),
                _when("by", "pointer", {"required": ["pattern"]}),
            ],
        },
        "Call": {
            "if": {"required": ["steps"]},
            "then": {"properties": {"url": False}},
            "else": {"required": ["method", "url"]},
            "allOf": _one_body(),
        },
        "Step": {"allOf": _one_body()},
    }


def _when(key: str, value: str, then: Schema) -> Schema:
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}


def _one_body() -> list[Schema]:
    """Each body key forbids those after it, so that the editor underlines the second one and not the whole call."""
    return [
        {"if": {"required": [name]}, "then": {"properties": dict.fromkeys(BODY_FORMATS[position + 1 :], False)}}
        for position, name in enumerate(BODY_FORMATS[:-1])
    ]


def _narrow_figures(definitions: dict[str, Schema]) -> None:
    """Rates, sizes and counts, whose form the models check in code."""
    limits, batch = definitions["Limits"]["properties"], definitions["BatchSize"]["properties"]
    limits["rate"]["anyOf"] = [{"type": "array", "items": _RATE}, _RATE]
    limits["budget"] = {**_RATE, "description": limits["budget"]["description"], "examples": ["150/day"]}
    batch["items"]["anyOf"] = [{"type": "integer", "minimum": 1, "maximum": 1_000_000}, {"const": "all"}]
    batch["bytes"]["anyOf"] = [
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s?(B|KB|MB|KiB|MiB)$"},
        {"type": "integer", "minimum": 1},
    ]
    batch["bytes"]["examples"] = ["5MB", "128KB"]
    definitions["ListId"]["properties"]["header"]["pattern"] = "^[A-Za-z0-9-]*[A-Za-z0-9][A-Za-z0-9-]*$"


_EXAMPLES: Final[dict[tuple[str, str], list[Any]]] = {
    ("", "slug"): ["acme"],
    ("", "version"): ["1.0.0"],
    ("", "name"): ["Acme Engage"],
    ("", "summary"): ["Push and e-mail campaigns."],
    ("", "logo"): ["logo.png"],
    ("", "sources"): [["https://docs.acme.test/lists, read 2026-11-20"]],
    ("", "define"): [{"base": "https://$region.host/v2"}],
    ("", "require"): [[["email", "phone"]]],
    ("Maintainer", "support"): ["https://acme.test/support"],
    ("FormField", "name"): ["api_key"],
    ("FormField", "label"): ["API Key"],
    ("FormField", "options"): [[{"label": "US", "value": "us", "host": "api.acme.test"}]],
    ("FormField", "when"): ["region == 'eu'"],
    ("Mapping", "name"): ["user_id_field_amplitude"],
    ("Mapping", "label"): ["User ID Mapping"],
    ("Mapping", "suggest"): [["user_id", "email"]],
    ("Mapping", "normalize"): ["{{ value | trim | lower }}"],
    ("Call", "url"): ["$base/lists/$list_id/add"],
    ("Call", "json"): [{"userIds": "$items"}],
    ("Call", "item"): ["$user_id_field_amplitude", {"email": "$email"}],
    ("Call", "success"): ["status == 'ok'"],
    ("Call", "timeout"): ["60s"],
    ("ListId", "response"): ["listId", "data.id"],
    ("ErrorRule", "status"): [401, "5xx", [401, 403]],
    ("ErrorRule", "body"): [{"error_code": 1000}],
    ("ErrorRule", "where"): ["errors[0].code == 'LIST_FULL'"],
    ("ErrorRule", "reason"): ["Bad API key"],
    ("ErrorRule", "message"): ["The API key was refused. Make a new one under Settings > Keys."],
    ("RetryAfter", "after"): ["10min"],
    ("Rejects", "rows"): ["errors"],
    ("Rejects", "at"): ["index", "value[]"],
    ("Rejects", "pattern"): ["/data/(?P<index>[0-9]+)"],
}
"""Examples by definition (empty for the manifest itself) and key; an editor shows them."""


def _give_examples(properties: dict[str, Schema], definitions: dict[str, Schema]) -> None:
    for (owner, key), examples in _EXAMPLES.items():
        (definitions[owner]["properties"] if owner else properties)[key]["examples"] = examples

"""A destination guessed from samples of the partner's calls."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import Any

from maniple.errors import UsageError
from maniple.source.curl import read_curls
from maniple.usecases.scaffolding.answers import value_at
from maniple.usecases.scaffolding.calls import PLAIN_CALLS, create_call, mirrored, plain_call, users_call, with_property
from maniple.usecases.scaffolding.credentials import BATCH_ID, auth_of
from maniple.usecases.scaffolding.declarations import LIST_FIELD, Declarations
from maniple.usecases.scaffolding.documented import documented_rules
from maniple.usecases.scaffolding.draft import Draft, DraftCall, DraftField, Kind
from maniple.usecases.scaffolding.identifiers import USER_ID
from maniple.usecases.scaffolding.regions import regions_of
from maniple.usecases.scaffolding.roles import sort_samples
from maniple.usecases.scaffolding.sample import Sample, of_curl

_VERSION = re.compile(r"v[0-9][0-9.]*|api|[0-9]{1,2}(\.[0-9]+)?")


def guess(slug: str, kind: Kind, text: str) -> Draft:
    """The draft that the `curl` commands in `text` make. Raises UsageError when there is none with a URL."""
    commands = [command for command in read_curls(text) if command.url]
    if not commands:
        raise UsageError(
            "there is no `curl` command with a URL in the text",
            hint="copy one from the API's documentation, such as the one that adds users to a list",
        )
    declarations = Declarations()
    for place, command in enumerate(commands, 1):
        for fault in command.faults:
            declarations.note(f"curl command {place}: {fault.message}")
    # By its place, for a path may hold a secret.
    samples = [of_curl(each, f"curl command {place} (`{each.method}`)") for place, each in enumerate(commands, 1)]
    found, notes = sort_samples(samples, kind)
    if not found:
        raise UsageError(notes[0] if notes else "no call could be recognized", hint=_wanted(kind))
    for note in notes:
        declarations.note(note)
    return draft_of(slug, kind, found, declarations, origin="curl commands")


def draft_of(slug: str, kind: Kind, found: dict[str, Sample], declarations: Declarations, *, origin: str) -> Draft:
    """The draft that has the calls in `found`, by name, and those that can be guessed from them."""
    samples = list(found.values())
    auth = auth_of(samples, declarations)
    if any(field.type == "secret" for field in declarations.fields.values()) and origin == "curl commands":
        declarations.note("the credentials you gave are not in this file: the end user fills them in")
    calls = _calls(kind, found, declarations)
    calls, shared = _shared_headers(calls)
    region = regions_of(samples)
    if region is not None:
        calls, define = region.apply(calls)
    else:
        calls, define = _shared_base(calls)
    used = _variables([auth, shared, define, *map(asdict, calls)])
    own_list = "list_id" in used and not any(call.name == "create_list" for call in calls)
    example: str | int = 1234 if declarations.list_is_integer else "list-1"
    list_field = DraftField(LIST_FIELD, "List ID", "integer" if declarations.list_is_integer else "string", example)
    rates = next((sample.rates for sample in samples if sample.rates), ())
    fields = [form_field for name, form_field in declarations.fields.items() if name in used]
    return Draft(
        slug=slug,
        kind=kind,
        auth=auth,
        fields=(*fields, *((region.field,) if region else ()), *((list_field,) if own_list else ())),
        mappings=tuple(mapping for name, mapping in declarations.mappings.items() if name in used),
        calls=calls,
        headers=shared,
        define=define,
        list_id=f"${LIST_FIELD}" if own_list else None,
        list_example=example,
        notes=tuple(declarations.notes),
        origin=origin,
        whys=_whys(samples, region is not None, rates, own_list=own_list and kind == "list"),
        rules=documented_rules(samples),
        rates=rates,
    )


def _whys(samples: list[Sample], regions: bool, rates: tuple[str, ...], *, own_list: bool) -> dict[str, str]:
    """Why the parts of a described API that are no call are what they are."""
    whys: dict[str, str] = {}
    if any(sample.described for sample in samples):
        known = any(sample.credentials for sample in samples)
        whys["auth"] = (
            "the first way of authentication that the description names for these calls"
            if known
            else "the description names no authentication for these calls"
        )
    if regions:
        whys["define"] = "the description names several servers; the end user chooses one as `region`"
    if own_list:
        whys["list_id"] = "the end user names a list that is there already"
    if rates:
        whys["limits"] = "the description of a call names this rate"
    return whys


def _variables(parts: Any) -> set[str]:
    """The variables in the templates of a draft: what was declared for a part that was left out is not needed."""
    written = json.dumps(parts).replace("$$", "")
    return set(re.findall(r"(?:\$|\{\{ )([A-Za-z_]\w*)", written))


def _wanted(kind: Kind) -> str:
    what = "updates users" if kind == "property" else "adds users to a list"
    return f"a `{kind}` destination begins with the command that {what}"


def _calls(kind: Kind, found: dict[str, Sample], declarations: Declarations) -> tuple[DraftCall, ...]:
    calls: dict[str, DraftCall] = {}
    for name, sample in found.items():
        if name == "create_list":
            calls[name] = create_call(sample, declarations)
            declarations.list_is_integer |= isinstance(value_at(sample.answer, calls[name].id_at), int)
        elif name in PLAIN_CALLS:
            continue
        elif name == "remove_users" and sample == found.get("add_users"):
            calls[name] = mirrored(calls["add_users"], name, removes=True)
        else:
            calls[name] = users_call(name, sample, declarations)
    plain = tuple(plain_call(name, sample, declarations) for name, sample in found.items() if name in PLAIN_CALLS)
    match kind:
        case "list":
            return (*_list_calls(calls, declarations), *plain)
        case "property":
            return (*_property_calls(calls), *plain)
        case "snapshot":
            return (*calls.values(), *plain)


def _list_calls(
    calls: dict[str, DraftCall], declarations: Declarations, *, described: bool = False
) -> tuple[DraftCall, ...]:
    add, remove = calls.get("add_users"), calls.get("remove_users")
    if add is None and remove is None:
        add = _below_list(calls["create_list"], declarations)
    if add is None and remove is not None:
        add = mirrored(remove, "add_users", removes=False)
    if remove is None and add is not None:
        remove = mirrored(add, "remove_users", removes=True)
    assert add is not None
    assert remove is not None
    create = calls.get("create_list")
    if create is None:
        return add, remove
    if not declarations.uses_list:
        declarations.note("the calls that carry users do not name the list: put $list_id where your API expects it")
    member = _id_member(add)
    if member is not None and create.id_at == ("id",) and not described:
        create = replace(create, list_id={"response": member}, id_at=(member,))
    return create, add, remove


def _id_member(add: DraftCall) -> str | None:
    """What the partner calls a list's id where users are added: its answer may use the same word."""
    members = add.body.items() if isinstance(add.body, dict) else ()
    return next((key for key, value in members if value == "$list_id" and key.isidentifier()), None)


def _below_list(create: DraftCall, declarations: Declarations) -> DraftCall:
    """The call that adds users, when all that is known is how a list is made."""
    url = f"{re.sub(r'/create$', '', create.url)}/{declarations.list_id(None)}/users"
    return DraftCall(
        "add_users",
        "POST",
        url,
        headers=create.headers,
        body_format="json",
        body={"users": "$items"},
        item={"id": declarations.mapping(USER_ID, "id", None)},
        guesses={"method": "you gave no command that adds users; look it up"},
    )


def _property_calls(calls: dict[str, DraftCall]) -> tuple[DraftCall, ...]:
    given = calls.get("set_property") or calls["unset_property"]
    unset = calls.get("unset_property")
    if unset is None:
        guesses = {"method": "the same call with the property false; look it up", **given.guesses}
        unset = replace(given, name="unset_property", guesses=guesses)
    return with_property(replace(given, name="set_property"), True), with_property(unset, False)


def _shared_headers(calls: tuple[DraftCall, ...]) -> tuple[tuple[DraftCall, ...], dict[str, str]]:
    """Headers that all calls have stand at the top."""
    shared = {
        name: value
        for name, value in calls[0].headers.items()
        if value != BATCH_ID and all(call.headers.get(name) == value for call in calls)
    }
    kept = tuple(
        replace(call, headers={name: value for name, value in call.headers.items() if name not in shared})
        for call in calls
    )
    return kept, shared


def _shared_base(calls: tuple[DraftCall, ...]) -> tuple[tuple[DraftCall, ...], dict[str, str]]:
    """What all URLs begin with, up to the version of the API, becomes `$base`."""
    if len(calls) < 2 or any("://" not in call.url for call in calls):
        return calls, {}
    split = [call.url.split("/") for call in calls]
    common = 0
    while all(len(parts) > common + 1 and parts[common] == split[0][common] for parts in split):
        common += 1
    parts: list[Any] = split[0]
    versions = [place for place in range(3, common) if _VERSION.fullmatch(parts[place])]
    length = versions[-1] + 1 if versions else 3
    if common < 3 or any("$" in part for part in parts[3:length]):
        return calls, {}
    base = "/".join(parts[:length])
    return tuple(replace(call, url="$base" + call.url[len(base) :]) for call in calls), {"base": base}

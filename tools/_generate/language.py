"""`docs/reference/language.md`: the introduction, then tables made from the models."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from _generate.filters import filter_rows
from _generate.markdown import cell, key_table, table, words
from maniple.auth import Auth, AuthKind
from maniple.errors import ExitCode
from maniple.manifest.limits import DEFAULT_ITEMS, DEFAULT_PARALLEL
from maniple.manifest.model import CALL_NAMES
from maniple.manifest.schema import manifest_schema
from maniple.runtime.retry import FIRST_PAUSE, MAX_PAUSE, MAX_RETRIES, MAX_THROTTLED, WORTH_RETRYING
from maniple.source import limits as source_limits
from maniple.template.scope import PREDEFINED

INTRODUCTION = Path(__file__).resolve().parents[2] / "docs" / "reference" / "_language_intro.md"

_HAS_VALUE = {
    "always": "everywhere",
    "list": "in calls, once the list exists",
    "call": "in calls that carry users",
    "items": "in calls with an `item`, outside it",
    "user": "in `item`; in a call with `batch: {items: 1}` everywhere",
    "normalize": "in `normalize`",
    "message": "in `message` of an error rule",
    "auth": "with an OAuth `auth`",
    "property": "in property syncs",
}
_THEN = {
    "recreate_list": "makes a new list and sends everybody again, once, in the same sync",
    "refresh_auth": "gets a new token and tries again",
    "split_batch": "sends the batch again in two halves",
    "reject_items": "refuses the users of this call, and not the run; meant for one user a call",
    "drop_rejected_and_resend": "sends the batch again without the users that the answer names",
    "pause_sync": "stops the run at once, as a 401 or 403 does; what is left is sent by the next run",
    "treat_as_success": "is no failure at all",
}


def page() -> str:
    """The text of `docs/reference/language.md`."""
    schema = manifest_schema()
    parts = [INTRODUCTION.read_text(encoding="utf-8").rstrip()]
    for section in _SECTIONS:
        parts.append("\n".join(section(schema)))
    return "\n\n".join(parts) + "\n"


def _manifest(schema: dict[str, Any]) -> Iterator[str]:
    yield "## The manifest\n"
    yield key_table(schema, without=CALL_NAMES)
    yield "\nThe calls stand beside these keys; [they have a table of their own](#calls)."


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    definitions = schema["$defs"]
    yield "## Fields\n\nA field is a question on the set-up form, and a variable.\n"
    yield key_table(definitions["FormField"])
    yield "\nAn option has a `label`, a `value`, and any further keys whose values it carries: with `host:` on the options"
    yield "of `region`, `$region.host` is that of the chosen one."


_OF_MAPPINGS = """
A value goes through `normalize`, then must fit `format`, then is hashed. Null and empty text stay without a value, and
so does what `normalize` makes empty: nothing is hashed then. A value that looks like such a hash already (as many
hexadecimal digits, white space around it aside) is not hashed again; it is sent with its letters in lower case, as
partners compare hashes.

**`when`.** The mapping is there only for connections with settings for which the expression over the fields is true.
For others nobody is asked for it, and its variable is null.

**`require`.** Of each group every user needs a value for at least one mapping, and the end user maps at least one.
Mappings that stand in a group are `optional`. A group of which nothing is asked for is not looked at.

**`many`.** The end user names any number of properties: `--map traits=plan,city`, in `cases.yaml` also a list; a name
with a comma stands in double quotes. The variable is a map of those that have a value, by the property's name, and null
when there is none; `normalize`, `format` and `hash` are for each of the values, and one that does not fit is left out.
`$targets` and `$values` leave it out.

**`one_of`.** The end user says which of the partner's identifiers the property is: `--map ident=uid --map
ident.target=UID2`; without a target it is the one named like the property, else the first. The variable is the value by
the rules of the choice, and `$ident.target` is its `target`: in `item`, where it may also be a key, and outside of it;
in `$targets` too. It has no value in `define` and `normalize`. The target is part of what a user is sent as: when it is
changed, members are removed with the target by which they were added, and added anew. Each of the choices:
"""


def _mappings(schema: dict[str, Any]) -> Iterator[str]:
    definitions = schema["$defs"]
    yield "## Mappings\n\nA mapping is a user property chosen by the end user, and a variable with each user's value.\n"
    yield key_table(definitions["Mapping"])
    yield _OF_MAPPINGS
    yield key_table(definitions["Choice"])
    yield "\n`cohort_name` says what is done to the cohort's name before it stands in a request:\n"
    yield key_table(definitions["CohortName"])


def _authentication(schema: dict[str, Any]) -> Iterator[str]:
    yield "## Authentication\n"
    yield "`auth` is one of these kinds, or a list of them, each with a `when`: the first whose `when` is true is used."
    yield "A call may have an `auth` of its own. Fields that a kind needs and the manifest does not declare are added to"
    yield "the form, as secrets.\n"
    yield "Tokens are kept for the connection, sealed, also from one run to the next. A token is replaced before it ends, and"
    yield "once when the partner refuses it: with a 401, with a reply that an `expired` rule fits, or with one whose error rule"
    yield "says `then: refresh_auth`. However many calls are under way, one of them asks for the new one. A call that uses"
    yield "`$access_token` says itself where the token stands; every other call gets `Authorization: Bearer`. What comes with"
    yield "a token, `$access_token` and the names in `save`, has a value in the URL, query, headers and body of a call, not in"
    yield "its `item`. A preview asks nobody, and shows `access_token_from_auth` in the token's place.\n"
    yield "An `expired` rule is a reply besides a 401 that means the token has ended:\n"
    yield key_table(schema["$defs"]["Expiry"])
    yield "\nA field with `from: operator` (an OAuth client, a partner key) is on nobody's form. Whoever runs maniple gives it"
    yield "once, with `maniple operator SLUG` or in the environment as `MANIPLE_OPERATOR_<SLUG>_<FIELD>`."
    for kind in get_args(get_args(Auth)[0]):
        yield from _auth_kind(kind, schema["$defs"][kind.__name__])


def _auth_kind(kind: type[AuthKind], definition: dict[str, Any]) -> Iterator[str]:
    name = definition["properties"]["kind"]["const"]
    yield f"\n### `{name}`\n"
    yield inspect.cleandoc(kind.__doc__ or "")
    if kind.default_fields:
        fields = (
            f"`{each.name}` ({each.label}{', optional' if each.optional else ''})" for each in kind.default_fields
        )
        yield f"Adds {'the fields' if len(kind.default_fields) > 1 else 'the field'} {' and '.join(fields)}."
    keys = {key: value for key, value in definition["properties"].items() if key not in ("kind", "when")}
    if keys and all("description" in value for value in keys.values()):
        yield ""
        yield key_table(definition, without=("kind", "when"))
    elif keys:
        yield f"Its keys: {words(keys)}."


def _calls(schema: dict[str, Any]) -> Iterator[str]:
    definitions = schema["$defs"]
    yield "## Calls\n"
    yield table(
        ("call", "what it does"),
        ((f"`{name}`", schema["properties"][name]["description"]) for name in CALL_NAMES),
    )
    yield "\nA `list` destination needs `add_users` and `remove_users`, a `property` destination `set_property` and"
    yield "`unset_property`; in both, one `update_users` may do both. Every call takes these keys:\n"
    yield key_table(definitions["Call"])
    yield "\n### `batch`\n"
    yield key_table(definitions["BatchSize"])
    yield "\n### `list_id`\n\nOn `create_list`, exactly one of these:\n"
    yield key_table(definitions["ListId"])
    yield "\n### `steps`\n\nAn exchange of several requests, in order, for each batch. What one saves is there for those after it, and"
    yield "`$steps.NAME` is the reply to the step of that name. Beside the keys of a call, a step has:\n"
    yield key_table(
        definitions["Step"],
        without=[name for name in definitions["Step"]["properties"] if name not in ("name", "once")],
    )
    yield "\n### `match`\n\nWhich users, or which list, the rows of a reply are about:\n"
    yield key_table(definitions["Match"])
    yield "\n### `paginate`\n"
    yield key_table(definitions["Paginate"])
    yield "\n### `poll`\n"
    yield key_table(definitions["Poll"])
    yield "\n### `rejects`\n\nThe users that an answer refuses although the call succeeded:\n"
    yield key_table(definitions["Rejects"])


def _answers(schema: dict[str, Any]) -> Iterator[str]:
    yield "## Answers\n"
    yield "An answer is read in this order: no answer at all is tried again; then the call's own `errors`, then the manifest's,"
    yield "from top to bottom, and the first rule that fits speaks; then a 2xx for which `success` is true or absent is a"
    yield "success, without the users in `rejects`; anything else is *unclassified*. A success in which `rejects` or `match`"
    yield "cannot be read, because its JSON or XML is cut short, fails the batch, and the next run sends it again."
    yield ""
    yield key_table(schema["$defs"]["ErrorRule"])
    yield "\n`errors: {same_as: add_users}` copies the rules of another call.\n"
    yield table(("`then`", "what it does"), ((f"`{name}`", _action(name)) for name in _enumerated(schema, "then")))
    statuses = words(sorted(WORTH_RETRYING))
    yield f"\nTried again without a rule: no answer, and {statuses}. There are {MAX_RETRIES} tries after the first,"
    yield f"the pauses begin at {FIRST_PAUSE:g} s and double up to {MAX_PAUSE:g} s. `Retry-After` is kept. A 429 uses up none of the"
    yield f"tries; a batch waits {MAX_THROTTLED / 60:g} minutes for it in all. A rule's `retry` overrides this."


def _action(name: str) -> str:
    return _THEN[name]


def _enumerated(schema: dict[str, Any], key: str) -> list[str]:
    return list(schema["$defs"]["ErrorRule"]["properties"][key]["enum"])


def _variables(schema: dict[str, Any]) -> Iterator[str]:  # noqa: ARG001  every section is called alike
    yield "## Variables\n"
    yield "A manifest declares variables with `fields`, `mappings`, `define` and `save`. These are there without being declared:\n"
    yield table(
        ("variable", "also written", "kind", "what it is", "where it has a value"),
        (
            (
                f"`${row.name}`",
                ", ".join(f"`${alias}`" for alias in row.aliases),
                row.kind,
                row.meaning,
                _HAS_VALUE[row.place],
            )
            for row in PREDEFINED.values()
        ),
    )
    yield "\nA variable that is used and not declared, one that is declared and not used, and one that is used where it has no"
    yield "value are errors. `maniple variables` shows the table of a manifest."


def _filters(schema: dict[str, Any]) -> Iterator[str]:  # noqa: ARG001
    yield "## Filters\n"
    yield "A filter on null gives null (but for `default`), and gives null for what it cannot use. Text filters take any value as text.\n"
    yield table(("filter", "what it gives", "examples"), filter_rows())


def _figures(schema: dict[str, Any]) -> Iterator[str]:
    yield "## Limits, rates, sizes and durations\n"
    yield key_table(schema["$defs"]["Limits"])
    yield ""
    yield table(
        ("", "form", "examples"),
        (
            (
                "rate",
                "count `/` time, the time with or without a number",
                "`90/s`, `100/20s`, `1/2s`, `5000/min`, `150/day`",
            ),
            ("size", "number and `B`, `KB`, `MB`, `KiB`, `MiB`; 1 MB is 1,000,000 bytes", "`5MB`, `128KB`, `4096`"),
            ("duration", "number and `ms`, `s`, `min`, `h`, `d`", "`250ms`, `2s`, `10min`, `25d`"),
        ),
    )
    yield f"\nWithout a word about it, a call carries {DEFAULT_ITEMS:,} users and {DEFAULT_PARALLEL} calls run at a time.\n"
    yield "A manifest itself may have at most"
    yield ""
    yield table(
        ("", ""), ((f"{value:,}", text) for value, text in _constants(source_limits) if not text.startswith("reading"))
    )


def _exit_codes(schema: dict[str, Any]) -> Iterator[str]:  # noqa: ARG001
    yield "## Exit codes\n"
    docs = _attribute_docs(inspect.getsource(ExitCode))
    yield table(("code", "meaning"), ((str(int(code)), cell(docs[code.name])) for code in ExitCode))


def _constants(module: ModuleType) -> Iterator[tuple[int, str]]:
    for name, text in _attribute_docs(inspect.getsource(module)).items():
        yield getattr(module, name), text[:1].lower() + text[1:].rstrip(".")


def _attribute_docs(source: str) -> dict[str, str]:
    """The text below each assignment, by name."""
    tree = ast.parse(source)
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else tree.body
    found: dict[str, str] = {}
    for statement, below in pairwise(body):
        if isinstance(statement, ast.Assign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found[ast.unparse(statement.targets[0])] = " ".join(str(below.value.value).split())
    return found


_SECTIONS: tuple[Callable[[dict[str, Any]], Iterator[str]], ...] = (
    _manifest,
    _fields,
    _mappings,
    _authentication,
    _calls,
    _answers,
    _variables,
    _filters,
    _figures,
    _exit_codes,
)

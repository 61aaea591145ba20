"""What makes a manifest good beyond being right: findings that advise and never block.

Each check is a function of what was submitted; the list at the end is all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from maniple.body import BODY_FORMATS
from maniple.body.xml import XmlTextFormat
from maniple.diagnostics.codes import finding
from maniple.diagnostics.model import Diagnostic
from maniple.diagnostics.suggest import hint_for, listed
from maniple.manifest.answers import ErrorRule
from maniple.manifest.fields import FormField
from maniple.manifest.mappings import Mapping
from maniple.manifest.model import CATEGORIES, Manifest
from maniple.runtime.classify import RuleProgram
from maniple.runtime.program import Program
from maniple.source.text import Document, Path, Span
from maniple.template.ast import Array, Case, Const, Node, Object, Text, Value, names
from maniple.template.scope import PREDEFINED

LONGEST_SUMMARY: Final = 80
"""Characters that a tile of the catalogue shows of a summary."""
EXPECTED_FILES: Final = {
    "cases.yaml": "golden cases show what is sent and how answers are read, and are run on every change",
    "README.md": "it tells the end user where to find what the form asks for",
}
"""What belongs beside a manifest, and why."""

_SECRET_NAME = re.compile(
    r"(?:^|_)(?:api_?key|access_key|private_key|auth_key|token|secret|passw(?:or)?d)$", re.IGNORECASE
)
_QUOTED_TEXT = re.compile(
    r"(?:[=!<>]=|[<>]|\b(?:contains|starts_with|ends_with)\([^(),]*,)\s*(?P<quoted>\"(?P<text>[^\"\\]*)\")(?!\s*[.\[])"
)
"""A quoted name on the right of a comparison, or as the text that a function looks for."""
_NAME_OF_COHORT = "amp_cohort_name"


@dataclass(frozen=True)
class Submission:
    """What a check reads: the manifest, the document it was read from and the program it was compiled to."""

    manifest: Manifest
    document: Document
    program: Program


Check = Callable[[Submission], Iterator[Diagnostic]]


def lint(manifest: Manifest, document: Document, program: Program) -> list[Diagnostic]:
    """The advice on a manifest that compiles, in the order of the text; severities are `warning` and `note`."""
    found = [each for check in CHECKS for each in check(Submission(manifest, document, program))]
    return sorted(found, key=lambda each: each.span.start if each.span else -1)


def lint_files(document: Document, names_beside: Collection[str]) -> list[Diagnostic]:
    """The advice on a manifest's folder. `names_beside` are the names of the files in it."""
    return [
        _about_whole("MAN609", f"there is no `{name}` beside the manifest", document, notes=(f"`{name}`: {why}",))
        for name, why in EXPECTED_FILES.items()
        if name not in names_beside
    ]


def _about_whole(code: str, message: str, document: Document, **details: Any) -> Diagnostic:
    """A finding about something that is nowhere in the text: its caret is where the text begins."""
    found = finding(code, message, document=document, path=(), **details)
    return replace(found, span=Span(found.span.start, found.span.start) if found.span else None)


def _about(code: str, message: str, document: Document, key: str, **details: Any) -> Diagnostic:
    """A finding about a top-level key, or about the whole when the key is not written."""
    if (key,) in document.keys:
        return finding(code, message, document=document, path=(key,), key=True, **details)
    return _about_whole(code, message, document, **details)


def refused_credentials(given: Submission) -> Iterator[Diagnostic]:
    """MAN601: the commonest failure of all has no words of its own."""
    if not given.program.secret_names:
        return
    silent = _calls_without_rule(given.program, (401, 403))
    if silent:
        yield _about(
            "MAN601",
            f"no error rule says what a 401 or 403 means{_in_calls(silent, given.program)}",
            given.document,
            "errors",
            hint="add `- {status: [401, 403], reason: Bad API key, message: Where to find a good one.}`",
        )


def throttling(given: Submission) -> Iterator[Diagnostic]:
    """MAN602: a partner that says *slower* is reported as an unknown kind of error."""
    silent = _calls_without_rule(given.program, (429,))
    if silent:
        yield _about(
            "MAN602",
            f"no error rule says what a 429 means{_in_calls(silent, given.program)}",
            given.document,
            "errors",
            hint="add `- {status: 429, reason: Too many requests, message: What helps., retry: true}`",
        )


def _calls_without_rule(program: Program, statuses: tuple[int, ...]) -> list[str]:
    return [
        name
        for name, call in program.calls.items()
        if not any(_speaks_of(rule, status) for rule in call.first.rules for status in statuses)
    ]


def _speaks_of(rule: RuleProgram, status: int) -> bool:
    return rule.any_status or status in rule.statuses or status // 100 in rule.classes


def _in_calls(silent: list[str], program: Program) -> str:
    return "" if len(silent) == len(program.calls) else f" in {listed(silent, last='and')}"


def stated_limits(given: Submission) -> Iterator[Diagnostic]:
    """MAN603: nobody has looked up how fast the partner may be called."""
    if "limits" in given.manifest.model_fields_set or any(
        call.limits is not None for call in given.manifest.calls.values()
    ):
        return
    yield _about_whole(
        "MAN603",
        "nothing says how fast this partner may be called",
        given.document,
        notes=(f"without `limits`, {given.program.parallel} calls run at a time and no rate is kept",),
        hint="add `limits: {parallel: 4, rate: [100/s]}` with the partner's figures",
    )


def stated_sources(given: Submission) -> Iterator[Diagnostic]:
    """MAN604: a reviewer cannot check what the manifest claims."""
    if not given.manifest.sources:
        yield _about(
            "MAN604",
            "no source says where these facts come from",
            given.document,
            "sources",
            hint='add `sources: ["https://docs.acme.test/lists, read 2026-11-20"]`',
        )


def messages(given: Submission) -> Iterator[Diagnostic]:
    """MAN605: an error rule names a failure and does not say what to do."""
    owners: list[tuple[Path, Any]] = [(("errors",), given.manifest.errors)]
    owners.extend(((name, "errors"), call.errors) for name, call in given.manifest.calls.items())
    for path, rules in owners:
        for position, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, ErrorRule) and rule.message is None and rule.then != "treat_as_success":
                yield finding(
                    "MAN605",
                    f"the rule `{rule.reason}` has no `message`",
                    document=given.document,
                    path=(*path, position, "reason"),
                    label="and what should the end user do?",
                    hint="add `message:` with what to check and where",
                )


def short_summary(given: Submission) -> Iterator[Diagnostic]:
    """MAN606: the tile of the catalogue cuts the summary."""
    length = len(given.manifest.summary.strip())
    if length > LONGEST_SUMMARY or "\n" in given.manifest.summary.strip():
        yield finding(
            "MAN606",
            f"the summary has {length} characters; a tile shows {LONGEST_SUMMARY} in one line",
            document=given.document,
            path=("summary",),
            hint="keep what it is for, and move the rest to `description`",
        )


def secret_fields(given: Submission) -> Iterator[Diagnostic]:
    """MAN607: a credential would be stored and shown in clear."""
    for position, form_field in enumerate(given.manifest.fields):
        if form_field.type == "string" and _SECRET_NAME.search(form_field.name):
            yield finding(
                "MAN607",
                f"`{form_field.name}` sounds like a secret, and is a `{form_field.type}` field",
                document=given.document,
                path=("fields", position, "name"),
                label="shown and stored in clear",
                hint="write `type: secret`",
            )


def telling_list_names(given: Submission) -> Iterator[Diagnostic]:
    """MAN608: two cohorts of one name make two lists that nobody can tell apart."""
    create = given.program.create
    body = create.first.body if create is not None else None
    if create is None or body is None or given.manifest.cohort_name.prefix or "amp_cohort_id" in create.names:
        return
    if isinstance(body.format, XmlTextFormat):
        return  # only its holes are templates, and the words beside them stand in no leaf
    leaves = [leaf for leaf in _leaves(body.node) if _NAME_OF_COHORT in names(leaf)]
    if not leaves or any(isinstance(leaf, Text) and _has_words(leaf) for leaf in leaves):
        return
    path, within = _place_of_name(given.document)
    yield finding(
        "MAN608",
        "the list has the cohort's name and nothing that tells whose list it is",
        document=given.document,
        path=path,
        within=within,
        hint='write `"[Amplitude] $amp_cohort_name"`, or add `$amp_cohort_id`',
    )


def _has_words(text: Text) -> bool:
    return any(isinstance(part, str) and any(char.isalnum() for char in part) for part in text.parts)


def _leaves(node: Node) -> Iterator[Const | Value | Text]:
    match node:
        case Array(elements):
            for element in elements:
                yield from _leaves(element)
        case Object(entries):
            for entry in entries:
                yield from _leaves(entry.value)
        case Case(_, branches, otherwise):
            for branch in (*(each for _, each in branches), *((otherwise,) if otherwise is not None else ())):
                yield from _leaves(branch)
        case Const() | Value() | Text():
            yield node


def _place_of_name(document: Document) -> tuple[Path, tuple[int, int] | None]:
    """The text of `create_list` that holds the cohort's name, and the characters of the name in it."""
    spellings = "|".join((_NAME_OF_COHORT, *PREDEFINED[_NAME_OF_COHORT].aliases))
    call: Path = ("create_list",)
    for path, text in _texts(document.data["create_list"], call):
        found = re.search(rf"\$(?:{spellings})\b", text) if set(path) & set(BODY_FORMATS) else None
        if found is not None:
            return path, found.span()
    return call, None


def _texts(tree: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(tree, str):
        yield path, tree
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, each in entries:
        yield from _texts(each, (*path, step))


def helpful_fields(given: Submission) -> Iterator[Diagnostic]:
    """MAN610: the end user is asked for something and not told where it is."""
    for position, form_field in enumerate(given.manifest.fields):
        if form_field.help is None and not form_field.optional and form_field.default is None:
            yield finding(
                "MAN610",
                f"`{form_field.name}` must be filled in, and nothing says where to find it",
                document=given.document,
                path=("fields", position, "label" if "label" in form_field.model_fields_set else "name"),
                hint="add `help:` with the way to it in the partner's product, such as `Settings > API keys`",
            )


def known_maintainer(given: Submission) -> Iterator[Diagnostic]:
    """MAN611: nobody is named who could be asked."""
    if given.manifest.maintainer is None:
        yield _about_whole(
            "MAN611",
            "nobody is named who answers for this manifest",
            given.document,
            hint='add `maintainer: {name: Acme, support: "https://acme.test/support"}`',
        )


def quoted_texts(given: Submission) -> Iterator[Diagnostic]:
    """MAN612: in a JMESPath, double quotes make a key, so that the comparison is with a value that is not there."""
    for path, expression in _path_expressions(given.manifest):
        for found in _QUOTED_TEXT.finditer(expression):
            text = found["text"]
            yield finding(
                "MAN612",
                f'`"{text}"` in double quotes is a key of the reply, not a text',
                document=given.document,
                path=path,
                within=found.span("quoted"),
                label="a key",
                hint=f"write `'{text}'` if the text is meant",
            )


def _path_expressions(manifest: Manifest) -> Iterator[tuple[Path, str]]:
    """Every JMESPath over a reply that may compare, with its place."""
    owners: list[tuple[Path, Any]] = [((), manifest), *(((name,), call) for name, call in manifest.calls.items())]
    for path, owner in owners:
        if owner.success is not None:
            yield (*path, "success"), owner.success
        for key in ("rows", "where", "at", "count"):
            expression = getattr(owner.rejects, key, None)
            if expression is not None:
                yield (*path, "rejects", key), expression
        for position, rule in enumerate(owner.errors if isinstance(owner.errors, list) else ()):
            if isinstance(rule, ErrorRule) and rule.where is not None:
                yield (*path, "errors", position, "where"), rule.where


def shown_words(given: Submission) -> Iterator[Diagnostic]:
    """MAN613: the catalogue or the form would show words that nobody chose."""
    category = given.manifest.category
    if "category" not in given.manifest.model_fields_set:
        yield _about_whole(
            "MAN613", "there is no `category`", given.document, hint=f"write one of {listed(CATEGORIES, last='and')}"
        )
    elif category not in CATEGORIES:
        yield finding(
            "MAN613",
            f"the catalogue has no category `{category}`",
            document=given.document,
            path=("category",),
            notes=(f"its categories are {listed(CATEGORIES, last='and')}",),
            hint=hint_for(category, CATEGORIES),
        )
    if not given.manifest.summary.strip():
        yield _about(
            "MAN613",
            "there is no `summary`",
            given.document,
            "summary",
            hint="say in one line what it is for, such as `summary: Push and e-mail campaigns.`",
        )
    asked: dict[str, Sequence[FormField | Mapping]] = {
        "fields": given.manifest.fields,
        "mappings": given.manifest.mappings,
    }
    for section, named in asked.items():
        for position, one in enumerate(named):
            if "label" not in one.model_fields_set:
                yield finding(
                    "MAN613",
                    f"`{one.name}` has no `label`; the form shows `{one.label}`",
                    document=given.document,
                    path=(section, position, "name"),
                    hint=f"add `label: {one.label}`, in the words of the partner's product",
                )


CHECKS: Final[tuple[Check, ...]] = (
    refused_credentials,
    throttling,
    stated_limits,
    stated_sources,
    messages,
    short_summary,
    secret_fields,
    telling_list_names,
    helpful_fields,
    known_maintainer,
    quoted_texts,
    shown_words,
)
"""Every check of `lint`."""

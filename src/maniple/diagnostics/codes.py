"""The stable codes of findings, and the one way to make a finding about a place in a document."""

from __future__ import annotations

from dataclasses import dataclass

from maniple.diagnostics.model import Diagnostic, Severity
from maniple.source.text import Document, Path, Span


@dataclass(frozen=True, slots=True)
class Code:
    """What one code stands for: `summary` says what is wrong in general, `fix` what to do about it."""

    code: str
    title: str
    summary: str
    fix: str
    severity: Severity = "error"


_ALL = (
    # Reading: from bytes to plain data.
    Code(
        "MAN101",
        "Not readable",
        "The text is not YAML or JSON: reading stopped at this place.",
        "Correct the text at the caret. Most often a text needs quotes, or a line needs another indentation.",
    ),
    Code(
        "MAN102",
        "Key given twice",
        "One map has the same key twice; other tools would silently keep only one of the values.",
        "Delete one of the two.",
    ),
    Code(
        "MAN103",
        "Not part of the language",
        "Anchors, aliases, merge keys, tags, directives and several documents in one file are refused: "
        "a manifest is read as it stands.",
        "Write the value out where it is needed; `define:` names a text that would be repeated.",
    ),
    Code(
        "MAN104",
        "Too large",
        "The file, one text in it or its nesting is above what a manifest may have.",
        "Shorten it; a manifest of this size describes more than one destination.",
    ),
    Code(
        "MAN105",
        "JSON text with a fault",
        "A body written as JSON text is not JSON with holes.",
        "Correct the JSON at the caret; a hole may stand bare wherever a value or a key may.",
    ),
    Code(
        "MAN106",
        "Not plain UTF-8 text",
        "The file is not UTF-8, or holds a control character that nobody can see.",
        "Save the file as UTF-8 and delete the character, or write it as an escape inside double quotes.",
    ),
    Code(
        "MAN107",
        "Key is not text",
        "A key is a number, true, false, null, a map or a list; every key of a manifest is text.",
        "Put quotes around the key.",
    ),
    Code(
        "MAN108",
        "Number out of range",
        "A number is infinite, not a number, or has an absurd number of digits.",
        "Write a smaller number, or put quotes around it if it is meant as text.",
    ),
    Code(
        "MAN109",
        "XML with a fault",
        "An XML body is not XML with holes, or a tree that cannot be written as XML.",
        "Correct the XML at the caret; a hole may stand in the text of an element and in the value of an attribute.",
    ),
    # Templates and variables.
    Code(
        "MAN201",
        "Variable not declared",
        "A template uses a variable that is neither declared nor pre-defined.",
        "Correct the name, or declare the variable as a field, a mapping or under `define`.",
    ),
    Code(
        "MAN202",
        "Declared but not used",
        "A variable is declared and no template uses it: the end user would be asked for nothing.",
        "Use it, or delete the declaration.",
    ),
    Code(
        "MAN203",
        "No value here",
        "The variable exists, but has no value at this place, as `$list_id` before the list is created.",
        "Use it only in calls that run when it has a value.",
    ),
    Code(
        "MAN204",
        "Template cannot be read",
        "The text of a template is not complete or not in the template syntax.",
        "Correct it at the caret: `$name`, `$name.key`, `{{ expression }}`, `$$` for a dollar.",
    ),
    Code(
        "MAN205",
        "Expression not allowed",
        "Expressions know names, constants, operators, inline if and filters; statements, calls and literals of "
        "lists and maps are refused.",
        "Say it with a filter, or as a YAML tree around the expression.",
    ),
    Code("MAN206", "Unknown filter", "No filter has this name.", "Use one of the filters listed in the reference."),
    Code(
        "MAN207",
        "Filter used wrongly",
        "The filter got too few, too many or the wrong kind of arguments.",
        "Give the arguments that the reference lists for this filter.",
    ),
    Code(
        "MAN208",
        "Dash in a variable name",
        "A variable name is made of letters, digits and `_`; a dash ends it.",
        "Write an underscore in its place, where the variable is declared too.",
    ),
    Code(
        "MAN209",
        "Name already taken",
        "A variable is declared twice, or has the name of a pre-defined variable.",
        "Choose another name.",
    ),
    Code(
        "MAN210",
        "Value cannot stand here",
        "A list or map would have to become part of a text, or a value has the wrong form for its place.",
        "Let the hole be the whole value, or turn it into text with a filter such as `json` or `join`.",
    ),
    # Requests.
    Code(
        "MAN301",
        "Host is not fixed",
        "The host of a URL comes from user data, a cohort name or another value that its author does not control.",
        "Write the host out, or take it from a field of type `url`, `subdomain`, `select` or `buttons`.",
    ),
    Code(
        "MAN302",
        "URL cannot be called",
        "The URL has no `https://`, no host, or a part that no URL may have.",
        "Write it as `https://host/path`; put parameters under `query`.",
    ),
    Code(
        "MAN303",
        "Header cannot be sent",
        "A header's name or value has characters that no header may have, or is one that maniple sets itself.",
        "Correct the name or value, or leave the header out.",
    ),
    Code(
        "MAN304",
        "Secret in the URL",
        "A secret stands in the URL, where logs and proxies keep it.",
        "Send it in a header or in the body if the partner allows it.",
        "warning",
    ),
    # Shape: keys, types, allowed values.
    Code(
        "MAN401",
        "Wrong type or out of range",
        "The value is of another type than this key takes, or outside its range.",
        "Write a value of the type and range that the message names.",
    ),
    Code(
        "MAN402",
        "Unknown key",
        "The language has no such key at this place.",
        "Correct its spelling, move it to where it belongs, or delete it.",
    ),
    Code("MAN403", "Missing key", "A key that must be there is missing.", "Add the key."),
    Code(
        "MAN404",
        "Not an allowed value",
        "The value is not one of those that this key takes.",
        "Write one of the values that the message lists.",
    ),
    Code(
        "MAN405",
        "Unknown kind",
        "No kind has this name, or the key that names the kind is missing.",
        "Write one of the kinds that the message lists.",
    ),
    Code(
        "MAN406",
        "Keys exclude each other",
        "Two keys stand together of which only one may be given.",
        "Keep one of them.",
    ),
    # Meaning: the parts of a manifest must fit each other.
    Code("MAN501", "Call is missing", "A destination of this kind needs a call that is not there.", "Add the call."),
    Code(
        "MAN502",
        "Slug differs from folder",
        "The `slug` is not the name of the manifest's folder.",
        "Make both the same.",
    ),
    Code(
        "MAN503",
        "Path expression not valid",
        "A path into a reply is not JMESPath.",
        "Correct it at the caret; a key with other characters than letters, digits and `_` needs double quotes.",
    ),
    Code(
        "MAN504",
        "Regular expression not valid",
        "The regular expression cannot be compiled; look-around and back-references are not available.",
        "Correct it, or say it without those.",
    ),
    Code(
        "MAN505",
        "Items do not fit",
        "`$items` and `item` belong together: one is used without the other, or several times.",
        "Give the call an `item` and one place for `$items`.",
    ),
    Code(
        "MAN506",
        "Copy leads nowhere",
        "A `same_as` names no call, or copies lead in a circle.",
        "Name a call that has the part itself.",
    ),
    Code(
        "MAN507",
        "Rule is never reached",
        "An earlier rule always fits first, so that this one never speaks.",
        "Move the narrower rule up, or delete this one.",
        "warning",
    ),
    Code("MAN508", "Name used twice", "Two things of one family have the same name.", "Rename one of them."),
    Code(
        "MAN509",
        "List id comes from nowhere",
        "`$list_id` is used, and no call, field or template gives it a value.",
        "Give `create_list` a `list_id`, or write a `list_id` at the top.",
    ),
    Code(
        "MAN510",
        "Option does not fit",
        "An option has no value, or the default is not among the options.",
        "Give each option a `value`, and let `default` be one of them.",
    ),
    Code(
        "MAN511",
        "Nothing reads this",
        "A key stands where nothing reads it: `first_batch` in another call than `create_list`, `rejects` where no users are.",
        "Leave it out, or write it in the call that it is for.",
    ),
    Code(
        "MAN512",
        "Action cannot follow",
        "An error rule wants something done for which the manifest lacks what is needed.",
        "Add what the message names, or choose another action.",
    ),
    # What trials find: the manifest runs, and some value changes what is sent.
    Code(
        "MAN701",
        "Value leaves its place",
        "With some value the request is another one, or the value does not arrive whole.",
        "Encode the value for the text that it stands in, or give the mapping a `format`.",
    ),
    # Advice: a manifest that runs, and could be better for those who use and review it.
    Code(
        "MAN601",
        "Refused credentials not explained",
        "No error rule says what a 401 or 403 means, the answer an end user meets first.",
        "Add a rule for 401 and 403 whose message says where to find a good key.",
        "warning",
    ),
    Code(
        "MAN602",
        "Throttling not explained",
        "No error rule says what a 429 means, so that a busy partner looks like an unknown error.",
        "Add a rule for 429 with `retry: true` and a message.",
        "warning",
    ),
    Code(
        "MAN603",
        "Limits not stated",
        "Nothing says how many calls the partner takes at a time or in a second.",
        "Look the figures up and write them under `limits`; `parallel: 1` when there are none.",
        "warning",
    ),
    Code(
        "MAN604",
        "Sources missing",
        "Nothing says where the facts of this manifest come from.",
        "List the pages of the partner's docs under `sources`, each with the date it was read.",
        "warning",
    ),
    Code(
        "MAN605",
        "Rule without a message",
        "An error rule names a failure and does not say what the end user should do.",
        "Add a `message` in plain words: what is wrong, what to check, where.",
        "warning",
    ),
    Code(
        "MAN606",
        "Summary too long for a tile",
        "The summary is longer than the one line that the catalogue shows.",
        "Shorten it, and move the rest to `description`.",
        "note",
    ),
    Code(
        "MAN607",
        "Secret in a plain field",
        "A field is named like a credential and has a type that is shown and stored in clear.",
        "Give it `type: secret`, or another name if it is no credential.",
        "warning",
    ),
    Code(
        "MAN608",
        "List name does not tell its origin",
        "The list is named after the cohort alone: two cohorts of one name make two lists nobody can tell apart.",
        "Put a fixed text before the name, or the cohort's id beside it.",
        "note",
    ),
    Code(
        "MAN609",
        "File missing beside the manifest",
        "The manifest's folder has no golden cases, or no README for the end user.",
        "Add the file that the message names.",
        "warning",
    ),
    Code(
        "MAN610",
        "Field without help",
        "The end user must fill in a field and is not told where to find its value.",
        "Add `help` with the way to it in the partner's product.",
        "note",
    ),
    Code(
        "MAN611",
        "Nobody to ask",
        "The manifest names no maintainer.",
        "Add `maintainer` with a name and a URL or e-mail address for help.",
        "warning",
    ),
    Code(
        "MAN612",
        "Key where a text was meant",
        "A path compares with a name in double quotes, which JMESPath reads as a key of the reply.",
        "Write a text in single quotes: `status == 'ok'`.",
        "warning",
    ),
    Code(
        "MAN613",
        "Not said how it is shown",
        "The catalogue has no summary or no known category to show, or the form no label.",
        "Write the key that the message names.",
        "warning",
    ),
)

CODES: dict[str, Code] = {code.code: code for code in _ALL}
"""Every code that a finding may have, by its name."""


def finding(
    code: str,
    message: str,
    *,
    document: Document | None = None,
    path: Path = (),
    key: bool = False,
    within: tuple[int, int] | None = None,
    severity: Severity | None = None,
    label: str = "",
    notes: tuple[str, ...] = (),
    hint: str | None = None,
) -> Diagnostic:
    """A finding about the value at `path` of `document`, or with `key` about the key that names it.

    `within` narrows it to those characters of the text value. Severity is the code's own unless given.
    Without a document the finding is about no place. Raises KeyError for a code that is not in CODES.
    """
    known = CODES[code]
    span: Span | None = None
    if document is not None:
        span = document.span_within(path, *within) if within is not None else document.span(path, key=key)
    return Diagnostic(
        code=code,
        message=message,
        source=document.source if document is not None else None,
        span=span,
        severity=severity or known.severity,
        label=label,
        notes=tuple(notes),
        hint=hint,
        path=path,
    )

"""What the end user gives at set-up, checked against the destination's form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import re2

from maniple.diagnostics.suggest import closest, hint_for, listed
from maniple.errors import OperatorError, SettingsError
from maniple.manifest.fields import HOST_LABEL, FormField
from maniple.runtime.program import field_scope
from maniple.runtime.properties import MOST_PROPERTIES, join_properties, split_properties
from maniple.runtime.url import LOOPBACK_HOST

if TYPE_CHECKING:
    from maniple.runtime.mapping import MappingProgram
    from maniple.runtime.program import Program


LONGEST_SETTING = 10_000
"""Characters of a setting; a private key in PEM has about 3,000."""
_UNSENDABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""Control characters but the tab, and halves of characters."""


def is_secret(form_field: FormField) -> bool:
    """The value must be encrypted at rest and shown nowhere."""
    return form_field.type == "secret"


def shown_fields(program: Program, values: Mapping[str, Any]) -> list[FormField]:
    """The fields that the form shows for what is filled in so far."""
    return [form_field for form_field in _fields_in_force(program, values) if form_field.from_ is None]


def operator_fields(program: Program) -> list[FormField]:
    """The fields that whoever runs maniple fills in, once for all connections."""
    return [form_field for form_field in program.fields if form_field.from_ == "operator"]


def split_settings(program: Program, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is given, told apart: for the end user's fields, and for those of whoever runs maniple."""
    names = {form_field.name for form_field in operator_fields(program)}
    return (
        {name: value for name, value in given.items() if name not in names},
        {name: value for name, value in given.items() if name in names},
    )


def _fields_in_force(program: Program, values: Mapping[str, Any]) -> list[FormField]:
    return [
        form_field
        for form_field in program.fields
        if (condition := program.field_conditions.get(form_field.name)) is None
        or bool(condition.render(_scope(program, values)))
    ]


def _scope(program: Program, values: Mapping[str, Any]) -> dict[str, Any]:
    filled = {form_field.name: values.get(form_field.name, form_field.default) for form_field in program.fields}
    return field_scope(program, filled)


def check_settings(
    program: Program, given: Mapping[str, Any], *, operator: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Every field's value, defaults filled in. Raises SettingsError that names all that is wrong.

    `operator` holds the values of the fields that whoever runs maniple fills in; None: they stay empty, as while the
    end user fills in the form. Raises OperatorError when one of them is missing.
    """
    values: dict[str, Any] = {form_field.name: None for form_field in program.fields}
    problems = list(_misplaced(program, given))
    for form_field in _fields_in_force(program, given):
        if form_field.from_ == "operator":
            if operator is not None:
                values[form_field.name] = _of_operator(program, form_field, operator.get(form_field.name))
            continue
        try:
            values[form_field.name] = filled(form_field, given.get(form_field.name))
        except SettingsError as error:
            problems.append(error.message)
    if problems:
        raise SettingsError(_sentence(problems), hint=_form_hint(program))
    return values


def _misplaced(program: Program, given: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about what is given and belongs to no field of the form."""
    fields = {form_field.name: form_field for form_field in program.fields}
    for name in given:
        if name not in fields:
            near = closest(name, fields)
            meant = f" (did you mean `{near}`?)" if near else ""
            yield f"`{name}` is not a field of {program.manifest.name}{meant}"
        elif fields[name].from_ == "operator":
            yield f"`{name}` is given by whoever runs maniple (`maniple operator {program.manifest.slug}`)"


def filled(form_field: FormField, value: Any) -> Any:
    """The checked value of a field, or its default; None when it may stay empty and does. Raises SettingsError."""
    if value is None or value == "":
        value = form_field.default
    if value is None or value == "":
        if not form_field.optional:
            raise SettingsError(f"`{form_field.name}` ({form_field.label}) is missing")
        return None
    return _checked(form_field, value)


def _of_operator(program: Program, form_field: FormField, value: Any) -> Any:
    try:
        return filled(form_field, value)
    except SettingsError as error:
        slug = program.manifest.slug
        raise OperatorError(
            f"{error.message}: {program.manifest.name} needs it from whoever runs maniple",
            hint=f"type `maniple operator {slug}`, or set `{operator_variable(slug, form_field.name)}`",
        ) from error


def operator_variable(slug: str, name: str) -> str:
    """The environment variable that gives a field of whoever runs maniple.

    >>> operator_variable("acme-ads", "client_id")
    'MANIPLE_OPERATOR_ACME_ADS_CLIENT_ID'
    """
    return f"MANIPLE_OPERATOR_{slug}_{name}".replace("-", "_").upper()


def _sentence(problems: list[str]) -> str:
    return problems[0] if len(problems) == 1 else "; ".join(problems)


def _form_hint(program: Program) -> str:
    asked = [each.name for each in program.fields if not each.optional and each.from_ is None]
    wanted = ", ".join(f'"{name}": ...' for name in asked)
    return f"the settings of {program.manifest.name} look like {{{wanted}}}"


def _checked(form_field: FormField, value: Any) -> Any:
    match form_field.type:
        case "select" | "buttons":
            return _choice(form_field, value)
        case "integer":
            return _integer(form_field, value)
        case "boolean":
            return _boolean(form_field, value)
        case "url":
            return _url(form_field, _text(form_field, value))
        case "subdomain":
            text = _text(form_field, value)
            if not HOST_LABEL.fullmatch(text):
                raise SettingsError(f"`{form_field.name}` must be one name such as `acme`, without dots or `https://`")
            return text
        case "string" | "secret":
            return _text(form_field, value)


def _text(form_field: FormField, given: Any) -> str:
    if isinstance(given, int | float) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str):
        raise SettingsError(f"`{form_field.name}` must be text")
    value: str = given
    if len(value) > LONGEST_SETTING:
        raise SettingsError(f"`{form_field.name}` has {len(value):,} characters; {LONGEST_SETTING:,} are the most")
    if _UNSENDABLE.search(value.replace("\n", "").replace("\r", "") if _is_pem(form_field, value) else value):
        raise SettingsError(f"`{form_field.name}` contains a line break or another control character")
    value = value.strip() if form_field.type in ("url", "subdomain", "secret") else value
    if form_field.pattern is not None and not re2.fullmatch(form_field.pattern, value):
        raise SettingsError(
            f"`{form_field.name}` ({form_field.label}) does not have the form that the partner asks for"
        )
    return value


def _is_pem(form_field: FormField, value: str) -> bool:
    """A key as `openssl` writes it, in lines."""
    return form_field.type == "secret" and value.lstrip().startswith("-----BEGIN ")


def _choice(form_field: FormField, value: Any) -> Any:
    for option in form_field.options:
        if option.value == value or str(option.value) == str(value):
            return option.value
    for option in form_field.options:
        if str(value).lower() == option.label.lower():
            return option.value
    allowed = [str(option.value) for option in form_field.options]
    hint = hint_for(str(value), allowed)
    listed = ", ".join(f"`{word}`" for word in allowed)
    raise SettingsError(f"`{form_field.name}` is `{value}`, and can be {listed}" + (f"; {hint}" if hint else ""))


def _integer(form_field: FormField, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
        return int(value)
    raise SettingsError(f"`{form_field.name}` must be a whole number")


def _boolean(form_field: FormField, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise SettingsError(f"`{form_field.name}` must be true or false")


def _url(form_field: FormField, value: str) -> str:
    if not value.isascii():
        raise SettingsError(f"`{form_field.name}` must be written in ASCII (percent-encoded, the host in Punycode)")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise SettingsError(f"`{form_field.name}` must be a URL with a host, and a port up to 65535") from None
    local = LOOPBACK_HOST.fullmatch(parts.netloc) is not None
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise SettingsError(f"`{form_field.name}` must be a URL that begins with `https://`")
    if not parts.hostname or port == 0 or "@" in parts.netloc:
        raise SettingsError(f"`{form_field.name}` must be a URL with a host and without a user name or password")
    if "#" in value or re.search(r"[\s\\]", value):
        raise SettingsError(f"`{form_field.name}` must be a URL without `#`, spaces or backslashes")
    return value


def asked_mappings(program: Program, settings: Mapping[str, Any] | None) -> list[MappingProgram]:
    """The mappings that the form asks for with these checked settings; all of them while nobody knows the settings."""
    if settings is None:
        return list(program.mappings)
    scope = field_scope(program, settings)
    return [mapping for mapping in program.mappings if mapping.is_asked(scope)]


def choose_properties(mapping: MappingProgram, columns: Iterable[str]) -> str | None:
    """The property a mapping takes when nobody chose: the column named like the variable, else the first suggestion
    there is, else the column named like one of its targets. One that takes many has all its suggestions there are."""
    available = list(columns)
    suggested = [name for name in mapping.suggest if name in available]
    if mapping.many:
        return join_properties(suggested) or None
    if mapping.name in available:
        return mapping.name
    targets = {choice.target.lower() for choice in mapping.choices}
    return next(iter(suggested), next((name for name in available if name.lower() in targets), None))


def _as_text(program: Program, name: str, value: str | Sequence[str]) -> str:
    """What is given for a mapping, as one text."""
    many = any(mapping.many and mapping.name == name for mapping in program.mappings)
    if not many:
        if isinstance(value, str):
            return value
        raise SettingsError(f"`{name}` takes one user property", hint=f"write one name, such as `{name}: {value[0]}`")
    names = split_properties(value) if isinstance(value, str) else list(dict.fromkeys(value))
    if len(names) > MOST_PROPERTIES:
        raise SettingsError(f"`{name}` has {len(names):,} user properties; {MOST_PROPERTIES} are the most")
    return join_properties(names)


def check_mappings(
    program: Program,
    given: Mapping[str, str | Sequence[str]],
    columns: Iterable[str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """Property by mapping name, and for mappings that are a choice the target by `name.target`. The properties of a
    mapping that takes many are one text (`properties.split_properties`); they may be given as a list too.

    With `columns`, what was not given is chosen from them. With `settings`, which are checked ones, mappings that the
    form does not ask for are left out; without, all are asked for. Raises SettingsError for unknown names and targets,
    for required mappings without a property, and for a group of `require` of which none has one.
    """
    _refuse_unknown(program, given)
    asked = asked_mappings(program, settings)
    chosen = {name: _as_text(program, name, value) for name, value in given.items() if value}
    available = list(columns) if columns is not None else None
    for mapping in asked if available is not None else ():
        if mapping.name not in chosen and (found := choose_properties(mapping, available or ())):
            chosen[mapping.name] = found
    for mapping in asked:
        if mapping.name in chosen:
            continue
        if not mapping.optional:
            message = f"`{mapping.name}` ({mapping.label}) is not mapped to a user property"
            raise SettingsError(message, hint=_mapping_hint(mapping, available))
        if mapping.target_key in chosen:
            message = f"`{mapping.target_key}` says what `{mapping.name}` is, and no user property is mapped to it"
            raise SettingsError(message, hint=_mapping_hint(mapping, available))
    _check_groups(program, asked, chosen, available)
    return dict(_entries(asked, chosen))


def _entries(asked: Iterable[MappingProgram], chosen: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for mapping in asked:
        if mapping.name not in chosen:
            continue
        yield mapping.name, chosen[mapping.name]
        if mapping.choices:
            yield mapping.target_key, _target(mapping, chosen)


def _target(mapping: MappingProgram, chosen: Mapping[str, str]) -> str:
    """The target that is given, in whatever case or by its label, or the one that nobody had to say."""
    said = chosen.get(mapping.target_key)
    choice = mapping.choice(chosen) if said is None else None
    if said is not None:
        exact = (choice for choice in mapping.choices if choice.target == said)
        alike = (choice for choice in mapping.choices if said.lower() in (choice.target.lower(), choice.label.lower()))
        choice = next(exact, next(alike, None))
    if choice is not None:
        return choice.target
    targets = [choice.target for choice in mapping.choices]
    shown = listed(targets)
    raise SettingsError(
        f"`{mapping.target_key}` is `{said}`, and can be {shown}",
        hint=hint_for(said or "", targets) or f"add `--map {mapping.target_key}={targets[0]}`",
    )


def _refuse_unknown(program: Program, given: Iterable[str]) -> None:
    names = [mapping.name for mapping in program.mappings]
    known = program.sent_names
    for name in given:
        if name in known:
            continue
        owner, dot, _ = name.partition(".")
        if dot and owner in names:
            message = f"`{owner}` is not a choice of targets, so that `{name}` says nothing"
            raise SettingsError(message, hint=f"leave `{name}` out")
        here = f"its mappings are {', '.join(f'`{known}`' for known in names)}" if names else "it has no mappings"
        raise SettingsError(f"`{name}` is not a mapping of {program.manifest.name}", hint=hint_for(name, known) or here)


def _check_groups(
    program: Program, asked: Iterable[MappingProgram], chosen: Mapping[str, str], columns: Iterable[str] | None
) -> None:
    """At least one mapping of each group of `require` has a property, unless the form asks for none of the group."""
    by_name = {mapping.name: mapping for mapping in asked}
    for group in program.manifest.require:
        there = [name for name in group if name in by_name]
        if there and not any(name in chosen for name in there):
            shown = listed(there, last="and")
            raise SettingsError(
                f"none of {shown} is mapped to a user property, and at least one is needed",
                hint=_mapping_hint(by_name[there[0]], columns),
            )


def _mapping_hint(mapping: MappingProgram, columns: Iterable[str] | None) -> str:
    if columns is None:
        return f"add `--map {mapping.name}={mapping.suggest[0] if mapping.suggest else 'PROPERTY'}`"
    present = list(columns)
    near = (closest(word, present) for word in (mapping.name, *mapping.suggest))
    chosen = next((word for word in near if word), "PROPERTY")
    return f"add `--map {mapping.name}={chosen}`; the users have {listed(present, last='and') or 'no property'}"

"""Asking a person in a terminal for what a connection still needs, on stderr, answers from stdin."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from getpass import getpass
from typing import TYPE_CHECKING, Any

from maniple.cli.screen import note, stderr
from maniple.diagnostics.cells import visible
from maniple.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from maniple.manifest.fields import FormField
    from maniple.runtime.mapping import MappingProgram
    from maniple.runtime.program import Program


def ask(question: str, default: str = "") -> str:
    """One line from the person; `default` for an empty one. Raises UsageError when stdin ends."""
    screen = stderr()
    screen.stream.write(f"{screen.paint(visible(question), 'bold')}{f' [{visible(default)}]' if default else ''}: ")
    screen.stream.flush()
    line = sys.stdin.readline()
    if not line:
        screen.line()
        raise UsageError("the input ended before everything was answered")
    return line.strip() or default


def confirm(question: str) -> bool:
    """The person says yes. An empty answer is a no."""
    return ask(f"{question} [y/N]").lower() in ("y", "yes")


def ask_settings(program: Program, given: Mapping[str, Any], *, optional: bool) -> dict[str, Any]:
    """`given` with the fields that the form shows and that are missing; with `optional` those too that may stay empty."""
    from maniple.runtime.settings import shown_fields

    values = dict(given)
    passed: set[str] = set()
    while True:
        # Which fields there are may depend on the answers so far.
        field = next(
            (field for field in shown_fields(program, values) if field.name not in values and field.name not in passed),
            None,
        )
        if field is None:
            return values
        passed.add(field.name)
        if not optional and (field.optional or field.default is not None):
            continue
        answer = _ask_field(program, field)
        if answer is not None:
            values[field.name] = answer


def ask_mappings(
    program: Program, given: Mapping[str, str], settings: Mapping[str, Any], *, optional: bool
) -> dict[str, str]:
    """`given` with a property for each mapping that has none; with `optional` for those too that may stay empty.

    `settings` are checked ones: they decide which mappings there are. Of a mapping that is a choice the target is asked
    for first.
    """
    from maniple.runtime.settings import asked_mappings

    chosen = dict(given)
    for mapping in asked_mappings(program, settings):
        if mapping.name in chosen or (mapping.optional and not optional):
            continue
        target = chosen.get(mapping.target_key) or (_ask_target(mapping) if mapping.choices else None)
        answer = _ask_mapping(mapping, target or mapping.target)
        if answer:
            chosen[mapping.name] = answer
            if target is not None:
                chosen[mapping.target_key] = target
    return chosen


def _ask_field(program: Program, field: FormField) -> Any:
    """An answer that fits the field; None when it stays empty."""
    from maniple.runtime.settings import check_settings

    form_of_one = replace(program, fields=(field,), field_conditions={})
    if field.help:
        note(stderr().paint(f"  {visible(field.help)}", "dim"))
    while True:
        answer = _read_field(field)
        try:
            return check_settings(form_of_one, {field.name: answer} if answer != "" else {})[field.name]
        except SettingsError as error:
            note(f"  {error.message}")


def _read_field(field: FormField) -> Any:
    label = f"{field.label} (may stay empty)" if field.optional else field.label
    match field.type:
        case "secret":
            return getpass(f"{visible(label)} (not shown): ", stream=sys.stderr).strip()
        case "select" | "buttons":
            values = [str(option.value) for option in field.options]
            default = "" if field.default is None else str(field.default)
            return choose(label, [option.label for option in field.options], values, default)
        case "boolean":
            return _yes_or_no(label, field.default)
        case "string" | "url" | "subdomain" | "integer":
            return ask(label, "" if field.default is None else str(field.default))


def choose(question: str, labels: Sequence[str], values: Sequence[str], default: str) -> str:
    """One of numbered choices: the answer may be a number, a value, or any other text."""
    note(stderr().paint(visible(question), "bold"))
    for number, (label, value) in enumerate(zip(labels, values, strict=True), 1):
        note(f"  {number}  {visible(label)}" + (f" ({visible(value)})" if value != label else ""))
    answer = ask("  number or value", default)
    if answer not in values and answer.isdigit() and 1 <= int(answer) <= len(values):
        return values[int(answer) - 1]
    return answer


def _yes_or_no(label: str, default: Any) -> str:
    shown = "" if default is None else "yes" if default else "no"
    answer = ask(f"{label} (yes or no)", shown).lower()
    return {"y": "true", "yes": "true", "n": "false", "no": "false"}.get(answer, answer)


def _ask_target(mapping: MappingProgram) -> str:
    labels = [choice.label for choice in mapping.choices]
    targets = [choice.target for choice in mapping.choices]
    while True:
        answer = choose(f"{mapping.label}: sent as which?", labels, targets, targets[0]) if targets[1:] else targets[0]
        if answer in targets:
            return answer
        note("  one of these is needed")


def _ask_mapping(mapping: MappingProgram, target: str | None) -> str:
    sent_as = f", sent as {target}" if target else ""
    which = "which user properties, separated by commas?" if mapping.many else "which user property?"
    question = f"{mapping.label}{sent_as}: {which}" + (" (may stay empty)" if mapping.optional else "")
    while True:
        if len(mapping.suggest) > 1:
            answer = choose(question, mapping.suggest, mapping.suggest, "" if mapping.optional else mapping.suggest[0])
        else:
            answer = ask(question, "" if mapping.optional or not mapping.suggest else mapping.suggest[0])
        if answer or mapping.optional:
            return answer
        note("  a property is needed")

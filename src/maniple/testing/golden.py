"""Golden cases: each is rendered, and its answers are read, by the very functions that syncs use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from maniple.diagnostics.model import Diagnostic, blocking
from maniple.errors import ManifestError, SettingsError, UsageError
from maniple.manifest.cases import Case, Cases
from maniple.runtime.flow import converse, create_list, deliver
from maniple.runtime.outcome import Outcome
from maniple.runtime.prepare import Batch, Prepared, prepare
from maniple.runtime.program import CallProgram, Cohort, Operation, Program, RunContext, run_context
from maniple.runtime.readback import list_members
from maniple.runtime.resolve import ResolvedUsers, resolve_users
from maniple.runtime.retry import Dice
from maniple.runtime.settings import check_mappings, check_settings, split_settings
from maniple.testing.canned import CannedPartner, OutOfReplies, Played
from maniple.testing.destination import CASES_NAMES, MANIFEST_NAMES, named_in, read_cases, read_program
from maniple.testing.verdict import judge
from maniple.wire import Flow

RUN_ID = "run_case"
OPERATIONS: dict[str, Operation] = {
    "add_users": "add",
    "set_property": "add",
    "replace_users": "add",
    "remove_users": "remove",
    "unset_property": "remove",
}
"""What the calls do that are for one of the two."""
WITHOUT_USERS: dict[str, Callable[[CallProgram, RunContext, Dice], Flow[Outcome]]] = {
    "create_list": create_list,
    "list_members": list_members,
}
"""How calls without users are made that learn more than `converse` does."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case went. `problems` are sentences; none means that it passed. `line` is the case's in its file."""

    name: str
    problems: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class CasesReport:
    """How a destination's cases went. `diagnostics` block: the manifest or the cases cannot be read."""

    path: Path
    results: tuple[CaseResult, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """The cases that did not pass."""
        return tuple(result for result in self.results if result.problems)

    @property
    def passed(self) -> bool:
        """Everything could be read, and every case passed."""
        return not self.failures and not self.diagnostics


def run_cases(folder: Path) -> CasesReport:
    """Run the golden cases in a destination's folder.

    Raises UsageError when it holds no manifest or no cases, OperatorError when they cannot be opened.
    """
    manifest = _file_in(folder, MANIFEST_NAMES)
    path = _file_in(folder, CASES_NAMES)
    try:
        program = read_program(manifest)
    except ManifestError as error:
        return CasesReport(path, (), error.diagnostics)
    read = read_cases(path)
    if read.cases is None:
        return CasesReport(path, (), tuple(blocking(read.diagnostics)))
    results = [
        CaseResult(case.name, tuple(run_case(program, read.cases, case)), read.line(position))
        for position, case in enumerate(read.cases.cases)
    ]
    return CasesReport(path, tuple(results))


def _file_in(folder: Path, names: tuple[str, ...]) -> Path:
    found = named_in(folder, names)
    if found is None:
        raise UsageError(f"`{folder}` has no `{names[0]}`", hint="give the folder of one destination")
    return found


def run_case(program: Program, cases: Cases, case: Case) -> list[str]:
    """What is wrong with how `program` plays a case, as sentences; empty when it passed.

    What the case does not give is taken from `cases`.
    """
    call = program.calls.get(case.call)
    operation = case.operation if case.call == "update_users" else OPERATIONS.get(case.call)
    if call is None:
        return [f"the manifest has no call `{case.call}`"]
    if operation is None and case.call == "update_users":
        return ["a case of `update_users` needs `operation: add` or `operation: remove`"]
    try:
        return list(judge(case, play(program, cases, case, call, operation)))
    except SettingsError as error:
        return [f"nothing can be sent: {error.message}"]


def play(program: Program, cases: Cases, case: Case, call: CallProgram, operation: Operation | None) -> Played:
    """Send what a case says to a partner who answers as it says. Raises SettingsError."""
    cohort = case.cohort or cases.cohort
    saved = cases.list_ if case.list_ is None else case.list_
    own, operator = split_settings(program, cases.settings if case.settings is None else case.settings)
    settings = check_settings(program, own, operator=operator)
    given = cases.mappings if case.mappings is None else case.mappings
    mappings = _mappings(program, given, case, settings) if operation is not None else _told(given)
    context = run_context(
        program,
        settings=settings,
        cohort=Cohort(cohort.name, cohort.id, cohort.url),
        run_id=RUN_ID,
        now=cases.now,
        saved=saved if case.call != "create_list" else None,
        mappings=mappings,
    )
    token = cases.token if case.token is None else case.token
    partner = CannedPartner(case.replies, token, datetime.fromisoformat(cases.now).timestamp())
    try:
        if operation is None or mappings is None:
            flow = WITHOUT_USERS.get(case.call, converse)
            partner.meet(flow(call, context, no_jitter))
        else:
            _play_users(program, mappings, case, call, operation, context, partner)
    except OutOfReplies:
        pass  # the request that got none is in `unanswered`
    return partner.close()


def _told(given: Mapping[str, str | list[str]]) -> dict[str, str] | None:
    """The mappings of a case without users: none has to be there."""
    return {name: value for name, value in given.items() if isinstance(value, str)} or None


def _mappings(
    program: Program, given: Mapping[str, str | list[str]], case: Case, settings: Mapping[str, Any]
) -> dict[str, str]:
    """The property of each mapping: as the case says, else chosen from what its users have."""
    columns = dict.fromkeys(name for user in case.users for name in user)
    return check_mappings(program, given, columns, settings)


def _play_users(
    program: Program,
    mappings: dict[str, str],
    case: Case,
    call: CallProgram,
    operation: Operation,
    context: RunContext,
    partner: CannedPartner,
) -> None:
    resolved = resolve_users(program, mappings, context.scope, case.users)
    partner.played.skipped.extend(resolved.skipped)
    for index, start in enumerate(range(0, len(resolved.ids), call.items)):
        columns = {name: column[start : start + call.items] for name, column in resolved.columns.items()}
        batch = Batch(operation, index, columns, min(call.items, len(resolved.ids) - start))
        for prepared in prepare(call, context, batch):
            outcome = partner.meet(deliver(call, prepared, no_jitter))
            _sort_verdicts(outcome or prepared, resolved, start, partner.played)


def _sort_verdicts(ended: Outcome | Prepared, resolved: ResolvedUsers, start: int, played: Played) -> None:
    for verdict in ended.verdicts:
        users = played.skipped if verdict.kind == "skipped" else played.rejected
        users.append((resolved.ids[start + verdict.row], verdict.reason))


def no_jitter() -> float:
    """Dice that always fall on 0, so that pauses are the same every time."""
    return 0.0

"""The exact requests a destination would get, with nothing sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from maniple.body.compression import expand, is_compressed
from maniple.body.form import CONTENT_TYPE as FORM
from maniple.diagnostics.suggest import hint_for, listed
from maniple.errors import UsageError
from maniple.runtime.authorize import shown
from maniple.runtime.marks import MarkedStep, mark, marked_steps
from maniple.runtime.prepare import UNRESOLVED, Batch, Prepared, prepare
from maniple.runtime.program import CallProgram, Cohort, Operation, Program, RunContext, run_context
from maniple.runtime.resolve import ResolvedUsers, resolve_users
from maniple.runtime.settings import check_mappings, check_settings, split_settings
from maniple.usecases.users import TestUsers
from maniple.wire import Request, header_value, read_tree

RUN_ID = "run_preview"
LIST_ID = "list_id_from_create_list"
"""Stands where the id of the created list would stand."""
MASK = "***"
MOST_BYTES = 100_000_000
"""Bytes of all bodies of one preview."""
USER_CALLS: dict[str, Operation] = {
    "add_users": "add",
    "set_property": "add",
    "replace_users": "add",
    "remove_users": "remove",
    "unset_property": "remove",
}


@dataclass(frozen=True)
class Trial:
    """What a preview or a test is made with: checked settings, users, the cohort's names, the list's id."""

    program: Program
    settings: Mapping[str, Any] = field(repr=False)
    mappings: Mapping[str, str]
    users: TestUsers
    cohort: Cohort
    now: str
    call: str | None = None
    list_id: Any = None
    run_id: str = RUN_ID
    saved: Mapping[str, Any] = field(default_factory=dict)
    """What the creation of the list `list_id` saved beside its id."""

    def context(self, *, saved: Mapping[str, Any] | None = None, mask: bool = False) -> RunContext:
        """The run's constants; with `mask` secrets are `***`."""
        settings = {
            name: MASK if mask and name in self.program.secret_names and value is not None else value
            for name, value in self.settings.items()
        }
        return run_context(
            self.program,
            settings=settings,
            cohort=self.cohort,
            run_id=self.run_id,
            now=self.now,
            saved=saved,
            mappings=self.mappings,
        )

    def wants(self, call: CallProgram) -> bool:
        """The call is asked for."""
        return self.call is None or self.call == call.name


@dataclass(frozen=True)
class Preview:
    """The requests in sending order, and the users for whom none is made."""

    requests: tuple[Request, ...]
    skipped: tuple[tuple[str, str], ...]
    conditions: tuple[str, ...] = ()
    """For each request, the condition on an earlier reply under which it is sent; empty when it is sent in any case."""


def start_trial(
    program: Program,
    *,
    settings: Mapping[str, Any],
    mappings: Mapping[str, str],
    users: TestUsers,
    cohort: Cohort,
    now: str,
    call: str | None = None,
    list_id: Any = None,
    run_id: str = RUN_ID,
    operator: Mapping[str, Any] | None = None,
) -> Trial:
    """Check what was given. Raises SettingsError, and UsageError for a call that the manifest does not have.

    `operator` are the values of whoever runs maniple; who tries a destination may also give them among `settings`.
    """
    if call is not None and call not in program.calls:
        names = list(program.calls)
        words = listed(names, last="and")
        raise UsageError(f"there is no call `{call}`", hint=hint_for(call, names) or f"the calls are {words}")
    own, theirs = split_settings(program, settings)
    checked = check_settings(program, own, operator={**(operator or {}), **theirs})
    chosen = check_mappings(program, mappings, users.columns, checked)
    return Trial(program, checked, chosen, users, cohort, now, call, list_id, run_id)


def saved_values(trial: Trial) -> dict[str, Any]:
    """What `create_list` would have saved: the given list id, what is known to be saved, placeholders for the rest."""
    create = trial.program.create
    if create is None:
        return {} if trial.list_id is None else {"list_id": trial.list_id}
    saved: dict[str, Any] = {}
    for step in create.steps:
        names = [found.name for found in step.save] + [name for name, _ in (step.match.save if step.match else ())]
        saved |= {name: mark(name, step) for name in names if name not in saved}
    return {**saved, **trial.saved, "list_id": trial.list_id if trial.list_id is not None else LIST_ID}


def user_batches(trial: Trial, context: RunContext) -> Iterator[tuple[CallProgram, Batch, ResolvedUsers]]:
    """The batches of each call that carries users, adds first; a resolved set comes with each of its batches."""
    operations: tuple[Operation, ...] = ("add",) if trial.program.is_snapshot else ("add", "remove")
    for operation in operations:
        call = trial.program.call_for(operation)
        if not trial.wants(call):
            continue
        rows = trial.users.of(operation)
        if not rows and trial.call is not None and not trial.users.told:
            rows = list(trial.users.rows)
        resolved = resolve_users(trial.program, trial.mappings, context.scope, rows)
        if not resolved.ids:
            yield call, Batch(operation, 0, {}, 0), resolved
        for index, start in enumerate(range(0, len(resolved.ids), call.items)):
            columns = {name: column[start : start + call.items] for name, column in resolved.columns.items()}
            yield call, Batch(operation, index, columns, len(resolved.ids[start : start + call.items])), resolved


def preview(trial: Trial, *, show_secrets: bool = False) -> Preview:
    """The requests of a trial. They are byte for byte those that a run sends for the same input."""
    context = trial.context(mask=not show_secrets)
    requests: list[Request] = []
    conditions: list[str] = []
    skipped: list[tuple[str, str]] = []
    octets = 0

    def show(steps: Iterable[MarkedStep]) -> list[int]:
        """Take up the requests; the positions of the users for whom there is none."""
        without: list[int] = []
        for one in steps:
            without.extend(one.skipped)
            if one.request is not None:
                requests.append(one.request)
                conditions.append(one.condition)
        return without

    create = trial.program.create
    if create is not None and trial.wants(create):
        show(marked_steps(create, context.scope, {}, 0))
    context = context.with_list(saved_values(trial))
    seen: set[int] = set()
    for call, batch, resolved in user_batches(trial, context):
        if id(resolved.skipped) not in seen:
            seen.add(id(resolved.skipped))
            skipped.extend(resolved.skipped)
        if not batch.size:
            continue
        for prepared in prepare(call, context, batch):
            skipped.extend(skips_of(prepared, batch))
            if prepared.stepped:
                without = show(marked_steps(call, prepared.scope, prepared.columns, prepared.size))
                skipped.extend((str(prepared.columns["amplitude_id"][place]), UNRESOLVED) for place in without)
            elif prepared.request is not None:
                requests.append(shown(call.first, prepared.request, prepared.scope))
                conditions.append("")
            else:
                continue
            octets += len(requests[-1].body or b"") if requests else 0
            if octets > MOST_BYTES:
                message = f"the requests for these users have more than {MOST_BYTES // 1_000_000} MB"
                raise UsageError(message, hint="preview fewer users; `maniple sync --dry-run` counts whole cohorts")
    masked = requests if show_secrets else [_masked(request) for request in requests]
    return Preview(tuple(masked), tuple(skipped), tuple(conditions))


def skips_of(prepared: Prepared, batch: Batch) -> list[tuple[str, str]]:
    """Id and reason of the users that a prepared request leaves out."""
    return [(str(batch.columns["amplitude_id"][verdict.row]), verdict.reason) for verdict in prepared.verdicts]


def _masked(request: Request) -> Request:
    """Basic credentials hide their mask in base64, a URL and a form in percent signs: show it as what it is."""
    hidden = quote(MASK, safe="")
    request = replace(request, url=request.url.replace(hidden, MASK))
    if (header_value(request.headers, "content-type") or "").startswith(FORM) and request.body:
        request = replace(request, body=request.body.replace(hidden.encode(), MASK.encode()))
    for name, value in request.headers:
        if name.lower() == "authorization" and value.startswith("Basic "):
            return request.with_header(name, f"Basic {MASK}")
    return request


def request_json(request: Request) -> dict[str, Any]:
    """A request as plain data: `{call, step, method, url, headers, body}`, the body a JSON value where it is JSON.

    `step` is there for calls that have steps.
    """
    return {
        "call": request.call,
        **({"step": request.step} if request.step else {}),
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "body": body_value(request.body),
    }


def body_value(body: bytes | None) -> Any:
    """A body as a JSON value where it is JSON, else text; what is compressed as it was before; None without one."""
    if not body:
        return None
    if is_compressed(body):
        body = expand(body, MOST_BYTES) or body
    tree = read_tree(body)
    return body.decode("utf-8", "replace") if tree is None and body.strip() != b"null" else tree

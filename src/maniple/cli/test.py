"""`maniple test`: the partner called for real with test users."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from maniple.cli.faults import keep_secret
from maniple.cli.parameters import (
    AllowPrivate,
    AsJson,
    DestinationWord,
    ShowSecrets,
    TrialOptions,
    Via,
    check_retries,
    flag,
)
from maniple.cli.screen import Screen, note, stderr, stdout
from maniple.cli.trial import show_skipped, trial_of
from maniple.cli.words import plural
from maniple.diagnostics.cells import visible
from maniple.errors import ExitCode
from maniple.usecases.exchange_text import reply_json, reply_lines, request_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from maniple.store.redact import Redactor
    from maniple.usecases.preview import Trial
    from maniple.usecases.trial_calls import TrialCall, TrialReport

RETRIES = 1

app = App(
    name="test",
    help_epilogue="""\
The calls are real: the partner's data changes. Each is shown with its reply,
how the reply is read and which rule of the manifest says so. The exit code is
3 when a call failed.

Examples:
  maniple test iterable --users users.csv --settings iterable.json
  maniple test my-partner/manifest.yaml --users users.csv \\
      --settings my.json --call create_list
  maniple test iterable --users users.csv --settings iterable.json \\
      --via http://127.0.0.1:8080 --allow-private-hosts""",
)


@app.default
def call_partner(
    path: DestinationWord,
    /,
    *,
    options: TrialOptions,
    via: Via = None,
    allow_private_hosts: AllowPrivate = False,
    retries: Annotated[
        int,
        Parameter(name="--retries", metavar="N", validator=check_retries, help="Tries after the first for each call."),
    ] = RETRIES,
    json: AsJson = False,
    show_secrets: ShowSecrets = False,
    full: Annotated[bool, flag("--full", "Show every body uncut.")] = False,
) -> int:
    """Call the partner with test users."""
    from maniple.wiring import open_clock

    trial = trial_of(path, options, run_id=f"run_test_{int(open_clock().now())}")
    secrets = [str(value) for name, value in trial.settings.items() if name in trial.program.secret_names and value]
    redactor = None if show_secrets else keep_secret(secrets)
    screen = stdout()
    tell = (lambda _: None) if json else (lambda call: _show(screen, call, redactor, everything=full))
    learn = redactor.learn if redactor else None
    report = asyncio.run(_call(trial, via, retries, tell, learn, allow_private=allow_private_hosts))
    if json:
        told = _report_json(report)
        screen.json(redactor.tree(told) if redactor else told)
    else:
        show_skipped(screen, report.skipped, everything=full)
        _summarize(report)
    return ExitCode.FAILED if report.failed else ExitCode.OK


async def _call(
    trial: Trial,
    via: str | None,
    retries: int,
    show: Callable[[TrialCall], None],
    learn: Callable[[Iterable[str]], None] | None,
    *,
    allow_private: bool,
) -> TrialReport:
    from maniple.delivery.memory import TokenMemory
    from maniple.runtime.retry import RetryPolicy
    from maniple.usecases.trial_calls import try_calls
    from maniple.wiring import allows_private, open_clock, open_sender

    sender = open_sender(allow_private=allow_private or allows_private(), via=via)
    try:
        clock = open_clock()
        memory = TokenMemory(clock, learn=learn)
        return await try_calls(trial, sender=sender, clock=clock, policy=RetryPolicy(retries), show=show, memory=memory)
    finally:
        await sender.close()


def _show(screen: Screen, call: TrialCall, redactor: Redactor | None, *, everything: bool) -> None:
    """One call: each exchange, then how it was read."""
    hidden = redactor.text if redactor else str
    screen.line(screen.paint(f"# {call.call}", "bold"))
    for request, reply in call.exchanges:
        for mark, lines in (
            (">", request_lines(request, everything=everything)),
            ("<", reply_lines(reply, everything=everything)),
        ):
            for line in lines:
                screen.line(f"{screen.paint(mark, 'cyan')} {hidden(line)}".rstrip())
            screen.line()
    for line, style in _reading(call):
        screen.line(screen.paint(hidden(line), style) if style else hidden(line))
    screen.line()
    screen.stream.flush()


def _reading(call: TrialCall) -> list[tuple[str, str]]:
    from maniple.runtime.outcome import Failed

    outcome = call.outcome
    lines: list[tuple[str, str]] = []
    if isinstance(outcome, Failed):
        why = outcome.why
        lines.append((f"= ✗ failed: {visible(why.reason)} ({_rule(why.rule)})", "red"))
        lines.append((f"  {visible(why.message)}", ""))
        if why.action != "fail":
            lines.append((f"  then: {why.action}", ""))
        if outcome.in_doubt:
            lines.append(("  no answer says whether it was done: the partner may have acted on it", ""))
    else:
        lines.append(("= ✓ accepted", "green"))
    if call.list_id is not None:
        kind = "number" if isinstance(call.list_id, int) else "text"
        lines.append((f"  list id: {visible(str(call.list_id))} ({kind})", ""))
    lines += [(f"  rejected: {visible(id_)}: {visible(reason)}", "yellow") for id_, reason in call.rejected]
    uncounted = 0 if isinstance(outcome, Failed) else outcome.rejected_uncounted
    if uncounted:
        lines.append((f"  rejected without being named: {plural(uncounted, 'user')}", "yellow"))
    return lines


def _rule(rule: str | None) -> str:
    return f"rule `{rule}`" if rule else "no rule of the manifest fits"


def _summarize(report: TrialReport) -> None:
    from maniple.runtime.outcome import Delivered

    failed = sum(not isinstance(call.outcome, Delivered) for call in report.calls)
    screen = stderr()
    mark = screen.paint("✗", "red") if failed else screen.paint("✓", "green")
    note(f"{mark} {plural(len(report.calls), 'call')} made, {failed:,} failed")


def _report_json(report: TrialReport) -> dict[str, Any]:
    return {
        "ok": not report.failed,
        "calls": [_call_json(call) for call in report.calls],
        "skipped": [{"id": id_, "reason": reason} for id_, reason in report.skipped],
    }


def _call_json(call: TrialCall) -> dict[str, Any]:
    from maniple.runtime.outcome import Failed
    from maniple.usecases.preview import request_json

    outcome = call.outcome
    failed = outcome if isinstance(outcome, Failed) else None
    return {
        "call": call.call,
        "result": "failed" if failed else "delivered",
        "reason": failed.why.reason if failed else None,
        "message": failed.why.message if failed else None,
        "rule": failed.why.rule if failed else None,
        "action": failed.why.action if failed else None,
        "in_doubt": failed.in_doubt if failed else False,
        "list_id": call.list_id,
        "requests": outcome.requests,
        "retries": outcome.retries,
        "rejected": [{"id": id_, "reason": reason} for id_, reason in call.rejected],
        "rejected_uncounted": 0 if isinstance(outcome, Failed) else outcome.rejected_uncounted,
        "exchanges": [
            {"request": request_json(request), "reply": reply_json(reply)} for request, reply in call.exchanges
        ],
    }

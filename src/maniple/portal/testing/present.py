"""What the testing panel says, made from values. Text of manifests and partners is never markup, and shown escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text
from textual.content import Content

from maniple.diagnostics.cells import visible
from maniple.usecases.exchange_text import LONGEST_LINE, MOST_LINES
from maniple.usecases.study import Trouble
from maniple.usecases.users import TestUsers
from maniple.usecases.witness import Exchange, TestCall
from maniple.usecases.words import octets, plural

DIM = "$foreground-muted"
LONGEST_CELL = 60


def trouble_text(trouble: Trouble) -> Content:
    """What stands in the way, and what to do."""
    parts: list[Any] = [("✗ ", "$text-error"), (visible(trouble.message), "$text-error")]
    if trouble.hint:
        parts.append((f"\n  {visible(trouble.hint)}", DIM))
    if trouble.place is not None:
        parts.append(("\n  j goes there", DIM))
    return Content.assemble(*parts)


def users_text(users: TestUsers, source: str, seed: int) -> str:
    """Where the users come from, and how many enter and leave."""
    enter = sum(operation == "add" for operation in users.operations)
    leave = len(users.operations) - enter
    origin = f"from {source}" if source else f"made from seed {seed}"
    return f"{plural(len(users.rows), 'user')} {origin}: {enter} enter, {leave} leave"


def cell(value: Any, style: str = "") -> Text:
    """A value in a table; tables measure Rich's texts only."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = visible(text)
    return Text(shown if len(shown) <= LONGEST_CELL else f"{shown[: LONGEST_CELL - 1]}…", style=style, no_wrap=True)


def mark_of(call: TestCall | None) -> tuple[str, str, str]:
    """Glyph, word and style of how a call went last."""
    if call is None:
        return "·", "not tested", DIM
    match call.result:
        case "delivered" if call.rejected or call.rejected_uncounted:
            return "!", f"delivered, {len(call.rejected) + call.rejected_uncounted} refused", "$text-warning"
        case "delivered":
            return "✓", "delivered", "$text-success"
        case "failed":
            return "✗", visible(call.reason), "$text-error"
        case "cancelled":
            return "!", "cancelled", "$text-warning"


def call_line(name: str, call: TestCall | None, *, busy: bool = False, many: int = 1) -> Content:
    """A call in the list of calls: how it went last, its name, status and time."""
    glyph, word, style = ("…", "calling", "$text-accent") if busy else mark_of(call)
    times = f" ×{many}" if many > 1 else ""
    detail = "" if busy or call is None or not call.exchanges else f"  {_answered(call.exchanges[-1])}"
    return Content.assemble((f"{glyph} ", style), (f"{name}{times}", "bold"), "  ", (word, style), (detail, DIM))


def _answered(exchange: Exchange) -> str:
    status = str(exchange.status) if exchange.status else "no answer"
    return f"{status} · {exchange.ms:,.0f} ms · {octets(exchange.octets)}"


def result_text(calls: Sequence[TestCall]) -> Content:
    """Everything about the calls of one name that were made last: each exchange, how it was read, what follows."""
    blocks = [_call_text(call) for call in calls]
    return Content("\n\n").join(blocks) if blocks else Content("")


def _call_text(call: TestCall) -> Content:
    glyph, word, style = mark_of(call)
    users = f" · {plural(call.users, 'user')}" if call.users else ""
    name = f"{call.call} ({call.operation})" if call.call == "update_users" and call.operation else call.call
    lines: list[Content] = [
        Content.assemble((f"{glyph} {name}: {word}", f"bold {style}"), (f"{users} · {call.target} · {call.at}", DIM))
    ]
    if call.message and call.result == "failed":
        lines.append(Content(f"  {visible(call.message)}"))
    if call.action:
        lines.append(Content(f"  then: {call.action}"))
    if call.in_doubt:
        lines.append(Content("  no answer came to a request that was sent: the partner may have acted on it"))
    if call.list_id is not None:
        kind = "number" if isinstance(call.list_id, int) else "text"
        lines.append(Content.assemble("  $list_id = ", (visible(str(call.list_id)), "bold"), (f" ({kind})", DIM)))
    lines += [
        Content.assemble(("  refused ", "$text-warning"), f"{visible(id_)}: {visible(reason)}")
        for id_, reason in call.rejected[:20]
    ]
    if len(call.rejected) > 20:
        lines.append(Content(f"  … and {len(call.rejected) - 20} more refused"))
    if call.rejected_uncounted:
        lines.append(Content(f"  refused without being named: {plural(call.rejected_uncounted, 'user')}"))
    for exchange in call.exchanges:
        lines += [Content(""), *exchange_lines(exchange)]
    return Content("\n").join(lines)


def reading_line(exchange: Exchange) -> Content:
    """How a reply was read, and by which rule of the manifest."""
    reading = exchange.reading
    glyph, style = {
        "accepted": ("✓", "$text-success"),
        "sign-in": ("✓", "$text-success") if 200 <= exchange.status < 300 else ("✗", "$text-error"),
        "refused": ("✗", "$text-error"),
        "unanswered": ("✗", "$text-error"),
    }[reading.verdict]
    by = [f"rule {reading.rule}"] if reading.rule else []
    by += ["tried again"] if reading.retried else []
    told = f" ({', '.join(by)})" if by else ""
    return Content.assemble((f"= {glyph} {reading.verdict}", style), f": {visible(reading.words)}", (told, DIM))


def exchange_lines(exchange: Exchange) -> list[Content]:
    """A request and its reply as HTTP messages."""
    lines = [Content.assemble(("> ", "$text-accent"), (visible(f"{exchange.method} {exchange.url}"), "bold"))]
    lines += _message(">", exchange.headers, exchange.body)
    if exchange.status == 0:
        lines.append(
            Content.assemble(
                ("< ", "$text-accent"), f"no answer after {exchange.ms:,.0f} ms: {visible(exchange.failure)}"
            )
        )
    else:
        lines.append(
            Content.assemble(
                ("< ", "$text-accent"),
                (str(exchange.status), "bold"),
                (f"  {exchange.ms:,.0f} ms · {octets(exchange.octets)}", DIM),
            )
        )
    lines.append(reading_line(exchange))
    lines += _message("<", exchange.reply_headers, exchange.reply_body)
    return lines


def _message(mark: str, headers: Iterable[tuple[str, str]], body: str | None) -> list[Content]:
    lines = [
        Content.assemble((f"{mark} ", "$text-accent"), (visible(f"{name}: {value}"), DIM)) for name, value in headers
    ]
    if body:
        lines.append(Content.styled(mark, "$text-accent"))
        lines += [Content.assemble((f"{mark} ", "$text-accent"), line) for line in laid_out(body)]
    return lines


def laid_out(body: str) -> list[str]:
    """A body in lines, JSON laid out; a long one is cut, and says so."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        text = body
    lines = [visible(line) for line in text.rstrip("\n").split("\n")]
    kept = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        kept.append(f"… {len(lines) - MOST_LINES:,} more lines")
    return kept


def history_line(call: TestCall) -> Content:
    """A call in the history."""
    glyph, word, style = mark_of(call)
    detail = f"  {_answered(call.exchanges[-1])}" if call.exchanges else ""
    at = call.at.replace("T", " ").removesuffix("Z")
    return Content.assemble(
        (f"{glyph} ", style),
        (call.call, "bold"),
        "  ",
        (word, style),
        (detail, DIM),
        (f"\n  {at} · {call.target}", DIM),
    )

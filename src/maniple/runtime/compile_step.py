"""Compiling one request of a call and how its answer is read."""

from __future__ import annotations

from dataclasses import dataclass

from maniple.manifest.answers import Match
from maniple.manifest.base import seconds
from maniple.manifest.call import Call, Exchange, Paginate, Poll, Step
from maniple.manifest.model import Manifest
from maniple.runtime.body import compile_body, item_of_body
from maniple.runtime.compile_request import RequestCompiler
from maniple.runtime.credentials import AuthProgram
from maniple.runtime.learning import MatchProgram, PaginateProgram, PollProgram, SaveProgram
from maniple.runtime.program import StepProgram
from maniple.runtime.reading import Available, TemplateReader
from maniple.runtime.rejects import RejectsProgram
from maniple.runtime.rules import compile_path, compile_pattern, compile_rejects, compile_rules
from maniple.source.text import Path
from maniple.template.ast import Const
from maniple.template.compile import ColumnTemplate, ScalarTemplate

HEADER = "header:"
"""What begins a saved value that stands in a header of the reply."""


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step with what is known of it: the variables outside its item, and those that have a value for each user."""

    step: StepProgram
    outside: frozenset[str]
    of_users: frozenset[str]


class StepCompiler:
    """Compiles the requests of one manifest."""

    item_of_body = staticmethod(item_of_body)

    def __init__(self, manifest: Manifest, reader: TemplateReader, requests: RequestCompiler) -> None:
        self.manifest = manifest
        self.reader = reader
        self.requests = requests
        self.named: Available = {}
        """Whom the rows of a reply may name in a call that carries no users: `list_members`."""

    def compile(
        self,
        name: str,
        exchange: Exchange,
        call: Call,
        path: Path,
        section: str,
        item: ColumnTemplate | None,
        auth: AuthProgram,
        inside: Available,
        users: Available,
    ) -> CompiledStep:
        """Compile a step of call `name`, or the call itself, which stands at `path`.

        `inside` has a value in its request, `users` for each user of a batch.
        """
        rows = frozenset(users)
        body = compile_body(self.reader, exchange, path, inside, section, item.node if item else None)
        url = self.requests.url(exchange.url or "", (*path, "url"), inside, f"{section}.url")
        query = self.requests.query(exchange.query, path, inside, section)
        headers = self.requests.headers(exchange.headers, path, inside, section)
        pairs = [template for pair in (*query, *headers) for template in pair.values]
        pair_texts = [text for pair in (*query, *headers) for text in (pair.name, pair.value) if text is not None]
        outside = frozenset[str]().union(
            *(part.names for part in (url, *pairs, *pair_texts, *([body] if body else ())))
        )
        when, only = self._condition(exchange, path, section, inside, users)
        single = bool(users) and rows <= set(inside)
        step = StepProgram(
            call=name,
            name=exchange.name if isinstance(exchange, Step) else None,
            method=exchange.method or "POST",
            url=url,
            query=query,
            headers=headers,
            body=body,
            item=item,
            join=exchange.join,
            success=self._success(exchange, call, path),
            rejects=self._rejects(exchange, call, path, {**inside, **users}, rows),
            rules=compile_rules(self.reader, self.manifest, name, {**inside}, exchange, path),
            auth=auth,
            timeout=seconds(exchange.timeout),
            when=when,
            only=only,
            condition=exchange.when or "",
            save=self._save(exchange, path),
            match=self._match_of(exchange, path, section, inside, users),
            paginate=self._paginate(exchange.paginate, exchange, path) if exchange.paginate else None,
            poll=self._poll(exchange.poll, path) if exchange.poll else None,
            once=isinstance(exchange, Step) and exchange.once,
            carries_users=item is not None or (single and bool(outside & rows)),
            waits=tuple((call.limits or self.manifest.limits).wait or self.manifest.limits.wait),
        )
        if step.once and step.carries_users:
            message = "a step that is done `once` a run would send the users of the first batch alone"
            hint = "leave `once` out, or let another step send the users"
            self.reader.report("MAN505", message, (*path, "once"), key=True, hint=hint)
        return CompiledStep(step, outside, rows)

    def _condition(
        self, exchange: Exchange, path: Path, section: str, inside: Available, users: Available
    ) -> tuple[ScalarTemplate | None, ColumnTemplate | None]:
        if exchange.when is None:
            return None, None
        node = self.reader.condition(exchange.when, (*path, "when"), {**inside, **users}, f"{section}.when")
        condition = ScalarTemplate(node)
        about_users = condition.names & (set(users) - set(inside))
        return (None, ColumnTemplate(node, frozenset(users))) if about_users else (condition, None)

    def _success(self, exchange: Exchange, call: Call, path: Path) -> object:
        """The step's condition, else its call's, else the manifest's."""
        if exchange.success is not None:
            return compile_path(self.reader, exchange.success, (*path, "success"))
        if call.success is not None:
            return compile_path(self.reader, call.success, (path[0], "success"))
        return compile_path(self.reader, self.manifest.success, ("success",))

    def _rejects(
        self, exchange: Exchange, call: Call, path: Path, available: Available, rows: frozenset[str]
    ) -> RejectsProgram | None:
        if not rows:
            return None
        if exchange.rejects is not None:
            return compile_rejects(self.reader, exchange.rejects, (*path, "rejects"), available, rows)
        if exchange is call and self.manifest.rejects is not None:
            return compile_rejects(self.reader, self.manifest.rejects, ("rejects",), available, rows)
        return None

    def _save(self, exchange: Exchange, path: Path) -> tuple[SaveProgram, ...]:
        saved: list[SaveProgram] = []
        for variable, text in exchange.save.items():
            if text.startswith(HEADER):
                saved.append(SaveProgram(variable, header=text.removeprefix(HEADER).strip()))
            else:
                saved.append(SaveProgram(variable, compile_path(self.reader, text, (*path, "save", variable))))
        return tuple(saved)

    def _match_of(
        self, exchange: Exchange, path: Path, section: str, inside: Available, users: Available
    ) -> MatchProgram | None:
        if exchange.match is None:
            return None
        whom = users or self.named
        return self._match(exchange.match, path, section, {**inside, **whom}, frozenset(whom))

    def _match(
        self, match: Match, path: Path, section: str, available: Available, rows: frozenset[str]
    ) -> MatchProgram:
        place: Path = (*path, "match")
        node = (
            self.reader.text(match.item, (*place, "item"), available, f"{section}.match")
            if match.item is not None
            else Const(None)
        )
        if match.by == "value" and match.item is None:
            self.reader.report(
                "MAN403", "`match` by value needs `item`: what the identifier is compared with", place, key=True
            )
        pattern = compile_pattern(self.reader, match.pattern, (*place, "pattern"), group="index")
        if match.by == "pointer" and match.pattern is None:
            message = "`match` by pointer needs `pattern`: a regular expression with a group `index`"
            self.reader.report("MAN403", message, place, key=True)
        return MatchProgram(
            rows=compile_path(self.reader, match.rows, (*place, "rows")),
            where=compile_path(self.reader, match.where, (*place, "where")),
            by=match.by,
            at=compile_path(self.reader, match.at, (*place, "at")),
            base=match.base,
            item=ColumnTemplate(node, rows) if rows and match.item is not None else None,
            one=ScalarTemplate(node) if not rows and match.item is not None else None,
            pattern=pattern,
            exact=match.exact,
            save=tuple(
                (variable, compile_path(self.reader, found, (*place, "save", variable)))
                for variable, found in match.save.items()
            ),
            missing=match.missing,
        )

    def _paginate(self, paginate: Paginate, exchange: Exchange, path: Path) -> PaginateProgram:
        place: Path = (*path, "paginate")
        ways = [way for way in ("next", "cursor", "advance") if getattr(paginate, way) is not None]
        if len(ways) != 1:
            message = "`paginate` needs `next`, or `cursor` and `param`, or `advance` and `param`"
            self.reader.report("MAN403", message, place, key=True)
        elif ways != ["next"] and paginate.param is None:
            message = f"`paginate` by `{ways[0]}` needs `param`: the query parameter that takes it"
            self.reader.report("MAN403", message, place, key=True)
        elif ways == ["advance"]:
            self._check_counting(paginate, exchange, place)
        link = paginate.next or ""
        header = link.removeprefix(HEADER).strip() if link.startswith(HEADER) else None
        return PaginateProgram(
            None if header else compile_path(self.reader, paginate.next, (*place, "next")),
            header,
            compile_path(self.reader, paginate.cursor, (*place, "cursor")),
            paginate.param,
            paginate.advance,
            paginate.max_pages,
        )

    def _check_counting(self, paginate: Paginate, exchange: Exchange, place: Path) -> None:
        first = {**self.manifest.query, **exchange.query}.get(paginate.param or "")
        if not str(first).isdecimal():
            message = f"`{paginate.param}` is counted up, and `query` does not say from which number"
            hint = f"write `query: {{{paginate.param}: 1}}` if that is the first page"
            self.reader.report("MAN403", message, place, key=True, hint=hint)
        elif exchange.match is None:
            message = "`advance` ends with a page without rows, and no `match` says where the rows are"
            self.reader.report("MAN403", message, place, key=True)

    def _poll(self, poll: Poll, path: Path) -> PollProgram:
        place: Path = (*path, "poll")
        return PollProgram(
            compile_path(self.reader, poll.until, (*place, "until")),
            compile_path(self.reader, poll.failed, (*place, "failed")),
            seconds(poll.every),
            seconds(poll.at_most),
            poll.then,
        )

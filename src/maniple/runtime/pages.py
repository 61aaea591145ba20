"""The pages of a reply, one after another."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urljoin, urlsplit, urlunsplit

from maniple.runtime.addresses import rows_of
from maniple.runtime.program import StepProgram
from maniple.runtime.search import search
from maniple.template.text import text_of
from maniple.wire import Reply, Request

LONGEST_HEADER = 10_000
"""Characters of a `Link` header that are read."""
_LINK = re.compile(r'<([^<>]*)>((?:[^,<"]|"[^"]*")*)')
_RELATION = re.compile(r';\s*rel\s*=\s*"?([^";]*)', re.IGNORECASE)


def next_page(step: StepProgram, request: Request, reply: Reply) -> Request | None:
    """The request for the next page, if there is one."""
    pages = step.paginate
    if pages is None:
        return None
    if pages.next is not None or pages.header is not None:
        link = search(pages.next, reply.tree) if pages.header is None else linked(reply.header(pages.header) or "")
        return replace(request, url=_followed(request.url, link)) if isinstance(link, str) and link else None
    if pages.param is None:
        return None
    if pages.advance is not None:
        rows = step.match is not None and rows_of(search(step.match.rows, reply.tree), xml=reply.is_xml)
        return _with_param(request, pages.param, _value(request, pages.param) + pages.advance) if rows else None
    cursor = search(pages.cursor, reply.tree)
    # `has_more && items[-1].id` gives false on the last page.
    return None if cursor is None or cursor is False or cursor == "" else _with_param(request, pages.param, cursor)


def linked(header: str) -> str | None:
    """The target of `rel="next"` in a `Link` header (RFC 8288).

    >>> linked('<https://api.acme.test/l?page=1>; rel="prev", </l?page=3>; title="a, b"; rel="last next"')
    '/l?page=3'
    """
    for target, parameters in _LINK.findall(header[:LONGEST_HEADER]):
        relation = _RELATION.search(parameters)
        if relation is not None and "next" in relation[1].lower().split():
            return str(target)
    return None


def _value(request: Request, param: str) -> int:
    """The number that a parameter has in a request."""
    given = dict(parse_qsl(urlsplit(request.url).query)).get(param, "")
    return int(given) if given.isdecimal() else 0


def _with_param(request: Request, param: str, value: Any) -> Request:
    """The same request with another value of one query parameter, which then stands last.

    The other parameters stay as they were written: partners may tell `+` from `%20`.
    """
    parts = urlsplit(request.url)
    kept = [piece for piece in parts.query.split("&") if piece and unquote_plus(piece.partition("=")[0]) != param]
    query = "&".join([*kept, f"{quote(param, safe='')}={quote(text_of(value), safe='')}"])
    return replace(request, url=urlunsplit(parts._replace(query=query)))


def _followed(url: str, link: str) -> str:
    """Where a link in the answer of `url` leads; a link that is none leads nowhere."""
    try:
        return urljoin(url, link)
    except ValueError:
        return ""


def leads_elsewhere(request: Request, following: Request) -> bool:
    """The next page is at another host than the one before."""
    here, there = urlsplit(request.url), urlsplit(following.url)
    return (here.scheme, here.netloc) != (there.scheme, there.netloc)

"""The pages of a reply, one after another."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, unquote_plus, urljoin, urlsplit, urlunsplit

from maniple.runtime.program import StepProgram
from maniple.runtime.search import search
from maniple.template.text import text_of
from maniple.wire import Reply, Request


def next_page(step: StepProgram, request: Request, reply: Reply) -> Request | None:
    """The request for the next page, if there is one."""
    if step.paginate is None:
        return None
    if step.paginate.next is not None:
        link = search(step.paginate.next, reply.tree)
        return replace(request, url=_followed(request.url, link)) if isinstance(link, str) and link else None
    cursor = search(step.paginate.cursor, reply.tree)
    # `has_more && items[-1].id` gives false on the last page.
    if cursor is None or cursor is False or cursor == "" or step.paginate.param is None:
        return None
    parts = urlsplit(request.url)
    # The other parameters stay as they were written: partners may tell `+` from `%20`.
    kept = [
        piece
        for piece in parts.query.split("&")
        if piece and unquote_plus(piece.partition("=")[0]) != step.paginate.param
    ]
    query = "&".join([*kept, f"{quote(step.paginate.param, safe='')}={quote(text_of(cursor), safe='')}"])
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

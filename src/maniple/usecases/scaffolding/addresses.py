"""URLs with holes, made from the URLs of samples."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote

from maniple.usecases.scaffolding.declarations import Declarations, escape
from maniple.usecases.scaffolding.identifiers import (
    COLLECTIONS,
    PEOPLE,
    USER_ID,
    bare,
    identifier_of,
    is_uuid,
    placeholder,
    role_of,
)

_VERSION: Final = re.compile(r"v?[0-9]{1,2}(\.[0-9]+)*|api|v[0-9]+(alpha|beta)[0-9]*|[0-9]{4}-[0-9]{2}(-[0-9]{2})?")

_UNSENDABLE: Final = re.compile(r"[\s\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
"""Characters that a URL cannot have as they are."""


def address_of(url: str, declarations: Declarations, *, creates: bool = False) -> str:
    """A URL template: ids and placeholders became variables, which `declarations` got to know."""
    scheme, _, rest = url.partition("://") if "://" in url else ("", "", url)
    host, _, path = rest.partition("/")
    if scheme.lower() == "http" and not re.match(r"(localhost|127\.|\[::1\])", host):
        declarations.note("the URL began with `http://`; users' data may travel over `https://` only")
        scheme = "https"
    if placeholder(host) is not None and not _is_host(host):
        start = declarations.field(placeholder(host) or "base_url", "url", "https://api.example.com")
    else:
        start = f"{scheme or 'https'}://{_host(host, declarations)}"
    segments = path.split("/") if path else []
    written = [
        _segment(segment, _before(segments, place), declarations, creates=creates)
        for place, segment in enumerate(segments)
    ]
    return "/".join([start, *written]) if segments else start


def _is_host(host: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?|localhost(:[0-9]+)?", host) is not None


def _host(host: str, declarations: Declarations) -> str:
    """A host in which a placeholder for its first name is a `subdomain` field."""
    first, dot, rest = host.partition(".")
    name = placeholder(first) if dot else None
    part = (
        re.fullmatch(r"(?P<before>[A-Za-z0-9-]+)\{(?P<name>[\w-]+)\}(?P<after>[A-Za-z0-9-]*)", first) if dot else None
    )
    if part is not None:
        field = declarations.field(part["name"], "subdomain", "01")[1:]
        hole = "{{ %s }}" % field if part["after"] else f"${field}"  # noqa: UP031  braces
        return f"{part['before']}{hole}{part['after']}.{rest}"
    return f"{declarations.field(name, 'subdomain', 'acme')}.{rest}" if name is not None else escape(host)


def _before(segments: list[str], place: int) -> str:
    return segments[place - 1] if place else ""


def _segment(segment: str, before: str, declarations: Declarations, *, creates: bool) -> str:
    name = placeholder(segment)
    if name is None and not _looks_like_id(segment, before):
        return escape(_UNSENDABLE.sub(lambda found: quote(found[0], safe="", errors="replace"), segment))
    owner = bare(before)
    role = role_of(name) if name is not None else "other"
    if not creates and (role == "list" or (role == "other" and owner in COLLECTIONS and _says_nothing(name, before))):
        return declarations.list_id(None)
    if not creates and (role == "user" or (owner in PEOPLE and _says_nothing(name, before))):
        return declarations.mapping(identifier_of(name or "", unquote(segment)) or USER_ID, name or "", None)
    if name is not None and not _says_nothing(name, before):
        return declarations.secret("api_key", "API Key") if role == "secret" else declarations.field(name)
    if re.fullmatch(r"[a-z][a-z_-]*s", before) and not _VERSION.fullmatch(before):
        return declarations.field(f"{before.rstrip('s')}_id")
    return declarations.list_id(None) if not creates else declarations.field("account_id")


def _says_nothing(name: str | None, before: str) -> bool:
    """The placeholder is called `id` or like the segment before it, or it is a sample id without any name."""
    return name is None or bare(name) in (
        "id",
        "key",
        bare(before),
        bare(before).rstrip("s"),
        f"{bare(before).rstrip('s')}id",
    )


def _looks_like_id(segment: str, before: str) -> bool:
    if is_uuid(segment) or "@" in segment or "%40" in segment:
        return True
    if _VERSION.fullmatch(segment) and bare(before) not in COLLECTIONS | PEOPLE:
        return False
    has_digit = re.search(r"[0-9]", segment) is not None
    if bare(before) in COLLECTIONS | PEOPLE:
        return has_digit
    if re.fullmatch(r"[0-9]{3,}|[0-9a-f]{16,}", segment):
        return True
    return (
        has_digit
        and re.fullmatch(r"[A-Za-z]+[_-]?[A-Za-z0-9]{6,}", segment) is not None
        and len(re.findall(r"[0-9]", segment)) > 1
    )

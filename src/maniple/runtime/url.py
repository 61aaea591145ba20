"""URLs: where in a URL a hole stands decides how it is encoded, and what may stand there at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from maniple.manifest.fields import HOST_NAME, FormField
from maniple.template.ast import Const, Expression, Name, Text, Value
from maniple.template.compile import PlacedText
from maniple.template.emit import Position

LOOPBACK_HOST = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_SAFE = "%/:?#[]@!$&'()*+,;=~-._"

_HOST_TEXT = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]*)(?::[1-6]?[0-9]{1,4})?")
"""What may stand as text where a host does; holes may complete it."""
_PLACEHOLDER = re.compile(r"[{<][\w .-]*[}>]|/(?P<word>:[A-Za-z_]\w*)(?=/|$)")
"""A hole as other languages write it: `{uid}`, `<uid>`, `/:uid/`."""

Parts = list[str | Expression]


@dataclass(frozen=True, slots=True)
class UrlFault:
    """What is wrong with a URL template."""

    code: str
    message: str
    hint: str | None = None
    about: str | None = None
    """The variable it is about."""
    piece: str = ""
    """The fixed text it is about."""


def parts_of(node: Const | Value | Text) -> Parts:
    """The pieces of a text template, in order."""
    match node:
        case Const(value):
            return [str(value)]
        case Value(expression):
            return [expression]
        case Text(parts):
            return list(parts)


@dataclass(frozen=True, slots=True)
class Constant:
    """A `define` constant: its pieces, with those of other constants in their places, and the names of all of these."""

    pieces: Parts
    made_of: frozenset[str]


def expand(parts: Parts, define: Mapping[str, Constant]) -> Parts:
    """`parts` with every `define` constant replaced by its pieces."""
    pieces: Parts = []
    for part in parts:
        pieces.extend(define[part.name].pieces if isinstance(part, Name) and part.name in define else [part])
    return pieces


def constants_in(parts: Parts, define: Mapping[str, Constant]) -> frozenset[str]:
    """The `define` constants that `parts` is made of, those inside other constants too."""
    found = [define[part.name].made_of for part in parts if isinstance(part, Name) and part.name in define]
    return frozenset[str]().union(*found)


def place_url(
    parts: Parts, fields: Mapping[str, FormField], saved_by_auth: frozenset[str] = frozenset()
) -> tuple[PlacedText, list[UrlFault]]:
    """The URL with a position for every hole, and what is wrong with it.

    The scheme and host may come only from the text itself, `url` and `subdomain` fields, the values of `select`
    and `buttons` fields, and values saved by `auth`.
    """
    placed: list[str | tuple[Expression, Position]] = []
    faults: list[UrlFault] = []
    before = ""
    state = "start"
    follows_field = False
    for part in parts:
        if part == "":
            continue
        if isinstance(part, str):
            if follows_field and part[:1] not in ("/", "?"):
                faults.append(_goes_on_after(part))
            before += part
            state, fault = _advance(state, before, part)
            faults.extend(fault)
            faults.extend(_placeholder_fault(part))
            placed.append(quote(part, safe=_SAFE))
            follows_field = False
            continue
        if follows_field:
            faults.append(_goes_on_after("a variable"))
        follows_field = state == "start"
        if follows_field and before:
            faults.append(UrlFault("MAN302", f"a `url` field cannot follow `{before[:20]}`", "begin with the field"))
        if state in ("start", "host"):
            faults.extend(_host_fault(part, fields, saved_by_auth, at_start=state == "start"))
            placed.append((part, "host"))
            if state == "start":
                state = "path"
            continue
        placed.append((part, "query" if state == "query" else "path"))
    faults.extend(_literal_faults(before, state))
    has_host_hole = any(part[1] == "host" for part in placed if isinstance(part, tuple))
    if not has_host_hole and re.match(r"https?://(?:[/?]|$)", before, re.IGNORECASE):
        faults.append(UrlFault("MAN302", "this URL has no host"))
    if has_host_hole and before.lower().startswith("http://"):
        hint = "write `https://`; `http://` is allowed for localhost only"
        faults.append(UrlFault("MAN302", "the host of an `http://` URL must be written out", hint))
    return PlacedText(tuple(placed)), faults


def _advance(state: str, before: str, part: str) -> tuple[str, list[UrlFault]]:
    if state == "start":
        scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", before)
        if scheme is None:
            return "start", []
        after = before[scheme.end() :]
        state = "host" if re.search(r"[/?#]", after) is None else "path"
        return ("query" if "?" in after else state), []
    if state == "host" and re.search(r"[/?#]", part):
        state = "path"
    if state == "path" and "?" in part:
        state = "query"
    return state, []


def _host_fault(
    part: Expression, fields: Mapping[str, FormField], saved: frozenset[str], *, at_start: bool
) -> list[UrlFault]:
    if not isinstance(part, Name):
        return [
            UrlFault(
                "MAN301",
                "the host of a URL cannot be computed by an expression",
                "use `$name` of a field, or a fixed host",
            )
        ]
    owner, _, key = part.name.partition(".")
    if part.name in saved:
        return []
    form_field = fields.get(owner)
    if form_field is None:
        return [
            UrlFault(
                "MAN301",
                f"the host of this URL comes from `${part.name}`, which may not name a host",
                "a host may come from a `url`, `subdomain`, `select` or `buttons` field, or stand in the URL itself",
                owner,
            )
        ]
    if form_field.is_choice:
        values = [str(option.carried.get(key, "")) if key else str(option.value) for option in form_field.options]
        wanted = "an `https://` URL" if at_start else "a host name"
        bad = [value for value in values if value and not (is_https(value) if at_start else HOST_NAME.fullmatch(value))]
        if bad:
            return [UrlFault("MAN301", f"`{bad[0]}` of `${part.name}` is not {wanted}", None, owner)]
        lacking = [str(option.value) for option, value in zip(form_field.options, values, strict=True) if not value]
        if not lacking:
            return []
        return [UrlFault("MAN510", f"the option `{lacking[0]}` has no `{key}`", f"give it `{key}: ...`", part.name)]
    if form_field.type == ("url" if at_start else "subdomain"):
        return []
    hint = (
        "give the field `type: url`" if at_start else "give the field `type: subdomain`, or make it a `select` of hosts"
    )
    return [UrlFault("MAN301", f"the host of this URL comes from `${owner}`, a `{form_field.type}` field", hint, owner)]


def _goes_on_after(what: str) -> UrlFault:
    """The end user gave a host; what follows it directly would make it another one."""
    shown = what if what == "a variable" else f"`{what[:20]}`"
    return UrlFault("MAN301", f"{shown} directly after a `url` field would change its host", "write `/` between them")


def _placeholder_fault(part: str) -> list[UrlFault]:
    found = _PLACEHOLDER.search(part)
    if found is None:
        return []
    piece = found["word"] or found[0]
    message = f"`{piece}` would be sent as it stands here"
    return [UrlFault("MAN302", message, "holes are written with a dollar sign, such as `$list_id`", None, piece)]


def is_https(value: str) -> bool:
    """`value` can begin a URL that is called: `https://` and a host, or `http://` and this machine."""
    if re.search(r"[^!-~]|[\\#]", value):
        return False
    scheme, _, rest = value.partition("://")
    host = re.split(r"[/?#]", rest)[0]
    return (scheme == "https" and HOST_NAME.fullmatch(host) is not None) or (
        scheme == "http" and LOOPBACK_HOST.fullmatch(host) is not None
    )


def _literal_faults(text: str, state: str) -> list[UrlFault]:
    """What is wrong with the fixed text of a URL."""
    if re.search(r"[\s\x00-\x1f\x7f\\]", text):
        return [UrlFault("MAN302", "a URL cannot contain white space, control characters or backslashes")]
    if "#" in text:
        return [UrlFault("MAN302", "a URL that is called has no `#` part")]
    plain = re.sub(r"%2e", ".", re.sub(r"^[A-Za-z]+://", "", text), flags=re.IGNORECASE)
    if re.search(r"(^|/)\.\.?(/|$)", plain.partition("?")[0]):
        return [UrlFault("MAN302", "a URL cannot contain `.` or `..` as a path segment")]
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", text)
    if scheme is None:
        return (
            [UrlFault("MAN302", "the URL must begin with `https://`, or with a `url` field")]
            if state == "start"
            else []
        )
    host = re.split(r"[/?]", text[scheme.end() :])[0]
    if "@" in host:
        return [UrlFault("MAN302", "credentials do not belong into a URL", "use `auth`")]
    if scheme[1].lower() == "http" and not LOOPBACK_HOST.fullmatch(host):
        return [
            UrlFault(
                "MAN302",
                "the URL must begin with `https://`: users' data may not travel in clear",
                "write `https://`; `http://` is allowed for localhost only",
                None,
                scheme[0],
            )
        ]
    if scheme[1].lower() not in ("http", "https"):
        return [UrlFault("MAN302", f"`{scheme[1]}` URLs cannot be called", "begin with `https://`")]
    if host and not _HOST_TEXT.fullmatch(host):
        return [UrlFault("MAN302", f"`{host}` is not a host name")]
    return []

"""Multipart bodies: forms with files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from maniple.body.format import Encoded, Format
from maniple.template.text import text_of

_ESCAPED = {char: f"%{char:02X}" for char in (*range(0x20), 0x22, 0x5C, 0x7F)}
"""As browsers write quotes and line breaks inside a quoted name; the others likewise, for readers differ in them."""


@dataclass(frozen=True)
class PartFormat:
    """How one part is encoded. `format` None: a plain value, of which a list makes a part for each element."""

    format: Format | None
    content_type: str | None = None


_PLAIN = PartFormat(None)


@dataclass(frozen=True)
class MultipartFormat:
    """A list of maps of `name`, `content` and perhaps `filename`, one for each of `parts`.

    A part without `content` is left out. The boundary is made from the content, so that the same parts are always
    the same bytes, and stands nowhere in it.
    """

    parts: tuple[PartFormat, ...]
    empty: ClassVar[list[Any]] = []

    def encode(self, tree: Any) -> Encoded:
        # Members that an auth kind adds come after the manifest's own parts.
        formats = (*self.parts, *(_PLAIN for _ in tree[len(self.parts) :]))
        written = [
            one
            for part, values in zip(formats, tree, strict=True)
            if "content" in values
            for one in _written(part, values)
        ]
        boundary = _boundary(written)
        mark = f"--{boundary}".encode()
        body = b"".join(b"%b\r\n%b\r\n" % (mark, part) for part in written)
        return Encoded(b"%b%b--\r\n" % (body, mark), f"multipart/form-data; boundary={boundary}")

    def with_members(self, tree: Any, members: Mapping[str, Any]) -> Any:
        return [*tree, *({"name": name, "content": value} for name, value in members.items())]


def _written(part: PartFormat, values: Mapping[str, Any]) -> list[bytes]:
    """The part, its headers and its content, without a boundary."""
    content = values["content"]
    if part.format is None:
        several = content if isinstance(content, list) else [content]
        bodies = [(text_of(one).encode("utf-8", "replace"), part.content_type) for one in several]
    else:
        encoded = part.format.encode(content)
        bodies = [(encoded.content, part.content_type or encoded.content_type)]
    head = f'Content-Disposition: form-data; name="{quoted(values["name"])}"'
    if values.get("filename") is not None:
        head += f'; filename="{quoted(values["filename"])}"'
    written: list[bytes] = []
    for body, kind in bodies:
        lines = [head, *([f"Content-Type: {kind}"] if kind else []), "", ""]
        written.append("\r\n".join(lines).encode("utf-8", "replace") + body)
    return written


def quoted(value: Any) -> str:
    """A value inside the quotes of a part's name."""
    return text_of(value).translate(_ESCAPED)


def _boundary(parts: list[bytes]) -> str:
    digest = sha256()
    for part in parts:
        digest.update(b"%d:%b" % (len(part), part))
    boundary = f"maniple{digest.hexdigest()[:32]}"
    while any(boundary.encode() in part for part in parts):
        digest.update(b"again")
        boundary = f"maniple{digest.hexdigest()[:32]}"
    return boundary

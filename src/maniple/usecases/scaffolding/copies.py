"""A copy of a destination under another name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from maniple.errors import UsageError
from maniple.source.characters import read_bytes
from maniple.source.read import is_json, read_document
from maniple.usecases.scaffolding.yaml_text import scalar

SAMPLE_NAME = "Acme"
"""The partner of the templates, in whose place the new name stands."""


def copied(files: Mapping[str, bytes], changes: Mapping[str, str], *, sample: bool) -> dict[str, bytes]:
    """The files, of which the first is a manifest, with other values of top-level keys of the manifest.

    `sample`: the new name stands in every text in the place of the sample's name. Raises UsageError when the manifest
    cannot be read.
    """
    made = dict(files)
    if sample:
        texts = {name: content for name, content in made.items() if not name.endswith(".png")}
        made |= {name: _named(content.decode(), changes).encode() for name, content in texts.items()}
    manifest = next(iter(made))
    made[manifest] = _changed(manifest, made[manifest], changes)
    return made


def _named(text: str, changes: Mapping[str, str]) -> str:
    # A backslash or a quote in the name must not end a text of the file: the name itself is set with care below.
    plain = re.sub(r"[^\w .&+-]", "", changes["name"]).strip() or SAMPLE_NAME
    return re.sub(rf"\b{SAMPLE_NAME}\b", lambda _: plain, text).replace("connect SLUG", f"connect {changes['slug']}")


def _changed(name: str, content: bytes, changes: Mapping[str, str]) -> bytes:
    source, _ = read_bytes(name, content)
    document = read_document(source)[0] if source is not None else None
    if source is None or document is None or not isinstance(document.data, dict):
        raise UsageError(f"`{name}` of the destination cannot be read", hint="`maniple check` says what is wrong there")
    text = source.text
    write = json.dumps if is_json(source) else scalar
    spans = [(document.values[key,], value) for key, value in changes.items() if (key,) in document.values]
    for span, value in sorted(spans, key=lambda each: -each[0].start):
        text = text[: span.start] + write(value) + text[span.end :]
    return text.encode()

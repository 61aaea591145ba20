"""A cohort in one object or several of an S3-compatible store."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from maniple.errors import CohortError, UsageError
from maniple.sources.copies import renaming
from maniple.sources.file import CohortFile, Part, open_cohort
from maniple.sources.parts import join_parts
from maniple.sources.reading import Reading
from maniple.store.redact import Redactor

CHUNK = 8 << 20
CONNECT_SECONDS = 10
MOST_OBJECTS = 10_000
CREDENTIALS = (
    "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or a profile of `~/.aws/credentials` in `AWS_PROFILE`"
)
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_REFUSALS = ("ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "INVALID_CLIENT_TOKEN", "EXPIRED")


@dataclass(frozen=True, slots=True)
class S3Objects:
    """The objects of `bucket` that `key` names: one; all below it, when it ends with `/`; all that fit its `*`.

    `*` stands for any characters but `/`, `**` for any. Objects whose name begins with `_` or `.` are left out, but
    for one that is named in full. Where the store is and who asks, the environment says, as for AWS's own tools.
    """

    bucket: str
    key: str

    @property
    def reference(self) -> str:
        """The source as a person names it, wherever that is."""
        return f"s3://{self.bucket}/{self.key}"

    def look(self) -> None:
        """Make sure that the objects are there; their columns are known when they are here. Raises CohortError."""
        self._objects(self._store())

    def fetch(self, directory: Path, reading: Reading) -> CohortFile:
        """Download the objects into `directory`, one after another. Raises CohortError."""
        store = self._store()
        parts: list[Part] = []
        for number, key in enumerate(self._objects(store)):
            copy, name = directory / f"part-{number}{_suffix(key)}", f"s3://{self.bucket}/{key}"
            self._download(store, key, copy, reading)
            with renaming(copy, name):
                parts.append(Part(name, open_cohort(copy)))
        return join_parts(parts, directory / "joined")

    def _download(self, store: Any, key: str, out: Path, reading: Reading) -> None:
        with self._refusing():
            # Its name does not say how to unpack it: the file is looked into when it is here.
            source = store.open_input_stream(f"{self.bucket}/{key}", compression=None)
        with source, out.open("wb") as target:
            while True:
                with self._refusing():
                    chunk = source.read(CHUNK)
                if not chunk:
                    return
                reading.check()
                target.write(chunk)

    def _objects(self, store: Any) -> list[str]:
        """The keys of the objects, sorted: the first row of an id counts. Raises CohortError when there are none."""
        with self._refusing():
            keys = self._one(store) if _is_one(self.key) else self._several(store)
        if not keys:
            raise CohortError(f"there is no object `{self.reference}`")
        if len(keys) > MOST_OBJECTS:
            message = f"`{self.reference}` are {len(keys):,} objects; {MOST_OBJECTS:,} are the most"
            raise CohortError(message, hint="put more users into each")
        return keys

    def _one(self, store: Any) -> list[str]:
        found = store.get_file_info(f"{self.bucket}/{self.key}")
        if found.type == _fs().FileType.Directory:
            raise CohortError(f"`{self.reference}` is a folder", hint=f"`{self.reference}/` are all objects in it")
        return [self.key] if found.is_file else []

    def _several(self, store: Any) -> list[str]:
        folder = self.key.partition("*")[0].rpartition("/")[0]
        fits = _pattern(self.key)
        found = store.get_file_info(_fs().FileSelector(f"{self.bucket}/{folder}", allow_not_found=True, recursive=True))
        keys = [item.path.removeprefix(f"{self.bucket}/") for item in found if item.is_file]
        return sorted(key for key in keys if fits.fullmatch(key) and not _is_hidden(key.removeprefix(folder)))

    def _store(self) -> Any:
        with self._refusing():
            return _fs().S3FileSystem(**_place(self.bucket), connect_timeout=CONNECT_SECONDS)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """What the store does not do is a CohortError, in its words."""
        import pyarrow

        arrow: Any = pyarrow  # it ships no types
        try:
            yield
        except (OSError, arrow.ArrowException) as cause:
            words = " ".join(str(cause).split())
            shown = Redactor([os.environ.get(name, "") for name in _SECRETS]).text(words)
            hint = CREDENTIALS if any(refusal in words for refusal in _REFUSALS) else None
            raise CohortError(f"`{self.reference}` cannot be read: {shown}", hint=hint) from cause


def read_objects(url: str) -> S3Objects:
    """The objects that an `s3://BUCKET/KEY` names.

    Raises UsageError, also for credentials, which do not belong there.
    """
    bucket, _, key = url.partition("://")[2].partition("/")
    if "@" in bucket or ":" in bucket:
        raise UsageError("the URL of the objects holds more than a bucket and a key", hint=CREDENTIALS)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]+", bucket) or not key:
        example = "write `s3://BUCKET/KEY`, such as `s3://cohorts/users.csv`"
        raise UsageError(f"`{url}` does not name an object", hint=example)
    return S3Objects(bucket, key)


def _place(bucket: str, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Where the store is: `AWS_ENDPOINT_URL_S3` and `AWS_REGION`, else the region of the bucket at AWS."""
    endpoint = next((environ[name] for name in ENDPOINTS if environ.get(name)), None)
    region = next((environ[name] for name in REGIONS if environ.get(name)), None)
    if endpoint is None:
        return {"region": region or _fs().resolve_s3_region(bucket)}
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        example = "write `https://HOST` or `https://HOST:PORT`"
        raise UsageError("`AWS_ENDPOINT_URL_S3` is not the URL of a store", hint=example)
    return {"endpoint_override": parts.netloc, "scheme": parts.scheme, "region": region or "us-east-1"}


def _fs() -> Any:
    """The file systems of Arrow, which ship no types."""
    import pyarrow.fs

    return pyarrow.fs


def _is_one(key: str) -> bool:
    return "*" not in key and not key.endswith("/")


def _is_hidden(path: str) -> bool:
    return any(name.startswith(("_", ".")) for name in path.split("/"))


def _pattern(key: str) -> re.Pattern[str]:
    """A `*` is any characters of a name, `**` also folders; a folder is all below it."""
    words = {"**": ".*", "*": "[^/]*"}
    given = f"{key}**" if key.endswith("/") else key
    return re.compile("".join(words.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*)", given)), re.DOTALL)


def _suffix(key: str) -> str:
    """What the end of the key says of the object's kind."""
    return "".join(re.findall(r"\.[A-Za-z0-9]+", key.rpartition("/")[2])[-2:]).lower()
